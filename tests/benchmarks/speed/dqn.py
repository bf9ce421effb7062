"""DQN on CartPole-v1, one gradient step a step, against peers; and one update against its matrix products alone."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from engine.run import Run
from engine.worlds import catalogue
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
from tests.benchmarks.speed.settings import CARTPOLE

WORK = "DQN, CartPole-v1"
STEPS, PEER_STEPS, UPDATES = 8000, 3000, 3000


def begun(*, like_stable_baselines: bool) -> Run:
    """Return a run that has learned so long that everything is loaded, compiled and in its memory."""
    run = Run(catalogue.find("gym:CartPole-v1"), "dqn", CARTPOLE.ours(like_stable_baselines=like_stable_baselines), 0)
    run.advance(steps=2 * CARTPOLE.learning_starts)
    return run


def ours(*, like_stable_baselines: bool) -> float:
    """Learn, and return how many steps a second."""
    run = begun(like_stable_baselines=like_stable_baselines)
    return STEPS / processor_seconds(partial(run.advance, steps=STEPS))


def against(peer: str, name: str, reach: float, aim: float) -> list[Measured]:
    """Compare with one of the peers."""
    if not PYTHON.exists():
        return [unmeasured(WORK, name, NOT_INSTALLED, "x")]
    own = partial(ours, like_stable_baselines=peer == "stable-baselines")
    pairs = alternating(own, lambda: steps_per_second(peer, PEER_STEPS))
    mine, other = medians(pairs)
    note = f"{mine:,.0f} steps a second against {other:,.0f}"
    return [Measured(WORK, name, ratios(pairs), "x", reach, aim, note=note)]


def update() -> list[Measured]:
    """Compare one update, without the drawing of its batch, with the products of matrices that are in it."""
    learner, batch = _learner_and_batch()
    products = matrix_products()
    pairs = alternating(
        lambda: processor_seconds(lambda: _repeat(lambda: learner.update(batch, CARTPOLE.discount))),
        lambda: processor_seconds(lambda: _repeat(products)),
    )
    mine, other = medians(pairs)
    note = f"{1e6 * mine / UPDATES:.0f} µs against {1e6 * other / UPDATES:.0f} µs"
    work, name = "one DQN update", "its matrix products alone (torch.mm)"
    return [Measured(work, name, ratios(pairs), "x", 4.0, 2.5, more_is_better=False, note=note)]


def matrix_products() -> Callable[[], None]:
    """Return the products of an update: two passes forward, and one back to the weights and to what lies before."""
    import torch

    rows, widths = CARTPOLE.batch_size, (4, *CARTPOLE.hidden, 2)
    weights = [torch.rand(shape) for shape in pairwise(widths)]
    gradients = [torch.zeros_like(weight) for weight in weights]
    values, slopes = ([torch.rand(rows, width) for width in widths] for _ in range(2))
    turned_weights, turned_values = ([tensor.t() for tensor in tensors] for tensors in (weights, values))

    def multiply() -> None:
        for _ in ("online", "target"):
            for layer, weight in enumerate(weights):
                torch.mm(values[layer], weight, out=values[layer + 1])
        for layer in reversed(range(len(weights))):
            torch.mm(turned_values[layer], slopes[layer + 1], out=gradients[layer])
            if layer:
                torch.mm(slopes[layer + 1], turned_weights[layer], out=slopes[layer])

    return multiply


def _learner_and_batch() -> tuple[Any, Any]:
    agent: Any = begun(like_stable_baselines=False).agent
    return agent._learner, agent._replay.sample(CARTPOLE.batch_size, np.random.default_rng(0))


def _repeat(work: Callable[[], object]) -> None:
    for _ in range(UPDATES):
        work()


BENCHES = (
    Bench("dqn-stable-baselines", partial(against, "stable-baselines", "Stable-Baselines3, equal settings", 3.0, 5.0)),
    Bench("dqn-plain-loop", partial(against, "plain-loop", "a plain loop in the manner of CleanRL", 2.0, 3.5)),
    Bench("dqn-update", update),
)
