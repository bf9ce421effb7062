"""The table of the finished episodes, and one of them step by step."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from engine.messages import CloseEpisode, ShowEpisode, Snapshot
from tui.screens.live import LiveScreen, Main, closing
from tui.widgets.episode_table import EpisodeTable
from tui.widgets.panel import Panel
from tui.widgets.trajectory import TrajectoryPanel


class EpisodesScreen(LiveScreen):
    """The table; enter opens the chosen episode."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open", show=False, id="open_episode"),
        closing("episodes"),
    ]
    HINTS = (
        "{episodes} or escape close · ↑ ↓ choose · enter step by step · {step} {finish_episode} {play} go on",
        "{episodes} or escape close · ↑ ↓ choose · enter step by step",
        "{episodes} or escape close · enter step by step",
        "{episodes} or escape close",
    )

    def panel(self) -> Panel:
        """The table."""
        return EpisodeTable()

    def action_open(self) -> None:
        """Show the chosen episode step by step."""
        if number := self.query_one(EpisodeTable).here:
            self.main.send(ShowEpisode(number))
            self.app.push_screen(EpisodeScreen(self.main, number))


class EpisodeScreen(LiveScreen):
    """One episode; leaving gives up what is still being derived."""

    HINTS = ("escape close · ↑ ↓ look",)

    def __init__(self, main: Main, number: int) -> None:
        super().__init__(main)
        self.number = number
        self._asked = False

    def panel(self) -> Panel:
        """The steps of the episode."""
        panel = TrajectoryPanel()
        panel.border_title = Content(f"Episode {self.number:,}")
        return panel

    def watch_snapshot(self, snapshot: Snapshot | None) -> None:
        """Close where the episode cannot be shown; the notice of the trainer says why."""
        shown = snapshot is not None and snapshot.trajectory is not None
        if self._asked and not shown and self.is_current:
            self.dismiss(None)
        self._asked = self._asked or shown

    def action_close(self) -> None:
        """Go back to the table."""
        self.main.send(CloseEpisode())
        self.dismiss(None)
