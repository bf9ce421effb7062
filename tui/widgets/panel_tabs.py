"""The line of tabs above a panel that has the whole room: which ones there are, and which one it is."""

from collections.abc import Sequence

from textual import events
from textual.reactive import reactive

from tui.commands import key_of
from tui.widgets.canvas import Canvas, fitting, width_of
from tui.widgets.panel import Drawing


class PanelTabs(Drawing):
    """Names the panels, the one that is shown in brackets, and the keys to the others as far as they fit."""

    chosen: reactive[str] = reactive("", repaint=False, init=False)
    """The name of the panel that is shown."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = names

    def watch_chosen(self) -> None:
        """Say which one it is."""
        self.redraw()

    def draw(self, width: int, height: int) -> Canvas:
        """Write the names from the left, and the keys at the right."""
        canvas = Canvas(width, height)
        palette = self.palette
        styles = [palette.strong if name == self.chosen else palette.muted for name in self.names]
        end = canvas.put_pieces(0, 0, zip(self._tabs(), styles, strict=True))
        one, after = key_of("one_panel"), key_of("next_panel")
        ways = fitting([f"{after} next · {one} all", f"{after} · {one} all", f"{one} all", ""], width - end - 1)
        canvas.put_right(width, 0, ways, palette.muted)
        return canvas

    async def on_click(self, event: events.Click) -> None:
        """Show the panel whose name is under the mouse."""
        column = event.x - self.gutter.left
        for name, tab in zip(self.names, self._tabs(), strict=True):
            if 0 <= column < width_of(tab):
                await self.run_action(f"screen.show_panel({name!r})")
            column -= width_of(tab)

    def _tabs(self) -> list[str]:
        """Return the names, all at the same place whichever is chosen."""
        return [f"[{name}]" if name == self.chosen else f" {name} " for name in self.names]
