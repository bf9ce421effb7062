"""Sending no more of a line than what changed in it.

Textual keeps account of the spans of cells to repaint, but sends each line of a widget from the widget's left edge to
the end of the span, and every segment with its whole style. Over a slow connection that is most of what a step costs.
These classes send the spans themselves, with a pen that says nothing twice. They rest on private names of Textual 8.2;
a test measures what arrives at a terminal.
"""

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS, Console
from rich.segment import Segment
from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate
from textual.strip import Strip

from tui.pen import Pen


class SpansUpdate(ChopsUpdate):
    """An update of parts of the screen that writes exactly those parts."""

    def render_segments(self, console: Console) -> str:
        """Return what to send to the terminal."""
        pen = pen_for(console)
        for y, start, end in self.spans:
            for piece_end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                left, right = max(start, x), min(end, piece_end)
                if strip is not None and left < right:
                    left = self._with_bridge(pen, left, y, x, strip)
                    pen.put(left, y, segments_of(strip, left - x, right - x))
        return pen.finish()

    def _with_bridge(self, pen: Pen, left: int, y: int, x: int, strip: Strip) -> int:
        """Return where to begin so that the cursor need not be moved, if that is cheaper."""
        at, line = pen.place
        if line == y and x <= at < left and pen.bridges(left, y, segments_of(strip, at - x, left - x)):
            return at
        return left


class WholeUpdate(LayoutUpdate):
    """An update of the whole screen that says no style twice."""

    def render_segments(self, console: Console) -> str:
        """Return what to send to the terminal."""
        pen = pen_for(console)
        for y, line in enumerate(self.strips, self.region.y):
            pen.put(self.region.x, y, [segment for strip in line for segment in strip])
        return pen.finish()


class SpansCompositor(Compositor):
    """The compositor of a screen whose updates are exact."""

    def render_partial_update(self) -> ChopsUpdate | None:
        """Return the update for all regions that have changed."""
        update = super().render_partial_update()
        return update and SpansUpdate(update.chops, update.spans, update.chop_ends)

    def render_full_update(self, simplify: bool = False) -> LayoutUpdate:
        """Return the update for the whole screen."""
        update = super().render_full_update(simplify)
        return WholeUpdate(update.strips, update.region)


def pen_for(console: Console) -> Pen:
    """Return a pen for the colours that the terminal has, as Textual chooses them."""
    return Pen(COLOR_SYSTEMS.get(console.color_system or "", ColorSystem.TRUECOLOR), console.width)


def segments_of(strip: Strip, start: int, end: int) -> list[Segment]:
    """Return a part of a strip."""
    return list(strip if start == 0 and end == strip.cell_length else strip.crop(start, end))
