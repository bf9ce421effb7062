"""What the main screen does with charts, the table of episodes, the why of a step, and files."""

from pathlib import Path
from typing import Protocol, cast

from engine.errors import InputError
from tui.cast import Cast
from tui.exporting import write_new
from tui.screens.episodes import EpisodesScreen
from tui.screens.export import CAST, Export, Exported
from tui.screens.panels import Panels
from tui.screens.why import WhyScreen
from tui.widgets.episodes import EpisodesPanel
from tui.widgets.status import Status


class Recorder(Protocol):
    """An application that can record its screen."""

    def begin_cast(self, title: str) -> bool:
        """Record from now on; return whether that can be."""

    def end_cast(self) -> Cast | None:
        """Record no longer, and return what was recorded."""


class Measures(Panels):
    """The commands that look closer at what was learned, and take pictures of it."""

    _cast: Path | None = None
    """Where the recording that goes on will be written."""

    def action_next_chart(self) -> None:
        """Show the next chart; where something else has its place, the present one in the place of that."""
        self._turn_chart(1)

    def action_previous_chart(self) -> None:
        """Show the chart before."""
        self._turn_chart(-1)

    def _turn_chart(self, by: int) -> None:
        panel = self.query_one(EpisodesPanel)
        if panel.display:
            panel.next_series(by)
        else:
            self.show_chart()

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
        """Write what is seen to a file; where it is being recorded, end that."""
        if self._cast is not None:
            self.end_cast()
        elif self.snapshot is not None:
            picture = self.app.export_screenshot(title="qscope")
            window = self.query_one(EpisodesPanel).window
            self.app.push_screen(Export(self.snapshot, picture, window), self._exported)

    def _exported(self, written: Exported | None) -> None:
        if written is None:
            return
        if written.kind != CAST:
            self.app.notify(f"{written.kind} written to {written.path}", markup=False)
        elif cast(Recorder, self.app).begin_cast(written.path.stem):
            self._cast = written.path
            self.query_one(Status).recording = True

    def end_cast(self) -> None:
        """Write what was recorded of the screen, if it is being recorded."""
        path, self._cast = self._cast, None
        recorded = cast(Recorder, self.app).end_cast()
        if path is None or recorded is None:
            return
        for status in self.query(Status):
            status.recording = False
        try:
            write_new(path, recorded.contents(), replace=True)
        except InputError as error:
            self.app.notify(str(error), severity="error", markup=False)
            return
        why = "the recording is full; " if recorded.full else ""
        self.app.notify(f"{why}{recorded.frames:,} frames written to {path}", markup=False)

    def on_unmount(self) -> None:
        """Lose no recording to the end of the application."""
        self.end_cast()
