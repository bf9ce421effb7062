"""A finished episode, derived again step by step on a copy of the run, which itself is left alone."""

import math
from bisect import bisect_right

import numpy as np

from engine.errors import InputError
from engine.messages import EpisodeStep, Trajectory
from engine.replaying import derive
from engine.run import Run
from engine.timeline import Timeline
from engine.transition import Backup, TableUpdate, Update

PORTIONS = 10
"""Portions in which the way from one keyframe to the next is gone, so that it can be given up in between."""


class Derivation:
    """The way from the nearest mark to an episode and through it, gone in portions; `shown` is what there is to see.

    Raises `InputError` if the episode is not finished, or too long ago to be known by its place in the run.
    """

    def __init__(self, timeline: Timeline, episode: int) -> None:
        run = timeline.run
        self._begin, self._end = _place(run, episode)
        marks = timeline.branch.marks
        mark = marks[bisect_right(marks, self._begin, key=lambda mark: mark.step) - 1]
        self._run = Run(run.origin_world, run.agent_name, run.origin_settings, run.seed)
        self._run.return_to(mark)
        self._from, self._log = mark.step, run.log
        self._episode = episode
        self._steps: list[EpisodeStep] = []

    @property
    def done(self) -> bool:
        """Whether the whole episode is there."""
        return self._run.step >= self._end

    @property
    def shown(self) -> Trajectory:
        """The episode as soon as all of it is there; before that, how far it is."""
        progress = (self._run.step - self._from) / (self._end - self._from)
        steps = tuple(self._steps) if self.done else ()
        last = self._run.interaction.transition()
        return Trajectory(self._episode, steps, self.done and last is not None and last.terminated, progress)

    def advance(self) -> None:
        """Go a portion further."""
        portion = max(self._run.agent.keyframe_every // PORTIONS, 1)
        if self._run.step < self._begin:
            derive(self._run, self._log, min(self._run.step + portion, self._begin))
            return
        for _ in range(min(portion, self._end - self._run.step)):
            self._steps.append(self._one_step())

    def _one_step(self) -> EpisodeStep:
        """Make one transition and write down what the loop wrote down."""
        run = self._run
        weight = 1.0 if run.interaction.ended else float(run.interaction.memory.progress["discount_power"][0])
        derive(run, self._log, run.step)  # What a person changed here comes before the step, as it did then.
        states, actions = run.world.states, run.world.actions
        pending = self._log[len(run.log) :]
        if pending and pending[0].step == run.step:
            run.intervene(pending[0])
        else:
            run.advance(1)
        last = run.interaction.transition()
        assert last is not None
        return EpisodeStep(
            step=last.step,
            state=states[last.state],
            action=actions[last.action],
            reward=last.reward,
            next_state=states[last.next_state],
            explored=last.explored,
            by_hand=last.by_hand,
            td_error=_td_error(run.agent.update(), last.step),
            weight=weight,
            total=float(run.interaction.memory.progress["discounted_return"][0]),
        )


def _place(run: Run, episode: int) -> tuple[int, int]:
    """Return the steps that the run had made before the episode and at its end."""
    known = run.statistics.lengths()
    first = run.statistics.episodes - len(known) + 1
    if not first <= episode <= run.statistics.episodes:
        raise InputError(
            f"episode {episode:,} is none of those that are kept: {first:,} to {run.statistics.episodes:,}"
        )
    progress = run.interaction.memory.progress[0]
    last_end = int(progress["step"]) - (0 if progress["ended"] else int(progress["length"]))
    lengths = known[episode - first :]
    begin = last_end - int(np.sum(lengths))
    return begin, begin + int(lengths[0])


def _td_error(update: Update | None, step: int) -> float:
    """Return the TD error of a step; NaN if nothing was learned from it."""
    if update is None or (isinstance(update, TableUpdate) and update.step < step):
        return math.nan
    if isinstance(update, Backup):
        return update.value_after - update.value_before
    return update.td_error if isinstance(update, TableUpdate) else update.td_target - update.value_before
