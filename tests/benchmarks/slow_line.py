"""How long a key takes to show on a slow line, with and without waiting for the terminal's answers.

    python -m tests.benchmarks.slow_line

A run at full speed is looked at through a line of 64 kB/s and 30 ms each way, whose buffers hold whatever is sent.
A key is pressed some times, at odd moments; measured is the time until its effect stands on the screen at the far end:
`f` pauses, which changes a few cells, and `?` opens the help, which changes all of them.
"""

import os
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from select import select

from tests.benchmarks.terminal import PATIENCE, Terminal, environment, require

RATE = 64_000
"""Bytes a second that the line carries to the terminal."""
DELAY = 0.03
"""Seconds that it takes each way."""
KEYS = 10
REQUEST, ANSWER = b"\x1b[6n", b"\x1b[24;80R"


class SlowTerminal(Terminal):
    """A terminal at the end of a slow line; it answers when it is asked where its cursor is, or never."""

    def __init__(self, command: Sequence[str | Path], changes: dict[str, str], *, answers: bool) -> None:
        super().__init__(command, environment(**changes))
        self.answers = answers
        self._down: deque[tuple[float, bytes]] = deque()
        self._up: deque[tuple[float, bytes]] = deque()
        self._free_at = 0.0
        self._answered_to = 0

    @property
    def underway(self) -> int:
        """Bytes in the line, on their way to the terminal."""
        return sum(len(data) for _, data in self._down)

    def press(self, keys: bytes) -> None:
        """Send keys, which take their time."""
        self._up.append((time.monotonic() + DELAY, keys))

    def read(self, seconds: float = 0.0) -> None:
        """Show what arrives within that time, and carry what is on its way."""
        end = time.monotonic() + seconds
        while True:
            self._take()
            self._deliver()
            if time.monotonic() >= end:
                return

    def _take(self) -> None:
        """Take from the program whatever it writes; the line has room for all of it."""
        if select([self._master], [], [], 0.001)[0]:
            data = os.read(self._master, 65536)
            for part in (data[at : at + 512] for at in range(0, len(data), 512)):
                self._free_at = max(self._free_at, time.monotonic()) + len(part) / RATE
                self._down.append((self._free_at + DELAY, part))

    def _deliver(self) -> None:
        """Bring to either end what has arrived there."""
        now = time.monotonic()
        while self._up and self._up[0][0] <= now:
            os.write(self._master, self._up.popleft()[1])
        while self._down and self._down[0][0] <= now:
            data = self._down.popleft()[1]
            self.sent += data
            self.screen.feed(self._decode(data))
            while self.answers and (at := self.sent.find(REQUEST, self._answered_to)) >= 0:
                self._answered_to = at + len(REQUEST)
                self._up.append((now + DELAY, ANSWER))


KEYS_TRIED = {
    "f pauses": (b"f", "paused", b"f"),
    "? opens the help": (b"?", "page up/down", b"\x1b"),
}
"""What is pressed and what then stands on the screen, and what takes it away again."""


def key_to_paint(name: str, *, answers: bool, keys: int = KEYS) -> tuple[list[float], int]:
    """Return the seconds from key to paint of each key, and the most bytes that were on their way at such a time."""
    with tempfile.TemporaryDirectory() as home:
        key, there, back = KEYS_TRIED[name]
        command = [sys.executable, "-m", "tui", "--saves", home, "frozen-lake-8x8"]
        with SlowTerminal(command, {}, answers=answers) as line:
            require(line.wait_for(lambda: line.step is not None), f"it never showed a run:\n{line.screen}")
            line.press(b"f")
            line.read(3.0)
            taken, most = [], 0
            for number in range(keys):
                line.read(1.0 + 0.037 * number)
                most = max(most, line.underway)
                taken.append(_seconds(line, key, there))
                line.press(back)
                require(line.wait_for(lambda: there not in str(line.screen)), f"{there!r} stayed:\n{line.screen}")
            return taken, most


def _seconds(line: SlowTerminal, key: bytes, shown: str) -> float:
    began = time.monotonic()
    line.press(key)
    require(line.wait_for(lambda: shown in str(line.screen), 2 * PATIENCE), f"{shown!r} never came:\n{line.screen}")
    return time.monotonic() - began


def main() -> None:
    """Print what was measured."""
    print(f"{RATE:,} bytes/s, {DELAY * 1000:g} ms each way, {KEYS} keys while it runs at full speed")
    for name in KEYS_TRIED:
        for answers in (True, False):
            taken, most = key_to_paint(name, answers=answers)
            print(
                f"{name:<16} {'paced' if answers else 'never answers':<13} median {statistics.median(taken):.3f} s, "
                f"longest {max(taken):.3f} s, at most {most:,} bytes under way"
            )


if __name__ == "__main__":
    main()
