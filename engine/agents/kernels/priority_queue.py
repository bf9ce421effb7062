"""A queue of pairs, the largest priority first: a binary heap in arrays that are as large as they will ever be.

Of two pairs with the same priority the one of the smaller number comes first. So what comes out of the queue depends on
what is in it and on nothing else: the priorities alone say all there is to save.
"""

from typing import NamedTuple, Self

import numpy as np

from engine.agents.kernels.compiled import compiled
from engine.worlds.mdp import FloatArray, Int32Array, IntArray


class Queue(NamedTuple):
    """Pairs by priority; all arrays but the last have shape (pairs,)."""

    priority: FloatArray
    """Of each pair, above 0 if it is in the queue, else 0."""
    heap: Int32Array
    """The pairs in the queue: the one at k comes before those at 2 k + 1 and 2 k + 2."""
    place: Int32Array
    """Where each pair is in the heap; -1 if it is not."""
    size: IntArray
    """How many are in the queue, shape (1,)."""

    @classmethod
    def of(cls, priority: FloatArray) -> Self:
        """Make the queue that these priorities describe."""
        pairs = len(priority)
        queue = cls(np.zeros(pairs), np.zeros(pairs, np.int32), np.full(pairs, -1, np.int32), np.zeros(1, np.int64))
        push_all(queue, priority)
        return queue


@compiled
def goes_before(queue: Queue, pair: int, other: int) -> bool:
    """Whether the first of two pairs is to come out earlier."""
    first, second = queue.priority[pair], queue.priority[other]
    return bool(first > second or (first == second and pair < other))


@compiled
def put(queue: Queue, pair: int, at: int) -> None:
    """Let a pair stand at a place of the heap."""
    queue.heap[at] = pair
    queue.place[pair] = at


@compiled
def push(queue: Queue, pair: int, priority: float) -> None:
    """Add a pair; one that is in the queue keeps the higher of its priorities (Sutton & Barto, section 8.4)."""
    if priority <= queue.priority[pair]:
        return
    if queue.place[pair] < 0:
        put(queue, pair, queue.size[0])
        queue.size[0] += 1
    queue.priority[pair] = priority
    at = queue.place[pair]
    while at > 0 and goes_before(queue, pair, queue.heap[(at - 1) // 2]):
        put(queue, queue.heap[(at - 1) // 2], at)
        at = (at - 1) // 2
    put(queue, pair, at)


@compiled
def pop(queue: Queue) -> int:
    """Take out the pair of the highest priority; the queue must not be empty."""
    first = queue.heap[0]
    queue.place[first], queue.priority[first] = -1, 0.0
    queue.size[0] -= 1
    count = queue.size[0]
    if count == 0:
        return int(first)
    pair, at, child = queue.heap[count], 0, 1
    while child < count:
        if child + 1 < count and goes_before(queue, queue.heap[child + 1], queue.heap[child]):
            child += 1
        if goes_before(queue, pair, queue.heap[child]):
            break
        put(queue, queue.heap[child], at)
        at, child = child, 2 * child + 1
    put(queue, pair, at)
    return int(first)


@compiled
def push_all(queue: Queue, priority: FloatArray) -> None:
    """Add every pair with its priority, shape (pairs,); those of priority 0 stay out."""
    for pair in range(priority.shape[0]):
        push(queue, pair, priority[pair])
