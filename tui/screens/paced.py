"""A screen that draws no faster than the line carries, and sends no more than it has to."""

from typing import TypeVar, cast

from textual import events
from textual._styles_cache import StylesCache
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget

from tui.screens.spans import Line, SpansCompositor
from tui.widgets.panel import Drawing

Answer = TypeVar("Answer")

TOO_SMALL = {"-too-narrow", "-too-low"}
"""The classes of a screen that has room for nothing but the sentence that says so."""


class Paced(Screen[Answer]):
    """Collects what changes as long as too much is under way to the terminal, and draws it then at once.

    Textual's timer for updates, a private method of 8.2, goes on ticking as long as it is not answered; and a cache of
    its drawing would hold what every closed screen has shown.
    """

    def __init__(self) -> None:
        super().__init__()
        self._compositor = SpansCompositor()
        self._had_keys: Widget | None = None
        """Who had the keys before the window became too small to show anything."""

    def presses(self, command: str) -> int:
        """Return how often the command's key was pressed in a row before any other; all of them count as answered."""
        return cast(Line, self.app).presses(command)

    def on_resize(self, event: events.Resize) -> None:
        """Give the keys back to who had them before the window was too small: what is hidden loses them."""
        if TOO_SMALL & self.classes_at(event.size):
            self._had_keys = self._had_keys or self.focused
        elif self._had_keys is not None:
            self.call_after_refresh(self._give_back, self._had_keys)
            self._had_keys = None

    def _give_back(self, widget: Widget) -> None:
        if self.focused is None and widget.is_attached:
            self.set_focus(widget, scroll_visible=False)

    def classes_at(self, size: Size) -> set[str]:
        """Return the classes that the screen has in a window of that size."""
        horizontal = self._get_breakpoint_classes(size.width, self.app.HORIZONTAL_BREAKPOINTS or [])
        return horizontal | self._get_breakpoint_classes(size.height, self.app.VERTICAL_BREAKPOINTS or [])

    def on_screen_suspend(self) -> None:
        """Leave notices to the screen above, which has them, too."""
        self.add_class("-below")

    def on_screen_resume(self) -> None:
        """Show notices again."""
        self.remove_class("-below")

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
