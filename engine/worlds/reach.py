"""Where an episode can go: which states it can visit, and from which it can end."""

from typing import NamedTuple

import numpy as np

from engine.worlds.mdp import BoolArray, IntArray, TabularMDP


class WaysOut(NamedTuple):
    """From which states an episode can end, and how to get nearer to an end."""

    can_end: BoolArray
    """Shape (states,): whether an end can be reached; true for terminal states."""
    action: IntArray
    """Shape (states,): an action that may lead nearer to an end; -1 where there is none."""


def reachable(world: TabularMDP) -> BoolArray:
    """Return which states an episode can visit: act in, or end in where they are terminal, shape (states,).

    A state that is entered only by an end, but has actions of its own, is not among them: nobody ever acts there.
    """
    visited = world.start > 0.0
    frontier = np.flatnonzero(visited)
    last_place = np.zeros(len(visited), np.int64)  # Each state once: to sort them for that takes longer than the rest.
    while frontier.size:
        first, last = frontier * len(world.actions), (frontier + 1) * len(world.actions)
        outcomes = spans(world.offsets[first], world.offsets[last])
        lasting = outcomes[~world.terminated[outcomes] | world.terminal[world.next_state[outcomes]]]
        arrived = world.next_state[lasting]
        arrived = arrived[~visited[arrived]]
        visited[arrived] = True
        last_place[arrived] = np.arange(len(arrived))
        frontier = arrived[last_place[arrived] == np.arange(len(arrived))]
    return visited


def entered(world: TabularMDP) -> BoolArray:
    """Return in which states anybody can come to stand: an episode begins there, or another state leads there.

    Shape (states,). Not among them is a cell that sends back to a start whoever enters it.
    """
    source = np.repeat(np.arange(len(world.offsets) - 1), np.diff(world.offsets)) // len(world.actions)
    stands = world.start > 0.0
    stands[world.next_state[world.next_state != source]] = True
    return stands


def ways_out(world: TabularMDP, allowed: BoolArray | None = None) -> WaysOut:
    """Find from which states an episode can end, if it takes only the `allowed` pairs, shape (states, actions).

    Walks back from the ends, one transition at a time. Numbers of pairs and outcomes fit 32 bits, which halves the
    memory that it takes.
    """
    pair = np.repeat(np.arange(len(world.offsets) - 1, dtype=np.int32), np.diff(world.offsets))
    usable = np.ones(len(pair), dtype=np.bool_) if allowed is None else allowed.ravel()[pair]
    inner = np.flatnonzero(usable & ~world.terminated).astype(np.int32)
    arriving = world.next_state[inner]
    arrivals = np.concatenate([[0], np.cumsum(np.bincount(arriving, minlength=len(world.states)))])
    inner = inner[np.argsort(arriving, kind="stable")]
    can_end = world.terminal.copy()
    action = np.full(len(world.states), -1, dtype=np.int64)
    nearer = pair[usable & world.terminated]
    while nearer.size:
        nearer = nearer[~can_end[nearer // len(world.actions)]]
        states, which = np.unique(nearer // len(world.actions), return_index=True)
        can_end[states] = True
        action[states] = nearer[which] % len(world.actions)
        nearer = pair[inner[spans(arrivals[states], arrivals[states + 1])]]
    return WaysOut(can_end, action)


def spans(first: IntArray, last: IntArray) -> IntArray:
    """Return the numbers from each first up to its last, exclusive, one span after the other."""
    lengths = last - first
    ends = np.cumsum(lengths)
    numbers: IntArray = np.arange(lengths.sum()) + np.repeat(first - (ends - lengths), lengths)
    return numbers
