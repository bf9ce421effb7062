"""Eligibility traces: every pair visited of late learns from each TD error, by how recently and often it was visited.

Only the pairs that have a trace are gone through, so a step costs as many operations as there are of them: about
28 / -log(discount * trace_decay), and never more than there are pairs.
"""

from typing import NamedTuple, Self

import numpy as np

from engine.agents.exploration import Behaviour
from engine.agents.kernels.acting import look_ahead, take
from engine.agents.kernels.choosing import highest
from engine.agents.kernels.compiled import Generator, Limits, compiled
from engine.agents.kernels.schedules import schedule_value, step_size_value
from engine.agents.kernels.tables import Tables, note_pair, note_update
from engine.agents.kernels.world import begin_episode, fold, goes_on, react, record
from engine.interaction import Memory, Model
from engine.worlds.mdp import FloatArray, IntArray

SARSA_LAMBDA, Q_LAMBDA = range(2)

SMALLEST = 1e-12
"""A trace below is none."""

LARGEST = 1e100
"""Values stay between this and its negative: accumulating traces and large steps can diverge, and then it shows."""


class Traces(NamedTuple):
    """The traces, and which pairs have one."""

    trace: FloatArray
    """Shape (states, actions); 0.0 for none."""
    active: IntArray
    """The pairs that have a trace, each as state * actions + action, in no order; shape (states * actions,)."""
    size: IntArray
    """How many have one; shape (1,)."""

    @classmethod
    def of(cls, trace: FloatArray) -> Self:
        """Find the pairs that have a trace."""
        pairs = np.flatnonzero(trace)
        active = np.zeros(trace.size, np.int64)
        active[: len(pairs)] = pairs
        return cls(trace, active, np.array([len(pairs)]))


@compiled
def fade(traces: Traces, factor: float) -> None:
    """Multiply every trace by a factor, and let go of those that become too small."""
    actions = traces.trace.shape[1]
    at = 0
    while at < traces.size[0]:
        s, a = divmod(traces.active[at], actions)
        trace = traces.trace[s, a] * factor
        if trace >= SMALLEST:
            traces.trace[s, a] = trace
            at += 1
        else:
            traces.trace[s, a] = 0.0
            traces.size[0] -= 1
            traces.active[at] = traces.active[traces.size[0]]


@compiled
def visit(traces: Traces, state: int, action: int, accumulating: bool) -> None:
    """Add 1 to the trace of a pair, or set it to 1."""
    trace = traces.trace[state, action]
    if trace == 0.0:
        traces.active[traces.size[0]] = state * traces.trace.shape[1] + action
        traces.size[0] += 1
    traces.trace[state, action] = trace + 1.0 if accumulating else 1.0


@compiled
def spread(tables: Tables, traces: Traces, step_size_row: FloatArray, td_error: float) -> None:
    """Move every pair by the TD error in proportion to its trace, each with the step size of its own visits."""
    actions = traces.trace.shape[1]
    for at in range(traces.size[0]):
        s, a = divmod(traces.active[at], actions)
        alpha = step_size_value(step_size_row, tables.visits[s, a])
        value = tables.q[s, a] + alpha * td_error * traces.trace[s, a]
        tables.q[s, a] = min(max(value, -LARGEST), LARGEST)


@compiled
def learn_by_traces(
    rule: int,
    accumulating: bool,
    trace_decay: float,
    model: Model,
    memory: Memory,
    tables: Tables,
    traces: Traces,
    behaviour: Behaviour,
    step_size_row: FloatArray,
    discount: float,
    world_rng: Generator,
    policy_rng: Generator,
    limits: Limits,
) -> int:
    """Learn by SARSA(lambda) or Watkins' Q(lambda); limits and return value as in `learn_by_table`.

    z <- gamma * lambda * z; z(s, a) <- z(s, a) + 1, or 1; Q <- Q + alpha * (r + gamma * bootstrap - Q(s, a)) * z, with
    the bootstrap of SARSA (Sutton & Barto, 2nd ed., section 12.7), or with the best next value, and then z <- 0 before
    an action that is not a best one when it is taken (section 12.10; Watkins, 1989). An action that was drawn at random
    and happens to be a best one cuts nothing. The traces of an episode stay until the next one begins.
    """
    progress = memory.progress[0]
    finished_before = memory.finished_count[0]
    steps = 0
    while goes_on(memory, limits, steps, finished_before):
        if progress["ended"]:
            begin_episode(model, memory, world_rng)
            tables.pending[0]["chosen"] = False
            fade(traces, 0.0)
        s = progress["state"]
        level = schedule_value(behaviour.level, progress["step"])
        by_hand = limits[2] if steps == 0 else -1
        a, explored, die = take(behaviour.kind, tables, s, model.legal[s], level, by_hand, policy_rng)
        cut = rule == Q_LAMBDA and tables.q[s, a] < highest(tables.q[s], model.legal[s])[1]
        fade(traces, 0.0 if cut else discount * trace_decay)
        visit(traces, s, a, accumulating)
        r, s2, terminated, truncated = react(model, s, a, progress["length"], world_rng)

        a2, value = -1, 0.0
        if not terminated and rule == Q_LAMBDA:
            a2, value = highest(tables.q[s2], model.legal[s2])
        elif not terminated:
            next_level = schedule_value(behaviour.level, progress["step"] + 1)
            a2 = look_ahead(behaviour.kind, tables, s2, model.legal[s2], next_level, policy_rng)
            value = tables.q[s2, a2]
        tables.visits[s, a] += 1
        alpha = step_size_value(step_size_row, tables.visits[s, a])
        before = tables.q[s, a]
        target = r + discount * value
        td_error = target - before
        spread(tables, traces, step_size_row, td_error)

        fold(memory, r, s2, terminated, truncated, discount, td_error, level)
        note_pair(tables.update, progress["step"], s, a, 1, traces.trace[s, a], traces.size[0])
        note_update(tables.update, before, alpha, r, discount, value, a2, target, tables.q[s, a])
        record(memory, s, a, r, s2, terminated, truncated, explored, die, level, by_hand >= 0)
        steps += 1
    return steps
