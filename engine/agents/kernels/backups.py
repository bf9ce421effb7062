"""Dynamic programming, state by state (Sutton & Barto, 2nd ed., chapter 4): a backup is a step, a sweep an episode.

The sweeps are in place: each backup uses the newest values there are. Letters as in the book.
"""

from typing import NamedTuple

import numpy as np

from engine.agents.kernels.compiled import Record, compiled
from engine.agents.kernels.world import goes_on, keep_watch, record
from engine.interaction import PATH_CAPACITY, Memory
from engine.worlds.mdp import BoolArray, FloatArray, Int32Array, IntArray

VALUE_ITERATION, EVALUATION, IMPROVEMENT = range(3)
KINDS = ("value iteration", "evaluation", "improvement")
EQUALLY_LIKELY = -1
"""The policy of a state in which every legal action is as likely as the others."""
TIE = 1e-9
"""How much better another action must be to replace that of the policy, relative to the size of its value."""

PLAN = np.dtype(
    [
        ("kind", "i8"),  # of the next backup
        ("next_state", "i8"),  # where the next backup looks for a state from
        ("sweep", "i8"),  # number of the sweep: of the run, or of this evaluation
        ("largest_change", "f8"),  # of a value, in this sweep
        ("changes", "i8"),  # of the policy, in this sweep
        ("evaluated", "?"),  # whether the last evaluation went on until its values had settled
    ]
)
BACKUP = np.dtype(
    [
        ("kind", "i8"),
        ("state", "i8"),
        ("action", "i8"),
        ("value_before", "f8"),
        ("value_after", "f8"),
        ("action_before", "i8"),
        ("sweep", "i8"),  # 0 before the first backup
        ("largest_change", "f8"),
    ]
)


class Dynamics(NamedTuple):
    """The model of a world, as `TabularMDP` has it."""

    offsets: IntArray
    probability: FloatArray
    next_state: Int32Array
    reward: FloatArray
    terminated: BoolArray
    legal: BoolArray
    start: FloatArray
    way_out: IntArray
    """In each state an action that may lead nearer to an end, -1 where there is none, shape (states,)."""


class Plan(NamedTuple):
    """What a planner has worked out so far; the records have shape (1,)."""

    v: FloatArray
    """Shape (states,)."""
    policy: IntArray
    """The action of each state, or `EQUALLY_LIKELY`, shape (states,)."""
    at: Record
    backup: Record
    action_values: FloatArray
    """Those of the last backup, shape (actions,); 0 where not legal."""


@compiled
def expected_values(dynamics: Dynamics, v: FloatArray, s: int, discount: float, values: FloatArray) -> None:
    """Write for each legal action of a state the sum of p (r + gamma V(s')) over its outcomes (equation 4.2)."""
    actions = values.shape[0]
    for a in range(actions):
        total = 0.0
        for outcome in range(dynamics.offsets[s * actions + a], dynamics.offsets[s * actions + a + 1]):
            following = 0.0 if dynamics.terminated[outcome] else v[dynamics.next_state[outcome]]
            total += dynamics.probability[outcome] * (dynamics.reward[outcome] + discount * following)
        values[a] = total


@compiled
def best_of(values: FloatArray, legal: BoolArray, kept: int, way_out: int) -> int:
    """Return the action of the highest value: where several tie the kept one, else the way out, else the first.

    An action that only ties replaces none, so that with discount 1 no loop without rewards is walked for ever: among
    policies of the same values the one that ends stays.
    """
    best = -1
    for a in range(values.shape[0]):
        if legal[a] and (best < 0 or values[a] > values[best]):
            best = a
    least = values[best] - TIE * max(1.0, abs(values[best]))
    if kept >= 0 and values[kept] >= least:
        return kept
    return way_out if way_out >= 0 and values[way_out] >= least else best


@compiled
def mean_of(values: FloatArray, legal: BoolArray) -> float:
    """Return the value of a state in which every legal action is equally likely."""
    total, count = 0.0, 0
    for a in range(values.shape[0]):
        if legal[a]:
            total += values[a]
            count += 1
    return total / count


@compiled
def next_acting(legal: BoolArray, first: int) -> int:
    """Return the first state from `first` on that has a legal action; -1 if there is none."""
    for s in range(first, legal.shape[0]):
        if legal[s].any():
            return s
    return -1


