"""What the screen sends through a line: over a real sshd a step at a time, and through a slow line while it runs."""

import shlex
import statistics
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tests.benchmarks import slow_line
from tests.benchmarks.speed.measuring import ROUNDS, Bench, Measured, ratios
from tests.benchmarks.sshd import Server
from tests.benchmarks.terminal import REPOSITORY, require, step_once

STEPS = 6
"""Steps in each round."""
WHOLE = "tests.benchmarks.speed.whole_panels"
"""The same application, but that Textual's own compositor sends each panel in which anything changed whole."""


def stepping_rows() -> Sequence[Measured]:
    """Step by keyboard in a login over ssh, and compare what is sent with what whole panels would take."""
    try:
        with tempfile.TemporaryDirectory() as home:
            server = Server(Path(home))
            try:
                ours, whole = (_bytes_a_step(server, module, Path(home)) for module in ("tui", WHOLE))
            finally:
                server.stop()
    except (FileNotFoundError, RuntimeError) as error:
        return [Measured("stepping over sshd: not measured", "", (float("nan"),), "", note=f"no sshd here: {error}")]
    pairs = list(zip(ours, whole, strict=True))
    note = (
        f"{statistics.median(ours):,.0f} bytes a step; whole panels as Textual sends them, where something changed, "
        f"{statistics.median(whole):,.0f}"
    )
    work = "stepping over sshd, 100x40, 256 colours: bytes a step"
    return [Measured(work, "whole panels", ratios(pairs), "x", 1 / 15, 1 / 40, more_is_better=False, note=note)]


def _bytes_a_step(server: Server, module: str, home: Path) -> list[float]:
    """Return the mean bytes a step of each round."""
    words = [sys.executable, "-m", module, "--saves", str(home / module), "frozen-lake-8x8"]
    command = f"cd {shlex.quote(str(REPOSITORY))} && exec {shlex.join(words)}"
    with server.login(command, "xterm-256color", (100, 40)) as terminal:
        terminal.answers = True
        require(terminal.wait_for(lambda: terminal.step is not None), f"it never showed a run:\n{terminal.screen}")
        step_once(terminal)
        terminal.read(1.5)
        values = []
        for _ in range(ROUNDS):
            before = len(terminal.sent)
            for _ in range(STEPS):
                step_once(terminal)
            values.append((len(terminal.sent) - before) / STEPS)
        return values


def slow_rows(name: str) -> Sequence[Measured]:
    """Press a key at odd moments while the run goes on at full speed behind a slow line."""
    taken, most = slow_line.key_to_paint(name)
    work = f"{name}, through {slow_line.RATE // 1000} kB/s and {slow_line.DELAY * 1000:g} ms each way"
    note = f"at most {most:,} bytes under way when the key was pressed"
    return [Measured(work, "", tuple(taken), "s", 0.3, 0.15, more_is_better=False, note=note)]


BENCHES = (
    Bench("line-stepping", stepping_rows),
    *(Bench(f"line-slow-{number}", partial(slow_rows, name)) for number, name in enumerate(slow_line.KEYS_TRIED)),
)
