"""A finite Markov decision process as flat, frozen arrays."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from engine.errors import InputError
from engine.worlds.layout import Layout

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Int32Array = npt.NDArray[np.int32]
"""Numbers of states or of pairs where there is one an outcome or a pair: half as large, and no world has 2**31."""

PROBABILITY_TOLERANCE = 1e-9
BLOCK = 2**14
"""About how many outcomes are worked on at a time, where all at once would take as much memory as the world."""


class Outcomes(NamedTuple):
    """Rows of a model as columns, each of shape (outcomes,); states and actions are numbers."""

    state: IntArray
    action: IntArray
    probability: FloatArray
    next_state: IntArray
    reward: FloatArray
    terminated: BoolArray

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Return the rows of all the parts, one after the other."""
        return cls(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))

    def take(self, rows: IntArray) -> Self:
        """Return the rows of these numbers."""
        return type(self)(*(column[rows] for column in self))  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class TabularMDP:
    """A world with finitely many states and actions whose model is known.

    The outcomes of the pair (state s, action a) stand at `offsets[p]:offsets[p + 1]` of the four outcome arrays, with
    p = s * len(actions) + a. A pair without outcomes is not a legal action; a state without legal actions is terminal.
    """

    name: str
    """What the catalogue calls it: an id of the library, the stem of a file, or `gym:...`."""
    title: str
    source: str
    states: tuple[str, ...]
    actions: tuple[str, ...]
    discount: float
    """The discount factor (gamma) that the world proposes; an agent's settings may choose another."""
    max_steps: int
    """The length at which an episode is truncated."""
    offsets: IntArray
    """Shape (states * actions + 1,): where the outcomes of each pair begin."""
    probability: FloatArray
    """Shape (outcomes,), as are the three that follow."""
    next_state: Int32Array
    reward: FloatArray
    terminated: BoolArray
    start: FloatArray
    """Probability of starting in each state, shape (states,)."""
    definition: Mapping[str, Any]
    """The plain values of the world file from which `engine.worlds.catalogue.build` makes this world again."""
    layout: Layout | None = None
    """Where the states sit on a map, for worlds that have one."""

    @classmethod
    def from_outcomes(
        cls,
        outcomes: Sequence[tuple[int, int, float, int, float, bool]],
        *,
        states: Sequence[str],
        actions: Sequence[str],
        **fields: Any,
    ) -> Self:
        """Build a world from rows (state, action, probability, next state, reward, terminated), in any order.

        States and actions are numbers in the rows. Raises `InputError` if the rows are no Markov decision process.
        """
        columns = [np.array(column) for column in zip(*outcomes, strict=True)] if outcomes else [np.zeros(0)] * 6
        return cls.from_blocks([Outcomes(*columns)], len(outcomes), states=states, actions=actions, **fields)

    @classmethod
    def from_blocks(
        cls, blocks: Iterable[Outcomes], most: int, *, states: Sequence[str], actions: Sequence[str], **fields: Any
    ) -> Self:
        """Build a world from the same rows, given as one array a column, block by block; there are at most `most`.

        Each block holds all outcomes of its states, and the blocks come in the order of these: so the rows of a large
        world need not be in memory as well. The outcomes of a pair are put in the order of their next states; those
        that differ in nothing but their probability become one. So the same rows make the same world, whatever their
        order.
        """
        offsets = np.zeros(len(states) * len(actions) + 1, dtype=np.int64)
        counts = offsets[1:]
        kinds = (np.float64, np.int32, np.float64, np.bool_)
        columns: list[npt.NDArray[Any]] = [np.empty(most, kind) for kind in kinds]
        total = 0
        for block in blocks:
            merged = _merged(block, len(states), len(actions))
            pair = merged[0]
            if pair.size:
                _expect_whole(pair, merged[1], states, actions)
                counts[pair[0] : pair[-1] + 1] += np.bincount(pair - pair[0])
            for column, values in zip(columns, merged[1:], strict=True):
                column[total : total + len(pair)] = values
            total += len(pair)
        for column in columns:
            column.resize(total, refcheck=False)
        np.cumsum(counts, out=counts)
        probability, next_state, reward, terminated = columns
        world = cls(
            states=tuple(states),
            actions=tuple(actions),
            offsets=offsets,
            probability=probability,
            next_state=next_state,
            reward=reward,
            terminated=terminated,
            **fields,
        )
        world._validate()
        world._freeze()
        return world

    @cached_property
    def legal(self) -> BoolArray:
        """Which actions each state allows, shape (states, actions)."""
        return (self.offsets[1:] > self.offsets[:-1]).reshape(len(self.states), len(self.actions))

    @cached_property
    def terminal(self) -> BoolArray:
        """Which states allow no action at all, shape (states,)."""
        return np.logical_not(self.legal.any(axis=1))

    @cached_property
    def cumulative(self) -> FloatArray:
        """The cumulative probability of each outcome within its pair, shape (outcomes,); the last of a pair is 1.0."""
        within: FloatArray = np.cumsum(self.probability)
        pairs = np.flatnonzero(self.legal)
        for some in np.array_split(pairs, -(-len(pairs) // BLOCK))[::-1]:  # The sums before it still stand.
            first, last = self.offsets[some], self.offsets[some + 1]
            before = np.where(first > 0, within[first - 1], 0.0)
            within[first[0] : last[-1]] -= np.repeat(before, last - first)
            within[last - 1] = 1.0
        return within

    def pair(self, state: int, action: int) -> int:
        """Return the number of the pair, the index into `offsets`."""
        return state * len(self.actions) + action

    def _freeze(self) -> None:
        for array in (self.offsets, self.probability, self.next_state, self.reward, self.terminated, self.start):
            array.flags.writeable = False

    def _validate(self) -> None:
        if not self.states or not self.actions:
            raise InputError("a world needs at least one state and one action")
        if not 0.0 <= self.discount <= 1.0:
            raise InputError(f"discount is {self.discount:g}; it must lie between 0 and 1")
        if self.max_steps < 1:
            raise InputError(f"max_steps is {self.max_steps}; it must be at least 1")
        self._validate_outcomes()
        self._validate_start()

    def _validate_outcomes(self) -> None:
        if not np.isfinite(self.reward).all():
            raise InputError("a reward is not a finite number")
        if not self.legal.any():
            raise InputError("no state has a legal action")
        for at in range(0, len(self.next_state), BLOCK):
            following, terminated = self.next_state[at : at + BLOCK], self.terminated[at : at + BLOCK]
            dead_end = following[self.terminal[following] & ~terminated]
            if dead_end.size:
                name = self.states[int(dead_end[0])]
                raise InputError(f"state {name!r} has no transitions, so every transition into it must be terminated")

    def _validate_start(self) -> None:
        if not (np.isfinite(self.start).all() and (self.start >= 0.0).all() and abs(self.start.sum() - 1.0) < 1e-9):
            raise InputError("the start probabilities must be positive and add up to 1")
        stuck = np.flatnonzero((self.start > 0.0) & self.terminal)
        if stuck.size:
            raise InputError(f"start state {self.states[int(stuck[0])]!r} is terminal; an episode cannot begin there")


def _expect_whole(pair: IntArray, probability: FloatArray, states: Sequence[str], actions: Sequence[str]) -> None:
    """Raise `InputError` unless the probabilities of each pair, which stand side by side, are such and add up to 1."""
    if not (np.isfinite(probability).all() and (probability > 0.0).all()):
        raise InputError("a probability is not a number above 0")
    first = np.flatnonzero(np.diff(pair, prepend=-1))
    totals = np.add.reduceat(probability, first)
    wrong = np.flatnonzero(np.abs(totals - 1.0) > PROBABILITY_TOLERANCE)
    if wrong.size:
        state, action = divmod(int(pair[first[wrong[0]]]), len(actions))
        raise InputError(
            f"the probabilities of state {states[state]!r}, action {actions[action]!r} "
            f"add up to {totals[wrong[0]]:.6g}; they must add up to 1"
        )


def _merged(rows: Outcomes, states: int, actions: int) -> tuple[IntArray, FloatArray, IntArray, FloatArray, BoolArray]:
    """Sort the rows by pair and next state, and add up the probabilities of those that are else equal.

    Return the pair, the probability, the next state, the reward, and whether it terminated.
    """
    for column, count in ((rows.state, states), (rows.action, actions), (rows.next_state, states)):
        if column.size and not 0 <= column.min() <= column.max() < count:
            raise InputError("an outcome names a state or an action that does not exist")
    place = (rows.state.astype(np.int64) * actions + rows.action.astype(np.int64)) * states
    place += rows.next_state.astype(np.int64)
    order = np.lexsort((rows.terminated, rows.reward, place))
    keys = [column[order] for column in (place, rows.reward, rows.terminated)]
    differs = np.ones(len(order), dtype=np.bool_)
    differs[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    first = np.flatnonzero(differs)
    probability = rows.probability[order].astype(np.float64)
    pair, next_state = np.divmod(keys[0][first], states)
    return (
        pair,
        np.add.reduceat(probability, first) if first.size else probability,
        next_state,
        keys[1][first].astype(np.float64),
        keys[2][first].astype(np.bool_),
    )
