"""The marks that a file carries, so that the last steps are near after it is read: their states and their statistics.

What the statistics of the marks have in common with those of the run, or with each other, is written once. The rows
that the run itself has no more are in the arrays `past.*`, block by block.
"""

from collections.abc import Mapping
from typing import Any, cast

import numpy as np

from engine import statistics
from engine.interaction import EPISODE
from engine.interventions import Log, WorldEdit
from engine.run import Mark, Run, settings_after, world_after
from engine.state import Array, State
from engine.statistics import Moment, Rows
from engine.summaries import BLOCK
from engine.worlds.environment import World

MOST_MARKS = 64
LARGEST_MARKS = 8 * 2**20
"""How many bytes of marks a file carries at most."""

Plain = dict[str, Any]
Written = tuple[Plain, dict[str, Array]]


def packed(run: Run, marks: list[Mark]) -> Written:
    """Return the last of the marks as plain values and arrays; where these are too large, only some, evenly spread."""
    last = marks[-MOST_MARKS:]
    choices = (_written(run, last[::every]) for every in range(1, len(last) + 1))
    none = cast(Written, _written(run, []))
    return next((written for written in choices if written is not None), none)


def _written(run: Run, marks: list[Mark]) -> Written | None:
    """Return the marks as plain values and arrays, the latest first; None if they are larger than a file has them."""
    own, past = _blocks(run.statistics.moment()), dict[int, Rows]()
    said: list[Plain] = []
    arrays: dict[str, Array] = {}
    for mark in reversed(marks):
        needed = {number: block for number, block in _blocks(mark.statistics).items() if number not in own}
        past = {**needed, **past}  # A block that a later mark knows goes further than the beginning of one.
        parts = State.joined({f"mark{len(said)}": mark.state})
        arrays |= {**parts.arrays, f"mark{len(said)}.statistics.summaries": mark.statistics.summaries}
        if sum(array.nbytes for array in [*arrays.values(), *past.values()]) > LARGEST_MARKS:
            return None
        said.append(
            {
                "log": len(mark.log),
                "values": mark.state.values,
                "episodes": mark.statistics.episodes,
                "blocks": len(mark.statistics.blocks),
            }
        )
    rows = np.concatenate([np.zeros(0, EPISODE), *(past[number] for number in sorted(past))])
    columns = {f"past.{name}": column for name, column in statistics.columns(rows).items()}
    return {"marks": said, "past": sorted(past)}, {**arrays, **columns}


def unpacked(said: Mapping[str, Any], arrays: Mapping[str, Array], run: Run, most_worlds: int) -> list[Mark]:
    """Rebuild the marks of a file whose run is there already, as distrustfully as the run itself, which visits each.

    Marks of worlds that were edited since are left out where there are more than `most_worlds` of these: the way back
    is longer then. Raises `ValueError`, `KeyError` or `TypeError` if the marks do not fit the run.
    """
    if len(said["marks"]) > MOST_MARKS:
        raise ValueError("it holds more marks than any save")
    names = {f"mark{number}" for number in range(len(said["marks"]))} | {"past"}
    if any(name.startswith(("mark", "past")) and name.partition(".")[0] not in names for name in arrays):
        raise ValueError("it holds arrays of marks that it does not name")
    now = run.statistics.moment()
    known = _past(said["past"], State(dict(arrays), {}).under("past").arrays) | _blocks(now)
    worlds = _worlds(run, [run.log[: int(mark["log"])] for mark in said["marks"]], most_worlds)
    present, marks = run.mark(), []
    for number, mark in enumerate(said["marks"]):
        log, own = run.log[: int(mark["log"])], State(dict(arrays), {}).under(f"mark{number}").arrays
        if _edits(log) not in worlds:
            continue
        moment = _moment(mark, own.pop("statistics.summaries", np.zeros(0)), now, known)
        state = State(own, mark["values"])
        world = worlds[_edits(log)]
        settings = settings_after(run.agent_name, world, run.origin_settings, log)
        run.return_to(Mark(0, state, moment, world, settings, log))
        marks.append(run.mark())
        if marks[-1].state.digest() != state.digest():
            raise ValueError("a mark does not fit the agent and the world")
    run.return_to(present)
    return marks


def _blocks(moment: Moment) -> dict[int, Rows]:
    """Return the rows of a moment by the number of their block; those after the last full one filled up with zeros."""
    full, begun = divmod(moment.episodes, BLOCK)
    blocks = dict(zip(range(full - len(moment.blocks), full), moment.blocks, strict=True))
    if begun:
        blocks[full] = np.zeros(BLOCK, EPISODE)
        blocks[full][:begun] = moment.rest[:begun]
    return blocks


def _past(numbers: list[int], arrays: dict[str, Array]) -> dict[int, Rows]:
    return dict(zip(numbers, statistics.in_blocks(statistics.from_columns(arrays, EPISODE)), strict=True))


def _moment(mark: Plain, summaries: Array, now: Moment, known: Mapping[int, Rows]) -> Moment:
    """Put the statistics of a mark together; raises `KeyError` if a block is missing."""
    episodes, count = int(mark["episodes"]), int(mark["blocks"])
    full, begun = divmod(episodes, BLOCK)
    if not 0 <= episodes <= now.episodes or not 0 <= count <= min(full, statistics.RECENT // BLOCK):
        raise ValueError("a mark counts episodes that the run does not have")
    return Moment(
        episodes,
        now.outlines[:full],
        tuple(known[number] for number in range(full - count, full)),
        known[full] if begun else np.zeros(BLOCK, EPISODE),
        statistics.checked_summaries({"summaries": summaries}, episodes),
    )


def _edits(log: Log) -> int:
    return sum(isinstance(entry, WorldEdit) for entry in log)


def _worlds(run: Run, logs: list[Log], most: int) -> dict[int, World]:
    """Return the worlds of the last logs by the number of their edits: that of the run, and at most `most` others."""
    now = _edits(run.log)
    by_edits = {_edits(log): log for log in logs}
    needed = sorted(set(by_edits) - {now}, reverse=True)[: max(most, 0)]
    return {now: run.world, **{count: world_after(run.origin_world, by_edits[count]) for count in needed}}
