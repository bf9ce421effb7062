"""Evaluation: episodes of the greedy policy of some values, without learning."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from engine.agents.kernels.choosing import best_action
from engine.agents.kernels.greedy import greedy
from engine.agents.loop import Decision, interact
from engine.environment_interaction import EnvironmentInteraction
from engine.interaction import Interaction
from engine.run import Run
from engine.worlds.environment import Environment, Observation
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


class GreedyEnvironmentEpisodes:
    """Walks through a world without a model by the greedy policy of an agent as it stands; ties are broken at random.

    `values_of` tells the value of each action, shape (actions,), by what is observed. Chance comes from `seed` alone.
    """

    def __init__(self, world: Environment, values_of: Callable[[Observation], FloatArray], seed: int) -> None:
        for_world, for_policy = np.random.SeedSequence(seed).spawn(2)
        self.interaction: Interaction = EnvironmentInteraction(world, np.random.Generator(np.random.PCG64(for_world)))
        self._values_of = values_of
        self._discount = world.discount
        self._legal = world.legal[0]
        self._generator = np.random.Generator(np.random.PCG64(for_policy))

    def advance(self, steps: int, episodes: int) -> int:
        """Walk for at most so many transitions and finished episodes; return the transitions made."""
        return interact(self, self.interaction, self._discount, steps, episodes, -1)

    def act(self, place: Observation, step: int, by_hand: int) -> Decision:
        """Choose a best action."""
        values = self._values_of(place)
        return Decision(best_action(values, values, self._legal, self._generator), False, 1.0, 0.0)

    def learn(
        self, place: object, action: int, reward: float, next_place: object, terminated: bool, truncated: bool
    ) -> float:
        """Learn nothing."""
        return 0.0


class Walk(Protocol):
    """A walk by a greedy policy."""

    interaction: Interaction

    def advance(self, steps: int, episodes: int) -> int:
        """Walk for at most so many transitions and finished episodes; return the transitions made."""
        ...


def greedy_walk(run: Run, seed: int) -> Walk:
    """Return a walk through the run's world by the greedy policy of its agent as it stands."""
    if isinstance(run.world, Environment):
        return GreedyEnvironmentEpisodes(run.world, run.agent.values_of, seed)
    return GreedyEpisodes(run.world, run.agent.q_values(), seed)


def evaluate(world: TabularMDP, q: FloatArray, episodes: int, seed: int) -> Evaluation:
    """Walk through `episodes` episodes by the greedy policy of `q` and say what they came to."""
    return walked(GreedyEpisodes(world, q, seed), episodes)


def walked(walk: Walk, episodes: int) -> Evaluation:
    """Walk through `episodes` episodes and say what they came to."""
    parts = []
    remaining = episodes
    while remaining > 0:
        walk.advance(2**62, remaining)
        parts.append(walk.interaction.take_finished())
        remaining -= len(parts[-1])
    rows = np.concatenate(parts)
    return Evaluation(rows["return"].copy(), rows["length"].copy(), rows["success"].copy())
