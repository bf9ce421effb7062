"""What a bench measures: a ratio or a figure, how it scatters, and the bar that it is held to."""

import statistics
import time
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
    """One value a round; none where it could not be measured, of which the note tells why."""
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
        """Whether the median reaches a bar; None where there is none, or nothing was measured."""
        if bar is None or not self.values:
            return None
        return self.median >= bar if self.more_is_better else self.median <= bar


def unmeasured(work: str, against: str, why: str, unit: str = "") -> Measured:
    """Return the row of what this machine cannot measure."""
    return Measured(work, against, (), unit, note=why)


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


def medians(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the middle one of ours and that of theirs."""
    ours, theirs = zip(*pairs, strict=True)
    return statistics.median(ours), statistics.median(theirs)


def processor_seconds(work: Callable[[], object]) -> float:
    """Do a work and return how long it kept processors busy, all threads of this process together.

    On a quiet machine that is the time on the clock for what computes on one thread; on a busy one it leaves out how
    long others had their turn.
    """
    begun = time.process_time()
    work()
    return time.process_time() - begun
