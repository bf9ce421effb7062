"""Experience replay: the transitions made so far, cumulative up to a capacity, from which batches are drawn."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.state import Array, State
from engine.worlds.editing import numbers_after
from engine.worlds.mdp import IntArray


class Batch(NamedTuple):
    """Transitions drawn from the replay, each field of shape (batch,)."""

    states: Tensor
    actions: Tensor
    rewards: Tensor
    next_states: Tensor
    continues: Tensor
    """0.0 where the transition terminated its episode, else 1.0: also where the step limit cut the episode short."""


class Replay:
    """A ring of transitions in preallocated arrays; it stores state numbers, not observations."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.size = 0
        self._next = 0
        self._columns: dict[str, Array] = {
            "states": np.zeros(capacity, np.int64),
            "actions": np.zeros(capacity, np.int64),
            "rewards": np.zeros(capacity, np.float32),
            "next_states": np.zeros(capacity, np.int64),
            "continues": np.zeros(capacity, np.float32),
        }
        self._tensors = Batch(*(torch.from_numpy(column) for column in self._columns.values()))

    def add(self, state: int, action: int, reward: float, next_state: int, terminated: bool) -> None:
        """Keep a transition; when the replay is full the oldest one goes."""
        row = (state, action, reward, next_state, 0.0 if terminated else 1.0)
        for column, value in zip(self._columns.values(), row, strict=True):
            column[self._next] = value
        self._next = (self._next + 1) % self.capacity
        self.size = min(self.size + 1, self.capacity)

    def sample(self, batch_size: int, generator: np.random.Generator) -> Batch:
        """Draw transitions uniformly, with replacement."""
        rows = torch.from_numpy(generator.integers(0, self.size, batch_size))
        return Batch(*(tensor[rows] for tensor in self._tensors))

    def renumber(self, origin: IntArray, states_before: int) -> None:
        """Follow an edit of the world: its state s was `origin[s]` before; what names a state that is no more goes."""
        now = numbers_after(origin, states_before)
        oldest_first = (np.arange(self.size) + (self._next if self.size == self.capacity else 0)) % self.capacity
        rows = {name: column[oldest_first] for name, column in self._columns.items()}
        rows["states"], rows["next_states"] = now[rows["states"]], now[rows["next_states"]]
        kept = (rows["states"] >= 0) & (rows["next_states"] >= 0)
        self.size = int(kept.sum())
        self._next = self.size % self.capacity
        for name, column in self._columns.items():
            column[: self.size] = rows[name][kept]

    def state(self) -> State:
        """Return the filled part of the ring and the place of the next transition."""
        arrays = {name: column[: self.size].copy() for name, column in self._columns.items()}
        return State(arrays, {"next": self._next, "size": self.size})

    def load_state(self, state: State, states: int, actions: int) -> None:
        """Take over a state; raises `ValueError` unless it fits and names states and actions that exist."""
        size, following = int(state.values["size"]), int(state.values["next"])
        full = size == self.capacity
        if not 0 <= size <= self.capacity or not 0 <= following < self.capacity or (not full and following != size):
            raise ValueError("the replay does not fit its capacity")
        bounds = {"states": states, "actions": actions, "next_states": states}
        for name, column in self._columns.items():
            source = state.arrays.get(name)
            if source is None or source.dtype != column.dtype or source.shape != (size,):
                raise ValueError(f"the replay's {name} are missing or of the wrong kind")
            if name in bounds and size and not (source.min() >= 0 and source.max() < bounds[name]):
                raise ValueError(f"the replay's {name} name what does not exist")
            if not np.isfinite(source).all():
                raise ValueError(f"the replay's {name} hold a number that is not finite")
            column[:size] = source
        self.size, self._next = size, following
