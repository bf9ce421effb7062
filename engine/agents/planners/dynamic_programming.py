"""Value iteration and policy iteration, as agents whose step is one backup and whose episode is one sweep.

They plan by the model of their world and make no transitions in it: the agent's place is the state that was backed up
last. What counts for an episode is told of a sweep: its return is the value of the start after it (the mean over the
start distribution), its length the number of backups, its TD error the |change| of a value; the reward of a backup is
what it added to the value of the start. A sweep that changed no
value by more than `tolerance` is terminated, any other truncated; it is a success when there is nothing left to plan.
Sweeps go on harmlessly after that.
"""

from functools import cached_property
from typing import ClassVar

import numpy as np

from engine.agents.kernels import backups
from engine.agents.kernels.backups import Dynamics, Plan
from engine.agents.settings import PolicyIterationSettings, ValueIterationSettings
from engine.bellman import Model
from engine.errors import InputError
from engine.interaction import Interaction, fill_record, record_values
from engine.state import State, load_array
from engine.transition import Backup
from engine.worlds.mdp import BoolArray, FloatArray, IntArray, TabularMDP
from engine.worlds.reach import ways_out


class PlannedWorld:
    """A world in the forms that planning takes, which are large: made when somebody plans, not when a save is read."""

    def __init__(self, world: TabularMDP) -> None:
        self._world = world
        self._model: Model | None = None

    @cached_property
    def dynamics(self) -> Dynamics:
        """What the backups go by."""
        world = self._world
        return Dynamics(
            world.offsets,
            world.probability,
            world.next_state,
            world.reward,
            world.terminated,
            world.legal,
            world.start,
            ways_out(world).action,
        )

    def model(self, discount: float) -> Model:
        """Return what tells the values of all pairs at once."""
        if self._model is None or self._model.discount != discount:
            self._model = Model(self._world, discount)
        return self._model


