"""The statistics of a run: every finished episode is in them, in as much detail as its memory can bear.

A tiny world finishes half a million episodes a second, so whole rows of all of them would fill any memory. Kept are

- in whole rows (`EPISODE`, 42 bytes) the last 16,384 to 17,407 episodes,
- in outline (`OUTLINE`: return, length, how it ended, 14 bytes) the first 1,048,576, which take 14 MiB at most,
- in summaries (`engine.summaries`: count, sums, extremes, spread) all of them, in at most 1,024 parts, 88 KiB.

So up to a million episodes nothing is missing; in longer runs the episodes in the middle are known by their summaries.
The outline is of the first and not of the last episodes because the learning happens there, and because going back in
time then only shortens it. What is kept follows from the episodes alone, never from the portions in which they came.
"""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from engine import summaries
from engine.interaction import EPISODE, joined_episodes
from engine.state import State
from engine.summaries import BLOCK
from engine.worlds.mdp import FloatArray

Rows = npt.NDArray[np.void]

WINDOW = 100
"""How many of the last episodes the means are taken over."""

RECENT = 2**14
"""How many of the last episodes are there in whole rows, at least."""

OUTLINED = 2**20
"""How many of the first episodes are there in outline."""

ROW = EPISODE.itemsize
"""Bytes of a whole row; they are copied as such, see `joined_episodes`."""

OUTLINE = np.dtype([("return", "f8"), ("length", "i4"), ("terminated", "?"), ("success", "?")])


