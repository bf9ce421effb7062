"""A comparison: a second run that is kept at the step of the first, and where the two differ.

The second run has a timeline of its own and its own generators; nothing of it is saved, and nothing of it reaches the
first. Each step then costs what both runs need for it.
"""

from collections.abc import Iterable

import numpy as np

from engine import view
from engine.errors import InputError
from engine.messages import ComparisonView, Differences, Look, Snapshot
from engine.observer import Observer
from engine.run import Run
from engine.timeline import Timeline
from engine.worlds.environment import Environment, World
from engine.worlds.mdp import BoolArray, FloatArray, TabularMDP
from engine.worlds.reach import reachable

PORTION = 500
"""How many steps the second run makes at a time while it is far behind."""


class Comparison:
    """A run beside another one; raises `InputError` if the two cannot be compared."""

    def __init__(self, first: Run, second: Timeline, name: str) -> None:
        """`name` says for people what the second run is."""
        check_worlds(first, second.run)
        self.timeline = second
        self.name = name
        self._observer = Observer(second.run)
        self._worlds: tuple[World, ...] = ()
        self._visited: BoolArray = np.zeros(0, bool)

    @property
    def step(self) -> int:
        """Where the second run is."""
        return self.timeline.step

    def keep_up(self, step: int, most: int) -> None:
        """Bring the second run to a step, or at most so many steps nearer to one ahead."""
        if step < self.step:
            self.timeline.go_to(step)
        self.timeline.advance(min(step - self.step, most))

    def view(self, first: Run, shown: Snapshot, look: Look) -> ComparisonView:
        """Show the second run beside a snapshot of the first; raises `InputError` where they have parted."""
        run = self.timeline.run
        check_states(first, run)
        if not self._observer.fits(run):  # What was done to it in its past comes again.
            self._observer = Observer(run)
        q = run.q_values()
        greedy = view.chosen_actions(run, q)
        where = view.interaction_view(run.interaction)
        return ComparisonView(
            name=self.name,
            agent=self._observer.agent,
            step=run.step,
            state=where["state"],
            path=where["path"],
            q=q,
            greedy=greedy,
            episodes=view.episodes_view(run.statistics, 1),
            truth=self._observer.truth.beside(q),
            differences=differences(shown.q, shown.greedy, q, greedy, self._visited_by_any(first.world, run.world)),
            **self._observer.microscope.layers(run, q, look),
        )

    def _visited_by_any(self, *worlds: World) -> BoolArray:
        """Return which states an episode of one of the runs can visit; looked for anew when a world was edited."""
        if self._worlds != worlds:
            self._worlds, self._visited = worlds, visited_in(worlds)
        return self._visited


def twin(run: Run, agent: str) -> Run:
    """Return another agent at the beginning in the same world, with the same seed and the same discount."""
    discount = {"discount": run.settings["discount"]}
    return Run(run.origin_world, agent, discount, run.seed)


def check_worlds(first: Run, second: Run) -> None:
    """Raise `InputError` with the reason unless both runs began in the same world, whose states have names."""
    for run in (first, second):
        if isinstance(run.world, Environment):
            raise InputError(f"{run.world.name} has no table of states, so there is nothing to compare state by state")
    if first.origin_world.definition != second.origin_world.definition:
        raise InputError(
            f"the worlds differ: {first.origin_world.name} and {second.origin_world.name}; "
            "only runs in the same world are compared"
        )
    check_states(first, second)


def check_states(first: Run, second: Run) -> None:
    """Raise `InputError` unless both have the same states and actions now."""
    if (first.world.states, first.world.actions) != (second.world.states, second.world.actions):
        raise InputError("the worlds differ: a cell was edited in one of them, and they have other states now")


def visited_in(worlds: Iterable[World]) -> BoolArray:
    """Return which states an episode can visit in one of these worlds, which have the same states; shape (states,)."""
    visited: BoolArray = np.logical_or.reduce([reachable(world) for world in worlds if isinstance(world, TabularMDP)])
    return visited


def differences(
    first_q: FloatArray,
    first_greedy: BoolArray,
    second_q: FloatArray,
    second_greedy: BoolArray,
    visited: BoolArray,
) -> Differences:
    """Hold two tables against each other; the arrays have shape (states, actions), NaN in q where not legal.

    Counted are the states in which there is a choice and that an episode can visit, `visited` of shape (states,), as
    `planning.policy_agreement` counts them: of others nobody learns, so that two runs agree there for no reason.
    """
    apart = np.abs(first_q - second_q)
    counted = (~np.isnan(apart)).any(axis=1) & visited
    legal = ~np.isnan(apart) & counted[:, None]
    place = int(np.where(legal, apart, -1.0).argmax())
    same = (first_greedy == second_greedy).all(axis=1) & counted
    overlapping: BoolArray = np.logical_and((first_greedy & second_greedy).any(axis=1), counted)
    values = [np.where(legal, q, -np.inf).max(axis=1) for q in (first_q, second_q)]
    with np.errstate(invalid="ignore"):
        apart_in_value = np.where(counted, values[0] - values[1], np.nan)
    total = max(int(counted.sum()), 1)
    return Differences(
        largest=float(apart.flat[place]) if legal.any() else 0.0,
        state=place // apart.shape[1],
        action=place % apart.shape[1],
        same=same,
        overlapping=overlapping,
        agreement=float(same.sum()) / total,
        overlap=float(overlapping.sum()) / total,
        values=apart_in_value,
    )
