"""The two lines that say why: the last step and the arithmetic of its update."""

from textual.reactive import reactive

from tui.widgets.canvas import Canvas
from tui.widgets.explanation import explain
from tui.widgets.panel import Drawing


class Why(Drawing):
    """The last step in words and numbers."""

    panel: reactive[str] = reactive("world", repaint=False, init=False)
    """The name of the panel whose signs it explains before the first step."""

    def watch_panel(self) -> None:
        """Explain the signs of another one."""
        self.redraw()

    def draw(self, width: int, height: int) -> Canvas:
        """Write the lines that `explain` makes of the snapshot."""
        canvas = Canvas(width, height)
        if self.snapshot is not None:
            roles = self.palette.roles
            for y, line in enumerate(explain(self.snapshot, width, self.panel)):
                canvas.put_pieces(0, y, ((text, roles[role]) for text, role in line))
        return canvas
