"""How much memory it takes to read a file: sound ones, sound ones made to cost as much as they can, and hostile ones.

What is measured is the rise of the resident memory of a process that has all modules loaded already, at its height.
"""

import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np

from engine import allowance, savefile, saves
from engine.agents import catalogue as agents
from engine.branches import Branch
from engine.errors import InputError
from engine.interaction import EPISODE
from engine.interventions import Act, Change, Edit
from engine.run import Run
from engine.timeline import Timeline
from engine.worlds import catalogue
from tests.benchmarks.hostile import told
from tests.benchmarks.rows import Row

FIXTURES = Path(__file__).parents[1] / "engine" / "fixtures"


def memory_rows(folder: Path) -> list[Row]:
    """Read every kept file, the dearest that we know how to make, and each of a folder of hostile ones."""
    dear = folder / "dear"
    dear.mkdir()
    _load_all_modules()
    for path in FIXTURES.glob("*.safetensors"):
        shutil.copy(path, dear)
    for name, make in DEAR.items():
        _aside(lambda make=make, name=name: (dear / f"{name}{saves.SUFFIX}").write_bytes(make()))
    promise = f"memory of reading within 4 x the file's size + {allowance.ALLOWANCE // 2**20} MiB"
    return [
        _row(f"{promise}: dear and kept files", sorted(dear.iterdir())),
        _row("... hostile files", sorted((folder / "hostile").glob(f"*{saves.SUFFIX}"))),
    ]


def _row(promise: str, paths: Iterable[Path]) -> Row:
    tried = broken = 0
    dearest = (0.0, "")
    for path in paths:
        size, taken = path.stat().st_size, taken_by(path)
        tried += 1
        broken += taken > allowance.allowed(size)
        share = taken / allowance.allowed(size)
        dearest = max(dearest, (share, f"most {taken / 2**20:.0f} MiB by {path.name} of {size / 1024:,.0f} KiB"))
    return Row(promise, tried, broken, dearest[1])


def taken_by(path: Path) -> int:
    """Return how many bytes of memory reading a file takes at its height, whether it is taken or refused."""
    return int(_aside(lambda: _measured(path)) or 2**62)


def _measured(path: Path) -> int:
    _load_all_modules()  # A new process has the memory of the old one, but not yet the code of its libraries.
    before = _status("VmRSS")
    with suppress(InputError):
        saves.read(path)
    return _status("VmHWM") - before


def _aside(work: Callable[[], object]) -> str:
    """Do something in a process of its own, so that this one stays as small as it is; return what came of it."""
    read, write = os.pipe()
    if child := os.fork():
        os.close(write)
        with os.fdopen(read) as pipe:
            said = pipe.read()
        os.waitpid(child, 0)
        return said
    try:
        os.write(write, str(work()).encode())
    finally:
        os._exit(0)


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{name}:"))) * 1024


def _load_all_modules() -> None:
    """Read one file of each agent, so that nothing has to be imported or compiled while memory is measured."""
    import torch

    torch.set_num_threads(1)
    for name in agents.names():
        savefile.unpack(savefile.pack(Timeline(Run(catalogue.find("seed-2x3"), name, {}, 0))))
    savefile.unpack(_saved("dqn", grid(5), {"prioritized": "true"}, 300))
    Run(catalogue.find("gym:CartPole-v1"), "dqn", {}, 0).advance(steps=1)


def grid(side: int, **fields: object) -> dict[str, object]:
    """Define a square map with its goal in the last corner."""
    lines = ["S" + "." * (side - 1), *["." * side] * (side - 2), "." * (side - 1) + "G"]
    cells = {"G": {"terminal": True, "reward": 1.0}}
    return {"title": "a map", "discount": 0.9, "map": "\n".join(lines), "cells": cells, **fields}


def _saved(agent: str, definition: dict[str, object], settings: dict[str, str] | None = None, steps: int = 0) -> bytes:
    timeline = Timeline(Run(catalogue.build("a map", definition), agent, settings or {}, 0))
    if steps:
        timeline.advance(steps=steps)
    return savefile.pack(timeline)


def _with_log(entries: list[Change]) -> bytes:
    run = Run(catalogue.find("seed-2x3"), "q-learning", {}, 0)
    for entry in entries[:1]:
        run.intervene(entry)
    run.log = tuple(entries)
    return savefile.pack(Timeline(run))


