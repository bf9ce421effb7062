"""Dyna-Q: an agent that learns a model of its world as it goes, and plans with it after each step."""

from typing import Any

import numpy as np

from engine.agents.kernels import dyna
from engine.agents.kernels.experience import UNTRIED, Experience
from engine.agents.kernels.priority_queue import Queue
from engine.agents.settings import DynaSettings
from engine.agents.tabular.table import TabularAgent
from engine.interaction import Interaction, record_values
from engine.state import State
from engine.transition import PlannedUpdate
from engine.worlds.editing import numbers_after
from engine.worlds.mdp import BoolArray, FloatArray, IntArray, TabularMDP

PAIRS_SHOWN = 8
"""How many of the pairs that were planned for are written down, the last ones."""


class DynaQ(TabularAgent):
    """Dyna-Q (Sutton, 1990; Sutton & Barto, 8.2) or prioritized sweeping (Moore & Atkeson, 1993; Sutton & Barto, 8.4).

    After the update of Q-learning from each transition, it makes `planning_steps` more from what it remembers: of
    pairs drawn uniformly among those that it tried, or with `prioritized` of those first whose values are most wrong.
    What it remembers of a pair is the last outcome: where chance plays in, planning takes that one for certain, so its
    values do not settle. In a world that was edited it remembers what was there before, until it tries again.
    """

    name = "dyna-q"
    settings: DynaSettings

    def __init__(self, world: TabularMDP, settings: DynaSettings, generator: np.random.Generator) -> None:
        super().__init__(world, settings, generator)
        self._experience = Experience.none(*world.legal.shape)
        self._queue = Queue.of(np.zeros(world.legal.size))
        self._planned = np.zeros(1 + PAIRS_SHOWN, np.int64)

    def change(self, settings: DynaSettings) -> None:  # type: ignore[override]
        """See `Agent.change`. What is queued stays so, while planning is not by priority, too."""
        super().change(settings)
        work = 1 + settings.planning_steps // 2
        self.keyframe_every = max(min(max(4 * self._legal.size, 20_000), 400_000) // work, 500)

    def resettle(self, world: TabularMDP, origin: IntArray) -> None:
        """See `Agent.resettle`: an outcome is forgotten only if a state or an action of it is no more."""
        states_before, actions = self._legal.shape
        now = numbers_after(origin, states_before)
        old, queued = self._experience, self._queue.priority.reshape(states_before, actions)
        led = old.next_state[origin]
        known = (origin >= 0)[:, None] & (led >= 0) & (now[led] >= 0) & world.legal
        pairs = _pairs(old)
        places = now[pairs // actions] * actions + pairs % actions
        places = places[(now[pairs // actions] >= 0) & known.ravel()[places]]
        tried = np.full(world.legal.size, -1, np.int64)
        tried[: len(places)] = places
        self._experience = Experience.of(
            np.where(known, old.reward[origin], 0.0),
            np.where(known, now[led], UNTRIED),
            known & old.terminated[origin],
            tried,
        )
        self._queue = Queue.of(np.where(known, queued[origin], 0.0).ravel())
        self._planned[:] = 0
        super().resettle(world, origin)

    def advance(self, interaction: Interaction, steps: int, episodes: int, by_hand: int = -1) -> int:
        """See `Agent.advance`."""
        settings = self.settings
        made: int = dyna.learn_and_plan(
            interaction.model,
            interaction.memory,
            self._tables,
            self._experience,
            self._queue,
            self._planned,
            self._behaviour,
            self._step_size_row,
            settings.discount,
            (settings.planning_steps, settings.prioritized, settings.priority_threshold),
            interaction.generator,
            self._generator,
            (steps, episodes, by_hand),
        )
        return made

    def update(self) -> PlannedUpdate | None:
        """See `Agent.update`: the update from the transition itself, and what was planned after it."""
        if super().update() is None:
            return None
        count, *ring = self._planned.tolist()
        last = [ring[number % PAIRS_SHOWN] for number in range(max(0, count - PAIRS_SHOWN), count)]
        pairs = tuple(divmod(pair, self._legal.shape[1]) for pair in last)
        return PlannedUpdate(**record_values(self._tables.update), planned=count, planned_pairs=pairs)

    def load_state(self, state: State) -> None:
        """See `Agent.load_state`."""
        super().load_state(state)
        old = self._experience
        _expect_sound(old, self._queue.priority, self._planned, self._legal)
        self._experience = Experience.of(old.reward, old.next_state, old.terminated, old.tried)
        self._queue = Queue.of(self._queue.priority)

    def _arrays(self) -> dict[str, Any]:
        arrays: dict[str, FloatArray | IntArray] = super()._arrays()
        experience = self._experience
        return {
            **arrays,
            "remembered_reward": experience.reward,
            "remembered_next_state": experience.next_state,
            "remembered_terminated": experience.terminated,
            "tried": experience.tried,
            "priority": self._queue.priority,
            "planned": self._planned,
        }


def _pairs(experience: Experience) -> IntArray:
    """Return the tried pairs in the order in which they were first tried."""
    return experience.tried[: experience.known[0]]


def _expect_sound(experience: Experience, priority: FloatArray, planned: IntArray, legal: BoolArray) -> None:
    """Raise `ValueError` if the arrays of a state do not fit together."""
    known = experience.next_state != UNTRIED
    if not -1 <= experience.next_state.min() <= experience.next_state.max() < len(legal) or (known & ~legal).any():
        raise ValueError("what is remembered leads to a state, or comes of an action, that the world does not have")
    tried, count = experience.tried, int(known.sum())
    if not np.array_equal(np.sort(tried[:count]), np.flatnonzero(known)) or (tried[count:] != -1).any():
        raise ValueError("the pairs that were tried are not those of which something is remembered")
    if (priority < 0.0).any() or (priority[~known.ravel()] != 0.0).any():
        raise ValueError("a pair is queued that was never tried, or with a priority below 0")
    if not (planned[0] >= 0 and 0 <= planned[1:].min() <= planned[1:].max() < legal.size):
        raise ValueError("a pair that was planned for is none of this world")
