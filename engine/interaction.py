"""Where an agent and a world meet: where the agent stands, how the episode goes, and what happened last.

The arrays of this file are the memory that the compiled loops and the loops in Python share. An episode that has ended
stays as it is until the next step begins a new one, so that its last state can be seen.
"""

import math
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from engine.errors import InputError
from engine.state import State, generator_state, load_array
from engine.transition import Transition
from engine.worlds.editing import numbers_after
from engine.worlds.environment import Environment, World
from engine.worlds.mdp import BoolArray, FloatArray, Int32Array, IntArray, TabularMDP

PATH_CAPACITY = 1024
"""How many states of the current episode are remembered, the newest."""

FINISHED_CAPACITY = 4096
"""How many finished episodes the loops hand over at once."""

GONE = -1
"""In the place of a state that the last transition names, where an edit of the world took that state away."""

PROGRESS = np.dtype(
    [
        ("step", "i8"),  # transitions made in the run
        ("episode", "i8"),  # number of the current episode, 0 before the first step
        ("state", "i8"),
        ("length", "i8"),  # transitions made in the current episode
        ("ended", "?"),
        ("return", "f8"),
        ("discounted_return", "f8"),
        ("discount_power", "f8"),  # discount ** length
        ("abs_td_error", "f8"),  # summed over the current episode
    ]
)

MADE = [
    ("state", "i8"),
    ("action", "i8"),
    ("reward", "f8"),
    ("next_state", "i8"),
    ("terminated", "?"),
    ("truncated", "?"),
    ("explored", "?"),
    ("die", "f8"),
]
"""What a step brings, however it was made: the fields of a record."""

LAST = np.dtype([*MADE, ("epsilon", "f8"), ("by_hand", "?")])

WATCH = np.dtype(
    [
        ("state", "i8"),  # met when it is entered; -1 for none
        ("abs_td_error", "f8"),  # met when one is at least so large; NaN for none
        ("return", "f8"),  # met when an episode ends with at least that; NaN for none
        ("met", "?"),
    ]
)

EPISODE = np.dtype(
    [
        ("return", "f8"),
        ("discounted_return", "f8"),
        ("mean_abs_td_error", "f8"),
        ("epsilon", "f8"),  # at the last step
        ("length", "i8"),
        ("terminated", "?"),
        ("success", "?"),  # terminated, with a positive last reward
    ]
)


class Model(NamedTuple):
    """The arrays of a `TabularMDP` that a loop draws from."""

    offsets: IntArray
    cumulative: FloatArray
    next_state: Int32Array
    reward: FloatArray
    terminated: BoolArray
    legal: BoolArray
    start_states: IntArray
    start_cumulative: FloatArray
    max_steps: int

    @classmethod
    def of(cls, world: World) -> "Model":
        """Take the arrays of a world; without a model there is the one row that stands for the present."""
        if isinstance(world, Environment):
            nothing, one = np.zeros(0), np.zeros(1, np.int64)
            nowhere, never = nothing.astype(np.int32), nothing.astype(bool)
            return cls(one[:0], nothing, nowhere, nothing, never, world.legal, one, np.ones(1), world.max_steps)
        start_states = np.flatnonzero(world.start).astype(np.int64)
        start_cumulative = np.cumsum(world.start[start_states])
        start_cumulative[-1] = 1.0
        return cls(
            world.offsets,
            world.cumulative,
            world.next_state,
            world.reward,
            world.terminated,
            world.legal,
            start_states,
            start_cumulative,
            world.max_steps,
        )


class Memory(NamedTuple):
    """The arrays that a loop writes; each of the records has shape (1,)."""

    progress: npt.NDArray[np.void]
    last: npt.NDArray[np.void]
    path: IntArray
    """The states of the current episode: the one after k steps at index k % PATH_CAPACITY."""
    finished: npt.NDArray[np.void]
    """The episodes finished since they were last taken, shape (FINISHED_CAPACITY,)."""
    finished_count: IntArray
    watch: npt.NDArray[np.void]
    """What makes a loop return early, at the very step; no part of the run's state."""


