"""What the claims share: runs from listed seeds, and what is read from them."""

from collections.abc import Mapping

import numpy as np

from engine.evaluation import evaluate
from engine.run import Run
from engine.worlds import catalogue
from engine.worlds.mdp import FloatArray, TabularMDP


def episodes_of(
    world: TabularMDP, agent: str, settings: Mapping[str, str], seed: int, episodes: int
) -> tuple[Run, FloatArray]:
    """Learn for some episodes; return the run and, in order, the length of each, shape (episodes,)."""
    run = Run(world, agent, settings, seed)
    run.advance(episodes=episodes)
    return run, run.statistics.last(episodes)["length"].astype(np.float64)


def greedy_length(run: Run) -> int:
    """Return the length of one greedy episode by the values that were learned."""
    return int(evaluate(run.world, run.agent.q_values(), 1, 0).lengths[0])


def with_key(word: str, **changed: object) -> TabularMDP:
    """Return a world of the library with other values for some keys of its file."""
    return catalogue.build(word, {**catalogue.find(word).definition, **changed})
