"""Deep Q-learning of 16 seeds at once, against the same 16 runs one after another."""

import time

from engine import together
from engine.run import UNLIMITED, Run
from engine.worlds import catalogue
from tests.benchmarks.speed.measuring import Bench, Measured, alternating, ratios

SEEDS = range(16)
STEPS = 500
SETTINGS = {"batch_size": "32", "hidden": "64,64"}
WORLD = "frozen-lake-8x8"


def at_once() -> float:
    """Return the steps a second of all seeds at once, from the first step on."""
    runs = together.runs_of(catalogue.find(WORLD), "dqn", SETTINGS, SEEDS, STEPS)
    began = time.perf_counter()
    assert together.advance(runs, STEPS, UNLIMITED) == "at once"
    return len(runs) * STEPS / (time.perf_counter() - began)


def one_after_another() -> float:
    """Return the steps a second of the same runs, one after another."""
    world = catalogue.find(WORLD)
    runs = [Run(world, "dqn", SETTINGS, seed) for seed in SEEDS]
    began = time.perf_counter()
    for run in runs:
        run.advance(steps=STEPS)
    return len(runs) * STEPS / (time.perf_counter() - began)


def rows() -> list[Measured]:
    """Measure both in turn; what has to be compiled is compiled before."""
    at_once()
    pairs = alternating(at_once, one_after_another)
    rates = [f"{sorted(side)[len(side) // 2]:,.0f}" for side in zip(*pairs, strict=True)]
    return [
        Measured(
            work="DQN, 16 seeds at once on frozen-lake-8x8",
            against="one after another",
            values=ratios(pairs),
            unit="x",
            reach=4.0,
            aim=8.0,
            note=f"{rates[0]} steps a second of all seeds together, against {rates[1]}; one thread each",
        )
    ]


BENCHES = (Bench("seeds", rows),)