class Interaction:
    """One agent's way through one world: the model, the memory, and the generator of the world's chance."""

    modelled: ClassVar[bool] = True
    """Whether what happens is drawn from the model, or the world itself reacts (`EnvironmentInteraction`)."""

    def __init__(self, world: World, generator: np.random.Generator) -> None:
        self._world = world
        self.generator = generator
        self.memory = Memory(
            np.zeros(1, PROGRESS),
            np.zeros(1, LAST),
            np.zeros(PATH_CAPACITY, np.int64),
            np.zeros(FINISHED_CAPACITY, EPISODE),
            np.zeros(1, np.int64),
            np.zeros(1, WATCH),
        )
        self.memory.progress["ended"] = True
        self.watch()

    @cached_property
    def model(self) -> Model:
        """The model, in the form that a loop draws from; made when it is asked for: reading a save draws nothing."""
        return Model.of(self._world)

    @property
    def step(self) -> int:
        """How many transitions were made."""
        return int(self.memory.progress["step"][0])

    @property
    def ended(self) -> bool:
        """Whether the current episode is over (or none has begun)."""
        return bool(self.memory.progress["ended"][0])

    def place(self) -> Any:
        """Return where the agent is: the number of the state, or in a world without a model what is observed."""
        return int(self.memory.progress["state"][0])

    def drawn(self) -> str:
        """Return the world's own drawing in text; empty if it has none."""
        return ""

    @property
    def met(self) -> bool:
        """Whether what is watched for has happened."""
        return bool(self.memory.watch["met"][0])

    @property
    def may_stop_anywhere(self) -> bool:
        """Whether what is watched for may happen in the midst of an episode, too."""
        watch = self.memory.watch[0]
        return bool(watch["state"] >= 0 or not math.isnan(watch["abs_td_error"]))

    def watch(
        self, *, state: int = -1, abs_td_error: float = math.nan, episode_return: float = math.nan, met: bool = False
    ) -> None:
        """Let the loops return at the step where a state is entered, a TD error or a return is at least so large."""
        self.memory.watch[0] = (state, abs_td_error, episode_return, met)

    def may_act(self, action: int) -> bool:
        """Whether the action is legal where the next step begins: here, or at every start if the episode is over."""
        places = self.model.start_states if self.ended else self.memory.progress["state"]
        return 0 <= action < self.model.legal.shape[1] and bool(self.model.legal[places, action].all())

    def resettled(self, world: TabularMDP, origin: IntArray) -> "Interaction":
        """Return this interaction in an edited world: its state s was state `origin[s]` before, or is new at -1.

        Raises `InputError` if the agent would stand in a wall, or at an end that it did not come to.
        """
        now = numbers_after(origin, len(self._world.states))
        here = int(now[self.memory.progress["state"][0]])
        if self.step > 0 and (here < 0 or (world.terminal[here] and not self.ended)):
            raise InputError("the agent stands there; let it go on first")
        other = Interaction(world, self.generator)
        for name in ("progress", "last", "path", "watch"):
            getattr(other.memory, name)[...] = getattr(self.memory, name)
        for numbers in (other.memory.path, other.memory.progress["state"]):
            numbers[...] = np.where(now[numbers] >= 0, now[numbers], max(here, 0))
        last = other.memory.last
        for numbers in (last["state"], last["next_state"], other.memory.watch["state"]):
            numbers[...] = np.where(numbers >= 0, now[numbers], GONE)
        return other

    def state(self) -> State:
        """Return the memory and the generator; copies, not views."""
        values = {
            "progress": record_values(self.memory.progress),
            "last": record_values(self.memory.last),
            "generator": generator_state(self.generator),
        }
        return State({"path": self.memory.path.copy()}, values)

    def load_state(self, state: State) -> None:
        """Take over a state; raises `ValueError`, `KeyError` or `TypeError` if it does not fit this world."""
        memory = self.memory
        load_array(memory.path, state.arrays.get("path"), "path")
        fill_record(memory.progress, state.values["progress"])
        fill_record(memory.last, state.values["last"])
        memory.finished_count[0] = 0
        states, actions = self._world.legal.shape
        last = [int(memory.last[name][0]) for name in ("state", "next_state")]
        named = [*memory.path, *(memory.progress["state"]), *(state for state in last if state != GONE)]
        if not 0 <= min(named) <= max(named) < states or not 0 <= int(memory.last["action"][0]) < actions:
            raise ValueError("the run stands in a state, or took an action, that its world does not have")
        self.generator.bit_generator.state = state.values["generator"]

    def transition(self) -> Transition | None:
        """Return the last transition; None before the first, and where an edit took one of its states away."""
        last = self.memory.last
        if self.step == 0 or GONE in (int(last["state"][0]), int(last["next_state"][0])):
            return None
        return Transition(step=self.step, **record_values(self.memory.last))

    def path(self) -> tuple[int, ...]:
        """List the states of the current episode in the order of their visit, as many as are remembered."""
        if self.step == 0:
            return ()
        length = int(self.memory.progress["length"][0])
        kept = np.arange(max(0, length + 1 - PATH_CAPACITY), length + 1)
        return tuple(self.memory.path[kept % PATH_CAPACITY].tolist())

    def take_finished(self) -> npt.NDArray[np.void]:
        """Hand over the episodes finished since the last call, and forget them."""
        count = int(self.memory.finished_count[0])
        self.memory.finished_count[0] = 0
        return joined_episodes(self.memory.finished[:count])


def joined_episodes(*parts: npt.NDArray[np.void]) -> npt.NDArray[np.void]:
    """Return a copy of rows of `EPISODE`, one part after the other.

    They are copied as bare bytes: numpy copies records field by field, which takes some twenty times as long.
    """
    return np.concatenate([part.view(np.uint8) for part in parts]).view(EPISODE)


def record_values(record: npt.NDArray[np.void]) -> dict[str, Any]:
    """Return the one row of a record as plain values by name."""
    return dict(zip(record.dtype.names or (), record[0].tolist(), strict=True))


def fill_record(record: npt.NDArray[np.void], values: dict[str, Any]) -> None:
    """Write plain values into the one row of a record; raises `ValueError` unless they are exactly its fields."""
    names = record.dtype.names or ()
    if set(values) != set(names):
        raise ValueError(f"expected the fields {', '.join(names)}")
    record[0] = tuple(values[name] for name in names)
