"""Sending no more of a frame than what changed in it.

Textual keeps account of the spans of cells to repaint, but sends each line of a widget from the widget's left edge to
the end of the span, and of a whole screen everything. These classes hand the spans to a pen, which knows what the
terminal shows. They rest on private names of Textual 8.2; a test measures what arrives at a terminal.
"""

from typing import Protocol, TypeVar, cast

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS, Console
from rich.segment import Segment
from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate
from textual.strip import Strip

from tui.pen import Pen, Shown


class Line(Protocol):
    """An application that knows its line to the terminal, and what comes in through it."""

    @property
    def shown(self) -> Shown:
        """What the terminal shows."""

    def may_draw(self, *, for_run: bool = False) -> bool:
        """Return whether the line carries another frame: of the run, or of what a person does."""

    def presses(self, command: str) -> int:
        """Return how often the command's key was pressed in a row."""


class Exact:
    """An update that sends only the cells that are not shown yet."""

    shown: Shown

    def pen(self, console: Console) -> Pen:
        """Return a pen for the colours that the terminal has, as Textual chooses them."""
        system = COLOR_SYSTEMS.get(console.color_system or "", ColorSystem.TRUECOLOR)
        return Pen(system, self.shown, *console.size)


class SpansUpdate(Exact, ChopsUpdate):
    """An update of parts of the screen that writes exactly those parts."""

    def render_segments(self, console: Console) -> str:
        """Return what to send to the terminal."""
        pen = self.pen(console)
        for y, start, end in self.spans:
            for piece_end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                left, right = max(start, x), min(end, piece_end)
                if strip is not None and left < right:
                    pen.put(left, y, segments_of(strip, left - x, right - x))
        return pen.finish()


class WholeUpdate(Exact, LayoutUpdate):
    """An update of the whole screen."""

    def render_segments(self, console: Console) -> str:
        """Return what to send to the terminal."""
        pen = self.pen(console)
        for y, line in enumerate(self.strips, self.region.y):
            pen.put(self.region.x, y, (segment for strip in line for segment in strip))
        return pen.finish()


ExactUpdate = TypeVar("ExactUpdate", bound=Exact)


class SpansCompositor(Compositor):
    """The compositor of a screen whose updates are exact."""

    def render_partial_update(self) -> ChopsUpdate | None:
        """Return the update for all regions that have changed."""
        update = super().render_partial_update()
        return update and self._exact(SpansUpdate(update.chops, update.spans, update.chop_ends))

    def render_full_update(self, simplify: bool = False) -> LayoutUpdate:
        """Return the update for the whole screen."""
        update = super().render_full_update(simplify)
        return self._exact(WholeUpdate(update.strips, update.region))

    def _exact(self, update: ExactUpdate) -> ExactUpdate:
        """Tell an update what the terminal shows."""
        assert self.root is not None
        update.shown = cast(Line, self.root.app).shown
        return update


def segments_of(strip: Strip, start: int, end: int) -> list[Segment]:
    """Return a part of a strip."""
    return list(strip if start == 0 and end == strip.cell_length else strip.crop(start, end))
