"""A screen that draws no faster than the line carries, and sends no more than it has to."""

import time
from typing import TypeVar, cast

from textual.screen import Screen

from tui.screens.spans import Line, SpansCompositor

Answer = TypeVar("Answer")


class Paced(Screen[Answer]):
    """Collects what changes as long as too much is under way to the terminal, and draws it then at once.

    Textual's timer for updates, a private method of 8.2, goes on ticking as long as it is not answered.
    """

    def __init__(self) -> None:
        super().__init__()
        self._compositor = SpansCompositor()
        self.opened = time.monotonic()
        """When it came, on the clock of the events."""

    @property
    def may_pull(self) -> bool:
        """Whether the terminal has shown all of the run that it was sent."""
        return cast(Line, self.app).may_draw(for_run=True)

    def _on_timer_update(self) -> None:
        if cast(Line, self.app).may_draw():
            super()._on_timer_update()
