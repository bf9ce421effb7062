"""A maze of 300 x 300 on the screen: how many frames a second it shows while it runs, and how much memory it takes."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tests.benchmarks.speed.measuring import ROUNDS, Bench, Measured
from tests.benchmarks.speed.screen import frames, run_warm, shown
from tests.benchmarks.terminal import Terminal

SIDE = 300
SIZE = (140, 40)


def maze(side: int, seed: int) -> str:
    """Return a maze as a world file: corridors a cell wide, each reached in one way, by a random depth-first search."""
    generator = np.random.default_rng(seed)
    grid = np.full((side, side), "#")
    way = [(1, 1)]
    grid[1, 1] = "."
    while way:
        row, column = way[-1]
        around = [(row + 2, column), (row - 2, column), (row, column + 2), (row, column - 2)]
        fresh = [(r, c) for r, c in around if 0 < r < side - 1 and 0 < c < side - 1 and grid[r, c] == "#"]
        if not fresh:
            way.pop()
            continue
        there = fresh[generator.integers(len(fresh))]
        grid[(row + there[0]) // 2, (column + there[1]) // 2] = grid[there] = "."
        way.append(there)
    grid[1, 1], grid[side - 3 + side % 2, side - 3 + side % 2] = "S", "G"
    rows = "\n".join("".join(row) for row in grid)
    return (
        'title = "maze"\nsource = "made for measuring"\ndiscount = 0.99\nmax_steps = 100000\nstep_reward = -1.0\n'
        f'map = """\n{rows}\n"""\n[cells.G]\nterminal = true\n'
    )


@contextmanager
def large_maze() -> Iterator[Terminal]:
    """Open the application on the maze, running at full speed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "maze.toml"
        path.write_text(maze(SIDE, 0))
        with shown(world=str(path), size=SIZE) as terminal:
            run_warm(terminal)
            terminal.read(1.5)
            yield terminal


def maze_rows() -> Sequence[Measured]:
    """Watch the maze run at full speed, then scroll through it while it runs."""
    with large_maze() as terminal:
        runs = tuple(frames(terminal, 2.0)[1] for _ in range(ROUNDS))
        scrolls = tuple(_scrolled(terminal) for _ in range(ROUNDS))
        memory = _memory(terminal)
    where = f"maze of {SIDE}x{SIDE} at {SIZE[0]}x{SIZE[1]}, full speed"
    return [
        Measured(f"{where}: run", "", runs, "frames/s", 20.0),
        Measured(f"{where}: scroll and run", "", scrolls, "frames/s", 20.0),
        Measured(f"{where}: memory at its height", "", (memory,), "MiB", 400.0, more_is_better=False),
    ]


def _scrolled(terminal: Terminal) -> float:
    """Hold an arrow key down, which repeats 30 times a second, and return the frames a second."""
    answered, seconds = terminal.answered, 2.0
    for number in range(int(seconds * 30)):
        terminal.press((b"\x1b[B", b"\x1b[A")[number // 15 % 2])
        terminal.read(1 / 30)
    return (terminal.answered - answered) / seconds


def _memory(terminal: Terminal) -> float:
    """Return the most resident memory that the application has had, in MiB."""
    status = Path(f"/proc/{terminal.process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


BENCHES = (Bench("maze-screen", maze_rows),)
