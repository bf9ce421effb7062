"""The statistics of a run: the last finished episodes row by row, and all of them in blocks.

A tiny world finishes half a million episodes a second, so rows of all of them would fill any memory. What is kept is a
function of the episodes alone, never of the portions in which they came.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.interaction import EPISODE, joined_episodes
from engine.state import State
from engine.worlds.mdp import FloatArray

WINDOW = 100
"""How many of the last episodes the means are taken over."""

RECENT = 2**14
"""How many of the last episodes are kept row by row."""

BLOCK = 1024
"""How many episodes make a block."""

BLOCK_FIELDS = ("return", "length", "terminated", "success")
"""What is averaged over each block."""


class Moment(NamedTuple):
    """Where the statistics stood at a moment, to come back to; the arrays are never written again."""

    episodes: int
    rows: npt.NDArray[np.void]
    blocks: FloatArray


class Statistics:
    """The finished episodes of a run, in order."""

    def __init__(self) -> None:
        self.episodes = 0
        """How many episodes were finished."""
        self._rows = np.zeros(0, EPISODE)
        self._blocks = np.zeros((0, len(BLOCK_FIELDS)))

    def append(self, rows: npt.NDArray[np.void]) -> None:
        """Add finished episodes, in the order in which they finished."""
        if not len(rows):
            return
        rows = joined_episodes(self._rows, rows)
        first = self.episodes - len(self._rows)
        self.episodes = first + len(rows)
        known = len(self._blocks)
        begins = range(known * BLOCK - first, len(rows) - BLOCK + 1, BLOCK)
        blocks = [[float(rows[field][at : at + BLOCK].mean()) for field in BLOCK_FIELDS] for at in begins]
        if blocks:
            self._blocks = np.concatenate([self._blocks, blocks])
        self._rows = joined_episodes(rows[-RECENT:])  # so that the older ones are let go

    def moment(self) -> Moment:
        """Return this moment, to come back to."""
        return Moment(self.episodes, self._rows, self._blocks)

    def return_to(self, moment: Moment) -> None:
        """Come back to a moment."""
        self.episodes, self._rows, self._blocks = moment

    def last(self, count: int) -> npt.NDArray[np.void]:
        """Return the last `count` finished episodes, as far as they are kept, oldest first; a copy."""
        return joined_episodes(self._rows[max(0, len(self._rows) - count) :])

    @property
    def returns(self) -> FloatArray:
        """The undiscounted returns of the finished episodes that are kept row by row."""
        return self._rows["return"].copy()

    @property
    def blocks(self) -> FloatArray:
        """The means of `BLOCK_FIELDS` over every 1,024 episodes, shape (blocks, fields)."""
        return self._blocks.copy()

    def mean(self, field: str) -> float:
        """Return the mean of a field over the last 100 finished episodes; NaN before the first."""
        rows = self.last(WINDOW)
        return float(rows[field].mean()) if len(rows) else float("nan")

    def state(self) -> State:
        """Return the blocks, and every field of the rows as an array of its own."""
        arrays = {name: np.ascontiguousarray(self._rows[name]) for name in EPISODE.names or ()}
        return State({**arrays, "blocks": self._blocks.copy()}, {"episodes": self.episodes})

    def load_state(self, state: State) -> None:
        """Take over a state; raises `ValueError` if it is not one."""
        episodes = int(state.values["episodes"])
        if episodes < 0:
            raise ValueError("the statistics count fewer than no episodes")
        kept = min(episodes, RECENT)
        blocks = _checked(state, "blocks", np.dtype(np.float64), (episodes // BLOCK, len(BLOCK_FIELDS)))
        columns = {name: _checked(state, name, EPISODE[name], (kept,)) for name in EPISODE.names or ()}
        self._rows = np.zeros(kept, EPISODE)
        for name, column in columns.items():
            self._rows[name] = column
        self.episodes, self._blocks = episodes, blocks.astype(np.float64)


def _checked(state: State, name: str, dtype: np.dtype[np.generic], shape: tuple[int, ...]) -> npt.NDArray[np.generic]:
    """Return an array of a state; raises `ValueError` if dtype or shape differ or a number is not finite."""
    array = state.arrays.get(name)
    if array is None or array.shape != shape or array.dtype != dtype:
        raise ValueError(f"the statistics of {name!r} are missing or of the wrong kind")
    if not np.isfinite(array).all():
        raise ValueError(f"the statistics of {name!r} hold a number that is not finite")
    return array
