"""The application in plain lines: the same keys and the same trainer, one line for each thing that happens, no drawing.

For screen readers, for terminals that can do nothing, and for pipes: from a terminal it reads keys; from anything else
it reads lines, each a key or the name of a command and what it asks for, such as `u return>=9`.
"""

import os
import re
import select
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from textual.keys import _character_to_key

from engine import messages
from engine.errors import InputError, near_miss
from engine.messages import Command, Load, Snapshot, Start
from engine.until import Until
from tui import commands
from tui.screens.ports import Trainer
from tui.signals import Rescue
from tui.widgets.explanation import explain
from tui.widgets.why_large import explain_at_large

TICK = 0.05
"""Seconds from one look at keys and run to the next."""
SPOKEN_EVERY = 1.0
"""Seconds from one line about a run that goes on by itself to the next: nobody can listen faster."""
SEQUENCE = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|O.)")
"""What keys send that have no letter; plain mode needs none of them."""
FIRST_AGENT = "q-learning"
END_OF_INPUT = "\x04"
NAMES = {"\x1b": "escape", "\x13": "ctrl+s", "\x0f": "ctrl+o", "\x11": "ctrl+q"}
WIDE = 10_000
"""Cells for a line that is never shortened."""

PLAIN: dict[str, Command] = {
    "step": messages.Step(),
    "finish_episode": messages.FinishEpisode(),
    "play": messages.PlayOrPause(),
    "full_speed": messages.RunAtFullSpeed(),
    "stop": messages.Pause(),
    "faster": messages.Faster(),
    "slower": messages.Slower(),
    "demonstrate": messages.Demonstrate(),
    "back": messages.StepBack(),
    "back_episode": messages.EpisodeBack(),
    "reset": messages.Reset(),
}
"""The commands that ask for nothing."""


def _setting(text: str) -> Command:
    key, equals, value = text.partition("=")
    if not equals:
        raise InputError(f"{text!r} is no setting; write one such as epsilon=0.1")
    return messages.ChangeSettings({key.strip(): value.strip()})


def _step(text: str) -> Command:
    if not text.replace(",", "").isdecimal():
        raise InputError(f"{text!r} is no number of a step")
    return messages.GoTo(int(text.replace(",", "")[:18]))


ASKING: dict[str, tuple[str, Callable[[str], Command]]] = {
    "run_until": ("run until", lambda text: messages.RunUntil(Until.parse(text))),
    "go_to_step": ("step", _step),
    "branches": ("branch", messages.SwitchBranch),
    "change_settings": ("setting, such as epsilon=0.1", _setting),
    "choose_world": ("world", lambda text: messages.Start(text, FIRST_AGENT)),
    "save": ("name of the save", messages.Save),
    "open": ("save to open", messages.Load),
}
"""The commands that ask for one thing: the prompt, and what is made of the answer."""
HERE = {"choose_agent", "drive"}
"""Those that ask for one thing, too, of which it takes the run to make something."""


