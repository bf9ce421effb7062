"""Prioritised replay: what surprised most is replayed most (Schaul et al., 2016, the proportional variant)."""

import numpy as np

from engine.agents.kernels.priorities import draw_rows, rebuild, set_priorities, set_priority
from engine.state import Array
from engine.worlds.mdp import IntArray


class Priorities:
    """The priority of each row of a replay: |TD error| when it was last replayed, the highest there ever was before."""

    def __init__(self, capacity: int, exponent: float) -> None:
        """`exponent` says how much priorities count (alpha): at 0 every row is as likely as any other."""
        self.priorities: Array = np.zeros(capacity, np.float32)
        self.highest = 1.0
        self.exponent = exponent
        self._tree = np.zeros(2 * 2 ** (capacity - 1).bit_length())

    def enter(self, row: int) -> None:
        """Give a new row the highest priority, so that it is replayed soon."""
        set_priority(self._tree, self.priorities, row, self.highest, self.exponent)

    def draw(
        self, size: int, correction: float, generator: np.random.Generator, rows: IntArray, weights: Array
    ) -> None:
        """Write as many rows as there is room for, by priority, and their importance weights (exponent: beta)."""
        draw_rows(self._tree, generator.random(len(rows)), size, correction, rows, weights)

    def learn(self, rows: IntArray, td_errors: Array) -> None:
        """Take over the TD errors of rows that were replayed."""
        self.highest = set_priorities(self._tree, self.priorities, rows, td_errors, self.exponent, self.highest)

    def rebuild(self, size: int) -> None:
        """Derive the tree from the first `size` priorities and the exponent."""
        self._tree = np.zeros(len(self._tree))
        rebuild(self._tree, self.priorities, size, self.exponent)

    def fits(self, size: int) -> bool:
        """Whether the first `size` priorities can be ones."""
        own = self.priorities[:size]
        return bool((own > 0.0).all() and np.isfinite(self.highest) and (own <= np.float32(self.highest)).all())
