"""Experience replay: the transitions made so far, cumulative up to a capacity, from which batches are drawn."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.agents.dqn.encoding import Encoding, Place
from engine.agents.dqn.priorities import Priorities
from engine.state import Array, State
from engine.transition import Replayed
from engine.worlds.editing import numbers_after
from engine.worlds.mdp import IntArray

SHOWN = 8
"""How many of the replayed transitions an update tells of."""


class Batch(NamedTuple):
    """Transitions drawn from the replay, arrays of shape (batch,); the next batch writes over them."""

    places: Tensor
    """Where each was made, shape (batch, *place_shape), as `next_places`."""
    actions: IntArray
    rewards: Array
    """The discounted sum of the rewards over the span, float32."""
    next_places: Tensor
    """Where the span ends."""
    spans: Array
    """After how many steps the next value counts, int8: 0, for never, where the episode terminated."""
    weights: Array
    """The importance weights, float32; all 1.0 where the draw was uniform."""
    rows: IntArray
    """Where in the replay they are."""

    @classmethod
    def empty(cls, size: int, encoding: Encoding) -> "Batch":
        """Return a batch to be written to."""
        places, next_places = (np.zeros((size, *encoding.place_shape), encoding.place_dtype) for _ in range(2))
        actions, rows = (np.zeros(size, np.int64) for _ in range(2))
        rewards, weights = np.zeros(size, np.float32), np.ones(size, np.float32)
        spans = np.zeros(size, np.int8)
        return cls(torch.from_numpy(places), actions, rewards, torch.from_numpy(next_places), spans, weights, rows)

    @property
    def columns(self) -> dict[str, Array]:
        """What is copied from the columns of the replay, by their names, as arrays over the same memory."""
        return {
            "places": self.places.numpy(),
            "actions": self.actions,
            "rewards": self.rewards,
            "next_places": self.next_places.numpy(),
            "spans": self.spans,
        }

    def told(self, td_errors: Array, numbered: bool) -> tuple[Replayed, ...]:
        """Tell of the first transitions with their TD errors; places are told where they are numbers of states."""
        columns = (
            self.places[:SHOWN].tolist() if numbered else [-1] * SHOWN,
            self.actions[:SHOWN].tolist(),
            self.rewards[:SHOWN].tolist(),
            self.next_places[:SHOWN].tolist() if numbered else [-1] * SHOWN,
            self.spans[:SHOWN].tolist(),
            (self.spans[:SHOWN] == 0).tolist(),
            td_errors[:SHOWN].tolist(),
            self.weights[:SHOWN].tolist(),
        )
        return tuple(Replayed(*row) for row in zip(*columns, strict=False))


FIRST_ROOM = 1024
"""For how many transitions there is room at first."""


class Replay:
    """A ring of transitions; it stores places, not what the network sees of them.

    Its arrays grow up to the capacity as they fill, so that a capacity which is never used costs nothing.
    """

    def __init__(self, capacity: int, encoding: Encoding, priorities: Priorities | None = None) -> None:
        self.capacity = capacity
        self.size = 0
        self.priorities = priorities
        self._encoding = encoding
        self._next = 0
        self._births = 0
        room = min(capacity, FIRST_ROOM)
        shape, kind = (room, *encoding.place_shape), encoding.place_dtype
        self.columns: dict[str, Array] = {
            "places": np.zeros(shape, kind),
            "actions": np.zeros(room, np.int64),
            "rewards": np.zeros(room, np.float32),
            "next_places": np.zeros(shape, kind),
            "spans": np.zeros(room, np.int8),
            "made_at": np.zeros(room, np.int64),
        }
        self._batch = Batch.empty(0, encoding)
        self._drawn = self._batch.columns

    def add(self, place: Place, action: int, reward: float, next_place: Place, span: int, made_at: int) -> None:
        """Keep a transition, see `Batch`; when the replay is full the oldest one goes. `made_at` counts transitions."""
        if self._next == len(self.columns["actions"]):
            self._make_room(self._next + 1)
        columns, row = self.columns, self._next
        if self.size == self.capacity:
            self._births -= int(columns["made_at"][row])
        else:
            self.size += 1
        columns["places"][row] = place
        columns["actions"][row] = action
        columns["rewards"][row] = reward
        columns["next_places"][row] = next_place
        columns["spans"][row] = span
        columns["made_at"][row] = made_at
        self._births += made_at
        if self.priorities is not None:
            self.priorities.enter(row)
        self._next = (row + 1) % self.capacity

    def sample(self, batch_size: int, generator: np.random.Generator, correction: float = 0.0) -> Batch:
        """Draw transitions with replacement: uniformly, or by priority and with weights that correct for that."""
        if len(self._batch.rows) != batch_size:
            self._batch = Batch.empty(batch_size, self._encoding)
            self._drawn = self._batch.columns
        batch = self._batch
        if self.priorities is not None:
            self.priorities.draw(self.size, correction, generator, batch.rows, batch.weights)
        else:
            batch.rows[...] = generator.integers(0, self.size, batch_size)
        for name, out in self._drawn.items():
            self.columns[name].take(batch.rows, 0, out, "clip")
        return batch

    def learn(self, batch: Batch, td_errors: Array) -> None:
        """Take over how much a batch surprised, where that counts."""
        if self.priorities is not None:
            self.priorities.learn(batch.rows, td_errors)

    def change_exponent(self, exponent: float) -> None:
        """Go on with priorities that count more or less."""
        if self.priorities is not None and exponent != self.priorities.exponent:
            self.priorities.exponent = exponent
            self.priorities.rebuild(self.size)

    @property
    def oldest(self) -> int:
        """The number of the transition at which the oldest entry was made."""
        return int(self.columns["made_at"][self._next if self.size == self.capacity else 0])

    @property
    def mean_birth(self) -> float:
        """The mean of the numbers of the transitions at which the entries were made."""
        return self._births / max(self.size, 1)

    def filled(self, name: str) -> Array:
        """Return the part of a column that holds something, to be looked at and not kept."""
        return self.columns[name][: self.size]

    def renumber(self, origin: IntArray, states_before: int) -> None:
        """Follow an edit of the world: its state s was `origin[s]` before; what names a state that is no more goes."""
        now = numbers_after(origin, states_before)
        oldest_first = (np.arange(self.size) + (self._next if self.size == self.capacity else 0)) % self.capacity
        rows = {name: column[oldest_first] for name, column in self._all_columns().items()}
        rows["places"], rows["next_places"] = now[rows["places"]], now[rows["next_places"]]
        kept = (rows["places"] >= 0) & (rows["next_places"] >= 0)
        self.size = int(kept.sum())
        self._next = self.size % self.capacity
        for name, column in self._all_columns().items():
            column[: self.size] = rows[name][kept]
        self._follow_columns()

    def state(self) -> State:
        """Return the filled part of the ring, the place of the next transition, and the highest priority."""
        arrays = {name: column[: self.size].copy() for name, column in self._all_columns().items()}
        highest = {"highest": self.priorities.highest} if self.priorities is not None else {}
        return State(arrays, {"next": self._next, "size": self.size, **highest})

    def load_state(self, state: State, states: int, actions: int) -> None:
        """Take over a state; raises `ValueError` unless it fits and names states and actions that exist."""
        size, following = int(state.values["size"]), int(state.values["next"])
        full = size == self.capacity
        if not 0 <= size <= self.capacity or not 0 <= following < self.capacity or (not full and following != size):
            raise ValueError("the replay does not fit its capacity")
        bounds = {"actions": actions, "spans": 128}
        if not self._encoding.place_shape:
            bounds |= {"places": states, "next_places": states}
        if len(state.arrays.get("actions", ())) == size:
            self._make_room(size)
        for name, column in self._all_columns().items():
            source = state.arrays.get(name)
            if source is None or source.dtype != column.dtype or source.shape != (size, *column.shape[1:]):
                raise ValueError(f"the replay's {name} are missing or of the wrong kind")
            if name in bounds and size and not (source.min() >= 0 and source.max() < bounds[name]):
                raise ValueError(f"the replay's {name} name what does not exist")
            if not np.isfinite(source).all():
                raise ValueError(f"the replay's {name} hold a number that is not finite")
            column[:size] = source
        self.size, self._next = size, following
        if self.priorities is not None:
            self.priorities.highest = float(state.values["highest"])
            if not self.priorities.fits(size):
                raise ValueError("the replay's priorities are not above 0 or not below their highest")
        self._follow_columns()

    def _make_room(self, rows: int) -> None:
        """Let there be room for so many transitions, and at least twice the room of before if there is not."""
        before = len(self.columns["actions"])
        if rows <= before:
            return
        room = min(max(rows, 2 * before), self.capacity)
        for name, column in self.columns.items():
            self.columns[name] = np.zeros((room, *column.shape[1:]), column.dtype)
            self.columns[name][:before] = column

    def _all_columns(self) -> dict[str, Array]:
        if self.priorities is None:
            return self.columns
        return {**self.columns, "priorities": self.priorities.priorities}

    def _follow_columns(self) -> None:
        """Derive what follows from the columns."""
        self._births = int(self.columns["made_at"][: self.size].sum())
        if self.priorities is not None:
            self.priorities.rebuild(self.size)
