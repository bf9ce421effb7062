"""The visits of a DQN as its state holds them: those pairs alone that it has acted from, of however many there are.

Its keyframes lie close, and with another encoding than one-hot nothing else in them grows with the world.
"""

import numpy as np

from engine.state import State
from engine.worlds.mdp import BoolArray, IntArray

COLUMNS = ("places", "actions", "counts")


def state_of_visits(visits: IntArray, counted_after: int) -> State:
    """Return the state of counts, shape (states, actions), of the transitions after so many."""
    pairs = np.flatnonzero(visits)
    columns = (*np.divmod(pairs, visits.shape[1]), visits.ravel()[pairs])
    return State(dict(zip(COLUMNS, columns, strict=True)), {"counted_after": counted_after})


def load_visits(visits: IntArray, legal: BoolArray, state: State, transitions: int) -> int:
    """Write what a state holds into counts, and return after how many of its transitions it counts.

    Raises `ValueError` unless it fits, names pairs that are legal, and counts no more than there is to count.
    """
    places, actions, counts = columns = [state.arrays.get(name, np.zeros(0)) for name in COLUMNS]
    if any(column.dtype != np.int64 or column.shape != places.shape or column.ndim != 1 for column in columns):
        raise ValueError("the visits are missing or of the wrong kind")
    for numbers, most in zip((places, actions), legal.shape, strict=True):
        if len(numbers) and not 0 <= numbers.min() <= numbers.max() < most:
            raise ValueError("the visits name a state or an action that does not exist")
    counted_after = int(state.values["counted_after"])
    if not legal[places, actions].all() or counts.min(initial=1) < 1 or counted_after < 0:
        raise ValueError("the visits are of a pair that is not legal, or fewer than none")
    if counts.sum(dtype=np.float64) > max(transitions - counted_after, 0):
        raise ValueError("the visits are more than the transitions that they count")
    visits[...] = 0
    visits[places, actions] = counts
    return counted_after