class Planner:
    """What the two share: sweeps over all states that are not terminal, in their order and in place, from values of 0.

    It draws no chance: every seed gives the same run.
    """

    name: ClassVar[str]
    waits_for_person: ClassVar[bool] = False
    first_kind: ClassVar[int]
    evaluation_sweeps = 1

    def __init__(self, world: TabularMDP, settings: ValueIterationSettings, generator: np.random.Generator) -> None:
        states, actions = world.legal.shape
        self._plan = Plan(
            np.zeros(states),
            np.full(states, backups.EQUALLY_LIKELY, np.int64),
            np.zeros(1, backups.PLAN),
            np.zeros(1, backups.BACKUP),
            np.zeros(actions),
        )
        self._plan.at["kind"] = self.first_kind
        self.settings = settings
        self.keyframe_every = min(max(4 * world.legal.size, 20_000), 400_000)
        self._take_model(world)

    def _take_model(self, world: TabularMDP) -> None:
        self._world, self._planned = world, PlannedWorld(world)

    def change(self, settings: ValueIterationSettings) -> None:
        """See `Agent.change`."""
        self.settings = settings

    def resettle(self, world: TabularMDP, origin: IntArray) -> None:
        """See `Agent.resettle`: a new state is worth 0 and knows no best action yet; the sweep goes on where it was."""
        plan, kept = self._plan, origin >= 0
        policy = np.where(kept, plan.policy[origin], backups.EQUALLY_LIKELY)
        legal = np.take_along_axis(world.legal, np.maximum(policy, 0)[:, None], axis=1)[:, 0]
        plan.at["next_state"] = int(np.append(np.flatnonzero(origin >= plan.at["next_state"]), len(origin))[0])
        plan.backup["sweep"] = 0
        self._plan = plan._replace(
            v=np.where(kept & ~world.terminal, plan.v[origin], 0.0),
            policy=np.where(legal, policy, backups.EQUALLY_LIKELY),
        )
        self._take_model(world)

    def advance(self, interaction: Interaction, steps: int, episodes: int, by_hand: int = -1) -> int:
        """See `Agent.advance`; a transition is a backup here, an episode a sweep."""
        if by_hand >= 0:
            raise InputError(f"{self.name} plans and takes no actions; a step is a backup of the next state")
        made: int = backups.back_up_states(
            self._planned.dynamics,
            self._plan,
            interaction.memory,
            self.settings.discount,
            self.settings.tolerance,
            self.evaluation_sweeps,
            steps,
            episodes,
        )
        return made

    def q_values(self) -> FloatArray:
        """See `Agent.q_values`: what each action is worth by the model, with the values as they are now."""
        q = np.full(self._world.legal.shape, np.nan)
        model = self._planned.model(self.settings.discount)
        q_pairs = model.q_pairs(self._plan.v)
        q_pairs[model.cancelled(q_pairs, self._plan.v)] = 0.0
        q[self._world.legal] = q_pairs
        return q

    def values_of(self, place: int) -> FloatArray:
        """See `Agent.values_of`."""
        values: FloatArray = self.q_values()[place]
        return values

    def epsilon(self, step: int) -> float:
        """See `Agent.epsilon`: nothing is explored."""
        return 0.0

    def update(self) -> Backup | None:
        """See `Agent.update`."""
        row = record_values(self._plan.backup)
        if row["sweep"] == 0:
            return None
        legal = self._world.legal[row["state"]]
        values = tuple(np.where(legal, self._plan.action_values, np.nan).tolist())
        return Backup(**{**row, "kind": backups.KINDS[row["kind"]]}, action_values=values)

    def state(self) -> State:
        """See `Agent.state`."""
        plan = self._plan
        arrays = {"v": plan.v.copy(), "policy": plan.policy.copy(), "action_values": plan.action_values.copy()}
        return State(arrays, {"at": record_values(plan.at), "backup": record_values(plan.backup)})

    def load_state(self, state: State) -> None:
        """See `Agent.load_state`."""
        plan = self._plan
        for name in ("v", "policy", "action_values"):
            load_array(getattr(plan, name), state.arrays.get(name), name)
        fill_record(plan.at, state.values["at"])
        fill_record(plan.backup, state.values["backup"])
        self._expect_sound()

    def _expect_sound(self) -> None:
        """Raise `ValueError` if the plan names a state, an action or a kind of backup that there is not."""
        at, backup = record_values(self._plan.at), record_values(self._plan.backup)
        states, actions = self._world.legal.shape
        kinds = {self.first_kind, backups.IMPROVEMENT} if self.first_kind else {backups.VALUE_ITERATION}
        chosen = np.flatnonzero(self._plan.policy != backups.EQUALLY_LIKELY)
        taken = self._plan.policy[chosen]
        if not ((taken >= 0) & (taken < actions)).all() or not self._world.legal[chosen, taken].all():
            raise ValueError("the policy takes an action that the world does not allow")
        if at["kind"] not in kinds or not (0 <= at["next_state"] <= states and at["sweep"] >= 0):
            raise ValueError("the next backup is none of this planner")
        sound = 0 <= backup["state"] < states and 0 <= backup["kind"] < len(backups.KINDS) and backup["sweep"] >= 0
        if not sound or not -1 <= min(backup["action"], backup["action_before"]) < actions:
            raise ValueError("the last backup is none of this planner")


class ValueIteration(Planner):
    """Value iteration: each backup takes the best action's value (Bellman, 1957; Sutton & Barto, 2nd ed., section 4.4).

    A sweep is a success when no value changed by more than `tolerance`.
    """

    name = "value-iteration"
    first_kind = backups.VALUE_ITERATION


class PolicyIteration(Planner):
    """Policy iteration (Howard, 1960; Sutton & Barto, 2nd ed., section 4.3).

    It begins with the policy of equally likely actions. Sweeps of evaluation go on until no value changes by more than
    `tolerance`; then one sweep of improvement makes the policy greedy, and changes no value. It is a success when it
    changed no action either, after an evaluation that had settled. An evaluation ends after `evaluation_sweeps` in any
    case, because with discount 1 the values of a policy that never ends would never settle; and a few sweeps are mostly
    enough to find a better policy (modified policy iteration: Puterman & Shin, 1978; compare Figure 4.1 of the book).
    """

    name = "policy-iteration"
    first_kind = backups.EVALUATION
    settings: PolicyIterationSettings

    @property
    def evaluation_sweeps(self) -> int:  # type: ignore[override]
        """After how many sweeps an evaluation ends that has not settled."""
        return self.settings.evaluation_sweeps

    def policy(self) -> BoolArray:
        """See `HasPolicy.policy`: the one that is being evaluated or improved."""
        policy, actions = self._plan.policy[:, None], np.arange(len(self._world.actions))
        allowed: BoolArray = self._world.legal & ((policy == actions) | (policy == backups.EQUALLY_LIKELY))
        return allowed
