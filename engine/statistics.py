"""The statistics of a run: one row for every finished episode."""

import numpy as np
import numpy.typing as npt

from engine.interaction import EPISODE
from engine.state import State
from engine.worlds.mdp import FloatArray

WINDOW = 100
"""How many of the last episodes the means are taken over."""


class Statistics:
    """All finished episodes of a run, in order, in one array that grows by doubling."""

    def __init__(self) -> None:
        self._rows = np.zeros(1024, EPISODE)
        self._known = 0
        self.episodes = 0

    def append(self, rows: npt.NDArray[np.void]) -> None:
        """Add finished episodes, in the order in which they finished."""
        needed = self.episodes + len(rows)
        if needed > len(self._rows):
            grown = np.zeros(max(needed, 2 * len(self._rows)), EPISODE)
            grown[: self.episodes] = self._rows[: self.episodes]
            self._rows = grown
        self._rows[self.episodes : needed] = rows
        self.episodes = needed
        self._known = max(self._known, needed)

    def copy(self) -> "Statistics":
        """Return the same rows in an array of their own."""
        other = Statistics()
        other.append(self._rows[: self.episodes])
        return other

    def go_to(self, episodes: int) -> None:
        """Stand where so many episodes were finished: the later ones stay known, and come again when time goes on."""
        if not 0 <= episodes <= self._known:
            raise ValueError(f"{episodes} episodes were never finished here")
        self.episodes = episodes

    def last(self, count: int) -> npt.NDArray[np.void]:
        """Return the last `count` finished episodes, oldest first; a copy."""
        return self._rows[max(0, self.episodes - count) : self.episodes].copy()

    @property
    def returns(self) -> FloatArray:
        """The undiscounted return of every finished episode."""
        return self._rows["return"][: self.episodes].copy()

    def mean(self, field: str) -> float:
        """Return the mean of a field over the last 100 finished episodes; NaN before the first."""
        rows = self.last(WINDOW)
        return float(rows[field].mean()) if len(rows) else float("nan")

    def state(self) -> State:
        """Return every field as an array of its own."""
        rows = self._rows[: self.episodes]
        arrays = {name: np.ascontiguousarray(rows[name]) for name in EPISODE.names or ()}
        return State(arrays, {"episodes": self.episodes})

    def load_state(self, state: State) -> None:
        """Take over a state; raises `ValueError` if it is not one."""
        episodes = int(state.values["episodes"])
        rows = np.zeros(episodes if self._all_have(state, episodes) else 0, EPISODE)
        for name in EPISODE.names or ():
            rows[name] = state.arrays[name]
        self._rows, self._known, self.episodes = np.zeros(1024, EPISODE), 0, 0
        self.append(rows)

    @staticmethod
    def _all_have(state: State, episodes: int) -> bool:
        for name in EPISODE.names or ():
            array, wanted = state.arrays.get(name), EPISODE[name]
            if array is None or array.shape != (episodes,) or array.dtype != wanted:
                raise ValueError(f"the statistics of {name!r} are missing or of the wrong kind")
            if not np.isfinite(array).all():
                raise ValueError(f"the statistics of {name!r} hold a number that is not finite")
        return True
