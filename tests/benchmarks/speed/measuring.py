"""What a bench measures: a ratio or a figure, how it scatters, and the bar that it is held to."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ROUNDS = 5
"""How often each side of a comparison runs, the two in turn."""


@dataclass(frozen=True)
class Measured:
    """One row of the table."""

    work: str
    against: str
    """What it is compared with; empty for a figure that stands for itself."""
    values: tuple[float, ...]
    """One value a round."""
    unit: str
    """Behind the numbers: `x` for a ratio, `ms`, `B/s`, `frames/s`, `MiB`."""
    reach: float | None = None
    """The bar; None for a figure that is only told."""
    aim: float | None = None
    more_is_better: bool = True
    note: str = ""

    @property
    def median(self) -> float:
        """The middle one of the values."""
        return statistics.median(self.values)

    def holds(self, bar: float | None) -> bool | None:
        """Whether the median reaches a bar; None where there is none."""
        if bar is None:
            return None
        return self.median >= bar if self.more_is_better else self.median <= bar


@dataclass(frozen=True)
class Bench:
    """One or several rows that are measured together."""

    name: str
    rows: Callable[[], Sequence[Measured]]


def alternating(
    ours: Callable[[], float], theirs: Callable[[], float], rounds: int = ROUNDS
) -> list[tuple[float, float]]:
    """Measure both in turn, so that what slows the machine down slows both; return one pair a round.

    Each function does its work and returns what it measured, such as the steps a second.
    """
    return [(ours(), theirs()) for _ in range(rounds)]


def ratios(pairs: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    """Return ours divided by theirs, for each round."""
    return tuple(ours / theirs for ours, theirs in pairs)