def _with_edits() -> bytes:
    timeline = Timeline(Run(catalogue.build("a map", grid(100, slip=0.2)), "q-learning", {}, 0))
    for number in range(40):
        timeline.advance(steps=20)
        timeline.intervene(Edit(timeline.step, 50, 20 + number, {"reward": -1.0}))
    return savefile.pack(timeline)


def _with_branches() -> bytes:
    timeline = Timeline(Run(catalogue.find("seed-2x3"), "q-learning", {}, 0))
    for number in range(20_000):
        timeline.branches[f"branch {number}"] = Branch(f"branch {number}")
    return savefile.pack(timeline)


def _with_episodes() -> bytes:
    run = Run(catalogue.find("seed-2x3"), "q-learning", {}, 0)
    run.advance(steps=100)
    rows = np.zeros(2**20, EPISODE)
    rows["length"] = 1
    run.statistics.append(rows)
    return savefile.pack(Timeline(run))


def _of_small_values() -> bytes:
    """Hide many small values where nobody looks."""
    data = _saved("q-learning", grid(5))
    return told(data, lambda arrays, about: about["versions"].update({"numpy": [[]] * 1_500_000}))


def _claiming(change: Callable[[dict[str, object]], object]) -> bytes:
    """Let a small file claim a large world."""
    data = _saved("dqn", grid(5), {"encoding": "coordinates"})
    return told(data, lambda arrays, about: change(about["world"]["definition"]), sealed=True)


def _in_cartpole() -> bytes:
    settings = {"replay_capacity": "1000000", "learning_starts": "1000000"}
    timeline = Timeline(Run(catalogue.find("gym:CartPole-v1"), "dqn", settings, 0))
    timeline.advance(steps=600)
    return savefile.pack(timeline)


def _explicit(states: int, actions: int) -> bytes:
    names, moves = [str(number) for number in range(states)], [f"a{number}" for number in range(actions)]
    rows = [
        [name, move, 1.0, names[number * 7 % states], 0.5 * number, False]
        for number, name in enumerate(names)
        for move in moves
    ]
    start = {"0": 1.0}
    return _saved(
        "value-iteration",
        {"title": "x", "discount": 0.9, "states": names, "actions": moves, "start": start, "transitions": rows},
    )


DEAR: dict[str, Callable[[], bytes]] = {
    "a-network-that-sees-coordinates": lambda: _saved("dqn", grid(300, slip=0.2), {"encoding": "coordinates"}),
    "a-table-of-300x300": lambda: _saved("q-learning", grid(300, slip=0.2)),
    "a-planner-of-300x300": lambda: _saved("value-iteration", grid(300, slip=0.2)),
    "every-move-goes-to-every-start": lambda: _saved(
        "value-iteration", grid(22, map="\n".join(["SCSC" * 6] * 24), cells={"C": {"to_start": True}})
    ),
    "claims-a-million-cells": lambda: _claiming(lambda world: world.update(grid(1000, slip=0.2, moves="king+stay"))),
    "claims-thirty-million-outcomes": lambda: _claiming(
        lambda world: world.update({"map": "\n".join(["SC" * 200] * 400), "cells": {"C": {"to_start": True}}})
    ),
    "a-large-replay-nearly-empty": lambda: _saved("dqn", grid(5), {"replay_capacity": "1000000"}, 300),
    "prioritized-and-nearly-empty": lambda: _saved(
        "dqn", grid(5), {"replay_capacity": "1000000", "prioritized": "true"}, 300
    ),
    "cartpole-with-a-large-replay": _in_cartpole,
    "eighty-thousand-interventions": lambda: _with_log([Change(0, {"epsilon": "0.1"})] * 80_000),
    "a-hundred-thousand-actions-by-hand": lambda: _with_log([Act(0, 1)] * 100_000),
    "too-many-interventions": lambda: _with_log([Change(0, {"epsilon": "0.1"})] * 230_000),
    "forty-worlds-of-marks": _with_edits,
    "twenty-thousand-branches": _with_branches,
    "a-million-episodes": _with_episodes,
    "millions-of-small-values": _of_small_values,
    "a-list-of-transitions": lambda: _explicit(5000, 1),
    "sixty-thousand-transitions": lambda: _explicit(15_000, 4),
    "too-many-transitions": lambda: _explicit(20_000, 4),
    "a-memory-of-300x300": lambda: _saved("dyna-q", grid(300, slip=0.2), {"prioritized": "true"}, steps=50_000),
    "traces": lambda: _saved("sarsa-lambda", grid(200), steps=3000),
    "a-whole-episode": lambda: _saved("monte-carlo", grid(50, max_steps=100_000), steps=60_000),
}
