"""What the main screen does with whole runs: it begins, saves, opens and leaves them, and loses none unasked."""

from collections.abc import Callable

from textual.reactive import reactive

from engine import messages
from engine.messages import Notice, Snapshot
from tui.screens.choose_agent import AgentSettings, ChooseAgent, ChosenAgent, chosen_settings, start_in
from tui.screens.choose_world import ChooseWorld
from tui.screens.confirm import Confirm
from tui.screens.continue_run import CONTINUE, FORGET, ContinueRun
from tui.screens.paced import Paced
from tui.screens.ports import Library, SaveEntry, Trainer
from tui.screens.save import OpenSave, SaveRun

BEGINNING = "beginning another"
"""Before what a run is saved where a new one takes its place."""


class Runs(Paced[None]):
    """The commands for which run there is, and what every other command goes through on its way to the trainer."""

    snapshot: reactive[Snapshot | None] = reactive(None, repaint=False, init=False)

    def __init__(self, trainer: Trainer, library: Library) -> None:
        super().__init__()
        self.trainer = trainer
        self.library = library
        self._before_answer: Snapshot | None = None
        """What the trainer showed when it was last told something."""
        self._once_saved: Callable[[], None] | None = None
        """What is done as soon as the run is saved, unless something else is asked for before."""
        self._notices_seen = 0

    def send(self, command: messages.Command) -> None:
        """Hand a command to the trainer, and remember what it showed before."""
        if not isinstance(command, messages.Pause | messages.Save):
            self._once_saved = None
        self._before_answer = self.trainer.snapshot
        self.trainer.submit(command)

    def news(self, snapshot: Snapshot) -> list[Notice]:
        """Return the notices that nobody has told yet; they count as told then."""
        new = [notice for notice in snapshot.notices if notice.number > self._notices_seen]
        self._notices_seen = max([self._notices_seen, *(notice.number for notice in new)])
        return new

    def losing_nothing(self, verb: str, before: str, action: Callable[[], None]) -> None:
        """Do it at once if nothing would be lost; else offer to save the run before."""
        if not self._might_lose():
            action()
            return
        saved = self.snapshot is not None and self.snapshot.save_name
        what = "The run has gone on since it was last saved." if saved else "This run was never saved."
        self.app.push_screen(
            Confirm(verb.capitalize(), f"{what} Save it before {before}?", ("save", "discard", "cancel"), "save"),
            lambda answer: self._save_first(answer, action),
        )

    def _save_first(self, answer: str | None, action: Callable[[], None]) -> None:
        if answer == "discard":
            action()
        elif answer == "save" and self.snapshot is not None:
            self._once_saved = action
            self.send(messages.Pause())
            if self.snapshot.save_name:
                self.send(messages.Save(self.snapshot.save_name))
            else:
                self.app.push_screen(SaveRun(self.library, self.snapshot), self._save_as)

    def go_on_if_saved(self, snapshot: Snapshot, *, failed: bool) -> None:
        """Do what was to be done once the run is saved, if it is; forget it if that failed."""
        action = self._once_saved
        if action is not None and (failed or not snapshot.unsaved):
            self._once_saved = None
            if not failed:
                action()

    def _might_lose(self) -> bool:
        """Return whether something is not saved, or may be once the trainer has answered the last command."""
        newest = self.trainer.snapshot
        return newest is not None and (newest.unsaved or newest is self._before_answer)

    def action_reset(self) -> None:
        """Begin the run anew, after a question if something would be lost."""
        self.losing_nothing("reset", "beginning anew", lambda: self.send(messages.Reset()))

    def action_choose_world(self) -> None:
        """Choose a world and begin a new run in it."""
        current = self.snapshot.world.name if self.snapshot else ""
        self.app.push_screen(ChooseWorld(self.library, current), self._start_in)

    def _start_in(self, world: str | None) -> None:
        if world is None:
            return
        snapshot = self.snapshot
        start = start_in(self.library, world, snapshot) if snapshot else messages.Start(world, messages.FIRST_AGENT)
        self.losing_nothing("begin", BEGINNING, lambda: self.send(start))

    def action_choose_agent(self) -> None:
        """Choose an agent, then its settings."""
        current = self.snapshot.agent.name if self.snapshot else ""
        self.app.push_screen(ChooseAgent(self.library, current), self._ask_for_settings)

    def _ask_for_settings(self, name: str | None) -> None:
        snapshot = self.snapshot
        agent = next((agent for agent in self.library.agents() if agent.name == name), None)
        if agent is None or snapshot is None:
            return
        given = chosen_settings(self.library, snapshot) if snapshot.agent.name == name else {}
        self.app.push_screen(AgentSettings(self.library, agent, given, snapshot.agent.seed), self._start_with)

    def _start_with(self, chosen: ChosenAgent | None) -> None:
        if chosen is not None and self.snapshot is not None:
            start = messages.Start(self.snapshot.world.name, chosen.name, chosen.settings, chosen.seed)
            self.losing_nothing("begin", BEGINNING, lambda: self.send(start))

    def action_save(self) -> None:
        """Ask for a name and save."""
        if self.snapshot is not None:
            self.app.push_screen(SaveRun(self.library, self.snapshot), self._save_as)

    def _save_as(self, name: str | None) -> None:
        if name is None:
            self._once_saved = None
        else:
            self.send(messages.Save(name))

    def action_open(self) -> None:
        """Choose a save and go on with it."""
        own = self.snapshot.autosave_name if self.snapshot else ""
        self.app.push_screen(OpenSave(self.library, own), self._load)

    def _load(self, name: str | None) -> None:
        if name is not None:
            self.losing_nothing("open", "opening another", lambda: self.send(messages.Load(name)))

    def welcome_back(self) -> None:
        """Ask whether to go on where the line broke, if it did."""
        if (broken_off := self.library.broken_off()) is not None:
            self.app.push_screen(ContinueRun(broken_off), lambda answer: self._take_up(broken_off, answer))

    def _take_up(self, broken_off: SaveEntry, answer: str | None) -> None:
        if answer == CONTINUE:
            self.send(messages.Load(broken_off.name))
        elif answer == FORGET:
            self.library.forget(broken_off)

    def action_quit(self) -> None:
        """Leave; ask what to do with what is not saved."""
        self.losing_nothing("quit", "leaving", self.app.exit)
