"""`python -m tests.benchmarks.speed [NAME ...]`: print the table, a row as soon as it is measured."""

import importlib
import sys
import time
from collections.abc import Sequence

from tests.benchmarks.speed.measuring import Bench, Measured

FAMILIES: tuple[str, ...] = ("screen", "line", "maze")
"""The files of this folder that hold benches, in the order of the table."""


def benches() -> dict[str, Bench]:
    """Return all benches by name."""
    modules = (importlib.import_module(f"tests.benchmarks.speed.{family}") for family in FAMILIES)
    return {bench.name: bench for module in modules for bench in module.BENCHES}


def main(words: Sequence[str]) -> int:
    """Measure what the words name by the beginning of its name, or everything; return the exit code."""
    known = benches()
    chosen = [bench for name, bench in known.items() if not words or name.startswith(tuple(words))]
    if not chosen:
        print(f"no bench {' '.join(words)!r}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    begun = time.monotonic()
    print(f"{'work':<64} {'median':>10} {'least':>9} {'most':>9} {'unit':<9} {'reach':>8} {'aim':>8}")
    for bench in chosen:
        for row in bench.rows():
            print(as_line(row), flush=True)
    print(f"\n{time.monotonic() - begun:.0f} s; {len(chosen)} benches; medians of alternating runs")
    return 0


def as_line(row: Measured) -> str:
    """Write a row: its numbers, and whether they reach the bars."""
    what = f"{row.work} / {row.against}" if row.against else row.work
    bars = " ".join(f"{_bar(row, bar):>8}" for bar in (row.reach, row.aim))
    numbers = f"{_number(row.median):>10} {_number(min(row.values)):>9} {_number(max(row.values)):>9}"
    line = f"{what:<64} {numbers} {row.unit:<9} {bars}"
    return f"{line}\n    {row.note}" if row.note else line


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _bar(row: Measured, bar: float | None) -> str:
    return "" if bar is None else f"{_number(bar)} {'✓' if row.holds(bar) else '✗'}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
