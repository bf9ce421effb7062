"""Branches: the ways in which a run went on, each with its log, its marks of the past, and what a save tells of it."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine import curves
from engine.curves import Sample
from engine.interventions import Act, Log, from_plain, to_plain, told_beginning
from engine.run import UNLIMITED, Mark

RECENT = 10_000
"""So many steps before the furthest one, marks are thinned out last."""

KEPT_DIGESTS = 32
"""About how many digests of marks a save keeps."""

KEPT_SAVES = 256
"""How many of the steps at which a branch was saved a save tells."""

_NAME = re.compile(r"main|branch [0-9]{1,9}")


@dataclass
class Branch:
    """One way in which a run went on."""

    name: str
    log: Log = ()
    """Every intervention from the first step of the run to the furthest of the branch."""
    head: int = 0
    """The furthest step that was reached."""
    fork: int = 0
    """The step at which it left the branch it came from; 0 for the first."""
    marks: list[Mark] = field(default_factory=list)
    """In the order of their steps; the first is the beginning of the run."""
    digests: dict[int, str] = field(default_factory=dict)
    """Digests of marks of earlier sittings, by step."""
    samples: dict[int, Sample] = field(default_factory=dict)
    """How near the learner was to the optimum, by step; only for the eye."""
    saves: set[int] = field(default_factory=set)
    """The steps at which it was saved; only for the eye."""
    inherited: int | None = None
    """How many interventions of its log are of the branch that it left; None if it left none, or that is not known."""

    def began(self, actions: Sequence[str]) -> str:
        """Say with what it began, in a world of these actions; nothing where that is not known."""
        if self.inherited is None:
            return ""
        first = self.log[self.inherited] if self.inherited < len(self.log) else None
        return told_beginning(first, self.fork, actions)

    def to_plain(self, told: Log) -> dict[str, Any]:
        """Return it as plain values, for a save that tells the log of the run, `told`, already."""
        shared = _shared(self.log, told)
        return {
            "name": self.name,
            "head": self.head,
            "fork": self.fork,
            "inherited": self.inherited,
            "shared": shared,
            "log": to_plain(self.log[shared:]),
            "saves": sorted(self.saves)[-KEPT_SAVES:],
            "curves": curves.to_plain(self.samples),
        }

    @classmethod
    def from_plain(cls, values: dict[str, Any], told: Log, marks: list[Mark]) -> "Branch":
        """Return what `to_plain` told; raises `ValueError`, `KeyError` or `TypeError` if that cannot be a branch."""
        log = told[: values["shared"]] + from_plain(values["log"])
        head, fork, name = int(values["head"]), int(values["fork"]), str(values["name"])
        if not _NAME.fullmatch(name):
            raise ValueError("a branch has a name that none gets here")
        steps = [entry.step for entry in log]
        if not 0 <= fork <= head < UNLIMITED or steps != sorted(steps) or (steps and steps[-1] > head):
            raise ValueError(f"the branch {name!r} ends before it begins, or its log does not count upwards")
        inherited = values.get("inherited")  # Files of before lack it.
        possible = range(bisect_left(steps, fork), bisect_right(steps, fork) + 1)
        if inherited is not None and (type(inherited) is not int or inherited not in possible):
            raise ValueError(f"the branch {name!r} did not leave another after {inherited!r} interventions")
        samples = curves.from_plain(values["curves"], head)
        saves = {int(step) for step in values["saves"][:KEPT_SAVES] if 0 <= step <= head}
        return cls(name, log, head, fork, marks, samples=samples, saves=saves, inherited=inherited)

    def left(self, name: str, step: int, log: Log) -> "Branch":
        """Return a branch that left this one at a step, when its log was `log`; it has gone nowhere from there yet."""
        return Branch(
            name,
            log,
            step,
            step,
            [mark for mark in self.marks if mark.step <= step and len(mark.log) <= len(log)],
            {at: digest for at, digest in self.digests.items() if at < step},
            {at: sample for at, sample in self.samples.items() if at <= step},
            {at for at in self.saves if at <= step},
            len(log),
        )

    def leads_through(self, step: int, log: Log) -> bool:
        """Whether a run that stands at a step with this log stands on the branch."""
        following = self.log[len(log) :][:1]
        goes_on = all(entry.step > step or isinstance(entry, Act) for entry in following)
        return self.head >= step and self.log[: len(log)] == log and goes_on

    def put(self, mark: Mark) -> int:
        """Keep a mark, in the place of one of the same step but the first; return how many bytes it holds at most."""
        at = bisect_right(self.marks, mark.step, key=lambda other: other.step)
        if at > 1 and self.marks[at - 1].step == mark.step:
            self.marks[at - 1] = mark
        else:
            self.marks.insert(at, mark)
        return mark.size + mark.statistics.rows_apart(self.marks[max(at - 1, 0)].statistics.episodes)

    def digests_to(self, step: int) -> dict[int, str]:
        """Return the digests of some marks up to a step, by which a replay finds where it first differs.

        The beginning is none of them: its mark is older than what was done to the run before its first step.
        """
        known = dict(self.digests)
        marks = list({mark.step: mark for mark in self.marks if 0 < mark.step <= step}.values())
        for mark in marks[:: len(marks) // KEPT_DIGESTS + 1]:
            known[mark.step] = mark.state.digest()
        steps = sorted(at for at in known if 0 < at <= step)
        return {at: known[at] for at in steps[:: len(steps) // (2 * KEPT_DIGESTS) + 1]}

    def thin_out(self, excess: float) -> None:
        """Drop marks of so many bytes, each time the one whose loss makes the way from a mark to a step longest least.

        That is meant in relation to its age.
        """
        marks = self.marks
        steps = np.array([mark.step for mark in marks])
        while excess > 0 and len(marks) > 2:
            gaps = (steps[2:] - steps[:-2]) / (self.head - steps[1:-1] + RECENT)
            at = int(gaps.argmin()) + 1
            dropped, steps = marks.pop(at), np.delete(steps, at)
            excess -= dropped.size + dropped.statistics.rows_apart(marks[at - 1].statistics.episodes)


def size(branches: Iterable[Branch]) -> int:
    """Return how many bytes the marks hold; the outlines of the episodes, 14 bytes each, come on top."""
    total, known = 0, set()
    for branch in branches:
        before = 0
        for mark in branch.marks:
            if id(mark) not in known:
                known.add(id(mark))
                total += mark.size + mark.statistics.rows_apart(before)
            before = mark.statistics.episodes
    return total


def _shared(log: Log, other: Log) -> int:
    """Return how many first interventions two logs have in common."""
    differing = (at for at, (one, two) in enumerate(zip(log, other, strict=False)) if one is not two and one != two)
    return next(differing, min(len(log), len(other)))
