"""The main screen: the panels around one run, and how the newest snapshot comes to them.

Most commands of the table stand in the rooms beside this one, by what they are about; here are those that only pass on
what was asked, to the trainer or to the application.
"""

import gc
import math
from contextlib import suppress
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Static

from engine import messages
from engine.messages import Snapshot, WorldView
from tui import commands
from tui.lessons.lesson import Lesson
from tui.screens.choose_theme import ChooseTheme
from tui.screens.comparing import Comparing
from tui.screens.help import Help
from tui.screens.lessons import TURNING, Lessons
from tui.screens.live import LiveScreen
from tui.screens.measures import Measures
from tui.screens.panels import PANELS
from tui.screens.ports import Library, Trainer
from tui.widgets.difference import Difference
from tui.widgets.episodes import EpisodesPanel
from tui.widgets.inspector import Inspector
from tui.widgets.key_line import KeyLine
from tui.widgets.lesson_strip import LessonStrip
from tui.widgets.map_places import inspected_action
from tui.widgets.other_world import OtherWorld
from tui.widgets.panel import Drawing
from tui.widgets.panel_tabs import PanelTabs
from tui.widgets.q_table import QTable
from tui.widgets.status import Status
from tui.widgets.timeline import Timeline
from tui.widgets.why import Why
from tui.widgets.world import WorldPanel

PULLS_A_SECOND = 50

RUSHING_SHARE, SLOW_SHARE = 2, 8
"""At full speed one pull in so many is shown: more could not be read, and each costs a slow line bytes.

A slow agent learns in Python, not in a compiled loop, and waits while something is drawn.
"""

SLOW = 50_000
"""Steps a second below which an agent is slow."""

MISTAKE = 2
"""The exit code when the first run could not be begun."""


