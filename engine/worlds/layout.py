"""Where the states of a world sit on a map: what a view needs, and no learner uses."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class Layout:
    """A map of cells on which each state has one place."""

    cells: tuple[str, ...]
    """The rows of the map, all of one length: a letter a cell, `#` a wall, a space outside."""

    labels: tuple[str, ...]
    """A short text a state, such as the reward `+10` that entering it pays; empty where there is nothing to say."""

    @property
    def rows(self) -> int:
        """How many rows the map has."""
        return len(self.cells)

    @property
    def columns(self) -> int:
        """How many columns the map has."""
        return len(self.cells[0])

    @property
    def places(self) -> npt.NDArray[np.int64]:
        """Row and column of each state, shape (states, 2): the cells that are no walls, in row order."""
        return open_cells(self.cells)


def open_cells(cells: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return row and column of the cells that are states: neither wall nor outside, in row order; shape (states, 2)."""
    letters = np.array([list(line) for line in cells], dtype=np.str_)
    return np.argwhere((letters != "#") & (letters != " ")).reshape(-1, 2)
