"""What an agent remembers of a world it does not know: the last outcome of each pair that it tried.

In a world without chance this is the true model. Where chance plays in, it is the latest of many outcomes, and planning
takes it for certain (Sutton & Barto, 2nd ed., section 8.2). A pair has the number state * actions + action.
"""

from typing import NamedTuple, Self

import numpy as np

from engine.agents.kernels.compiled import compiled
from engine.worlds.mdp import BoolArray, FloatArray, Int32Array, IntArray

UNTRIED = -1


class Experience(NamedTuple):
    """The remembered outcomes, and the ways back from a state; numbers that stand for no pair are -1."""

    reward: FloatArray
    """Shape (states, actions)."""
    next_state: IntArray
    """Shape (states, actions); `UNTRIED` for a pair that was never tried."""
    terminated: BoolArray
    """Shape (states, actions). A truncated transition is not terminated: its next state keeps its value."""
    tried: IntArray
    """The pairs in the order in which they were first tried, and -1 behind them, shape (pairs,)."""
    known: IntArray
    """How many pairs were tried, shape (1,)."""
    first: Int32Array
    """One of the pairs remembered to lead to each state without an end, shape (states,)."""
    following: Int32Array
    """The next of the pairs that lead to the same state, shape (pairs,)."""
    preceding: Int32Array
    """The one before, shape (pairs,)."""

    @classmethod
    def of(cls, reward: FloatArray, next_state: IntArray, terminated: BoolArray, tried: IntArray) -> Self:
        """Make what follows from these four, which are taken over, not copied."""
        pairs, known = reward.size, np.array([(tried >= 0).sum()], np.int64)
        ways = [np.full(size, -1, np.int32) for size in (len(reward), pairs, pairs)]
        experience = cls(reward, next_state, terminated, tried, known, *ways)
        link_all(experience)
        return experience

    @classmethod
    def none(cls, states: int, actions: int) -> Self:
        """Remember nothing yet."""
        shape, tried = (states, actions), np.full(states * actions, -1, np.int64)
        return cls.of(np.zeros(shape), np.full(shape, UNTRIED, np.int64), np.zeros(shape, np.bool_), tried)


@compiled
def link(experience: Experience, pair: int) -> None:
    """Enter a tried pair among those that lead to its next state, unless the episode ended there."""
    s, a = divmod(pair, experience.next_state.shape[1])
    if experience.terminated[s, a]:
        return
    s2 = experience.next_state[s, a]
    behind = experience.first[s2]
    experience.following[pair] = behind
    if behind >= 0:
        experience.preceding[behind] = pair
    experience.first[s2] = pair


@compiled
def link_all(experience: Experience) -> None:
    """Enter all tried pairs."""
    for number in range(experience.known[0]):
        link(experience, experience.tried[number])


@compiled
def unlink(experience: Experience, pair: int) -> None:
    """Take a pair out of those that lead to its next state, if it is among them."""
    s, a = divmod(pair, experience.next_state.shape[1])
    if experience.terminated[s, a]:
        return
    before, behind = experience.preceding[pair], experience.following[pair]
    if before >= 0:
        experience.following[before] = behind
    else:
        experience.first[experience.next_state[s, a]] = behind
    if behind >= 0:
        experience.preceding[behind] = before
    experience.preceding[pair] = experience.following[pair] = -1


@compiled
def remember(experience: Experience, s: int, a: int, r: float, s2: int, terminated: bool) -> None:
    """Remember an outcome in place of the one before."""
    pair = s * experience.next_state.shape[1] + a
    if experience.next_state[s, a] == UNTRIED:
        experience.tried[experience.known[0]] = pair
        experience.known[0] += 1
    else:
        unlink(experience, pair)
    experience.reward[s, a] = r
    experience.next_state[s, a] = s2
    experience.terminated[s, a] = terminated
    link(experience, pair)