class MainScreen(Measures, Comparing, Lessons):
    """Shows the newest snapshot of a trainer and sends it what the person asks for."""

    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings()]

    class Answered(Message):
        """A snapshot shows what came of a command."""

        def can_replace(self, message: Message) -> bool:
            """Say that one look is enough for several."""
            return isinstance(message, MainScreen.Answered)

    def __init__(
        self, trainer: Trainer, library: Library, *, welcome: bool = False, lesson: Lesson | None = None
    ) -> None:
        """`welcome`: ask whether to go on where the line broke, if it did; `lesson`: begin with it."""
        super().__init__(trainer, library)
        self._welcome = welcome
        self._first_lesson = lesson
        self._pulls = 0
        self._played: WorldView | None = None
        """The world of the run that was last seen to play."""

    def compose(self) -> ComposeResult:
        """Put every panel in its place; the style sheet shows those for which there is room."""
        with Vertical(id="everything"):
            yield Status()
            yield PanelTabs(tuple(PANELS))
            with Horizontal(id="upper"):
                yield (world := WorldPanel())
                yield QTable()
                yield OtherWorld(world)
                yield Inspector()
            yield EpisodesPanel()
            yield Difference()
            yield LessonStrip()
            yield Why()
            yield Timeline()
            yield KeyLine()
        yield Static("qscope needs 40 columns and 12 lines; please make the window larger.", id="too-small")

    def on_mount(self) -> None:
        """Let every drawing have the snapshots, and begin to ask for them."""
        for drawing in self.query(Drawing):
            drawing.data_bind(MainScreen.snapshot)
            if isinstance(drawing, WorldPanel | QTable | Inspector):
                drawing.data_bind(MainScreen.sight)
        self.query_one(Status).data_bind(MainScreen.driving)
        self.query_one(WorldPanel).focus()
        self.pull()
        if self._first_lesson is not None:
            self.open_lesson(self._first_lesson, begun=True)
        if self._welcome:
            self.welcome_back()
        self.set_interval(1 / PULLS_A_SECOND, self.pull)
        self.trainer.listen(self._tell_answer)

    def _tell_answer(self) -> None:
        """Take note, in any thread, that a snapshot shows what came of a command."""
        with suppress(RuntimeError):  # the loop is closed: it has ended already
            self.post_message(self.Answered())

    def on_main_screen_answered(self) -> None:
        """Show what came of a command at once."""
        self._take(self.trainer.snapshot)
        if self.app.screen is self:
            self.draw_at_once()

    def on_screen_suspend(self) -> None:
        """Hurry where a dialog comes; so where it goes, with the whole screen to be drawn."""
        self.trainer.give_way()

    on_screen_resume = on_screen_suspend

    def pull(self) -> None:
        """Take the newest snapshot; behind a dialog the picture stands still, and at full speed some are left out."""
        self._pulls += 1
        if self.snapshot is None and self.trainer.complaint:
            self.app.exit(return_code=MISTAKE)
        if self.may_pull and self._pulls % _share(self.snapshot) == 0:
            self._take(self.trainer.snapshot)

    def _take(self, newest: Snapshot | None) -> None:
        if isinstance(self.app.screen, LiveScreen) and self.app.screen.has_panel:
            self.app.screen.snapshot = newest
        if self.app.screen is self:
            self.show(newest)

    def watch_snapshot(self, before: Snapshot | None, snapshot: Snapshot | None) -> None:
        """Tell what is new, and do what waited for the run to be saved."""
        if snapshot is None:
            return
        self.take_room("-comparing", taken=snapshot.comparison is not None)
        self.give_the_wheel(before, snapshot)
        self._settle(snapshot)
        self.go_on_if_saved(snapshot, failed=self._tell_notices(snapshot))

    def _settle(self, snapshot: Snapshot) -> None:
        """Take what is loaded when a run first plays out of the collector's sight.

        To look through torch, numba and Textual takes a full collection a tenth of a second or more: no key is
        answered meanwhile. They are never garbage.
        """
        if snapshot.playing and self._played is not snapshot.world:
            self._played = snapshot.world
            gc.freeze()

    def _tell_notices(self, snapshot: Snapshot) -> bool:
        """Show each notice once; return whether one of the new ones tells of a failure."""
        new = self.news(snapshot)
        for notice in new:
            severity = "error" if notice.error else "information"
            self.app.notify(notice.text, severity=severity, markup=False)  # type: ignore[arg-type]
        return any(notice.error for notice in new)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Refuse the commands that would do nothing now."""
        command = commands.by_id(action)
        if action == "next_action" and (not self.snapshot or inspected_action(self.snapshot, self.sight) is None):
            return None
        if action in TURNING and self.lesson is None:
            return None
        return command is None or commands.available(command, self.snapshot) or None

    def waits_for_run(self, key: str) -> bool:
        """Return whether a key means something here that the first run has to be there for, and it is not."""
        if self.snapshot is not None or self.app.screen is not self:
            return False
        return any(key in command.keys_now for command in commands.COMMANDS if command.needs_run)

    # The commands that the trainer answers.

    def action_step(self) -> None:
        """Make a transition for each press."""
        self.send(messages.Step(self.presses("step")))

    def action_finish_episode(self) -> None:
        """Go to the end of the episode."""
        self.send(messages.FinishEpisode())

    def action_play(self) -> None:
        """Run or pause."""
        self.send(messages.PlayOrPause())

    def action_full_speed(self) -> None:
        """Run as fast as it goes, or pause."""
        self.send(messages.RunAtFullSpeed())

    def action_faster(self) -> None:
        """Go one up on the ladder of speeds."""
        self.send(messages.Faster())

    def action_slower(self) -> None:
        """Go one down on the ladder of speeds."""
        self.send(messages.Slower())

    def action_demonstrate(self) -> None:
        """Begin or end a demonstration."""
        self.send(messages.Demonstrate())

    # The commands that the application answers.

    def action_suspend(self) -> None:
        """Stand still until the shell lets it go on."""
        self.app.action_suspend_process()

    def action_help(self) -> None:
        """Show the help."""
        self.app.push_screen(Help(snapshot=self.snapshot))

    def action_command_palette(self) -> None:
        """Find a command by its name."""
        self.app.action_command_palette()

    def action_change_theme(self) -> None:
        """Choose a theme."""
        self.app.push_screen(ChooseTheme(self.app.available_themes, self.app.theme), self._change_theme)

    def _change_theme(self, name: str | None) -> None:
        if name is not None:
            self.app.theme = name


def _share(snapshot: Snapshot | None) -> int:
    """Return which of the pulls are shown: one in so many."""
    if snapshot is None or not snapshot.playing or not math.isinf(snapshot.speed):
        return 1
    return RUSHING_SHARE if snapshot.steps_per_second > SLOW else SLOW_SHARE