class Plain:
    """Talks in lines: takes keys to a trainer and tells what came of them."""

    def __init__(self, trainer: Trainer, keys: "Keys", output: TextIO) -> None:
        self._trainer = trainer
        self._keys = keys
        self._output = output
        self._sent = 1
        self._told: Snapshot | None = None
        self._notices = 0
        self._spoken_at = 0.0
        self.left = False
        """Whether the person asked to leave."""

    def run(self) -> None:
        """Talk until the person leaves or there is nothing more to read."""
        self._settle()
        shown = self._trainer.snapshot
        if shown is None:
            return
        self._told = shown
        self.say(f"{shown.world.title}: {shown.agent.title}, seed {shown.agent.seed}, at step {shown.step:,}")
        self.say(f"press {commands.key_of('step')} for one step, {commands.key_of('help')} for all keys")
        while not self.left:
            typed = self._keys.read(TICK)
            if typed is None:
                break
            if typed:
                self._obey(*typed)
            self._tell()
        self._submit(messages.Pause())

    def say(self, text: str) -> None:
        """Write one line, of printable characters only."""
        line = "".join(character if character.isprintable() else "�" for character in text)
        print(line, file=self._output, flush=True)

    def _obey(self, word: str, rest: str) -> None:
        """Do what a key or a name of a command asks for."""
        key = "space" if word == " " else _character_to_key(word) if len(word) == 1 else word
        command = next((c for c in commands.COMMANDS if key in c.keys_now or word == c.id), None)
        if command is None:
            self.say(f"{word!r} is no key; {commands.key_of('help')} lists them")
        elif command.id == "help":
            for known in commands.COMMANDS:
                if known.id in {*PLAIN, *ASKING, *HERE, "why", "edit_world", "help", "quit"}:
                    self.say(f"{' or '.join(known.keys_shown)}: {known.help}")
        elif command.id == "quit":
            self._quit(rest)
        elif command.id in PLAIN:
            self._submit(PLAIN[command.id])
        elif command.id in {*ASKING, *HERE}:
            self._ask(command.id, rest)
        elif command.id == "edit_world":
            self._edit(rest)
        elif command.id == "why":
            self._explain()
        else:
            self.say(f"{command.label} is of the full screen only")

    def _ask(self, name: str, rest: str) -> None:
        here = {"choose_agent": ("agent", self._start_agent), "drive": ("action, by its name", self._act)}
        prompt, make = (ASKING | here)[name]
        answer = rest or self._keys.line(f"{prompt}: ")
        if not answer:
            self.say("nothing was asked for")
            return
        try:
            self._submit(make(answer))
        except InputError as error:
            self.say(str(error))

    def _edit(self, rest: str) -> None:
        """Edit the world by a line, or write it to a file."""
        from tui.written_edits import EXAMPLES, read_edit, write_world  # It loads the dialogs, which plain lines lack.

        line = rest or self._keys.line(f"edit, such as {EXAMPLES}: ")
        what, _, name = line.strip().partition(" ")
        shown = self._trainer.snapshot
        if not what or shown is None:
            self.say("nothing was asked for")
            return
        try:
            if what == "file":
                self.say(write_world(name, shown.world))
            else:
                self._submit(read_edit(line, shown.world))
        except InputError as error:
            self.say(str(error))

    def _start_agent(self, text: str) -> Command:
        """Return the command that begins another agent in this world."""
        shown = self._shown
        return messages.Start(shown.world.name, text, {}, shown.agent.seed)

    def _act(self, text: str) -> Command:
        """Return the command that takes an action by hand."""
        actions = self._shown.world.actions
        if text not in actions:
            raise InputError(f"unknown action {text!r}{near_miss(text, actions)} (there are: {', '.join(actions)})")
        return messages.ActByHand(actions.index(text))

    def _explain(self) -> None:
        """Say the last step at large."""
        for line in explain_at_large(self._shown, WIDE):
            if told := "".join(text for text, _ in line).strip():
                self.say(re.sub(" {2,}", ", ", told))

    @property
    def _shown(self) -> Snapshot:
        """What there is to see; nothing is asked before there is."""
        assert self._trainer.snapshot is not None
        return self._trainer.snapshot

    def _quit(self, rest: str) -> None:
        """Leave; what is not saved takes a word."""
        self._settle()
        shown = self._trainer.snapshot
        if shown is not None and shown.unsaved and not rest:
            question = "not saved; a name to save it, discard to leave without, empty to stay: "
            if not self._keys.interactive:
                self.say(question.strip())
            rest = self._keys.line(question)
            if not rest:
                return
            if rest != "discard":
                self._submit(messages.Pause())
                self._submit(messages.Save(rest))
                self._tell()
                after = self._trainer.snapshot
                if after is not None and after.unsaved:
                    return
        self.left = True

    def _submit(self, command: Command) -> None:
        """Hand on a command, and wait for its effect as far as it has an end."""
        self._sent += 1
        self._trainer.submit(command)
        self._settle(to_the_end=not isinstance(command, messages.RunAtFullSpeed))
        self._tell()

    def _settle(self, *, to_the_end: bool = True) -> None:
        """Wait until the commands are obeyed; a pipe also waits for the end of what comes to one by itself."""
        to_the_end = to_the_end and not self._keys.interactive
        while not (self._trainer.snapshot is None and self._trainer.complaint):
            shown = self._trainer.snapshot
            if shown is not None and shown.obeyed >= self._sent and not shown.busy:
                coming_to_an_end = shown.playing and shown.speed == float("inf")
                if not (to_the_end and coming_to_an_end):
                    return
            if self._keys.interactive and self._keys.pressed():
                return
            time.sleep(0.005)

    def _tell(self) -> None:
        """Say what is new."""
        shown, told = self._trainer.snapshot, self._told
        if shown is None or shown is told:
            return
        for notice in shown.notices:
            if notice.number > self._notices:
                self.say(("not possible: " if notice.error else "") + notice.text)
                self._notices = notice.number
        now = time.monotonic()
        if shown.playing and now - self._spoken_at < SPOKEN_EVERY:
            return
        self._told = shown
        if told is None or _place(shown) != _place(told):
            self._spoken_at = now
            for line in lines(shown, told):
                self.say(line)
        elif shown.playing != told.playing:
            self.say(f"running at {shown.speed:g} steps a second" if shown.playing else "paused")


