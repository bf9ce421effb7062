"""The last step explained at large, while one goes on stepping."""

from tui.screens.live import LiveScreen
from tui.widgets.panel import Panel
from tui.widgets.why_large import WhyPanel


class WhyScreen(LiveScreen):
    """Every number of the update with its name."""

    HINTS = (
        "escape close · ↑ ↓ look · {step} step · {finish_episode} episode · {back} back · {play} run",
        "escape close · {step} step · {finish_episode} episode · {back} back · {play} run",
        "escape close · {step} step · {back} back · {play} run",
        "escape close",
    )

    def panel(self) -> Panel:
        """The explanation."""
        return WhyPanel()
