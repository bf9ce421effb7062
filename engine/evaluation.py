"""Evaluation: episodes of the greedy policy of some values, without learning."""

from dataclasses import dataclass

import numpy as np

from engine.agents.kernels.greedy import greedy
from engine.interaction import Interaction
from engine.worlds.mdp import BoolArray, FloatArray, IntArray, TabularMDP


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a number of greedy episodes came to; the arrays have shape (episodes,)."""

    returns: FloatArray
    lengths: IntArray
    success: BoolArray
    """Which episodes terminated with a positive last reward."""


class GreedyEpisodes:
    """Walks through a world by the greedy policy of fixed values; ties are broken at random.

    `q` has shape (states, actions) and NaN where an action is not legal. Chance comes from `seed` alone.
    """

    def __init__(self, world: TabularMDP, q: FloatArray, seed: int) -> None:
        for_world, for_policy = np.random.SeedSequence(seed).spawn(2)
        self.interaction = Interaction(world, np.random.Generator(np.random.PCG64(for_world)))
        self._q = np.where(world.legal, q, 0.0)
        self._discount = world.discount
        self._generator = np.random.Generator(np.random.PCG64(for_policy))

    def advance(self, steps: int, episodes: int) -> int:
        """Walk for at most so many transitions and finished episodes; return the transitions made."""
        made: int = greedy(
            self.interaction.model,
            self.interaction.memory,
            self._q,
            self._discount,
            self.interaction.generator,
            self._generator,
            (steps, episodes, -1),
        )
        return made


def evaluate(world: TabularMDP, q: FloatArray, episodes: int, seed: int) -> Evaluation:
    """Walk through `episodes` episodes by the greedy policy of `q` and say what they came to."""
    walk = GreedyEpisodes(world, q, seed)
    parts = []
    remaining = episodes
    while remaining > 0:
        walk.advance(2**62, remaining)
        parts.append(walk.interaction.take_finished())
        remaining -= len(parts[-1])
    rows = np.concatenate(parts)
    return Evaluation(rows["return"].copy(), rows["length"].copy(), rows["success"].copy())
