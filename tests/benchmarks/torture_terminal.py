"""Try to lose a run by what happens to terminals: lines that break, signals, stray bytes, a real sshd.

Every trial starts the real application on a real pseudo-terminal and looks at it as a person would: at what it shows,
at what it leaves behind, and at the autosave. `python -m tests.benchmarks.torture_terminal` runs this part alone. It is
longer than most files because the terminal, the trials and the server are of no use without each other.
"""

import os
import pty
import pwd
import re
import select
import shlex
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from fcntl import ioctl
from itertools import count
from pathlib import Path
from typing import Self

from engine import saves
from engine.errors import InputError
from engine.timeline import first_difference
from tests.benchmarks.rows import Row, print_table

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
STRAY = {
    "invalid UTF-8": b"\xff\xfe\xc3",
    "an X10 mouse report": b"\x1b[M !!",
    "an X10 report from far right": b"\x1b[M \xf0\x90",
    "an X10 report that looks like UTF-8": b"\x1b[M \xc3\xa9",
    "half an X10 report": b"\x1b[M ",
    "half an escape sequence": b"\x1b[1;",
    "a paste that is closed late": b"\x1b[200~sss",
    "a paste that is never closed": b"\x1b[200~sss",
}
LATER = {"a paste that is closed late": b"\x1b[201~"}
"""What is sent after a second."""


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
        self._decode = getincrementaldecoder("utf-8")(errors="replace").decode
        self.process = subprocess.Popen(
            command,
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=environment,
            cwd=REPOSITORY,
            start_new_session=True,
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
        if self._master < 0:
            time.sleep(seconds)
        while self._master >= 0:
            if select.select([self._master], [], [], max(end - time.monotonic(), 0.0))[0]:
                try:
                    data = os.read(self._master, 65536)
                except OSError:
                    return
                self.sent += data
                self.screen.feed(self._decode(data))
            elif time.monotonic() >= end:
                return

    def wait_for(self, condition: Callable[[], object], seconds: float = PATIENCE) -> bool:
        """Read on until the condition holds; return whether it came to that in time."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                return False
            self.read(0.02)
        return True

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


def require_clean(terminal: Terminal) -> None:
    """Require that the terminal is as it was: main screen, cursor, mouse, pasting, keys, attributes."""
    require({"1049", "1000", "2004"} <= terminal.screen.modes_seen, "it has set no modes")
    require(terminal.screen.modes == ON_AT_FIRST, f"the modes {sorted(terminal.screen.modes)} are left behind")
    pushed, popped = (len(re.findall(rb"\x1b\[%s\d*u" % sign, terminal.sent)) for sign in (b">", b"<"))
    require(popped >= pushed, "the keys stay as they are sent to the application")
    require(terminal.attributes == terminal.attributes_before, "the terminal has other attributes than before")


def require_autosave(home: Path, at_least: int, at_most: float = float("inf")) -> None:
    """Require one autosave, of a step within these bounds, that is derived again to the bit."""
    found = list((home / saves.AUTOSAVES).glob(f"*{saves.SUFFIX}"))
    require(len(found) == 1, f"{len(found)} autosaves")
    try:
        run = saves.read(found[0]).run
        about = saves.show(home, str(found[0]))
    except InputError as error:
        raise BrokenError(str(error)) from None
    require(at_least <= run.step <= at_most, f"the autosave is of step {run.step:,}, step {at_least:,} was shown")
    differs = first_difference(run, about["timeline"]["keyframes"], about["digest"])
    require(differs is None, f"derived again it differs at step {differs}")


def tried(promise: str, trials: Iterable[Callable[[], None]]) -> Row:
    """Make a row of trials, each of which raises `BrokenError` if the promise is; say on standard error how it was."""
    began, tries, broken = time.monotonic(), 0, 0
    for trial in trials:
        tries += 1
        try:
            trial()
        except BrokenError as problem:
            broken += 1
            print(f"{promise} (try {tries}): {problem}", file=sys.stderr)
    return Row(promise, tries, broken, f"{time.monotonic() - began:.0f} s")


def closed_terminal(home: Path, seconds: float, *arguments: str, owner: bool = True) -> None:
    """Close the terminal while the run goes at full speed; only its owner is sent a signal by that."""
    with application(home, *arguments, owner=owner) as terminal:
        run_at_full_speed(terminal, seconds)
        terminal.hang_up()
        require(terminal.ends(), "it goes on without a terminal")
        require(terminal.process.returncode == 128 + signal.SIGHUP, f"exit code {terminal.process.returncode}")
        require_autosave(home, terminal.step or 0)


def closed_early(home: Path, seconds: float) -> None:
    """Close the terminal while the application starts: there is nothing to save yet, but it has to go."""
    command = [sys.executable, "-c", TAKE_TERMINAL, "-m", "tui", "--saves", str(home), "seed-2x3"]
    with Terminal(command, environment()) as terminal:
        terminal.read(seconds)
        terminal.hang_up()
        require(terminal.ends(), "it goes on without a terminal")
        require(not list(home.rglob(f"*{saves.SUFFIX}")), "it saved a run that had not begun")


def closed_while_stopped(home: Path, stop: signal.Signals) -> None:
    """Close the terminal of an application that is suspended."""
    with application(home, "seed-2x3", owner=True) as terminal:
        step_once(terminal)
        terminal.process.send_signal(stop)
        terminal.read(SETTLED)
        terminal.hang_up()
        require(terminal.ends(), "it goes on without a terminal")
        require_autosave(home, 1, 1)


def blocked_terminal(home: Path, *, close: bool) -> None:
    """Stop reading until the application is stuck in writing, then send SIGHUP, or close the terminal."""
    with application(home, "cliff", owner=True) as terminal:
        run_at_full_speed(terminal, 0.1)
        _fill(terminal)
        shown = terminal.step or 0
        began = time.monotonic()
        terminal.hang_up() if close else terminal.process.send_signal(signal.SIGHUP)
        with suppress(subprocess.TimeoutExpired):
            terminal.process.wait(LONGEST_FAREWELL)
        require(terminal.process.poll() is not None, f"it was still there after {time.monotonic() - began:.1f} s")
        require(terminal.process.returncode == 128 + signal.SIGHUP, f"exit code {terminal.process.returncode}")
        terminal.read()
        require_autosave(home, max(shown, terminal.step or 0))


def _fill(terminal: Terminal) -> None:
    """Let the application draw, and read nothing, until the kernel takes no more of it."""
    before, since, sizes = -1, time.monotonic(), count()
    while time.monotonic() - since < 1.5:
        terminal.resize(80 + next(sizes) % 2, 24)
        time.sleep(0.05)
        if terminal.unread != before:
            before, since = terminal.unread, time.monotonic()


def terminated(home: Path, steps: int, before: bytes = b"") -> None:
    """Send SIGTERM after some steps, with that on the screen which `before` opens."""
    with application(home, "seed-2x3") as terminal:
        for _ in range(steps):
            step_once(terminal)
        terminal.press(before)
        terminal.read(SETTLED)
        terminal.process.send_signal(signal.SIGTERM)
        require(terminal.ends(), "it stays")
        require(terminal.process.returncode == 128 + signal.SIGTERM, f"exit code {terminal.process.returncode}")
        require_clean(terminal)
        require_autosave(home, steps, steps)


def stopped_and_continued(home: Path, stop: signal.Signals) -> None:
    """Stop and continue the process again and again, step after each, then quit."""
    with application(home, "seed-2x3") as terminal:
        for _ in range(5):
            terminal.process.send_signal(stop)
            terminal.read(0.1)
            terminal.process.send_signal(signal.SIGCONT)
            terminal.read(0.3)
            step_once(terminal)
        terminal.press(b"q")
        require(terminal.wait_for(lambda: "Discard" in str(terminal.screen)), "q asks nothing")
        terminal.press(b"d")
        require(terminal.ends(), "q does not end it")
        require(terminal.process.returncode == 0, f"exit code {terminal.process.returncode}")
        require_clean(terminal)


def stray_bytes(home: Path, name: str) -> None:
    """Send what no key sends; nothing comes of it, and the next key does what it should."""
    with application(home, "seed-2x3") as terminal:
        step_once(terminal)
        terminal.press(STRAY[name])
        terminal.read(3.5 if "never" in name else 1.0)
        if name in LATER:
            terminal.press(LATER[name])
            terminal.read(SETTLED)
        require(terminal.process.poll() is None, f"{name}: it ended with {terminal.process.returncode}")
        require(terminal.step == 1 and "paused" in str(terminal.screen), f"{name}: it went to step {terminal.step}")
        try:
            step_once(terminal)
        except BrokenError as problem:
            raise BrokenError(f"{name}: {problem}") from None


def ascii_locale(home: Path) -> None:
    """Start where the locale knows nothing but ASCII."""
    with application(home, "seed-2x3", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0") as terminal:
        step_once(terminal)
        require("╭" in str(terminal.screen) and "│" in str(terminal.screen), f"no frames:\n{terminal.screen}")
        require(b"\\u" not in terminal.sent, "there are escape codes on the screen")


class Server:
    """An sshd of its own on this machine, for this user only, with keys made for the occasion."""

    def __init__(self, folder: Path) -> None:
        """Raises `FileNotFoundError` if there is no sshd, `RuntimeError` if it lets nobody in."""
        sshd, ssh, keygen = (_program(name) for name in ("sshd", "ssh", "ssh-keygen"))
        port, user = _free_port(), pwd.getpwuid(os.getuid()).pw_name
        for name in ("host", "client"):
            subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
        (folder / "config").write_text(
            f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\n"
            f"AuthorizedKeysFile {folder}/client.pub\nAuthenticationMethods publickey\nAllowUsers {user}\n"
            "PermitRootLogin prohibit-password\nUsePAM no\nStrictModes no\nPrintMotd no\nPrintLastLog no\n"
            "DisableForwarding yes\n"
        )
        with (folder / "log").open("w") as log:
            self._process = subprocess.Popen(
                [sshd, "-D", "-e", "-f", folder / "config"], stderr=log, stdin=subprocess.DEVNULL
            )
        options = {
            "IdentityFile": folder / "client",
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "StrictHostKeyChecking": "no",
            "UserKnownHostsFile": "/dev/null",
            "LogLevel": "ERROR",
            "BatchMode": "yes",
        }
        words = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
        self._client = [ssh, "-F", "/dev/null", "-p", str(port), *words]
        if not self._admits(port):
            self.stop()
            raise RuntimeError((folder / "log").read_text().strip().replace("\n", "; ") or "it ended at once")

    def _admits(self, port: int) -> bool:
        """Whether it lets this user in; an account may be locked, or a folder may be missing that sshd wants."""
        end = time.monotonic() + PATIENCE
        while self._process.poll() is None and time.monotonic() < end:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
                login = [*self._client, "127.0.0.1", "true"]
                return subprocess.run(login, check=False, capture_output=True).returncode == 0
            time.sleep(0.05)
        return False

    def stop(self) -> None:
        """Let nobody in any more."""
        self._process.terminate()
        self._process.wait()

    def login(self, command: str, term: str, size: tuple[int, int]) -> Terminal:
        """Run a command on a terminal of the server, as a person does who logs in and types it."""
        return Terminal([*self._client, "-tt", "127.0.0.1", command], environment(TERM=term), size)


def _program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        raise FileNotFoundError(name)
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def dropped_connection(server: Server, home: Path, term: str, size: tuple[int, int]) -> None:
    """Log in, step, run at full speed, and kill the client: the server's side ends and leaves an autosave."""
    home.mkdir()
    number = home / "process"
    words = [sys.executable, "-m", "tui", "--saves", str(home), "cliff"]
    command = f"cd {shlex.quote(str(REPOSITORY))} && echo $$ > {shlex.quote(str(number))} && exec {shlex.join(words)}"
    with server.login(command, term, size) as client:
        try:
            require(client.wait_for(lambda: client.step is not None), f"it never showed a run:\n{client.screen}")
            step_once(client)
            step_once(client)
            run_at_full_speed(client, 0.3)
            client.process.kill()
            require(client.wait_for(lambda: _has_ended(number), LONGEST_FAREWELL), "it goes on without a connection")
            require_autosave(home, client.step or 0)
        finally:
            if number.exists() and not _has_ended(number):
                os.kill(int(number.read_text()), signal.SIGKILL)


def _has_ended(number: Path) -> bool:
    """Whether the process whose number a file holds is no more, or waits only for somebody to ask how it ended."""
    try:
        return (Path("/proc") / number.read_text().strip() / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def over_ssh(home: Callable[[], Path]) -> Row:
    """Break real connections to a real server, where there is one."""
    promise = "over ssh: connection dropped at full speed: ends, autosave exact"
    folder = home()
    folder.mkdir()
    try:
        server = Server(folder)
    except FileNotFoundError as error:
        return Row(promise, 0, 0, f"no {error}")
    except RuntimeError as error:
        return Row(promise, 0, 0, f"nobody can log in: {error}")
    kinds = [(term, size) for term in ("xterm-256color", "xterm") for size in ((80, 24), (120, 40))]
    try:
        return tried(promise, [lambda kind=kind: dropped_connection(server, home(), *kind) for kind in kinds])
    finally:
        server.stop()


def terminal_rows(folder: Path) -> list[Callable[[], Row]]:
    """Return the trials, each of which makes a row."""
    numbers = count()

    def home() -> Path:
        return folder / f"terminal-{next(numbers)}"

    runs = [("seed-2x3",), ("cliff",), ("frozen-lake-8x8",), ("cliff", "--agent", "dqn")]
    dialogs = [b"", b"", b"?", b"q", b"w"]
    return [
        lambda: tried(
            "terminal closed at full speed: ends within 4 s, autosave exact and not older",
            [lambda n=n, run=run: closed_terminal(home(), 0.1 * n, *run) for n, run in enumerate(runs)],
        ),
        lambda: tried(
            "terminal of somebody else closed, without a signal: the same",
            [lambda n=n: closed_terminal(home(), 0.1 * n, "cliff", owner=False) for n in range(2)],
        ),
        lambda: tried(
            "terminal closed while starting: ends, nothing saved",
            [lambda n=n: closed_early(home(), 0.12 * n) for n in range(6)],
        ),
        lambda: tried(
            "terminal closed while stopped: ends, autosave exact",
            [lambda kind=kind: closed_while_stopped(home(), kind) for kind in (signal.SIGSTOP, signal.SIGTSTP)],
        ),
        lambda: tried(
            "blocked terminal, then SIGHUP or closed: ends within 4 s, autosave exact",
            [lambda n=n: blocked_terminal(home(), close=n % 2 == 1) for n in range(4)],
        ),
        lambda: tried(
            "SIGTERM: exit code 143, autosave of this very step, terminal clean",
            [lambda n=n, keys=keys: terminated(home(), n + 1, keys) for n, keys in enumerate(dialogs)],
        ),
        lambda: tried(
            "stopped and continued five times: each key works once, q quits",
            [lambda kind=kind: stopped_and_continued(home(), kind) for kind in (signal.SIGSTOP, signal.SIGTSTP)],
        ),
        lambda: tried("stray bytes: nothing happens", [lambda name=name: stray_bytes(home(), name) for name in STRAY]),
        lambda: tried("ASCII locale: frames arrive as UTF-8", [lambda: ascii_locale(home())] * 2),
        lambda: over_ssh(home),
    ]


def main() -> int:
    """Run every trial and print the table."""
    with tempfile.TemporaryDirectory(prefix="qscope-torture-") as folder:
        return int(print_table(terminal_rows(Path(folder))) > 0)


if __name__ == "__main__":
    sys.exit(main())
