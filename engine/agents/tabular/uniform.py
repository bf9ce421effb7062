"""The agent that acts uniformly at random and learns nothing: what any other has to be better than."""

from typing import Any, ClassVar

import numpy as np

from engine.agents.kernels.choosing import random_action
from engine.agents.kernels.uniform import walk_at_random
from engine.agents.loop import Decision, interact
from engine.agents.settings import RandomSettings
from engine.interaction import Interaction
from engine.state import State, generator_state, load_array
from engine.worlds.editing import carried
from engine.worlds.environment import Environment, World
from engine.worlds.mdp import FloatArray, IntArray, TabularMDP


class Random:
    """A policy and no learner: each legal action is equally likely, for ever.

    Its values are all 0, so they tie, and the greedy policy of a table of ties is again the uniform one: that is what a
    demonstration shows and an evaluation measures. The same behaviour with a learner in it, off-policy, is Q-learning
    with epsilon 1; with the same seed it takes the same actions.
    """

    name: ClassVar[str] = "random"
    waits_for_person: ClassVar[bool] = False
    counted_after = 0

    def __init__(self, world: World, settings: RandomSettings, generator: np.random.Generator) -> None:
        self._modelled = not isinstance(world, Environment)
        self._legal = world.legal
        self._visits = np.zeros(world.legal.shape, np.int64)
        self._generator = generator
        self.settings = settings
        self.keyframe_every = min(max(4 * self._visits.size, 20_000), 400_000) if self._modelled else 250

    def change(self, settings: RandomSettings) -> None:
        """See `Agent.change`."""
        self.settings = settings

    def resettle(self, world: TabularMDP, origin: IntArray) -> None:
        """See `Agent.resettle`."""
        self._visits = carried(self._visits, self._legal, world.legal, origin, 0)
        self._legal = world.legal

    def advance(self, interaction: Interaction, steps: int, episodes: int, by_hand: int = -1) -> int:
        """See `Agent.advance`."""
        if not self._modelled:
            return interact(self, interaction, self.settings.discount, steps, episodes, by_hand)
        made: int = walk_at_random(
            interaction.model,
            interaction.memory,
            self._visits,
            self.settings.discount,
            interaction.generator,
            self._generator,
            (steps, episodes, by_hand),
        )
        return made

    def act(self, place: Any, step: int, by_hand: int) -> Decision:
        """Choose as the compiled loop does, in a world without a model; its one row stands for every observation."""
        if by_hand >= 0:
            return Decision(by_hand, False, 1.0, 1.0)
        die = self._generator.random()
        return Decision(int(random_action(self._legal[0], self._generator.random())), True, die, 1.0)

    def learn(
        self, place: Any, action: int, reward: float, next_place: Any, terminated: bool, truncated: bool
    ) -> float:
        """Count the action and learn nothing, in a world without a model."""
        self._visits[0, action] += 1
        return 0.0

    def q_values(self) -> FloatArray:
        """See `Agent.q_values`: 0 for every pair, because nothing is known of any."""
        return np.where(self._legal, 0.0, np.nan)

    def values_of(self, place: Any) -> FloatArray:
        """See `Agent.values_of`."""
        values: FloatArray = self.q_values()[place if self._modelled else 0]
        return values

    def visits(self) -> IntArray:
        """See `CountsVisits.visits`."""
        return self._visits.copy()

    def epsilon(self, step: int) -> float:
        """See `Agent.epsilon`."""
        return 1.0

    def update(self) -> None:
        """See `Agent.update`: there is never one."""

    def state(self) -> State:
        """See `Agent.state`."""
        return State({"visits": self._visits.copy()}, {"generator": generator_state(self._generator)})

    def load_state(self, state: State) -> None:
        """See `Agent.load_state`."""
        load_array(self._visits, state.arrays.get("visits"), "visits")
        self._generator.bit_generator.state = state.values["generator"]
