"""The real application on a real pseudo-terminal, looked at as a person would: at what it shows."""

import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fcntl import ioctl
from pathlib import Path
from typing import Self

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 15.0
"""Seconds that a busy machine has for what takes a quiet one less than one."""
LONGEST_FAREWELL = 4.0
"""Seconds from a signal to the end of the process."""
SETTLED = 0.3
"""Seconds after which a key has had its effect, all of it."""
TAKE_TERMINAL = (
    "import fcntl, os, sys, termios\n"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)
"""Makes the terminal the process's own, so that the process hears when it is closed."""
ON_AT_FIRST = {"7", "25"}
"""The modes that a terminal begins with: lines wrap, and the cursor is shown."""
MOVES = {"A": (0, -1), "B": (0, 1), "C": (1, 0), "D": (-1, 0)}
"""The moves of the cursor from where it is, as columns to the right and lines down."""
REQUEST, ANSWER = b"\x1b[6n", b"\x1b[24;80R"
"""What asks a terminal where its cursor is, as is done behind each frame, and what it answers."""


class BrokenError(Exception):
    """A promise was not kept; the text says how."""


def require(kept: object, otherwise: str) -> None:
    """Raise `BrokenError` if it was not kept."""
    if not kept:
        raise BrokenError(otherwise)


class Screen:
    """What a terminal shows, as far as it takes to read it: the text and where it stands."""

    _TOKEN = re.compile(
        r"\x1b\[(?P<private>[?<>=]?)(?P<parameters>[\d;]*)[ -/]*(?P<final>[@-~])"
        r"|\x1b\].*?(?:\x07|\x1b\\)|\x1b[^\[\]]|(?P<character>[^\x1b])|(?P<rest>\x1b.*)",
        re.DOTALL,
    )

    def __init__(self, columns: int, rows: int) -> None:
        self._rows = [[" "] * columns for _ in range(rows)]
        self._x = self._y = 0
        self._rest = ""
        self.modes: set[str] = set(ON_AT_FIRST)
        """The private modes that are set."""
        self.modes_seen: set[str] = set()
        """Those that were ever set or reset."""

    def __str__(self) -> str:
        return "\n".join("".join(row).rstrip() for row in self._rows)

    def feed(self, text: str) -> None:
        """Take in what was sent to the terminal; a sequence that is not whole yet waits for the rest."""
        text, self._rest = self._rest + text, ""
        for token in self._TOKEN.finditer(text):
            private, parameters, final, character, self._rest = (text or "" for text in token.groups())
            if character:
                self._put(character)
            elif final == "H" and not private:
                self._y, self._x = (int(number or 1) - 1 for number in (parameters or ";").split(";"))
            elif final in MOVES and not private:
                right, down = MOVES[final]
                self._x += right * int(parameters or 1)
                self._y += down * int(parameters or 1)
            elif final in {"h", "l"} and private == "?":
                (self.modes.add if final == "h" else self.modes.discard)(parameters)
                self.modes_seen.add(parameters)

    def _put(self, character: str) -> None:
        if character == "\r":
            self._x = 0
        elif character == "\n":
            self._y += 1
        elif character >= " ":
            if self._y < len(self._rows) and self._x < len(self._rows[self._y]):
                self._rows[self._y][self._x] = character
            self._x += 1


