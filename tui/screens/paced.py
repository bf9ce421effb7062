"""A screen that draws no faster than the line carries, and sends no more than it has to."""

from typing import TypeVar, cast

from textual._styles_cache import StylesCache
from textual.screen import Screen

from tui.screens.spans import Line, SpansCompositor
from tui.widgets.panel import Drawing

Answer = TypeVar("Answer")


class Paced(Screen[Answer]):
    """Collects what changes as long as too much is under way to the terminal, and draws it then at once.

    Textual's timer for updates, a private method of 8.2, goes on ticking as long as it is not answered; and a cache of
    its drawing would hold what every closed screen has shown.
    """

    def __init__(self) -> None:
        super().__init__()
        self._compositor = SpansCompositor()

    def presses(self, command: str) -> int:
        """Return how often the command's key was pressed in a row before any other; all of them count as answered."""
        return cast(Line, self.app).presses(command)

    def on_unmount(self) -> None:
        """Let go of what was drawn."""
        StylesCache.get_inner_outer.cache_clear()

    @property
    def may_pull(self) -> bool:
        """Whether the terminal has shown all of the run that it was sent."""
        return cast(Line, self.app).may_draw(for_run=True)

    def draw_at_once(self) -> None:
        """Draw what the panels have to show, without waiting up to a 60th of a second for the timer.

        One that is not in sight must not be among them: the compositor would forget what it has shown where.
        """
        self._dirty_widgets.update(self._compositor.visible_widgets.keys() & set(self.query(Drawing)))
        self._on_timer_update()

    def _on_timer_update(self) -> None:
        if cast(Line, self.app).may_draw():
            super()._on_timer_update()
