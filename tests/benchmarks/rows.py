"""A table of promises: how often each was tried, and how often it was broken."""

from collections.abc import Callable, Iterable
from typing import NamedTuple


class Row(NamedTuple):
    """A line of the table."""

    promise: str
    tries: int
    broken: int
    note: str = ""


def print_table(trials: Iterable[Callable[[], Row | list[Row]]]) -> int:
    """Run the trials one after the other, print what came of each, and return how often a promise was broken."""
    broken = 0
    print(f"{'promise':<78} {'tries':>6} {'broken':>7}")
    for trial in trials:
        rows = trial()
        for row in rows if isinstance(rows, list) else [rows]:
            print(f"{row.promise:<78} {row.tries:>6} {row.broken:>7}  {row.note}", flush=True)
            broken += row.broken
    return broken
