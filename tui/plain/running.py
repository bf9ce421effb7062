"""What goes to the run as it is: steps, speeds, the way back, branches, settings, edits, and a hand of one's own."""

from collections.abc import Sequence
from functools import partial

from engine import messages
from engine.errors import InputError, near_miss
from engine.messages import Command
from engine.until import EXAMPLES, MEANINGS, Until
from tui.plain.speech import key, listed
from tui.plain.talk import Answer, Talk, anything
from tui.plain.telling import pace
from tui.widgets.hints import DIGITS, WAYS, action_that_way

AT_ONCE: dict[str, Command] = {
    "step": messages.Step(),
    "finish_episode": messages.FinishEpisode(),
    "play": messages.PlayOrPause(),
    "full_speed": messages.RunAtFullSpeed(),
    "demonstrate": messages.Demonstrate(),
    "back": messages.StepBack(),
    "back_episode": messages.EpisodeBack(),
}
"""The commands that ask for nothing."""
SPEEDS: dict[str, Command] = {"faster": messages.Faster(), "slower": messages.Slower()}


class Running:
    """Answers the commands that the trainer obeys."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._driving = False
        self.answers: dict[str, Answer] = {
            **{name: Answer(partial(self._at_once, command)) for name, command in AT_ONCE.items()},
            **{name: Answer(partial(self._speed, command)) for name, command in SPEEDS.items()},
            "run_until": Answer(self._run_until, anything),
            "go_to_step": Answer(self._go_to_step, anything),
            "branches": Answer(self._branches, anything),
            "reset": Answer(self._reset),
            "change_settings": Answer(self._change_settings, anything),
            "edit_world": Answer(self._edit, anything, "Edit the world by a line; a row,column alone tells the cell."),
            "drive": Answer(
                self._drive,
                anything,
                "Choose the actions yourself, by arrows, digits or names on the line; again: stop.",
            ),
        }

    @property
    def driving(self) -> bool:
        """Whether arrows and digits choose the agent's actions."""
        return self._driving or self._talk.shown.agent.waits_for_person

    def steer(self, columns: int, rows: int) -> None:
        """Act by an arrow that goes so many columns and rows."""
        action = action_that_way(self._talk.shown.world.actions, columns, rows)
        if action is None:
            self._talk.say(f"no action here is called {WAYS[columns, rows][0]}: {self._numbered()}")
        else:
            self._talk.submit(messages.ActByHand(action))

    def act(self, digit: int) -> None:
        """Act by a digit, counted from 1."""
        if digit > len(self._talk.shown.world.actions):
            self._talk.say(f"there is no action {digit}: {self._numbered()}")
        else:
            self._talk.submit(messages.ActByHand(digit - 1))

    def _at_once(self, command: Command, rest: str) -> None:
        self._talk.submit(command)

    def _speed(self, command: Command, rest: str) -> None:
        self._talk.submit(command)
        self._talk.say(f"the speed is {pace(self._talk.shown.speed)}")

    def _run_until(self, rest: str) -> None:
        kinds = (f"{example}: {meaning}" for example, meaning in zip(EXAMPLES, MEANINGS.values(), strict=True))
        self._talk.submit(messages.RunUntil(Until.parse(self._talk.choose(kinds, "run until", rest))))

    def _go_to_step(self, rest: str) -> None:
        text = self._talk.choose((), f"step, from 0 to {self._talk.shown.timeline.head:,}", rest)
        digits = text.replace(",", "")
        if not digits.isdecimal():
            raise InputError(f"{text!r} is no number of a step")
        self._talk.submit(messages.GoTo(int(digits[:18])))

    def _branches(self, rest: str) -> None:
        timeline = self._talk.shown.timeline
        lines = (
            f"{branch.name}: begins at step {branch.fork:,}"
            + (f" with {branch.began}" if branch.began else "")
            + f", goes to step {branch.head:,}"
            + (", you are on it" if branch.name == timeline.branch else "")
            for branch in timeline.branches
        )
        self._talk.submit(messages.SwitchBranch(self._talk.choose(lines, "branch to go to", rest)))

    def _reset(self, rest: str) -> None:
        if self._talk.may_lose_it("begin anew"):
            self._talk.submit(messages.Reset())

    def _change_settings(self, rest: str) -> None:
        text = self._talk.choose(self._settings(), "settings to change, such as epsilon=0.1", rest)
        self._talk.submit(messages.ChangeSettings(read_settings(text)))

    def _settings(self) -> list[str]:
        """Say of each setting what it is now, what it is for and what it may be."""
        agent = self._talk.shown.agent
        entries = next((known.settings for known in self._talk.library.agents() if known.name == agent.name), ())
        return [
            f"{entry.name} {agent.settings[entry.name]}: {entry.meaning}"
            + (", fixed while the agent lives" if entry.fixed else f" ({entry.range})")
            for entry in entries
            if entry.name in agent.settings
        ]

    def _edit(self, rest: str) -> None:
        """Edit the world by a line, write it to a file, or say what a cell is."""
        from tui.widgets.cells import described
        from tui.written_edits import EXAMPLES, read_edit, read_place, write_world

        world = self._talk.shown.world
        if "map" not in world.definition:
            raise InputError("only a gridworld, which has a text map, can be edited")
        line = self._talk.choose((), f"edit, such as {EXAMPLES}", rest).strip()
        what, _, name = line.partition(" ")
        if what == "file":
            self._talk.say(write_world(name, world))
        elif place := read_place(line, world.cells):
            self._talk.tell(described(world, place))
        else:
            self._talk.submit(read_edit(line, world))

    def _drive(self, rest: str) -> None:
        """Take the actions that are named; or let arrows and digits choose them from now on, or no longer."""
        if not rest:
            self._driving = not self.driving
            stop = f"{key('drive')} again stops"
            self._talk.say(f"you drive: arrows, or {self._numbered()}; {stop}" if self._driving else "the agent drives")
            return
        actions = self._talk.shown.world.actions
        names = [rest] if rest in actions else rest.replace(",", " ").split()
        for action in [read_action(name, actions) for name in names]:
            self._talk.submit(messages.ActByHand(action))

    def _numbered(self) -> str:
        names = self._talk.shown.world.actions[: len(DIGITS)]
        return listed([f"{number} {name}" for number, name in enumerate(names, start=1)])


def read_action(text: str, actions: Sequence[str]) -> int:
    """Return the number of an action that is written by its name or counted from 1; raises `InputError` for others."""
    if text in actions:
        return actions.index(text)
    if text.isdecimal() and 0 < int(text[:9]) <= len(actions):
        return int(text) - 1
    raise InputError(f"unknown action {text!r}{near_miss(text, actions)} (there are: {', '.join(actions)})")


def read_settings(text: str) -> dict[str, str]:
    """Return settings that are written such as `epsilon=0.1 step_size=0.5`; raises `InputError` for anything else."""
    pairs = dict(word.partition("=")[::2] for word in text.split())
    if not pairs or not all(key and value for key, value in pairs.items()):
        raise InputError(f"{text!r} is no setting; write one such as epsilon=0.1")
    return pairs
