"""What a person looks at more closely: one state in full, and arrays that a snapshot carries only when asked."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from engine.agents.agent import CountsVisits, HasReplay, HasTarget
from engine.bellman import Model
from engine.messages import Inspection, Look, Outcome, ReplayView
from engine.run import Run
from engine.worlds.mdp import FloatArray, IntArray, TabularMDP


class Microscope:
    """Looks at the world of a run with the run's discount; what it needs for that is made when it is first used.

    Where the world has no model there are no states to tell apart, and nothing more than Q is known.
    """

    def __init__(self, run: Run) -> None:
        self._world = run.world if isinstance(run.world, TabularMDP) else None
        self._discount = float(run.settings["discount"])

    def extras(self, run: Run, q: FloatArray, look: Look) -> Mapping[str, Any]:
        """Return the fields of a Snapshot that `look` asks for; `q` has shape (states, actions)."""
        world = self._world
        if world is None:
            return {}
        known = look.state is not None and 0 <= look.state < len(world.states)
        inspected = self._inspection(world, run, q, look.state or 0) if known else None
        return {**self.layers(run, q, look), "inspection": inspected}

    def layers(self, run: Run, q: FloatArray, look: Look) -> Mapping[str, Any]:
        """Return the layers of the map that `look` asks for; `q` has shape (states, actions)."""
        world = self._world
        if world is None:
            return {}
        return {
            "visits": visits_of(run) if look.visits else None,
            "replay": replay_view(run, world) if look.replay else None,
            "td_errors": self._bellman.td_errors(q) if look.td_errors and self._bellman else None,
        }

    @cached_property
    def _bellman(self) -> "BellmanErrors | None":
        return BellmanErrors(self._world, self._discount) if self._world else None

    def _inspection(self, world: TabularMDP, run: Run, q: FloatArray, state: int) -> Inspection:
        agent, visits, replay = run.agent, visits_of(run), replay_view(run, world)
        targets = agent.target_values() if isinstance(agent, HasTarget) else None
        return Inspection(
            state=state,
            visits=None if visits is None else visits[state],
            td_errors=td_errors_of(world, self._discount, q, state),
            target=None if targets is None else targets[state].copy(),
            outcomes=outcomes_of(world, state),
            replayed=replay.counts[state] if replay else None,
        )


def visits_of(run: Run) -> IntArray | None:
    """Return how often the agent acted from each pair, shape (states, actions); None for one that does not count."""
    return run.agent.visits() if isinstance(run.agent, CountsVisits) else None


class BellmanErrors:
    """The TD error that each pair of a world has on average: the Bellman error (Sutton & Barto, section 11.4)."""

    def __init__(self, world: TabularMDP, discount: float) -> None:
        self._model = Model(world, discount)
        self._pairs: IntArray = np.flatnonzero(world.legal)

    def td_errors(self, q: FloatArray) -> FloatArray:
        """Return r + discount * max Q(next) - Q on average, shape (states, actions), NaN where not legal.

        It is what the rule of Q-learning expects, whatever the agent.
        """
        values = q.ravel()[self._pairs]
        errors = np.full(q.size, np.nan)
        errors[self._pairs] = self._model.q_pairs(self._model.best(values)) - values
        return errors.reshape(q.shape)


def replay_view(run: Run, world: TabularMDP) -> ReplayView | None:
    """Show what the replay of the agent holds; None for an agent without one."""
    if not isinstance(run.agent, HasReplay):
        return None
    states, actions, ages = run.agent.replayable()
    shape = world.legal.shape
    pairs = (states * shape[1] + actions)[states >= 0]
    counts, sums = (np.bincount(pairs, weights, world.legal.size) for weights in (None, ages[states >= 0]))
    return ReplayView(
        size=len(ages),
        capacity=int(run.settings["replay_capacity"]),
        counts=counts.astype(np.int64).reshape(shape),
        ages=sums.astype(np.int64).reshape(shape),
        oldest=int(ages.max(initial=0)),
        mean_age=float(ages.mean()) if len(ages) else 0.0,
    )


def td_errors_of(world: TabularMDP, discount: float, q: FloatArray, state: int) -> FloatArray:
    """Return one row of `BellmanErrors.td_errors` without the others, shape (actions,)."""
    errors = np.where(world.legal[state], -q[state], np.nan)
    for action, probability, next_state, reward, terminated in outcomes_of(world, state):
        following = 0.0 if terminated else float(np.nanmax(q[next_state]))
        errors[action] += probability * (reward + discount * following)
    return errors


def outcomes_of(world: TabularMDP, state: int) -> tuple[Outcome, ...]:
    """List what may come of each action of a state, in the order of the actions, the likeliest of each first."""
    outcomes: list[Outcome] = []
    for action in np.flatnonzero(world.legal[state]).tolist():
        pair = world.pair(state, action)
        rows = slice(world.offsets[pair], world.offsets[pair + 1])
        columns = (world.probability[rows], world.next_state[rows], world.reward[rows], world.terminated[rows])
        found = [Outcome(action, *row) for row in zip(*(column.tolist() for column in columns), strict=True)]
        outcomes += sorted(found, key=lambda outcome: -outcome.probability)
    return tuple(outcomes)
