"""What the main screen does with time, and with a person's own hand in the run."""

from textual import events
from textual.reactive import reactive

from engine import messages
from engine.messages import Snapshot
from engine.until import Until
from tui.screens.choose_agent import ChosenAgent, LivingAgentSettings
from tui.screens.editor import Editor, editable
from tui.screens.journey import ChooseBranch, GoToStep
from tui.screens.run_until import RunUntil
from tui.screens.runs import Runs
from tui.widgets.hints import DIGITS, WAYS, action_that_way
from tui.widgets.key_line import KeyLine
from tui.widgets.panel import Panel
from tui.widgets.timeline import Timeline


class TimeTravel(Runs):
    """The commands that go back and forth in the run, and those by which a person has a hand in it."""

    driving: reactive[bool] = reactive(False, repaint=False, init=False)
    """Whether the arrows choose the agent's actions."""
    _until = ""
    """What was asked for last, as it was written."""

    def action_run_until(self) -> None:
        """Ask for a condition and run until it holds."""
        if self.snapshot is not None:
            self.app.push_screen(RunUntil(self._until), self._run_until)

    @property
    def standing(self) -> bool:
        """Whether the run stands, and nothing takes its time."""
        return self.snapshot is not None and not self.snapshot.playing and not self.snapshot.busy

    @property
    def resting(self) -> bool:
        """Whether the run stands, and nobody drives who could let go."""
        return self.standing and not (self.driving and self._can_let_go)

    @property
    def _can_let_go(self) -> bool:
        return self.snapshot is not None and not self.snapshot.agent.waits_for_person

    def action_stop(self) -> None:
        """Stop whatever goes on; where the run stands, let go of the agent, unless it waits for a person."""
        if self.standing and self._can_let_go:
            self.driving = False
        self.send(messages.Pause())

    def action_back(self) -> None:
        """Take back a transition for each press."""
        self.send(messages.StepBack(self.presses("back")))

    def action_back_episode(self) -> None:
        """Take back one episode."""
        self.send(messages.EpisodeBack())

    def action_go_to_step(self) -> None:
        """Ask for a step and go there."""
        self._ask_for_step("")

    def action_branches(self) -> None:
        """Choose a branch of the run."""
        if self.snapshot is not None:
            self.app.push_screen(ChooseBranch(self.snapshot.timeline), self._switch)

    def action_drive(self) -> None:
        """Let the arrows choose the actions, or the agent again."""
        self.driving = not self.driving
        if self.driving and isinstance(self.focused, Timeline):
            next(panel for panel in self.query(Panel) if panel.display).focus()

    def give_the_wheel(self, before: Snapshot | None, now: Snapshot) -> None:
        """Let the person drive an agent that waits for them, as soon as it is there, and until it is gone."""
        waited = before is not None and before.agent.waits_for_person
        if now.agent.waits_for_person != waited:
            self.driving = not waited

    def watch_driving(self) -> None:
        """Tell the keys that go with it."""
        self.query_one(KeyLine).driving = self.driving

    def on_descendant_focus(self) -> None:
        """Tell the keys of the timeline while it has the focus."""
        self.query_one(KeyLine).scrubbing = isinstance(self.focused, Timeline)

    def action_change_settings(self) -> None:
        """Change settings of the agent while it lives."""
        snapshot = self.snapshot
        if snapshot is None:
            return
        agent = next((agent for agent in self.library.agents() if agent.name == snapshot.agent.name), None)
        if agent is not None:
            form = LivingAgentSettings(self.library, agent, snapshot.agent.settings)
            self.app.push_screen(form, self._change_settings)

    def action_edit_world(self) -> None:
        """Edit the world while the agent lives in it."""
        if self.snapshot is None or not editable(self.snapshot.world):
            self.app.notify("only a gridworld, which has a text map, can be edited", severity="warning", markup=False)
            return
        self.app.push_screen(Editor(self, self.snapshot))

    def on_timeline_scrubbed(self, message: Timeline.Scrubbed) -> None:
        """Go where the person scrubbed to."""
        self.send(messages.GoTo(message.step))

    def on_timeline_typed(self, message: Timeline.Typed) -> None:
        """Ask for the rest of the number that the person began to type."""
        self._ask_for_step(message.digit)

    def on_key(self, event: events.Key) -> None:
        """Take a digit for an action, while the person drives."""
        if self.driving and event.character and event.character in DIGITS:
            self._act(DIGITS.index(event.character))
            event.stop()

    def steer(self, columns: int, rows: int) -> bool:
        """Act by an arrow key, if the person drives; return whether they do."""
        if not self.driving or self.snapshot is None:
            return False
        actions = self.snapshot.world.actions
        action = action_that_way(actions, columns, rows)
        if action is None:
            listed = ", ".join(f"{digit} {name}" for digit, name in zip(DIGITS, actions, strict=False))
            self.app.notify(f"no action here is called {WAYS[columns, rows][0]}: {listed}", markup=False)
        else:
            self._act(action)
        return True

    def _act(self, action: int) -> None:
        if self.snapshot is not None and action < len(self.snapshot.world.actions):
            self.send(messages.ActByHand(action))

    def _ask_for_step(self, typed: str) -> None:
        if self.snapshot is not None:
            self.app.push_screen(GoToStep(self.snapshot.timeline.head, typed), self._go)

    def _run_until(self, until: Until | None) -> None:
        if until is not None:
            self._until = str(until)
            self.send(messages.RunUntil(until))

    def _go(self, step: int | None) -> None:
        if step is not None:
            self.send(messages.GoTo(step))

    def _switch(self, name: str | None) -> None:
        if name is not None:
            self.send(messages.SwitchBranch(name))

    def _change_settings(self, chosen: ChosenAgent | None) -> None:
        if chosen is None or self.snapshot is None:
            return
        before = self.snapshot.agent.settings
        changed = {key: value for key, value in chosen.settings.items() if value != before.get(key)}
        if changed:
            self.send(messages.ChangeSettings(changed))
