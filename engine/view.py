"""What a run looks like from outside: the plain values of a Snapshot, made from a run."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from engine import curves, planning
from engine.agents.agent import CountsVisits, HasPolicy
from engine.curves import Sample
from engine.errors import InputError
from engine.interaction import Interaction, record_values
from engine.messages import (
    AgentView,
    BranchView,
    CurvesView,
    EpisodesView,
    ObservationView,
    TimelineView,
    TruthView,
    WorldView,
)
from engine.run import Run
from engine.statistics import Statistics
from engine.timeline import Timeline
from engine.transition import BatchUpdate
from engine.worlds.environment import Environment, World, with_model
from engine.worlds.mdp import BoolArray, FloatArray, IntArray, TabularMDP
from engine.worlds.reach import entered

RECENT_EPISODES = 2000
"""How many of the last episodes a snapshot carries."""

FINEST = 4096
"""Into how many parts the timeline is cut at most: of the episodes that end in one of them, one is told of."""

LARGEST_SOLVED = 5000
"""Worlds of more states are not solved on the side."""


def world_view(world: World) -> WorldView:
    """Show a world."""
    layout = world.layout
    return WorldView(
        name=world.name,
        title=world.title,
        source=world.source,
        states=world.states,
        actions=world.actions,
        terminal=world.terminal,
        start=world.start > 0.0,
        entered=entered(world) if isinstance(world, TabularMDP) else np.ones(len(world.states), np.bool_),
        discount=world.discount,
        max_steps=world.max_steps,
        cells=layout.cells if layout else (),
        places=layout.places if layout else np.zeros((0, 2), np.int64),
        labels=layout.labels if layout else ("",) * len(world.states),
        definition=world.definition if "map" in world.definition else {},
    )


def agent_view(run: Run, title: str) -> AgentView:
    """Show who learns."""
    return AgentView(
        name=run.agent_name,
        title=title,
        settings=dict(run.settings),
        seed=run.seed,
        waits_for_person=run.agent.waits_for_person,
        counted_after=counted_after(run),
    )


def counted_after(run: Run) -> int:
    """Return after how many steps of the run its visits are counted; see `AgentView.counted_after`."""
    return run.agent.counted_after if isinstance(run.agent, CountsVisits) else 0


def episodes_view(statistics: Statistics, most: int = RECENT_EPISODES) -> EpisodesView:
    """Show the finished episodes, row by row at most the last `most`."""
    rows = statistics.last(most)
    return EpisodesView(
        finished=statistics.episodes,
        returns=rows["return"].copy(),
        discounted_returns=rows["discounted_return"].copy(),
        td_errors=rows["mean_abs_td_error"].copy(),
        epsilons=rows["epsilon"].copy(),
        lengths=rows["length"].copy(),
        terminated=rows["terminated"].copy(),
        mean_return=statistics.mean("return"),
        mean_length=statistics.mean("length"),
    )


def timeline_view(timeline: Timeline) -> TimelineView:
    """Show where in the run one is."""
    ends, earlier = _episode_ends(timeline)
    actions = timeline.run.world.actions
    return TimelineView(
        head=timeline.head,
        branch=timeline.branch.name,
        branches=tuple(BranchView(b.name, b.fork, b.head, b.began(actions)) for b in timeline.branches.values()),
        keyframes=np.array([mark.step for mark in timeline.branch.marks], np.int64),
        episode_ends=ends,
        earlier_episodes=earlier,
        interventions=np.array([entry.step for entry in timeline.branch.log], np.int64),
        saves=np.array(sorted(timeline.branch.saves), np.int64),
    )


def curves_view(timeline: Timeline) -> CurvesView:
    """Show the samples of this branch up to the step where one is."""
    samples, here = timeline.branch.samples, timeline.step
    steps = sorted(step for step in samples if step <= here)
    columns = np.array([samples[step] for step in steps]).reshape(len(steps), len(Sample._fields)).T
    q_error, policy_agreement, loss = columns
    first = curves.first_optimal(samples, here)
    return CurvesView(np.array(steps, np.int64), q_error, policy_agreement, loss, first)


def _episode_ends(timeline: Timeline) -> tuple[IntArray, int]:
    """Return the last steps of the last episodes, also of those ahead where a mark ahead knows them.

    Where they lie closer than anybody can draw, only some of them are returned. Return also how many episodes ended
    before all of these.
    """
    mark = timeline.branch.marks[-1]
    if mark.step > timeline.step:
        moment, progress = mark.statistics, mark.state.values["interaction.progress"]
    else:
        moment = timeline.run.statistics.moment()
        progress = record_values(timeline.run.interaction.memory.progress)
    lengths = moment.rows["length"]
    last_end = progress["step"] - (0 if progress["ended"] else progress["length"])
    ends: IntArray = last_end + lengths - np.cumsum(lengths[::-1])[::-1]
    places = ends // max(timeline.head // FINEST, 1)
    return ends[np.diff(places, prepend=-1) > 0], moment.episodes - len(ends)


def interaction_view(interaction: Interaction) -> Mapping[str, Any]:
    """Show where the agent is: the fields of a Snapshot that are the same in a run and in a demonstration."""
    progress = record_values(interaction.memory.progress)
    return {
        "episode": progress["episode"],
        "episode_length": progress["length"],
        "episode_return": progress["return"],
        "ended": progress["ended"] and progress["episode"] > 0,
        "state": progress["state"] if progress["episode"] else int(interaction.model.start_states[0]),
        "path": interaction.path() or (int(interaction.model.start_states[0]),),
        "last": interaction.transition(),
    }


def observation_view(world: World, interaction: Interaction) -> ObservationView | None:
    """Show what is seen in a world without a model; None in one with a model."""
    if not isinstance(world, Environment):
        return None
    values = np.asarray(interaction.place(), np.float64)
    return ObservationView(world.features, values, world.low, world.high, interaction.drawn())


def greedy_actions(q: FloatArray) -> BoolArray:
    """Return which actions are best in each state, several where they tie; `q` has NaN where an action is not legal."""
    best = q[:, 0].copy()
    for column in q.T[1:]:  # many times quicker than one maximum along the short axis
        np.fmax(best, column, out=best)
    return np.equal(q, best[:, None])


def chosen_actions(run: Run, q: FloatArray) -> BoolArray:
    """Return which actions the agent takes for the best in each state: those of its own policy where it has one."""
    return run.agent.policy() if isinstance(run.agent, HasPolicy) else greedy_actions(q)


class Truth:
    """The exact optimum of a run's world at the run's discount, where it is known."""

    def __init__(self, run: Run) -> None:
        self.solution: planning.Solution | None = None
        self._world = run.world
        if len(run.world.states) <= LARGEST_SOLVED:
            try:
                self.solution = planning.solve(with_model(run.world), float(run.settings["discount"]))
            except InputError:
                self.solution = None

    def beside(self, q: FloatArray) -> TruthView | None:
        """Hold values against the optimum; None where it is not known."""
        if self.solution is None:
            return None
        error = planning.q_error(q, self.solution)
        agreement = planning.policy_agreement(q, self.solution)
        found = TruthView(error, agreement, self.solution.start_value, self.solution.known_to)
        return found if math.isfinite(error) else None

    def sample(self, run: Run) -> Sample:
        """Measure how near the learner is to the optimum."""
        update = run.agent.update()
        beside = self.beside(run.agent.q_values()) if self.solution is not None else None
        learned = isinstance(update, BatchUpdate) and update.updates > 0
        loss = update.loss if isinstance(update, BatchUpdate) and learned else math.nan
        return Sample(beside.q_error, beside.policy_agreement, loss) if beside else Sample(math.nan, math.nan, loss)