@compiled
def back_up(dynamics: Dynamics, plan: Plan, s: int, discount: float) -> None:
    """Back up one state, and write down the numbers."""
    at, row, values, legal = plan.at[0], plan.backup[0], plan.action_values, dynamics.legal[s]
    expected_values(dynamics, plan.v, s, discount, values)
    before, kept = plan.v[s], plan.policy[s]
    a, after = kept, before
    if at["kind"] == VALUE_ITERATION:
        a = best_of(values, legal, -1, -1)
        after = values[a]
    elif at["kind"] == EVALUATION:
        after = mean_of(values, legal) if kept == EQUALLY_LIKELY else values[kept]
    else:
        a = best_of(values, legal, kept, dynamics.way_out[s])
        plan.policy[s] = a
        at["changes"] += a != kept
    plan.v[s] = after
    at["largest_change"] = max(at["largest_change"], abs(after - before))
    row["kind"] = at["kind"]
    row["state"] = s
    row["action"] = a
    row["value_before"] = before
    row["value_after"] = after
    row["action_before"] = kept
    row["sweep"] = at["sweep"]
    row["largest_change"] = at["largest_change"]


@compiled
def begin_sweep(plan: Plan, memory: Memory) -> None:
    """Begin an episode of backups at the first state."""
    at, progress = plan.at[0], memory.progress[0]
    at["next_state"] = 0
    at["sweep"] += 1
    at["largest_change"] = 0.0
    at["changes"] = 0
    progress["episode"] += 1
    progress["length"] = 0
    progress["ended"] = False
    progress["discount_power"] = 1.0
    progress["abs_td_error"] = 0.0


@compiled
def end_sweep(dynamics: Dynamics, plan: Plan, memory: Memory, tolerance: float, evaluation_sweeps: int) -> bool:
    """Count the sweep among the episodes, choose the kind of the next, and return whether this one changed nothing."""
    at, progress = plan.at[0], memory.progress[0]
    start_value = 0.0
    for s in range(plan.v.shape[0]):
        start_value += dynamics.start[s] * plan.v[s]
    improved = at["kind"] == IMPROVEMENT
    settled = at["changes"] == 0 and at["evaluated"] if improved else at["largest_change"] <= tolerance
    progress["ended"] = True
    progress["return"] = progress["discounted_return"] = start_value
    episode = memory.finished[memory.finished_count[0]]
    episode["return"] = start_value
    episode["discounted_return"] = start_value
    episode["length"] = progress["length"]
    episode["terminated"] = settled
    episode["success"] = settled and at["kind"] != EVALUATION
    episode["mean_abs_td_error"] = progress["abs_td_error"] / progress["length"]
    episode["epsilon"] = 0.0
    memory.finished_count[0] += 1
    if improved:
        at["kind"], at["sweep"] = EVALUATION, 0
    elif at["kind"] == EVALUATION:
        at["evaluated"] = settled
        if settled or at["sweep"] >= evaluation_sweeps:
            at["kind"] = IMPROVEMENT
    return bool(settled)


@compiled
def back_up_states(
    dynamics: Dynamics,
    plan: Plan,
    memory: Memory,
    discount: float,
    tolerance: float,
    evaluation_sweeps: int,
    steps: int,
    episodes: int,
) -> int:
    """Back up at most so many states and finish at most so many sweeps; return the backups made."""
    at, progress = plan.at[0], memory.progress[0]
    finished_before = memory.finished_count[0]
    made = 0
    while goes_on(memory, (steps, episodes, -1), made, finished_before):
        if progress["ended"]:
            begin_sweep(plan, memory)
        s = next_acting(dynamics.legal, at["next_state"])
        if s < 0:  # The states that were left went with an edit of the world.
            s = next_acting(dynamics.legal, 0)
        back_up(dynamics, plan, s, discount)
        at["next_state"] = s + 1
        change = plan.v[s] - plan.backup[0]["value_before"]
        if progress["length"] == 0:
            memory.path[0] = s
        progress["step"] += 1
        progress["length"] += 1
        progress["state"] = s
        progress["abs_td_error"] += abs(change)
        gained = dynamics.start[s] * change
        progress["return"] += gained
        progress["discounted_return"] = progress["return"]
        memory.path[progress["length"] % PATH_CAPACITY] = s
        ended = settled = False
        if next_acting(dynamics.legal, s + 1) < 0:
            ended, settled = True, end_sweep(dynamics, plan, memory, tolerance, evaluation_sweeps)
        a = plan.backup[0]["action"]
        if a < 0:
            a = best_of(plan.action_values, dynamics.legal[s], -1, -1)
        keep_watch(memory, s, change, ended)
        record(memory, s, a, gained, s, settled, ended and not settled, False, 1.0, 0.0, False)
        made += 1
    return made
