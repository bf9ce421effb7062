"""Tabular Q-learning with statistics on the slippery frozen lake of 8x8, against a tutorial's loop and one in C."""

import json
import shutil
import subprocess
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from engine.planning import evaluate_policy
from engine.run import Run
from engine.worlds import catalogue
from engine.worlds.mdp import FloatArray
from tests.benchmarks.speed.measuring import (
    Bench,
    Measured,
    alternating,
    medians,
    processor_seconds,
    ratios,
    unmeasured,
)
from tests.benchmarks.speed.peers_environment import NOT_INSTALLED, PYTHON, steps_per_second
from tests.benchmarks.speed.settings import TABLE

WORK = "Q-learning, frozen-lake-8x8"
STEPS, TUTORIAL_STEPS, C_STEPS = 20_000_000, 150_000, 40_000_000
SOURCE = Path(__file__).with_name("q_learning.c")
CLOSE, ROUGHLY = 0.03, 0.1
"""How far apart, relatively, the mean returns and lengths of two sides may lie, and the worth of their greedy policies,
which change with every step as long as the step size stays."""


def ours(steps: int) -> tuple[float, Run]:
    """Learn for some steps; return how many a second, and the run."""
    run = Run(catalogue.find("frozen-lake-8x8"), "q-learning", TABLE.ours, 0)
    run.warm_up()
    return steps / processor_seconds(partial(run.advance, steps=steps)), run


def against_the_tutorial() -> list[Measured]:
    """Compare with the loop over Gymnasium's environment."""
    against = "tutorial loop on Gymnasium"
    if not PYTHON.exists():
        return [unmeasured(WORK, against, NOT_INSTALLED, "x")]
    pairs = alternating(lambda: ours(STEPS)[0], lambda: steps_per_second("tutorial", TUTORIAL_STEPS))
    return [Measured(WORK, against, ratios(pairs), "x", 200.0, 400.0, note=_both(pairs))]


def against_c() -> list[Measured]:
    """Compare with the loop in C, and make sure that both have done the same work."""
    against = "the same loop in C, -O3"
    compiler = shutil.which("cc")
    if compiler is None:
        return [unmeasured(WORK, against, "this machine has no C compiler (cc)", "x")]
    with tempfile.TemporaryDirectory() as folder:
        program = str(Path(folder) / "q_learning")
        subprocess.run([compiler, "-O3", "-std=c11", "-o", program, str(SOURCE), "-lm"], check=True)
        pairs = alternating(lambda: ours(STEPS)[0], lambda: C_STEPS / in_c(program, C_STEPS)["seconds"])
        same = told_apart(in_c(program, STEPS), ours(STEPS)[1])
    if same:
        return [unmeasured(WORK, against, f"the two did not do the same work: {same}", "x")]
    return [Measured(WORK, against, ratios(pairs), "x", 0.35, 0.6, note=_both(pairs))]


def in_c(program: str, steps: int) -> dict[str, Any]:
    """Run the loop in C and return what it says."""
    done = subprocess.run([program, str(steps), "1"], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def told_apart(theirs: dict[str, Any], run: Run) -> str:
    """Return in which of their episodes or policies the two sides differ more than chance explains; "" if in none."""
    summary = run.statistics.summary()
    worth = [policy_worth(run, np.array(q)) for q in (theirs["q"], np.nan_to_num(run.q_values()))]
    measured = {
        "mean return": (theirs["mean_return"], summary["mean_return"], CLOSE),
        "mean length": (theirs["mean_length"], summary["mean_length"], CLOSE),
        "worth of the greedy policy": (*worth, ROUGHLY),
    }
    apart = [f"{name} {a:.4g} and {b:.4g}" for name, (a, b, far) in measured.items() if abs(a - b) > far * max(a, b)]
    return ", ".join(apart)


def policy_worth(run: Run, q: FloatArray) -> float:
    """Return the exact value of the start under the greedy policy of a table, shape (states, actions)."""
    world = run.world
    policy = np.zeros(world.legal.shape)
    policy[np.arange(len(q)), q.argmax(axis=1)] = 1.0
    return float(world.start @ evaluate_policy(world, np.where(world.legal, policy, 0.0), TABLE.discount))


def _both(pairs: list[tuple[float, float]]) -> str:
    mine, other = medians(pairs)
    return f"{mine:,.0f} steps a second against {other:,.0f}"


BENCHES = (Bench("tabular-tutorial", against_the_tutorial), Bench("tabular-c", against_c))
