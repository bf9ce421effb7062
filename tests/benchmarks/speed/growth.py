"""How the cost grows: steps a second against states and actions, memory against states and against replay capacity.

Each point is measured in a process of its own, so that the memory of one is not counted in the next. The README of the
benchmarks says why the curves bend where they do.
"""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np

from engine.run import Run
from engine.worlds.mdp import TabularMDP
from tests.benchmarks.speed.measuring import ROUNDS, Bench, Measured, processor_seconds
from tests.benchmarks.terminal import REPOSITORY

STATES = tuple(10**power for power in range(1, 7))
ACTIONS = tuple(4**power for power in range(1, 6))
CAPACITIES = tuple(10**power for power in range(3, 7))
STEPS = 500_000
SETTINGS = {"epsilon": "1.0"}
"""Always explore, so that all states are visited in any order: the hardest case for the caches of a processor."""


def world(states: int, actions: int, visited: int) -> TabularMDP:
    """Return a world in which every action leads to one of the first `visited` states, and no episode terminates."""
    pairs = states * actions
    return TabularMDP(
        name=f"random-{states}x{actions}",
        title="drawn at random",
        source="",
        states=tuple(map(str, range(states))),
        actions=tuple(map(str, range(actions))),
        discount=0.9,
        max_steps=1000,
        offsets=np.arange(pairs + 1),
        probability=np.ones(pairs),
        next_state=np.random.default_rng(0).integers(0, visited, pairs),
        reward=np.ones(pairs),
        terminated=np.zeros(pairs, np.bool_),
        start=np.eye(1, states)[0],
        definition={},
    )


def table_point(states: int, actions: int, visited: int) -> list[float]:
    """Measure Q-learning in such a world: how many MiB it takes at its height, and the steps a second of each round."""
    Run(world(2, 2, 2), "q-learning", SETTINGS, 0).warm_up()
    before = height()
    run = Run(world(states, actions, visited), "q-learning", SETTINGS, 0)
    run.advance(steps=STEPS)
    taken = height() - before
    return [taken, *(STEPS / processor_seconds(partial(run.advance, steps=STEPS)) for _ in range(ROUNDS))]


def replay_point(capacity: int, features: int) -> list[float]:
    """Measure how many MiB a full replay takes: of numbers of states, or of observations of so many features."""
    from engine.agents.dqn.encoding import Observations, OneHot
    from engine.agents.dqn.replay import Replay

    replay = Replay(capacity, Observations(features) if features else OneHot(2))
    place = np.ones(features, np.float32) if features else 1
    before = height()
    for number in range(capacity):
        replay.add(place, 0, 1.0, place, 1, number)
    return [height() - before]


def height() -> float:
    """Return how many MiB this process has held at most; `ru_maxrss` would tell of the process that started it, too."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 2**10


def aside(kind: str, *numbers: int) -> list[float]:
    """Measure a point in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.speed.growth", kind, *map(str, numbers)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    measured: list[float] = json.loads(done.stdout)
    return measured


def tables() -> list[Measured]:
    """Measure Q-learning against the number of states, then against that of actions."""
    rows = []
    for states, actions in [*((states, 4) for states in STATES), *((64, actions) for actions in ACTIONS)]:
        memory, *speeds = aside("table", states, actions, states)
        size = f"{states:,} states, {actions:,} actions"
        rows += [Measured(f"Q-learning, {size}", "", tuple(speed / 1e6 for speed in speeds), "M steps/s")]
        rows += [Measured(f"... its memory, {size}", "", (memory,), "MiB")] if states in STATES else []
    few = tuple(speed / 1e6 for speed in aside("table", STATES[-1], 4, 1000)[1:])
    return [*rows, Measured(f"Q-learning, {STATES[-1]:,} states, of which 1,000 are visited", "", few, "M steps/s")]


def replays() -> list[Measured]:
    """Measure the replay against its capacity."""
    kinds = {0: "numbers of states", 4: "observations of 4"}
    return [
        Measured(
            f"full replay, {capacity:,} transitions, {kind}", "", tuple(aside("replay", capacity, features)), "MiB"
        )
        for features, kind in kinds.items()
        for capacity in CAPACITIES
    ]


BENCHES = (Bench("growth-tables", tables), Bench("growth-replay", replays))

if __name__ == "__main__":
    point = {"table": table_point, "replay": replay_point}[sys.argv[1]]
    print(json.dumps(point(*map(int, sys.argv[2:]))))
