"""Try to lose a run by what happens to terminals: lines that break, signals, stray bytes, a real sshd.

Every trial starts the real application on a real pseudo-terminal and looks at it as a person would: at what it shows,
at what it leaves behind, and at the autosave. `python -m tests.benchmarks.torture_terminal` runs this part alone.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import count
from pathlib import Path

from engine import saves
from engine.errors import InputError
from engine.replaying import first_difference
from tests.benchmarks.rows import Row, print_table
from tests.benchmarks.sshd import Server
from tests.benchmarks.terminal import (
    LONGEST_FAREWELL,
    ON_AT_FIRST,
    REPOSITORY,
    SETTLED,
    TAKE_TERMINAL,
    BrokenError,
    Terminal,
    application,
    environment,
    require,
    run_at_full_speed,
    step_once,
    stopped,
)

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
        require(terminal.wait_for(lambda: stopped(terminal)), "it does not stop")
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
            require(terminal.wait_for(lambda: stopped(terminal)), "it does not stop")
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
