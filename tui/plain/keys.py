"""What the person types: keys of a terminal as they come, or lines of anything else."""

import os
import re
import select
import signal
import termios
import tty
from codecs import getincrementaldecoder
from contextlib import suppress
from typing import TextIO

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.keys import _character_to_key

SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.)|.", re.DOTALL)
"""A key: one character, or what a key sends that has no letter."""
UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|O)?")
"""What may be the beginning of such a sequence, or the escape key."""
REST_COMES_WITHIN = 0.05
"""Seconds; the escape key sends nothing more."""
END_OF_INPUT = "\x04"


class Keys:
    """Reads keys where they come from a terminal, else lines."""

    def __init__(self, stream: TextIO, output: TextIO) -> None:
        self._stream = stream
        self._output = output
        self.interactive = stream.isatty()
        """Whether keys come as they are typed."""
        self._typed = ""
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._before = termios.tcgetattr(stream) if self.interactive else None
        self._taken = False

    def take(self) -> None:
        """Let keys come at once and unseen, also after the shell had the terminal in between."""
        if self.interactive:
            tty.setcbreak(self._stream, termios.TCSADRAIN)  # What was typed ahead is not lost.
            self._taken = True
            signal.signal(signal.SIGCONT, lambda *_: self.take() if self._taken else None)

    def give_back(self) -> None:
        """Leave the terminal as it was; may be called from any thread."""
        self._taken = False
        if self._before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self._stream, termios.TCSADRAIN, self._before)

    def pressed(self) -> bool:
        """Whether a key waits."""
        return bool(self._typed or self._comes_within(0.0))

    def read(self, seconds: float) -> tuple[str, str] | tuple[()] | None:
        """Return a word and what follows it, nothing if nothing came in time, None at the end.

        A key has the name that Textual has for it.
        """
        if not self.interactive:
            line = self._stream.readline()
            word, _, rest = line.strip().partition(" ")
            return (name_of(word or " "), rest.strip()) if line.strip("\n") else () if line else None
        if not self._typed and self._comes_within(seconds) and not self._fill():
            return None
        while UNFINISHED.fullmatch(self._typed) and self._comes_within(REST_COMES_WITHIN) and self._fill():
            pass
        key = SEQUENCE.match(self._typed)
        if key is None:
            return ()
        self._typed = self._typed[key.end() :]
        return None if key[0] == END_OF_INPUT else (name_of(key[0]), "")

    def line(self, prompt: str) -> str:
        """Ask for a line."""
        if not self.interactive:
            return self._stream.readline().strip()
        print(prompt, end="", file=self._output, flush=True)
        self.give_back()
        try:
            return self._stream.readline().strip()
        finally:
            self.take()

    def _comes_within(self, seconds: float) -> bool:
        return bool(select.select([self._stream], [], [], seconds)[0])

    def _fill(self) -> bool:
        """Take what was typed; return whether there is more to come."""
        typed = os.read(self._stream.fileno(), 4096)
        self._typed += self._decode(typed)
        return bool(typed)


def name_of(typed: str) -> str:
    """Return the name of a key by what it sends, or the word as it is; an unknown sequence is an unknown key."""
    if typed in ("\n", "\r"):
        return "enter"
    known = ANSI_SEQUENCES_KEYS.get(typed)
    if isinstance(known, tuple) and not typed.isprintable():
        return known[0].value
    return "space" if typed == " " else _character_to_key(typed) if len(typed) == 1 else typed
