"""What the main screen does with charts, the table of episodes, the why of a step, and files."""

from tui.screens.episodes import EpisodesScreen
from tui.screens.export import Export
from tui.screens.time_travel import TimeTravel
from tui.screens.why import WhyScreen
from tui.widgets.episodes import EpisodesPanel


class Measures(TimeTravel):
    """The commands that look closer at what was learned, and take pictures of it."""

    def action_next_chart(self) -> None:
        """Show the next chart; where a lesson has its place, the present one in the place of the lesson."""
        panel = self.query_one(EpisodesPanel)
        if panel.display:
            panel.next_series()
        else:
            self.set_class(True, "-charting")

    def action_previous_chart(self) -> None:
        """Show the chart before."""
        self.query_one(EpisodesPanel).next_series(-1)

    def action_smooth_more(self) -> None:
        """Average the charts over more episodes."""
        self.query_one(EpisodesPanel).change_window(1)

    def action_smooth_less(self) -> None:
        """Average the charts over fewer episodes."""
        self.query_one(EpisodesPanel).change_window(-1)

    def action_episodes(self) -> None:
        """List the finished episodes."""
        self.app.push_screen(EpisodesScreen(self))

    def action_why(self) -> None:
        """Explain the last step at large."""
        self.app.push_screen(WhyScreen(self))

    def action_export(self) -> None:
        """Write what is seen to a file."""
        if self.snapshot is not None:
            picture = self.app.export_screenshot(title="qscope")
            window = self.query_one(EpisodesPanel).window
            self.app.push_screen(Export(self.snapshot, picture, window), self._exported)

    def _exported(self, said: str | None) -> None:
        if said is not None:
            self.app.notify(said, markup=False)
