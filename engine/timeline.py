"""The timeline: marks of the past, the log of interventions, and branches; any step of a run can be gone to.

Going somewhere is coming back to the nearest mark before it and advancing from there: a run is a function of its log,
so the same future comes again, to the bit. Doing something else in the past begins a branch; the old future is kept.
"""

import math
from bisect import bisect_right, insort
from collections.abc import Callable
from typing import Any

from engine import curves
from engine.branches import RECENT, Branch, size
from engine.curves import Sample
from engine.errors import InputError
from engine.interventions import Act, Intervention, Log, WorldEdit
from engine.replaying import beginning, derive
from engine.run import UNLIMITED, Mark, Run

MEMORY = 64 * 2**20
"""How many bytes the marks may take together."""

SPARE = 1 / 8
"""The share of the memory that is made free when it is full, so that this has to be done only now and then."""

PORTIONS = 20
"""So many times between two keyframes, a long way may be stopped."""


class Timeline:
    """A run with its past and its branches; `run` is the run at the step where one is."""

    def __init__(self, run: Run, memory: int = MEMORY) -> None:
        """`run` may stand anywhere: its beginning is made again if it has gone on since. `memory` is in bytes."""
        self.run = run
        self.memory = memory
        self.on_the_way: Callable[[int, int], bool] = lambda step, target: True
        """Told now and then where one is on the way to a step, and to which; where it says no, the way ends there."""
        at_the_beginning = run.step == 0 and not run.log
        marks = [run.mark()] if at_the_beginning else [beginning(run).mark(), run.mark()]
        branch = Branch("main", run.log, run.step, 0, marks)
        self.branches = {branch.name: branch}
        self.branch = branch
        self._measure: Callable[[Run], Sample] | None = None
        self._held = math.inf
        """How many bytes the marks hold at most; they are counted only when this is too much."""

    def watch(self, measure: Callable[[Run], Sample]) -> None:
        """Take samples of the run from here on, wherever it goes past a step that has none."""
        self._measure = measure
        self._sample()

    def found_optimal(self) -> None:
        """Take a sample also here, where the policy is optimal, unless it is known to have been so before."""
        if curves.first_optimal(self.branch.samples, self.step) is None:
            self._measure_here()

    @property
    def step(self) -> int:
        """Where one is."""
        return self.run.step

    @property
    def head(self) -> int:
        """The furthest step of the branch."""
        return self.branch.head

    def advance(self, steps: int = UNLIMITED, episodes: int = UNLIMITED) -> int:
        """Go forward as `Run.advance` does, through the known future first, with what was done there."""
        began, finished = self.step, self.run.statistics.episodes
        while (left := steps - (self.step - began)) > 0 and not self.run.interaction.met:
            episodes_left = episodes - (self.run.statistics.episodes - finished)
            if episodes_left <= 0:
                break
            self._portion(left, episodes_left)
        return self.step - began

    def intervene(self, intervention: Intervention) -> None:
        """Do something to the run now; in the past this begins a branch. Raises `InputError` if it cannot be done."""
        in_the_past = self.step < self.head or len(self.run.log) < len(self.branch.log)
        step, log = self.step, self.run.log
        self.run.intervene(intervention)
        if in_the_past:
            self._fork(step, log)
        self.branch.digests.pop(step, None)  # It was that of the moment before.
        self.branch.log = self.run.log
        self.branch.head = self.step
        self._mark()
        self._sample()

    def undo(self) -> WorldEdit:
        """Take back the last edit of the world, as if it had never been made, and return it.

        It must have been made at this very step, with nothing done since; at the end of a branch it goes out of the
        log, and what it had walled up is there again. Where the run has gone on since and come back, that future is
        kept, as after anything else that is done in the past. Raises `InputError` if there is no such edit.
        """
        log = self.run.log
        last = log[-1] if log else None
        if not isinstance(last, WorldEdit) or last.step != self.step:
            raise InputError(f"no edit to take back at step {self.step:,}{_where(log)}")
        at_the_end = self.step == self.head and len(log) == len(self.branch.log)
        self._derive(log[:-1])
        other = self._other_branch_here()
        if not at_the_end and other is None:
            self._fork(self.step, log[:-1])
        elif at_the_end and (other is None or self.branch.fork < self.step):
            self._forget_after(log[:-1])
        else:
            if at_the_end:
                del self.branches[self.branch.name]
            self.branch = other or self.branch
        self._sample()
        return last

    def go_to(self, step: int) -> None:
        """Go to a step of this branch, at most its head."""
        target = min(max(step, 0), self.head)
        if target < self.step == self.head:
            self._mark()  # The way back to here shall be short.
        marks = self.branch.marks
        mark = marks[bisect_right(marks, target, key=lambda mark: mark.step) - 1]
        if target < self.step or mark.step > self.step:
            self.run.return_to(mark)
        self._travel(target)

    def back_one_episode(self) -> None:
        """Go to the end of the episode before this one, or to the beginning of the run."""
        length = int(self.run.interaction.memory.progress["length"][0])
        self.go_to(self.step - max(length, 1))

    def switch(self, name: str) -> None:
        """Go on in another branch, where it was furthest; raises `InputError` if there is none of that name."""
        if name not in self.branches:
            known = "is only" if len(self.branches) == 1 else "are"
            raise InputError(f"there is no branch {name!r}; there {known} {', '.join(self.branches)}")
        self.branch = self.branches[name]
        mark = self.branch.marks[-1]
        self.run.return_to(mark)
        self._travel(self.head)

    def record(self) -> dict[str, Any]:
        """Return the branches as plain values, for a save: each can be derived again from its log."""
        return {
            "branch": self.branch.name,
            "branches": [branch.to_plain(self.run.log) for branch in self.branches.values()],
            "keyframes": [[step, digest] for step, digest in sorted(self.branch.digests_to(self.step).items())],
        }

    def recent_marks(self) -> list[Mark]:
        """Return the marks before this step from which the last steps are near: the recent ones, and one before."""
        before = [mark for mark in self.branch.marks if mark.step < self.step and mark.step > 0]
        far = [mark for mark in before if mark.step <= self.step - RECENT]
        return far[-1:] + before[len(far) :]

    def insert(self, marks: list[Mark]) -> None:
        """Add marks of the past to this branch; raises `ValueError` if they do not lie on it."""
        for mark in marks:
            if not 0 < mark.step < self.step:
                raise ValueError("a mark does not lie in the past of the run")
            insort(self.branch.marks, mark, key=lambda other: other.step)
        self._held = math.inf

    def take_over(self, record: dict[str, Any]) -> None:
        """Take over the branches of a save; raises `ValueError`, `KeyError` or `TypeError` if they do not fit."""
        here = self.branch
        self.branches = {}
        for values in record["branches"]:
            branch = Branch.from_plain(values, self.run.log, here.marks[:1])
            self.branches[branch.name] = branch
        self.branch = self.branches[record["branch"]]
        done, pending = self.branch.log[: len(self.run.log)], self.branch.log[len(self.run.log) :]
        if done != self.run.log or self.head < self.step or any(entry.step < self.step for entry in pending):
            raise ValueError("the run does not lie on its branch")
        self.branch.marks = here.marks
        self.branch.digests = {int(step): str(digest) for step, digest in record["keyframes"]}
        if not all(0 <= step <= self.step for step in self.branch.digests):
            raise ValueError("a keyframe does not lie in the past of the run")

    def _travel(self, target: int) -> None:
        """Go forward to a step that is known, in portions between which one may be stopped."""
        portion = max(1, self.run.agent.keyframe_every // PORTIONS)
        self._take_up()  # The mark may be older than what was done at its step, where that is the first of the run.
        while self.step < target and self.on_the_way(self.step, target):
            self.advance(min(target - self.step, portion))

    def _derive(self, log: Log) -> None:
        """Bring the run to where one is, with this log instead of its own, from the nearest mark that it leads through.

        The log is the beginning of that of the run, so whoever came to this step has been there.
        """
        step = self.step
        fitting = [mark for mark in self.branch.marks if mark.step <= step and len(mark.log) <= len(log)]
        self.run.return_to(fitting[-1])
        derive(self.run, log, step)

    def _other_branch_here(self) -> Branch | None:
        """Return another branch that leads through the run as it is now, if there is one."""
        others = (branch for branch in self.branches.values() if branch is not self.branch)
        return next((other for other in others if other.leads_through(self.step, self.run.log)), None)

    def _forget_after(self, log: Log) -> None:
        """Let the branch, at whose end one is, be as it was with this log."""
        branch = self.branch
        branch.log = log
        if branch.inherited is not None:
            branch.inherited = min(branch.inherited, len(log))  # What was taken back may be of the branch it left.
        branch.marks = [mark for mark in branch.marks if len(mark.log) <= len(log)]
        branch.digests.pop(self.step, None)
        if self._measure is not None:
            branch.samples.pop(self.step, None)

    def _portion(self, steps: int, episodes: int) -> None:
        """Go forward up to the next mark or the next intervention of the known future, and see to that."""
        pending = self.branch.log[len(self.run.log) :]
        if pending and pending[0].step == self.step:
            self.run.intervene(pending[0])
        else:
            following = self.branch.marks[-1].step + self.run.agent.keyframe_every
            limits = [steps, following - self.step if following > self.step else self.run.agent.keyframe_every]
            if pending:
                limits.append(pending[0].step - self.step)
            if self._measure is not None:
                limits.append(curves.next_sampled(self.step) - self.step)
            self.run.advance(min(limits), episodes)
        self._sample()
        self._take_up()
        self.branch.head = max(self.head, self.step)
        if self.step >= self.branch.marks[-1].step + self.run.agent.keyframe_every:
            self._mark()

    def _sample(self) -> None:
        """Measure the learner, if this is a step to do so and nobody did yet."""
        if curves.is_sampled(self.step):
            self._measure_here()

    def _measure_here(self) -> None:
        if self._measure is not None and self.step not in self.branch.samples:
            self.branch.samples[self.step] = self._measure(self.run)

    def _take_up(self) -> None:
        """Do what was done at this step to the settings and to the world; an action by hand waits for its step."""
        for entry in self.branch.log[len(self.run.log) :]:
            if entry.step != self.step or isinstance(entry, Act):
                break
            self.run.intervene(entry)

    def _fork(self, step: int, log: Log) -> None:
        """Begin a branch that leaves the present one at a step, when its log was `log`."""
        number = len(self.branches) + 1
        while (name := f"branch {number}") in self.branches:
            number += 1
        self.branch = self.branches[name] = self.branch.left(name, step, log)

    def _mark(self) -> None:
        """Keep this moment, and thin out the past where the marks take too much memory."""
        self._held += self.branch.put(self.run.mark())
        if self._held > self.memory:
            self._make_room()

    def _make_room(self) -> None:
        """Thin out the past of this branch until a part of the memory is free again, or nothing is left to be lost."""
        room = self.memory if self._held == math.inf else self.memory * (1.0 - SPARE)
        while (held := size(self.branches.values())) > room and len(self.branch.marks) > 2:
            self.branch.thin_out(held - room)
        self._held = held


def _where(log: Log) -> str:
    """Say at which step the last edit was made, if any was; and how to come to it."""
    made = next((entry.step for entry in reversed(log) if isinstance(entry, WorldEdit)), None)
    return "" if made is None else f"; the last one was made at step {made:,}, to which b and : go back"
