"""How the command line tells: numbers, progress and a save in words for people, and anything as one JSON object."""

import json
import math
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.interventions import Intervention, from_plain, told, told_beginning
from engine.messages.shares import lasting
from engine.run import UNLIMITED
from engine.worlds.mdp import FloatArray
from tui.widgets.numbers import percent

SHOWN = 20
"""How many interventions are listed, the last."""

SIGNIFICANT = 3
"""Digits of a number that has no uncertainty beside it; an uncertainty has one less, and gives its number as many."""
MOST_DECIMALS = 6
LARGE = 1e6

About = Mapping[str, Any]


def print_json(value: dict[str, Any]) -> int:
    """Print one object, and nothing else."""
    print(json.dumps(value, allow_nan=False))
    return 0


def print_wrapped(line: str, indent: int) -> None:
    """Print a line; on a terminal that is too narrow for it, go on below, so far to the right, and break no word."""
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else len(line)
    wrapped = textwrap.TextWrapper(
        max(room, indent + 20),
        subsequent_indent=" " * indent,
        replace_whitespace=False,
        break_long_words=False,
        break_on_hyphens=False,
    )
    print(wrapped.fill(line))


def of(count: int, what: str) -> str:
    """Return how many of something there are, such as `1 page` or `2 pages`."""
    return f"{count:,} {what}" + "s" * (count != 1)


def json_table(q: FloatArray) -> list[list[float | None]]:
    """Return a table of values as JSON can hold it: null where an action is not legal."""
    return [[None if math.isnan(value) else value for value in row] for row in q.tolist()]


def number(value: float | None) -> str:
    """Return a number for people: three significant digits, and all of those before the point."""
    if value is None:
        return "unknown"
    if not math.isfinite(value) or abs(value) >= LARGE or 0.0 < abs(value) < 10.0**-MOST_DECIMALS:
        return f"{value:.{SIGNIFICANT}g}"
    return f"{value:,.{0 if value == int(value) else _decimals(value, SIGNIFICANT)}f}"


def with_spread(value: float | None, spread: float | None) -> str:
    """Return a number and its spread or standard error, from the two significant digits of which both have theirs."""
    if value is None or spread is None or spread == 0.0 or max(abs(value), spread) >= LARGE:
        return number(value) if spread is None else f"{number(value)} ± {number(spread)}"
    decimals = _decimals(spread, SIGNIFICANT - 1)
    return f"{value:,.{decimals}f} ± {spread:,.{decimals}f}"


def _decimals(value: float, significant: int) -> int:
    """Return how many digits after the point show so many significant ones."""
    size = math.floor(math.log10(abs(value))) if value else 0
    return min(max(significant - 1 - size, 0), MOST_DECIMALS)


def described(name: str, path: Path, about: About) -> Iterator[str]:
    """Say who learns where, when it was saved, counters, statistics, settings, and what was done on which branch."""
    status = path.stat()
    moment = datetime.fromtimestamp(status.st_mtime, UTC).astimezone()
    yield f"{name}: {about['agent']} in {about['world']['name']}, seed {about['seed']}"
    yield f"saved {moment:%Y-%m-%d %H:%M:%S}, {status.st_size / 1024:,.0f} KiB, undamaged"
    yield from _counters(about)
    yield "settings at the beginning:"
    for key, value in about["settings"].items():
        yield f"  {key:<20} {value}"
    yield from _log(about["log"])
    yield from _branches(about["timeline"], about["log"])
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    yield f"format {about['format']}, qscope {about['program']}, {versions}"
    yield f"digest {about['digest']}"


def _counters(about: About) -> Iterator[str]:
    progress, finished = about["values"]["interaction.progress"], about["values"]["statistics.episodes"]
    yield f"step {progress['step']:,}, {of(finished, 'finished episode')}" + (
        "" if progress["ended"] else f", {of(progress['length'], 'step')} into the next"
    )
    if after := about["values"].get("agent.visits.counted_after"):
        yield f"visits  since step {after:,}; the older save that it came from told no more"
    said = about.get("statistics") or {}
    if "mean_return" not in said:
        return
    recent = f"of the last {min(finished, 100)} on average {number(said['mean_return_100'])}"
    yield f"return  {_spread(said, 'return')}, {recent}"
    yield f"length  {_spread(said, 'length')}"
    yield f"ends    terminated {percent(said['terminated_rate'], 1)}, success {percent(said['success_rate'], 1)}"
    if said["known"] < said["episodes"]:
        yield f"        one by one the last {said['known']:,} are known, and the first where they were outlined"


def how_far(made: int, wanted: int, unit: str) -> str:
    """Say how many were made, and of how many, where that is known."""
    return f"{made:,} of {of(wanted, unit)}" if wanted < UNLIMITED else of(made, unit)


def tell_progress(far: Sequence[str], made: int, seconds: float, left: int) -> None:
    """Write over the line of progress on the terminal: how far it is, how fast it goes, and for how long still.

    That is told where a number of steps is `left`. Of episodes it is not: they grow shorter, or longer, with learning.
    """
    rate = made / max(seconds, 1e-9)
    parts = [*far, f"{rate:,.0f} steps/s"]
    if 0 < left < UNLIMITED and made:
        parts.append(f"about {lasting(left / rate)} left")
    width = os.get_terminal_size(sys.stderr.fileno()).columns or 80
    line = ", ".join(parts)[: width - 1]  # One that wraps stays behind.
    print(f"\r{line}\x1b[K", end="", file=sys.stderr, flush=True)


def _spread(said: About, name: str) -> str:
    mean, std, least, most = (said[f"{what}_{name}"] for what in ("mean", "std", "least", "most"))
    return f"{with_spread(mean, std)} (standard deviation), from {number(least)} to {number(most)}"


def _log(log: list[Any]) -> Iterator[str]:
    if log:
        yield f"interventions: {len(log):,}" + (f", the last {SHOWN} of them" if len(log) > SHOWN else "")
    for entry in log[-SHOWN:]:
        yield f"  step {entry['step']:>10,}  {told(_entry(entry))}"


def _entry(plain: About) -> Intervention:
    return from_plain([plain])[0]


def _branches(timeline: About, log: list[Any]) -> Iterator[str]:
    yield "branches:"
    for branch in timeline["branches"]:
        here = "●" if branch["name"] == timeline["branch"] else " "
        saved = f", saved at {', '.join(f'{step:,}' for step in branch['saves'][-5:])}" if branch.get("saves") else ""
        done = branch.get("shared", 0) + len(branch["log"])
        did = f", {of(done, 'intervention')}" if done else ""
        began = _began(branch, log)
        yield f"{here} {branch['name']:<12} from step {branch['fork']:,} to {branch['head']:,}{began}{did}{saved}"


def _began(branch: About, log: list[Any]) -> str:
    """Say with what a branch began of a save that tells this log of its run, where it says so."""
    if (inherited := branch.get("inherited")) is None:
        return ""
    shared = branch.get("shared", 0)
    own = log[inherited:shared] or branch["log"][max(inherited - shared, 0) :]
    return f", began with {told_beginning(_entry(own[0]) if own else None, branch['fork'])}"
