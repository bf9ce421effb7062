"""The last step explained at large, while one goes on stepping."""

from typing import ClassVar

from textual.binding import BindingType

from tui.screens.live import LiveScreen, closing
from tui.widgets.panel import Panel
from tui.widgets.why_large import WhyPanel


class WhyScreen(LiveScreen):
    """Every number of the update with its name."""

    BINDINGS: ClassVar[list[BindingType]] = [closing("why")]
    HINTS = (
        "{why} or escape close · ↑ ↓ look · {step} step · {finish_episode} episode · {back} back · {play} run",
        "{why} or escape close · {step} step · {finish_episode} episode · {back} back · {play} run",
        "{why} or escape close · {step} step · {back} back · {play} run",
        "{why} or escape close",
    )

    def panel(self) -> Panel:
        """The explanation."""
        return WhyPanel()
