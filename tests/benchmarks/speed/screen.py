"""What the open screen costs the run, and how soon it answers: the real application on a real pseudo-terminal."""

import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.benchmarks.speed.measuring import ROUNDS, Bench, Measured, alternating, ratios
from tests.benchmarks.terminal import REPOSITORY, Terminal, application, environment, require

WORLD = "frozen-lake-8x8"
AGENTS = {"tabular": "q-learning", "DQN": "dqn"}
WATCHED = 2.5
"""Seconds of a run that are looked at in each round."""
KEYS = {"pause": (b"f", "paused", b"f"), "help": (b"?", "page up/down", b"\x1b")}
"""What is pressed, what then stands on the screen, and what takes it away again."""
PRESSED = 50
"""How often each of the keys is pressed."""
SIZES = ((60, 20), (80, 24), (140, 40), (200, 60))


@contextmanager
def shown(agent: str = "q-learning", world: str = WORLD, size: tuple[int, int] = (80, 24)) -> Iterator[Terminal]:
    """Open the application on a new run, on a terminal that answers as terminals do."""
    with (
        tempfile.TemporaryDirectory() as home,
        application(Path(home), world, "--agent", agent, size=size) as terminal,
    ):
        terminal.answers = True
        terminal.read(0.5)
        yield terminal


def training_rows(name: str) -> Sequence[Measured]:
    """Compare the steps a second of an open screen with those of a run that nobody looks at, for as many steps."""
    agent = AGENTS[name]
    with shown(agent) as terminal, _headless(agent) as rate:
        run_warm(terminal)
        terminal.press(b"f")
        made: list[int] = []
        pairs = alternating(lambda: _open_rate(terminal, made), lambda: rate(made[-1]))
    rates = f"{statistics.median(ours for ours, _ in pairs):,.0f} steps a second"
    work = f"training at full speed, screen open at 80x24 ({name})"
    return [Measured(work, "headless", ratios(pairs), "x", 0.8, 0.95, note=rates)]


def run_warm(terminal: Terminal) -> None:
    """Let the run go at full speed, past its compilation and its first thousand steps."""
    terminal.press(b"f")
    require(terminal.wait_for(lambda: (terminal.step or 0) > 1000, 60.0), f"it does not run:\n{terminal.screen}")


def _open_rate(terminal: Terminal, made: list[int]) -> float:
    """Let the run go on for a while, and return the steps a second as the screen shows them."""
    terminal.press(b"f")
    first, began = _next_step(terminal)
    terminal.read(WATCHED)
    last, ended = _next_step(terminal)
    terminal.press(b"f")
    terminal.wait_for(lambda: "paused" in str(terminal.screen))
    made.append(last - first)
    return (last - first) / (ended - began)


def _next_step(terminal: Terminal) -> tuple[int, float]:
    """Wait until another step is shown; return which, and when that was."""
    before = terminal.step
    require(terminal.wait_for(lambda: terminal.step not in (before, None)), "the run stands still")
    assert terminal.step is not None
    return terminal.step, terminal.arrived_at


@contextmanager
def _headless(agent: str) -> Iterator[Callable[[int], float]]:
    """Keep a run going without a screen, in a process of its own; give what makes so many steps and tells the rate."""
    command = [sys.executable, "-m", "tests.benchmarks.speed.headless", WORLD, agent]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(), cwd=REPOSITORY
    ) as process:
        questions, answers = process.stdin, process.stdout
        assert questions and answers

        def rate(steps: int) -> float:
            questions.write(f"{steps}\n")
            questions.flush()
            return float(answers.readline())

        yield rate


def key_rows(name: str) -> Sequence[Measured]:
    """Press keys at odd moments while the agent trains at full speed: one that the trainer answers, and the help."""
    taken: dict[str, list[float]] = {key: [] for key in KEYS}
    with shown(AGENTS[name]) as terminal:
        run_warm(terminal)
        for number in range(PRESSED):
            for key, (press, there, back) in KEYS.items():
                terminal.read(0.05 + 0.0037 * (number % 20))
                taken[key].append(1000 * terminal.seconds_to_show(press, partial(_stands, terminal, there)))
                terminal.press(back)
                gone = terminal.wait_for(lambda there=there: not _stands(terminal, there))
                require(gone, f"{there!r} stayed:\n{terminal.screen}")
    every = sorted(value for values in taken.values() for value in values)
    worst = every[math.ceil(0.99 * len(every)) - 1]
    note = ", ".join(f"{key}: median {statistics.median(values):.1f}" for key, values in taken.items())
    work = f"a key pressed at full speed ({name}) is shown within"
    return [
        Measured(f"{work}, p99 of {len(every)}", "", (worst,), "ms", 60.0, 25.0, more_is_better=False, note=note),
        Measured(f"{work}, each key", "", tuple(every), "ms", more_is_better=False),
    ]


def _stands(terminal: Terminal, text: str) -> bool:
    return text in str(terminal.screen)


def idle_rows() -> Sequence[Measured]:
    """Count what a paused screen sends when nobody touches it."""
    with shown() as terminal:
        terminal.press(b"s")
        terminal.read(2.0)
        values = []
        for _ in range(ROUNDS):
            before = len(terminal.sent)
            terminal.read(1.5)
            values.append((len(terminal.sent) - before) / 1.5)
    return [Measured("idle screen, paused", "", tuple(values), "B/s", 0.0, 0.0, more_is_better=False)]


def growth_rows() -> Sequence[Measured]:
    """Measure how long the main thread is occupied with a frame, at several sizes of the terminal."""
    return [_frame_time(size) for size in SIZES]


def _frame_time(size: tuple[int, int]) -> Measured:
    work = f"frame at full speed, {size[0]}x{size[1]}: main thread"
    with shown(size=size) as terminal:
        run_warm(terminal)
        terminal.read(0.5)
        rounds = [frames(terminal, 0.6) for _ in range(ROUNDS)]
    told = f"{statistics.median(size for _, _, size in rounds):,.0f} bytes a frame"
    return Measured(work, "", tuple(1000 * busy for busy, _, _ in rounds), "ms", more_is_better=False, note=told)


def frames(terminal: Terminal, seconds: float) -> tuple[float, float, float]:
    """Look on for a while; return the main thread's seconds a frame, the frames a second, and the bytes a frame."""
    answered, sent, busy, began = terminal.answered, len(terminal.sent), occupied(terminal), time.monotonic()
    terminal.read(seconds)
    shown = max(terminal.answered - answered, 1)
    passed = time.monotonic() - began
    return (occupied(terminal) - busy) / shown, shown / passed, (len(terminal.sent) - sent) / shown


def occupied(terminal: Terminal) -> float:
    """Return how many seconds the main thread of the application has had a processor."""
    pid = terminal.process.pid
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[0]) / 1e9


BENCHES = (
    *(Bench(f"screen-training-{name}", partial(training_rows, name)) for name in AGENTS),
    *(Bench(f"screen-key-{name}", partial(key_rows, name)) for name in AGENTS),
    Bench("screen-idle", idle_rows),
    Bench("screen-growth", growth_rows),
)
