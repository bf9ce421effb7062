"""`python -m tests.benchmarks.speed [NAME ...]`: print the table, a row as soon as it is measured.

The exit code is 1 if a row misses its bar or a bench breaks.
"""

import importlib
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tests.benchmarks.speed.measuring import Bench, Measured, unmeasured

FAMILIES: tuple[str, ...] = ("tabular", "dqn", "seeds", "start", "screen", "line", "maze", "solution", "growth")
"""The files of this folder that hold benches, in the order of the table."""


def benches() -> dict[str, Bench]:
    """Return all benches by name; each begins with the name of its family."""
    modules = (importlib.import_module(f"tests.benchmarks.speed.{family}") for family in FAMILIES)
    return {bench.name: bench for module in modules for bench in module.BENCHES}


def main(words: Sequence[str], known: Mapping[str, Bench] | None = None) -> int:
    """Measure what the words name by the beginning of its name, or everything; return the exit code."""
    known = benches() if known is None else known
    for word in words:
        if not any(name.startswith(word) for name in known):
            print(f"no bench {word!r}; there are {', '.join(known)}", file=sys.stderr)
            return 2
    begun, results = time.monotonic(), Counter[bool | None]()
    print(f"{'work':<72} {'median':>10} {'least':>10} {'most':>10} {'unit':<9} {'reach':>8} {'aim':>8}")
    for name, bench in known.items():
        if not words or name.startswith(tuple(words)):
            for row, result in measured(bench):
                print(as_line(row), flush=True)
                results[result] += 1
    seconds = f"{time.monotonic() - begun:.0f} s; medians of alternating runs"
    print(f"\n{results[True]} bars reached, {results[False]} missed, {results[None]} rows without; {seconds}")
    return int(results[False] > 0)


def measured(bench: Bench) -> Iterator[tuple[Measured, bool | None]]:
    """Yield the rows of a bench, and whether each reaches its bar; if it breaks, a row that says so and does not."""
    try:
        for row in bench.rows():
            yield row, row.holds(row.reach)
    except Exception as error:  # Whatever broke, the other rows are still to be told.
        yield unmeasured(bench.name, "", " ".join(f"{type(error).__name__}: {error}".split())[:300]), False


def as_line(row: Measured) -> str:
    """Write a row: its numbers, and whether they reach the bars."""
    what = f"{row.work} / {row.against}" if row.against else row.work
    if not row.values:
        return f"{what:<72} not measured: {row.note}"
    numbers = " ".join(f"{_number(value):>10}" for value in (row.median, min(row.values), max(row.values)))
    bars = " ".join(f"{_bar(row, bar):>8}" for bar in (row.reach, row.aim))
    line = f"{what:<72} {numbers} {row.unit:<9} {bars}".rstrip()
    return f"{line}\n    {row.note}" if row.note else line


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _bar(row: Measured, bar: float | None) -> str:
    return "" if bar is None else f"{_number(bar)} {'✓' if row.holds(bar) else '✗'}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
