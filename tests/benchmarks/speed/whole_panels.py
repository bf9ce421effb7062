"""The application, but that Textual sends a panel whole whenever anything in it has changed: a thing to compare with.

`python -m tests.benchmarks.speed.whole_panels` takes the words of `qscope`.
"""

import sys

from textual._compositor import Compositor

from tui.cli import run_command_line
from tui.screens import paced
from tui.widgets.panel import Drawing


def redraw(self: Drawing) -> None:
    """Draw, and have everything repainted if a cell is another."""
    drawn = self.draw(*self.size)
    shown, self._shown = self._shown, drawn
    if shown.rows != drawn.rows:
        self.refresh()


if __name__ == "__main__":
    Drawing.redraw = redraw  # type: ignore[method-assign]
    paced.SpansCompositor = Compositor  # type: ignore[misc, assignment]
    sys.exit(run_command_line(sys.argv[1:]))
