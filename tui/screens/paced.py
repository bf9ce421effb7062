"""A screen that draws no faster than the line carries."""

from typing import Protocol, TypeVar, cast

from textual.screen import Screen

Answer = TypeVar("Answer")


class Line(Protocol):
    """An application that knows its line."""

    def may_draw(self) -> bool:
        """Return whether the frame before has been shown."""


class Paced(Screen[Answer]):
    """Collects what changes until the terminal has shown the frame before, and draws it then at once.

    Textual's timer for updates, a private method of 8.2, goes on ticking as long as it is not answered.
    """

    @property
    def may_draw(self) -> bool:
        """Whether the terminal has shown the frame before."""
        return cast(Line, self.app).may_draw()

    def _on_timer_update(self) -> None:
        if self.may_draw:
            super()._on_timer_update()