class Moment(NamedTuple):
    """Where the statistics stood at a moment, to come back to. What it shares with other moments is never changed."""

    episodes: int
    outlines: tuple[Rows, ...]
    """The first full blocks in outline, each of shape (BLOCK,)."""
    blocks: tuple[Rows, ...]
    """The last full blocks, row by row."""
    rest: Rows
    """The rows after the last full block, shape (BLOCK,): those beyond `episodes % BLOCK` are not of this moment."""
    summaries: FloatArray
    """What all full blocks say, shape (summaries, fields)."""

    @property
    def rows(self) -> Rows:
        """The last episodes in whole rows, oldest first."""
        return joined_episodes(*self.blocks, self.rest[: self.episodes % BLOCK])

    @property
    def outline(self) -> Rows:
        """The first episodes in outline, as far as they are in full blocks."""
        return np.concatenate([np.zeros(0, OUTLINE), *self.outlines])

    @property
    def size(self) -> int:
        """How many bytes it holds beside rows and outlines, which it shares with other moments."""
        return 8 * (len(self.outlines) + len(self.blocks)) + self.summaries.nbytes

    def rows_apart(self, before: int) -> int:
        """Return how many bytes of rows it holds that the moment after `before` episodes does not hold."""
        blocks = min(self.episodes // BLOCK - before // BLOCK, len(self.blocks))
        return (blocks + 1) * BLOCK * ROW


NOTHING = Moment(0, (), (), np.zeros(0, EPISODE), summaries.empty())
"""The moment before the first episode."""


class Statistics:
    """The finished episodes of a run, in order."""

    def __init__(self, moment: Moment = NOTHING) -> None:
        self._now: Moment
        self.return_to(moment)

    @property
    def episodes(self) -> int:
        """How many episodes were finished."""
        return self._now.episodes

    def append(self, rows: Rows) -> None:
        """Add finished episodes, in the order in which they finished."""
        done = 0
        while done < len(rows):
            at = self._now.episodes % BLOCK
            portion = rows[done : done + BLOCK - at]
            self._now.rest.view(np.uint8)[at * ROW : (at + len(portion)) * ROW] = portion.view(np.uint8)
            done += len(portion)
            self._now = self._now._replace(episodes=self._now.episodes + len(portion))
            if at + len(portion) == BLOCK:
                self._close_block()

    def _close_block(self) -> None:
        """Begin a new block, and let go of what is too much."""
        now, block = self._now, self._now.rest
        outlines = now.outlines
        if (len(outlines) + 1) * BLOCK == min(now.episodes, OUTLINED):
            outlines = (*outlines, outlined(block))
        self._now = Moment(
            now.episodes,
            outlines,
            (*now.blocks, block)[-(RECENT // BLOCK) :],
            np.zeros(BLOCK, EPISODE),
            summaries.added(now.summaries, summaries.of(block)),
        )

    def moment(self) -> Moment:
        """Return this moment, to come back to."""
        return self._now

    def return_to(self, moment: Moment) -> None:
        """Come back to a moment."""
        rest = np.zeros(BLOCK, EPISODE)
        begun = moment.episodes % BLOCK
        rest[:begun].view(np.uint8)[...] = moment.rest[:begun].view(np.uint8)
        self._now = moment._replace(rest=rest)

    def last(self, count: int) -> Rows:
        """Return the last `count` finished episodes, as far as they are there in whole rows, oldest first; a copy."""
        begun, needed = self._now.episodes % BLOCK, count
        parts = [self._now.rest[:begun]]
        for block in reversed(self._now.blocks):
            if (needed := needed - len(parts[-1])) <= 0:
                break
            parts.append(block)
        if (spare := sum(map(len, parts)) - count) > 0:
            parts[-1] = parts[-1][spare:]
        return joined_episodes(*parts[::-1])

    def outline(self) -> Rows:
        """Return every finished episode in outline, or, where that is too much or unknown, the last ones."""
        now = self._now
        if self.known < now.episodes:
            return outlined(now.rows)
        return np.concatenate([now.outline, outlined(now.rest[: now.episodes % BLOCK])])

    @property
    def known(self) -> int:
        """How many episodes `outline` returns: all, or the last ones."""
        now = self._now
        if len(now.outlines) == now.episodes // BLOCK:
            return now.episodes
        return len(now.blocks) * BLOCK + now.episodes % BLOCK

    @property
    def returns(self) -> FloatArray:
        """The undiscounted returns of the episodes of `outline`."""
        return self.outline()["return"].copy()

    def lengths(self) -> npt.NDArray[np.int64]:
        """Return the lengths of the episodes of `outline`."""
        return self.outline()["length"].astype(np.int64)

    def mean(self, field: str) -> float:
        """Return the mean of a field over the last 100 finished episodes; NaN before the first."""
        rows = self.last(WINDOW)
        with np.errstate(over="ignore"):
            return float(rows[field].mean()) if len(rows) else float("nan")

    def summary(self) -> dict[str, Any]:
        """Say in plain values what all finished episodes come to, see `engine.summaries.told`."""
        now = self._now
        parts = now.summaries
        if begun := now.episodes % BLOCK:
            parts = np.concatenate([parts, summaries.of(now.rest[:begun])[None]])
        said: dict[str, Any] = {"episodes": now.episodes, "known": self.known}
        if not len(parts):
            return said
        recent = self.mean("return")
        said["mean_return_100"] = recent if math.isfinite(recent) else None
        return {**said, **summaries.told(summaries.total(parts))}

    def state(self) -> State:
        """Return the summaries, and every field of rows and outlines as an array of its own."""
        return State(
            {
                **columns(self._now.rows),
                **{f"outline.{name}": column for name, column in columns(self._now.outline).items()},
                "summaries": self._now.summaries.copy(),
            },
            {"episodes": self.episodes},
        )

    def load_state(self, state: State) -> None:
        """Take over a state; raises `ValueError` if it is not one."""
        episodes = int(state.values["episodes"])
        if episodes < 0:
            raise ValueError("the statistics count fewer than no episodes")
        full, begun = divmod(episodes, BLOCK)
        rows = from_columns(state.arrays, EPISODE)
        outline = from_columns(state.under("outline").arrays, OUTLINE)
        blocks, outlines = in_blocks(rows[: len(rows) - begun]), in_blocks(outline)
        if len(rows) < begun or len(blocks) > min(full, RECENT // BLOCK):
            raise ValueError("the statistics have too many rows or too few")
        if len(outlines) > min(full, OUTLINED // BLOCK):
            raise ValueError("the statistics outline more episodes than there are")
        rest = rows[len(rows) - begun :]
        self.return_to(Moment(episodes, outlines, blocks, rest, checked_summaries(state.arrays, episodes)))


def outlined(rows: Rows) -> Rows:
    """Return rows in outline."""
    made = np.zeros(len(rows), OUTLINE)
    for name in OUTLINE.names or ():
        made[name] = rows[name]
    return made


def columns(rows: Rows) -> dict[str, npt.NDArray[Any]]:
    """Return every field of rows as an array of its own."""
    return {name: np.ascontiguousarray(rows[name]) for name in rows.dtype.names or ()}


def from_columns(arrays: dict[str, npt.NDArray[Any]], kind: np.dtype[np.void]) -> Rows:
    """Put columns together to rows; raises `ValueError` if one is missing, of the wrong kind, or not finite."""
    names = kind.names or ()
    length = arrays[names[0]].size if names[0] in arrays else 0
    rows = np.zeros(length, kind)
    for name in names:
        array = arrays.get(name)
        if array is None or array.shape != (length,) or array.dtype != kind[name]:
            raise ValueError(f"the statistics of {name!r} are missing or of the wrong kind")
        if not np.isfinite(array).all():
            raise ValueError(f"the statistics of {name!r} hold a number that is not finite")
        rows[name] = array
    return rows


def in_blocks(rows: Rows) -> tuple[Rows, ...]:
    """Cut rows into full blocks; raises `ValueError` if something is left."""
    if len(rows) % BLOCK:
        raise ValueError("the statistics are not made of full blocks")
    return tuple(rows[at : at + BLOCK] for at in range(0, len(rows), BLOCK))


def checked_summaries(arrays: dict[str, npt.NDArray[Any]], episodes: int) -> FloatArray:
    """Return the summaries of a state; raises `ValueError` unless they stand for the full blocks of the episodes."""
    array = arrays.get("summaries")
    expected = summaries.counts(episodes // BLOCK * BLOCK)
    if array is None or array.dtype != np.float64 or array.shape != (len(expected), len(summaries.FIELDS)):
        raise ValueError("the summaries of the statistics are missing or of the wrong kind")
    if not np.array_equal(array[:, summaries.COUNT], expected):
        raise ValueError("the summaries of the statistics stand for other episodes")
    return array.astype(np.float64)
