"""How long a key takes to show on a slow line.

A run at full speed is looked at through a line of 64 kB/s and 30 ms each way, whose buffers hold whatever is sent.
A key is pressed some times, at odd moments; measured is the time until its effect stands on the screen at the far end:
`f` pauses, which changes a few cells, and `?` opens the help, which changes all of them.
"""

import os
import sys
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from select import select

from tests.benchmarks.terminal import Terminal, environment, require

RATE = 64_000
"""Bytes a second that the line carries to the terminal."""
DELAY = 0.03
"""Seconds that it takes each way."""
KEYS = 10


class SlowTerminal(Terminal):
    """A terminal at the end of a slow line, which answers when it is asked where its cursor is."""

    def __init__(self, command: Sequence[str | Path]) -> None:
        super().__init__(command, environment())
        self.answers = True
        self._down: deque[tuple[float, bytes]] = deque()
        self._up: deque[tuple[float, bytes]] = deque()
        self._free_at = 0.0

    @property
    def underway(self) -> int:
        """Bytes in the line, on their way to the terminal."""
        return sum(len(data) for _, data in self._down)

    def press(self, keys: bytes) -> None:
        """Send keys, which take their time."""
        self._up.append((time.monotonic() + DELAY, keys))

    def next(self, seconds: float) -> bool:
        """Carry what is on its way, and show what arrives first within that time; return whether time is left."""
        end, before = time.monotonic() + seconds, len(self.sent)
        while time.monotonic() < end:
            self._take()
            self._deliver()
            if len(self.sent) > before:
                return True
        return False

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
            self._show(self._down.popleft()[1])


KEYS_TRIED = {
    "f pauses": (b"f", "paused", b"f"),
    "? opens the help": (b"?", "page up/down", b"\x1b"),
}
"""What is pressed and what then stands on the screen, and what takes it away again."""


def key_to_paint(name: str, keys: int = KEYS) -> tuple[list[float], int]:
    """Return the seconds from key to paint of each key, and the most bytes that were on their way at such a time."""
    with tempfile.TemporaryDirectory() as home:
        key, there, back = KEYS_TRIED[name]
        command = [sys.executable, "-m", "tui", "--saves", home, "frozen-lake-8x8"]
        with SlowTerminal(command) as line:
            require(line.wait_for(lambda: line.step is not None), f"it never showed a run:\n{line.screen}")
            line.press(b"f")
            line.read(3.0)
            taken, most = [], 0
            for number in range(keys):
                line.read(0.5 + 0.037 * number)
                most = max(most, line.underway)
                taken.append(line.seconds_to_show(key, lambda: there in str(line.screen)))
                line.press(back)
                require(line.wait_for(lambda: there not in str(line.screen)), f"{there!r} stayed:\n{line.screen}")
            return taken, most
