"""Sending no more of a line than what changed in it.

Textual keeps account of the spans of cells to repaint, but sends each line of a widget from the widget's left edge to
the end of the span. Over a slow connection that is most of what a step costs. These two classes send the span itself.
They rest on private names of Textual 8.2; a test measures what arrives at a terminal.
"""

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor


class SpansUpdate(ChopsUpdate):
    """An update of parts of the screen that writes exactly those parts."""

    def render_segments(self, console: Console) -> str:
        """Return what to send to the terminal."""
        sequences: list[str] = []
        for y, start, end in self.spans:
            for piece_end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                left, right = max(start, x), min(end, piece_end)
                if strip is not None and left < right:
                    sequences.append(Control.move_to(left, y).segment.text)
                    sequences.append(strip.crop(left - x, right - x).render(console))
        return "".join(sequences)


class SpansCompositor(Compositor):
    """The compositor of a screen whose updates are exact."""

    def render_partial_update(self) -> ChopsUpdate | None:
        """Return the update for all regions that have changed."""
        update = super().render_partial_update()
        return update and SpansUpdate(update.chops, update.spans, update.chop_ends)
