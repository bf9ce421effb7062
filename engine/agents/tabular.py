"""Agents whose values are a table: one small class each, over one compiled rule each."""

import dataclasses
from typing import ClassVar

import numpy as np

from engine.agents import kernels
from engine.agents.settings import QLearningSettings
from engine.interaction import Interaction, fill_record, record_values
from engine.state import State, generator_state, load_array
from engine.transition import TableUpdate
from engine.worlds.mdp import FloatArray, IntArray, TabularMDP

UPDATE = np.dtype([(f.name, "i8" if f.type is int else "f8") for f in dataclasses.fields(TableUpdate)])


class QLearning:
    """Q-learning: off-policy control by the best next value (Watkins, 1989; Sutton & Barto, section 6.5)."""

    name: ClassVar[str] = "q-learning"

    def __init__(self, world: TabularMDP, settings: QLearningSettings, generator: np.random.Generator) -> None:
        self._legal = world.legal
        self._q = np.where(world.legal, settings.initial_value, 0.0)
        self._visits = np.zeros(world.legal.shape, np.int64)
        self._update = np.zeros(1, UPDATE)
        self._generator = generator
        self.keyframe_every = min(max(4 * self._q.size, 20_000), 400_000)
        self.change(settings)

    def change(self, settings: QLearningSettings) -> None:
        """See `Agent.change`."""
        self.settings = settings
        self._epsilon_row = settings.epsilon.row
        self._step_size_row = settings.step_size.row

    def resettle(self, world: TabularMDP, origin: IntArray) -> None:
        """See `Agent.resettle`: the values of a state move with it, a new one begins at the initial value."""
        known = (origin >= 0)[:, None] & self._legal[origin] & world.legal
        fresh = np.where(world.legal, self.settings.initial_value, 0.0)
        self._q = np.where(known, self._q[origin], fresh)
        self._visits = np.where(known, self._visits[origin], 0)
        self._legal = world.legal

    def advance(self, interaction: Interaction, steps: int, episodes: int, by_hand: int = -1) -> int:
        """See `Agent.advance`."""
        made: int = kernels.q_learning(
            interaction.model,
            interaction.memory,
            self._q,
            self._visits,
            self._update,
            self._epsilon_row,
            self._step_size_row,
            self.settings.discount,
            interaction.generator,
            self._generator,
            (steps, episodes, by_hand),
        )
        return made

    def q_values(self) -> FloatArray:
        """See `Agent.q_values`."""
        return np.where(self._legal, self._q, np.nan)

    def epsilon(self, step: int) -> float:
        """See `Agent.epsilon`."""
        return float(kernels.schedule_value(self._epsilon_row, step))

    def update(self) -> TableUpdate | None:
        """See `Agent.update`."""
        return TableUpdate(**record_values(self._update)) if self._update["step_size"][0] else None

    def state(self) -> State:
        """See `Agent.state`."""
        arrays = {"q": self._q.copy(), "visits": self._visits.copy()}
        return State(arrays, {"update": record_values(self._update), "generator": generator_state(self._generator)})

    def load_state(self, state: State) -> None:
        """See `Agent.load_state`."""
        load_array(self._q, state.arrays.get("q"), "q")
        load_array(self._visits, state.arrays.get("visits"), "visits")
        fill_record(self._update, state.values["update"])
        self._generator.bit_generator.state = state.values["generator"]
