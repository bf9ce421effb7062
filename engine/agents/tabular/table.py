"""What the agents whose values are a table share: the table, the visits, the behaviour policy and their state."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from engine.agents.kernels.schedules import schedule_value
from engine.agents.kernels.tables import PENDING, UPDATE, Tables
from engine.agents.settings import TableSettings
from engine.interaction import Interaction, fill_record, record_values
from engine.state import Array, State, generator_state, load_array
from engine.transition import TableUpdate
from engine.worlds.editing import carried, numbers_after
from engine.worlds.mdp import FloatArray, IntArray, TabularMDP


class TabularAgent:
    """An agent with a table of values, without the rule by which it learns."""

    name: ClassVar[str]
    two_tables: ClassVar[bool] = False
    looks_ahead: ClassVar[bool] = False
    """Whether the action of the next step is chosen already when a step is learned from."""
    waits_for_person: ClassVar[bool] = False
    counted_after = 0
    settings: TableSettings

    def __init__(self, world: TabularMDP, settings: TableSettings, generator: np.random.Generator) -> None:
        self._legal = world.legal
        fresh = np.where(world.legal, settings.initial_value, 0.0)
        self._tables = Tables(
            fresh,
            fresh.copy() if self.two_tables else np.zeros((0, 0)),
            np.zeros(world.legal.shape, np.int64),
            np.zeros(1, PENDING),
            np.zeros(1, UPDATE),
        )
        self._generator = generator
        self.keyframe_every = min(max(4 * fresh.size, 200_000), 400_000)
        self.change(settings)

    def change(self, settings: TableSettings) -> None:
        """See `Agent.change`."""
        self.settings = settings
        self._behaviour = settings.behaviour
        self._step_size_row = settings.step_size.row

    def resettle(self, world: TabularMDP, origin: IntArray) -> None:
        """See `Agent.resettle`: the values of a state move with it, a new one begins at the initial value."""
        fresh = np.where(world.legal, self.settings.initial_value, 0.0)
        tables = self._tables
        tables.pending["chosen"] = False
        now = int(numbers_after(origin, len(self._legal))[tables.update["state"][0]])
        if now < 0:
            tables.update[...] = np.zeros(1, UPDATE)  # The pair is no more.
        else:
            tables.update["state"] = now
        self._tables = tables._replace(
            q=self._carried(tables.q, world, origin, fresh),
            other=self._carried(tables.other, world, origin, fresh) if self.two_tables else tables.other,
            visits=self._carried(tables.visits, world, origin, 0),
        )
        self._legal = world.legal

    def _carried(self, pairs: Array, world: TabularMDP, origin: IntArray, fresh: FloatArray | float) -> Array:
        return carried(pairs, self._legal, world.legal, origin, fresh)

    def advance(self, interaction: Interaction, steps: int, episodes: int, by_hand: int = -1) -> int:
        """See `Agent.advance`."""
        raise NotImplementedError

    def q_values(self) -> FloatArray:
        """See `Agent.q_values`; the mean of both tables where there are two."""
        values = (self._tables.q + self._tables.other) / 2.0 if self.two_tables else self._tables.q
        return np.where(self._legal, values, np.nan)

    def values_of(self, place: int) -> FloatArray:
        """See `Agent.values_of`."""
        values: FloatArray = self.q_values()[place]
        return values

    def visits(self) -> IntArray:
        """See `CountsVisits.visits`."""
        return self._tables.visits.copy()

    def epsilon(self, step: int) -> float:
        """See `Agent.epsilon`."""
        return float(schedule_value(self._behaviour.level, step))

    def update(self) -> TableUpdate | None:
        """See `Agent.update`."""
        row = record_values(self._tables.update)
        return TableUpdate(**row) if row["step_size"] else None

    def state(self) -> State:
        """See `Agent.state`."""
        arrays = {name: array.copy() for name, array in self._arrays().items()}
        values = {name: record_values(record) for name, record in self._records().items()}
        return State(arrays, {**values, "generator": generator_state(self._generator)})

    def load_state(self, state: State) -> None:
        """See `Agent.load_state`."""
        for name, array in self._arrays().items():
            load_array(array, state.arrays.get(name), name)
        for name, record in self._records().items():
            fill_record(record, state.values[name])
        self._check(self._tables)
        self._generator.bit_generator.state = state.values["generator"]

    def _check(self, tables: Tables) -> None:
        """Raise `ValueError` if what was loaded names a state or an action that the world does not have."""
        states, actions = self._legal.shape
        pending, update = tables.pending[0], tables.update[0]
        if not (0 <= pending["action"] < actions and 0 <= update["action"] < actions):
            raise ValueError("an action chosen or learned from is none of this world")
        if not (0 <= update["state"] < states and -1 <= update["next_action"] < actions):
            raise ValueError("the last update is about a state or an action that is none of this world")
        if min(count.min() for count in self._counts().values()) < 0:
            raise ValueError("a pair was visited or updated fewer than no times")

    def _are_pairs(self, states: IntArray, actions: IntArray) -> bool:
        """Whether all of them are legal pairs of this world."""
        return all(
            0 <= s < len(self._legal) and 0 <= a < self._legal.shape[1] and self._legal[s, a]
            for s, a in zip(states.tolist(), actions.tolist(), strict=True)
        )

    def _arrays(self) -> dict[str, FloatArray | IntArray]:
        arrays: dict[str, FloatArray | IntArray] = {"q": self._tables.q, **self._counts()}
        return {**arrays, "other": self._tables.other} if self.two_tables else arrays

    def _counts(self) -> dict[str, IntArray]:
        """The arrays that count something of each pair."""
        return {"visits": self._tables.visits}

    def _records(self) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.void]]]:
        records = {"update": self._tables.update}
        return {**records, "pending": self._tables.pending} if self.looks_ahead else records


def fill_columns(columns: Mapping[str, Array], state: State) -> int:
    """Copy arrays of a state that hold only what is in use into the beginning of longer ones; return how much that is.

    Raises `ValueError` unless they are all there, of one length, not too long, and finite.
    """
    count = max(state.arrays[name].size if name in state.arrays else 0 for name in columns)
    for name, column in columns.items():
        load_array(column[:count], state.arrays.get(name), name)
    return count