def _hear_interrupts() -> None:
    """Let ctrl+c be heard, also where who started us does not hear it, as what a shell runs in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """A program in a process of its own, on a terminal whose other end is held here."""

    def __init__(
        self, command: Sequence[str | Path], environment: dict[str, str], size: tuple[int, int] = (80, 24)
    ) -> None:
        self._master, self._slave = pty.openpty()
        self.resize(*size)
        self.attributes_before = self.attributes
        self.screen = Screen(*size)
        self.sent = bytearray()
        """Everything that the program has written."""
        self.answers = False
        """Whether it says where its cursor is when it is asked, as terminals do."""
        self.answered = 0
        """How often it was asked and has answered."""
        self.arrived_at = 0.0
        """When the last of what is shown arrived."""
        self._read_to = 0
        self._decode = getincrementaldecoder("utf-8")(errors="replace").decode
        self.process = subprocess.Popen(
            command,
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=environment,
            cwd=REPOSITORY,
            start_new_session=True,
            preexec_fn=_hear_interrupts,  # noqa: PLW1509  It makes one system call, and no thread of ours holds a lock.
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.hang_up()

    @property
    def attributes(self) -> list[object]:
        """How the terminal treats lines, keys and signals."""
        return termios.tcgetattr(self._slave)

    @property
    def step(self) -> int | None:
        """The step of the run that the first line shows."""
        found = re.search(r" step ([\d,]+)", str(self.screen).partition("\n")[0])
        return int(found[1].replace(",", "")) if found else None

    @property
    def unread(self) -> int:
        """How many bytes wait to be read."""
        waiting = bytearray(4)
        ioctl(self._master, termios.FIONREAD, waiting)
        return int.from_bytes(waiting, sys.byteorder)

    def resize(self, columns: int, rows: int) -> None:
        """Tell the program that the terminal has another size."""
        ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, keys: bytes) -> None:
        """Send keys, or whatever else a line may send."""
        os.write(self._master, keys)

    def read(self, seconds: float = 0.0) -> None:
        """Show what arrives within that time."""
        end = time.monotonic() + seconds
        while self.next(max(end - time.monotonic(), 0.0)):
            pass

    def next(self, seconds: float) -> bool:
        """Show what arrives first within that time; return whether time is left for more."""
        if self._master < 0:
            time.sleep(seconds)
            return False
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            self._show(os.read(self._master, 65536))
        except OSError:
            return False
        return True

    def _show(self, data: bytes) -> None:
        """Take in what has arrived, and answer what it asks."""
        self.arrived_at = time.monotonic()
        self.sent += data
        self.screen.feed(self._decode(data))
        while self.answers and (at := self.sent.find(REQUEST, self._read_to)) >= 0:
            self._read_to = at + len(REQUEST)
            self.answered += 1
            self.press(ANSWER)

    def wait_for(self, condition: Callable[[], object], seconds: float = PATIENCE) -> bool:
        """Read on until the condition holds; return whether it came to that in time."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                return False
            self.next(0.02)
        return True

    def seconds_to_show(self, keys: bytes, condition: Callable[[], object]) -> float:
        """Press keys and return after how many seconds that was shown; raises `BrokenError` if it never is."""
        pressed_at = time.monotonic()
        self.press(keys)
        require(self.wait_for(condition, 2 * PATIENCE), f"{keys!r} had no effect:\n{self.screen}")
        return self.arrived_at - pressed_at

    def ends(self, seconds: float = LONGEST_FAREWELL) -> bool:
        """Return whether the process ends in time."""
        ended = self.wait_for(lambda: self.process.poll() is not None, seconds)
        self.read()
        return ended

    def hang_up(self) -> None:
        """Close the terminal, as a window is closed."""
        for end in (self._master, self._slave):
            if end >= 0:
                os.close(end)
        self._master = self._slave = -1


def environment(**changes: str) -> dict[str, str]:
    """Return the environment of a person whose terminal has 256 colours."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TEXTUAL", "QSCOPE", "LC_", "PYTHON"))
        and name not in {"COLUMNS", "LINES", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "LANG"}
    }
    return kept | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"} | changes


@contextmanager
def application(
    home: Path, *arguments: str, owner: bool = False, size: tuple[int, int] = (80, 24), **changes: str
) -> Iterator[Terminal]:
    """Run the application with its saves in `home` until it shows a run; as `owner` it hears its terminal close."""
    command = [*(["-c", TAKE_TERMINAL] if owner else []), "-m", "tui", "--saves", str(home), *arguments]
    with Terminal([sys.executable, *command], environment(**changes), size) as terminal:
        require(terminal.wait_for(lambda: terminal.step is not None), f"it never showed a run:\n{terminal.screen}")
        yield terminal


def run_at_full_speed(terminal: Terminal, seconds: float) -> None:
    """Let the run go on for some time."""
    before = terminal.step
    terminal.press(b"f")
    require(terminal.wait_for(lambda: terminal.step != before), "it did not run")
    terminal.read(seconds)


def stopped(terminal: Terminal) -> bool:
    """Return whether the process stands still, as it does a moment after a signal that stops it."""
    return Path(f"/proc/{terminal.process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def step_once(terminal: Terminal) -> None:
    """Press `s`, and require that this makes one step and no more."""
    before = terminal.step
    assert before is not None
    terminal.press(b"s")
    terminal.wait_for(lambda: terminal.step != before)
    terminal.read(SETTLED)
    require(terminal.process.poll() is None, f"it ended with {terminal.process.returncode}")
    require(terminal.step == before + 1, f"one s led from step {before} to {terminal.step}")
    require("paused" in str(terminal.screen), "it runs by itself")