def lines(shown: Snapshot, told: Snapshot | None) -> Iterator[str]:
    """Return the lines that tell a snapshot after the one that was told before."""
    if shown.last is None:
        here = f"the agent is in {shown.world.states[shown.state]}"
        if shown.demonstration:
            yield f"a greedy demonstration begins: {here}; nothing is learned from it"
        else:
            yield f"step {shown.step:,}: {here}; nothing is learned yet"
        return
    for line in explain(shown, WIDE):
        yield re.sub(" {2,}", ", ", "".join(text for text, _ in line).strip())
    if told is not None and shown.episodes.finished > told.episodes.finished:
        count, last = shown.episodes.finished, shown.episodes.returns[-1]
        mean = f"mean of the last {min(count, 100):,} {shown.episodes.mean_return:.4g}"
        yield f"episode {count:,} ended with a return of {last:g}; {mean}"


def _place(shown: Snapshot) -> object:
    return shown.world.name, shown.step, shown.demonstration, shown.path


class Keys:
    """What the person types: keys of a terminal as they come, or lines of anything else."""

    def __init__(self, stream: TextIO, output: TextIO) -> None:
        self._stream = stream
        self._output = output
        self.interactive = stream.isatty()
        """Whether keys come as they are typed."""
        self._typed = ""
        self._before = termios.tcgetattr(stream) if self.interactive else None

    def take(self) -> None:
        """Let keys come at once and unseen."""
        if self.interactive:
            tty.setcbreak(self._stream)

    def give_back(self) -> None:
        """Leave the terminal as it was; may be called from any thread."""
        if self._before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self._stream, termios.TCSADRAIN, self._before)

    def pressed(self) -> bool:
        """Whether a key waits."""
        return bool(self._typed or select.select([self._stream], [], [], 0.0)[0])

    def read(self, seconds: float) -> tuple[str, str] | tuple[()] | None:
        """Return a word and what follows it, nothing if nothing came in time, None at the end."""
        if not self.interactive:
            line = self._stream.readline()
            word, _, rest = line.strip().partition(" ")
            return (word or " ", rest.strip()) if line.strip("\n") else () if line else None
        if not self._typed and select.select([self._stream], [], [], seconds)[0]:
            typed = os.read(self._stream.fileno(), 4096)
            if not typed:
                return None
            self._typed = SEQUENCE.sub("", typed.decode("utf-8", "replace"))
        if not self._typed:
            return ()
        key, self._typed = self._typed[0], self._typed[1:]
        return None if key == END_OF_INPUT else (NAMES.get(key, key), "")

    def line(self, prompt: str) -> str:
        """Ask for a line."""
        if self.interactive:
            print(prompt, end="", file=self._output, flush=True)
            self.give_back()
            try:
                return self._stream.readline().strip()
            finally:
                self.take()
        return self._stream.readline().strip()


def run(saves: Path, first: Start | Load, *, timeline_memory: int) -> int:
    """Talk about a run in lines and return the exit code; whatever ends it, what was learned is not lost."""
    from engine.trainer import Trainer

    trainer, keys = Trainer(saves, timeline_memory), Keys(sys.stdin, sys.stdout)
    talk = Plain(trainer, keys, sys.stdout)

    def leave(code: int) -> None:
        talk.left = True
        keys.give_back()

    rescue = Rescue(trainer.rescue, leave)
    rescue.install()
    try:
        keys.take()
        trainer.start(first)
        talk.run()
    finally:
        keys.give_back()
        on_purpose = talk.left and rescue.signal is None
        if not on_purpose:
            trainer.rescue()
        rescue.remove()
        trainer.close(forget=on_purpose)
    if trainer.complaint and trainer.snapshot is None:
        raise InputError(trainer.complaint)
    return 128 + rescue.signal if rescue.signal is not None else 0
