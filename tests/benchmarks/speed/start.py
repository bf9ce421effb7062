"""Cold start: how long after its beginning `qscope` paints, beside a Textual program that shows one label."""

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tests.benchmarks.speed.measuring import Bench, Measured, alternating, medians, ratios
from tests.benchmarks.terminal import PATIENCE, Terminal, environment, require

LABEL = """
from textual.app import App
from textual.widgets import Label

class OneLabel(App):
    def compose(self):
        yield Label("ready")

OneLabel().run()
"""
ROUNDS = 11
"""More than elsewhere, as a start is short and depends much on what else goes on."""


def first_paint(command: Sequence[str | Path], painted: Callable[[Terminal], object]) -> float:
    """Start a program on a terminal of 80x24 and return after how many milliseconds it has painted."""
    begun = time.monotonic()
    with Terminal(command, environment()) as terminal:
        while not painted(terminal):
            require(time.monotonic() - begun < PATIENCE, f"nothing was painted:\n{terminal.screen}")
            terminal.read(0.001)
        return 1000.0 * (time.monotonic() - begun)


def anything(terminal: Terminal) -> bool:
    """Whether there is anything to be seen."""
    return bool(str(terminal.screen).strip())


def start() -> list[Measured]:
    """Compare both; and tell how long it takes until the first run is shown, which is a world, an agent and a map."""
    label = partial(first_paint, [sys.executable, "-c", LABEL], anything)
    with tempfile.TemporaryDirectory() as saves:
        command = [Path(sys.executable).with_name("qscope"), "--saves", saves]
        first_paint(command, anything)  # The first start of all fills the caches of the file system.
        pairs = alternating(partial(first_paint, command, anything), label, ROUNDS)
        shown = tuple(first_paint(command, lambda terminal: terminal.step is not None) for _ in range(ROUNDS))
    ours, theirs = medians(pairs)
    note = f"{ours:.0f} ms against {theirs:.0f} ms"
    work = "start to first paint, qscope"
    return [
        Measured(
            work, "a Textual program of one label", ratios(pairs), "x", 1.6, 1.25, more_is_better=False, note=note
        ),
        Measured("start until the first run is shown", "", shown, "ms"),
    ]


BENCHES = (Bench("start", start),)
