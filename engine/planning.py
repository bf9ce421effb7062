"""The exact truth beside the learner: optimal values, the value of a policy, and how far a learned table is off."""

from dataclasses import dataclass

import numpy as np

from engine.bellman import TIE, Model, settle
from engine.errors import InputError
from engine.worlds.fields import shown
from engine.worlds.mdp import PROBABILITY_TOLERANCE, BoolArray, FloatArray, IntArray, TabularMDP
from engine.worlds.reach import reachable, ways_out

__all__ = ["Solution", "evaluate_policy", "policy_agreement", "q_error", "reachable", "solve"]

MAX_LINEAR_STATES = 5000
EXACT = 1e-11
"""What Q* is right to, of its largest value: ten times what the last sweep of `settle` may leave to be done."""


@dataclass(frozen=True, eq=False)
class Solution:
    """What is true of a world under one discount factor."""

    v: FloatArray
    """The optimal value of each state, shape (states,); 0 for terminal states."""
    q: FloatArray
    """The optimal value of each pair, shape (states, actions); NaN where the action is not legal."""
    optimal: BoolArray
    """Which actions are optimal, shape (states, actions)."""
    policy: IntArray
    """The first optimal action of each state, shape (states,); -1 for terminal states."""
    start_value: float
    """The optimal value of the start distribution."""
    discount: float
    reachable: BoolArray
    """Which states an episode can visit, shape (states,)."""

    @property
    def known_to(self) -> float:
        """How far `q` may be off: what is no further from it is no error."""
        return EXACT * float(np.nanmax(np.abs(self.q), initial=0.0))


def solve(world: TabularMDP, discount: float | None = None) -> Solution:
    """Return the optimal values of a world, right to 1e-8 of the largest one or better.

    `discount` replaces the world's own. With discount 1, raises `InputError` if some state can reach no end, or if an
    endless loop pays.
    """
    discount = _checked_discount(world, discount)
    if discount == 1.0:
        _expect_ends(world, None)
    model, v = settle(world, discount)
    q_pairs = _without_rounding(model, v)
    v = model.best(q_pairs)
    q = np.full(world.legal.shape, np.nan)
    q[world.legal] = q_pairs
    optimal = np.zeros(world.legal.shape, dtype=np.bool_)
    optimal[world.legal] = q_pairs >= v[model.state] - TIE * model.terms(v)
    return Solution(
        v=v,
        q=q,
        optimal=optimal,
        policy=np.where(world.terminal, -1, optimal.argmax(axis=1)),
        start_value=float(world.start @ v),
        discount=discount,
        reachable=reachable(world),
    )


def _without_rounding(model: Model, v: FloatArray) -> FloatArray:
    """Return the value of each legal pair, 0 where it is 0 but for rounding, and so of all that it is passed on to."""
    q_pairs = model.q_pairs(v)
    found = model.cancelled(q_pairs, v)
    nothing = q_pairs == 0.0
    while found.any():
        nothing |= found
        v = model.best(np.where(nothing, 0.0, q_pairs))
        q_pairs = np.where(nothing, 0.0, model.q_pairs(v))
        found = ~nothing & ((q_pairs == 0.0) | model.cancelled(q_pairs, v))
    return q_pairs


def evaluate_policy(world: TabularMDP, policy: FloatArray, discount: float | None = None) -> FloatArray:
    """Return the value of each state under a policy, shape (states,), by solving its Bellman equations.

    `policy` holds the probability of each action in each state, shape (states, actions). Raises `InputError` if it is
    no policy, if the world is too large, or if with discount 1 an episode might never end.
    """
    discount = _checked_discount(world, discount)
    if len(world.states) > MAX_LINEAR_STATES:
        raise InputError(
            f"the world has {len(world.states)} states; a policy is evaluated in worlds of at most {MAX_LINEAR_STATES}"
        )
    _check_policy(world, policy)
    if discount == 1.0:
        _expect_ends(world, policy)
    return Model(world, discount).value_of(policy[world.legal])


def q_error(q: FloatArray, solution: Solution) -> float:
    """Return the largest |Q - Q*| over the legal pairs of the states that an episode can visit.

    `q` has shape (states, actions). Pairs of other states are left out, because no learner ever tries them. What is no
    more than Q* itself may be off by is none.
    """
    counted = ~np.isnan(solution.q) & solution.reachable[:, None]
    error = float(np.abs(q[counted] - solution.q[counted]).max(initial=0.0))
    return 0.0 if error <= solution.known_to else error


def policy_agreement(q: FloatArray, solution: Solution) -> float:
    """Return the share of states in which the greedy action is optimal.

    `q` has shape (states, actions). Counted are the states that are not terminal and that an episode can visit. Where
    several actions are greedy, all of them must be optimal, because the learner may take any.
    """
    legal = ~np.isnan(solution.q)
    counted = legal.any(axis=1) & solution.reachable
    masked = np.where(legal, q, -np.inf)
    greedy = legal & (masked == masked.max(axis=1, keepdims=True))
    agrees = greedy.any(axis=1) & (greedy <= solution.optimal).all(axis=1)
    return float(agrees[counted].mean()) if counted.any() else 1.0


def _checked_discount(world: TabularMDP, discount: float | None) -> float:
    chosen = world.discount if discount is None else discount
    if not 0.0 <= chosen <= 1.0:
        raise InputError(f"discount is {chosen:g}; it must lie between 0 and 1")
    return chosen


def _check_policy(world: TabularMDP, policy: FloatArray) -> None:
    if policy.shape != world.legal.shape:
        raise InputError(f"the policy has shape {policy.shape}; it must be states by actions, {world.legal.shape}")
    totals = np.where(world.legal, policy, 0.0).sum(axis=1)
    sound = (policy >= 0.0).all(axis=1) & (np.abs(totals - ~world.terminal) < PROBABILITY_TOLERANCE)
    sound &= ~(~world.legal & (policy > 0.0)).any(axis=1)
    if not sound.all():
        name = world.states[int(np.flatnonzero(~sound)[0])]
        raise InputError(
            f"the policy of state {shown(name)} is no distribution over its legal actions; it must add up to 1"
        )


def _expect_ends(world: TabularMDP, policy: FloatArray | None) -> None:
    """Raise `InputError` unless every state can reach an end, under the policy or under any."""
    can_end = ways_out(world, None if policy is None else policy > 0.0).can_end
    if not can_end.all():
        name = world.states[int(np.flatnonzero(~can_end)[0])]
        under = "" if policy is None else " under this policy"
        raise InputError(
            f"with discount 1 every state must be able to reach an end{under}, but {shown(name)} cannot; "
            "choose a discount below 1"
        )
