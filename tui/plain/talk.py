"""What all rooms of the conversation share: the run that it is about, what is said, and what is asked."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TextIO

from engine import messages
from engine.errors import InputError
from engine.messages import Command, Load, Snapshot, Start
from tui.lessons.tour import makes_own
from tui.plain import telling
from tui.plain.keys import Keys
from tui.plain.speech import key, spoken
from tui.screens.ports import Library, Trainer

GLANCE = 0.005
"""Seconds from one look at the trainer to the next, while something is waited for."""
SPOKEN_EVERY = 1.0
"""Seconds from one line about a run that goes on by itself to the next: nobody can listen faster."""
PATIENCE = 10.0
"""Seconds that an answer is waited for which the trainer gives at once unless it is busy with something else."""
TOGGLES = (messages.PlayOrPause, messages.RunAtFullSpeed, messages.Pause)


def nothing(rest: str) -> bool:
    """Say that a command takes no text: what follows it on a line are further keys."""
    return False


def anything(rest: str) -> bool:
    """Say that what follows a command on a line belongs to it."""
    return True


class Answer(NamedTuple):
    """How plain lines answer a command of the table."""

    do: Callable[[str], None]
    """Does it with the text that follows the command on a line; what is missing of it is asked for."""
    takes: Callable[[str], bool] = nothing
    """Whether what follows on a line is text for this command."""
    help: str = ""
    """What it does, where that is another thing than on the screen."""


class Talk:
    """Says lines and asks for them; hands commands to the trainer and tells what came of them."""

    def __init__(self, trainer: Trainer, library: Library, keys: Keys, output: TextIO) -> None:
        self.library = library
        self.keys = keys
        self._trainer = trainer
        self._output = output
        self._sent = 1
        self._told: Snapshot | None = None
        self._notices = 0
        self._spoken_at = 0.0
        self._toggled = False
        """Whether the person let the run go on, or paused it, with the last command."""
        self.driven = False
        """Whether the run was begun by `drive`, so that nothing of the person's is lost with it."""
        self.reading = False
        """Whether a lesson is open."""
        self.beside: Callable[[Snapshot], Iterable[str]] = lambda shown: ()
        """What is said after each step of what stands beside the run."""

    @property
    def shown(self) -> Snapshot:
        """What there is to see; nothing is asked before there is."""
        assert self._trainer.snapshot is not None
        return self._trainer.snapshot

    @property
    def begun(self) -> bool:
        """Whether there is a run."""
        return self._trainer.snapshot is not None

    @property
    def at_rest(self) -> bool:
        """Whether what is shown is what came of every command so far."""
        return self.begun and self.shown.obeyed >= self._sent

    # What is said, and what is asked.

    def say(self, text: str) -> None:
        """Write one line as it is, of printable characters only."""
        line = "".join(character if character.isprintable() else "�" for character in text)
        print(line, file=self._output, flush=True)

    def tell(self, *lines: str) -> None:
        """Say sentences of the screen, signs in words; what says nothing is left out."""
        for line in lines:
            if words := spoken(line):
                self.say(words)

    def ask(self, prompt: str) -> str:
        """Return the line that is typed; empty where nothing is, or nothing is left to read."""
        return self.keys.line(f"{prompt}: ")

    def choose(self, listed: Iterable[str], prompt: str, rest: str) -> str:
        """Return what was typed with the command; else list what there is, ask, and return the answer.

        Raises `InputError` where nothing is answered.
        """
        if not rest:
            self.tell_news()
            self.tell(*listed)
        if answer := rest or self.ask(prompt):
            return answer
        raise InputError("nothing was asked for")

    def with_text(self, line: str) -> str:
        """Say how a key and what it takes are given: from a terminal, where keys act at once, by way of the palette."""
        return f"{key('command_palette')} and the line {line}" if self.keys.interactive else f"the line {line}"

    def sure(self, question: str, *, unasked: bool) -> bool:
        """Return whether the person says yes; from a pipe, where nobody hears the question, `unasked` is the answer."""
        if not self.keys.interactive:
            return unasked
        agreed = self.ask(f"{question}; yes, or empty for no").lower() in {"y", "yes"}
        if not agreed:
            self.say("nothing was done")
        return agreed

    def may_lose_it(self, verb: str) -> bool:
        """Return whether nothing would be lost, or the person agrees; what a pipe says is meant."""
        question = f"{verb}: what was learned since the last save will be lost"
        return not self.shown.unsaved or self.sure(question, unasked=True)

    # What is asked of the trainer.

    def submit(self, *asked: Command) -> None:
        """Hand on commands, wait for their effect as far as it has an end, and tell it."""
        self._toggled = isinstance(asked[-1], TOGGLES)
        for command in asked:
            self.driven = self.driven and not makes_own(command, reading=self.reading)
            self._send(command)
        self._settle(to_the_end=not isinstance(asked[-1], messages.RunAtFullSpeed))
        self.tell_news()

    def drive(self, asked: Sequence[Command]) -> None:
        """Hand on commands of a lesson and wait for the end of all of them; what happens on the way is not told."""
        for command in asked:
            self.driven = self.driven or isinstance(command, Start | Load)
            self._send(command)
        endless = isinstance(asked[-1], messages.RunAtFullSpeed)
        self.wait(lambda shown: endless or not (shown.playing and shown.speed == float("inf")), patience=float("inf"))
        self._tell_beginning(self._told)
        self._told = self.shown
        self._tell_notices()

    def look(self, asked: Command) -> Snapshot:
        """Hand on a command that changes only what is seen, and return a snapshot with what came of it."""
        self._send(asked)
        shown = self.wait(lambda shown: True)
        self.tell_news()
        return shown

    def wait(
        self, holds: Callable[[Snapshot], bool], patience: float = PATIENCE, *, gives_way: bool = False
    ) -> Snapshot:
        """Return the first snapshot after the last command of which this holds, or the newest if none comes in time.

        `gives_way`: on a terminal the next key ends the waiting.
        """
        began, busy = time.monotonic(), ""
        while time.monotonic() < began + patience and not (gives_way and self.keys.interactive and self.keys.pressed()):
            shown = self._trainer.snapshot
            if shown is not None and shown.obeyed >= self._sent and not shown.busy and holds(shown):
                break
            busy = self._tell_busy(shown, busy, began)
            time.sleep(GLANCE)
        return self.shown

    def settle(self) -> None:
        """Wait until every command is obeyed."""
        self._settle()

    def tell_news(self) -> None:
        """Say what is new."""
        shown, told = self._trainer.snapshot, self._told
        if shown is None or shown is told:
            return
        self._tell_notices()
        now = time.monotonic()
        toggled = told is not None and shown.playing != told.playing and self._toggled
        goes_on = told is not None and shown.demonstration == told.demonstration and not toggled
        if shown.playing and goes_on and now - self._spoken_at < SPOKEN_EVERY:
            return
        self._told = shown
        self._tell_beginning(told)
        if toggled and shown.playing:
            self.say(telling.how_it_runs(shown))
        if told is None or telling.place(shown) != telling.place(told):
            self._spoken_at = now
            self.tell(*telling.news(shown, told), *self.beside(shown))
        if toggled and not shown.playing:
            self.say(telling.how_it_runs(shown))

    def tell_again(self) -> None:
        """Say what happened last."""
        self.tell(*telling.news(self.shown, None), *self.beside(self.shown))

    def begin(self) -> None:
        """Take what is shown as told."""
        self._told = self.shown

    def _tell_beginning(self, told: Snapshot | None) -> None:
        """Say who learns where, if that was another before."""
        if told is not None and telling.headline(told) != telling.headline(self.shown):
            self.say(f"{telling.headline(self.shown)}, at step {self.shown.step:,}")

    def _tell_notices(self) -> None:
        for notice in self.shown.notices:
            if notice.number > self._notices:
                self.say(("not possible: " if notice.error else "") + notice.text)
                self._notices = notice.number

    def _send(self, command: Command) -> None:
        self._sent += 1
        self._trainer.submit(command)

    def _settle(self, *, to_the_end: bool = True) -> None:
        """Wait until the commands are obeyed; a pipe also waits for the end of what comes to one by itself."""
        to_the_end = to_the_end and not self.keys.interactive
        began, busy = time.monotonic(), ""
        while not (self._trainer.snapshot is None and self._trainer.complaint):
            shown = self._trainer.snapshot
            if shown is not None and shown.obeyed >= self._sent and not shown.busy:
                coming_to_an_end = shown.playing and shown.speed == float("inf")
                if not (to_the_end and coming_to_an_end):
                    return
            if self.keys.interactive and self.keys.pressed():
                return
            busy = self._tell_busy(shown, busy, began)
            time.sleep(GLANCE)

    def _tell_busy(self, shown: Snapshot | None, said: str, since: float) -> str:
        """Say what the trainer is busy with, once, if it takes long enough to wonder; return what was said last."""
        busy = shown.busy.partition(":")[0] if shown is not None else ""
        if busy and busy != said and time.monotonic() - since > SPOKEN_EVERY and self.keys.interactive:
            self.say(busy)
            return busy
        return said
