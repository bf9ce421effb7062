"""n-step SARSA: the pairs that wait for their n rewards in a ring (Sutton & Barto, 2nd ed., section 7.2)."""

from typing import NamedTuple, Self

import numpy as np

from engine.agents.exploration import Behaviour
from engine.agents.kernels.acting import look_ahead, take
from engine.agents.kernels.compiled import Generator, Limits, compiled
from engine.agents.kernels.schedules import schedule_value, step_size_value
from engine.agents.kernels.tables import Tables, note_pair, note_update
from engine.agents.kernels.world import begin_episode, fold, goes_on, react, record
from engine.agents.settings import MOST_STEPS
from engine.interaction import Memory, Model
from engine.worlds.mdp import FloatArray, IntArray


class Window(NamedTuple):
    """The last pairs of the episode that were not updated yet, and the rewards that followed them, in a ring."""

    state: IntArray
    """Shape (MOST_STEPS,); -1 for a pair that is no more: it learns nothing, its reward counts for those before it."""
    action: IntArray
    reward: FloatArray
    span: IntArray
    """Shape (2,): the index of the oldest, and how many wait."""
    updates: IntArray
    """How often each pair was updated, which a decaying step size goes by; shape (states, actions)."""

    @classmethod
    def empty(cls, states: int, actions: int) -> Self:
        """Return one in which nothing waits."""
        state, action = np.zeros(MOST_STEPS, np.int64), np.zeros(MOST_STEPS, np.int64)
        return cls(state, action, np.zeros(MOST_STEPS), np.zeros(2, np.int64), np.zeros((states, actions), np.int64))


@compiled
def push(window: Window, state: int, action: int, reward: float) -> None:
    """Add the newest pair and its reward."""
    at = (window.span[0] + window.span[1]) % MOST_STEPS
    window.state[at] = state
    window.action[at] = action
    window.reward[at] = reward
    window.span[1] += 1


@compiled
def return_so_far(window: Window, discount: float) -> tuple[float, float]:
    """Return the discounted sum of all the rewards that wait, and the discount of what follows them."""
    first, waiting = window.span[0], window.span[1]
    total, power = window.reward[(first + waiting - 1) % MOST_STEPS], discount
    for back in range(2, waiting + 1):
        total = window.reward[(first + waiting - back) % MOST_STEPS] + discount * total
        power *= discount
    return total, power


@compiled
def update_oldest(
    tables: Tables,
    window: Window,
    step: int,
    step_size_row: FloatArray,
    discount: float,
    next_value: float,
    next_action: int,
) -> float:
    """Update the pair that waits longest, towards all the rewards since and the next value; return the TD error."""
    at, steps = window.span[0], window.span[1]
    s, a = window.state[at], window.action[at]
    total, power = return_so_far(window, discount)
    window.span[0] = (at + 1) % MOST_STEPS
    window.span[1] -= 1
    if s < 0:
        return 0.0
    window.updates[s, a] += 1
    alpha = step_size_value(step_size_row, window.updates[s, a])
    before = tables.q[s, a]
    target = total + power * next_value
    td_error = target - before
    tables.q[s, a] = before + alpha * td_error
    note_pair(tables.update, step, s, a, steps, 1.0, 1)
    note_update(tables.update, before, alpha, total, power, next_value, next_action, target, tables.q[s, a])
    return float(td_error)


@compiled
def learn_n_step(
    n: int,
    model: Model,
    memory: Memory,
    tables: Tables,
    window: Window,
    behaviour: Behaviour,
    step_size_row: FloatArray,
    discount: float,
    world_rng: Generator,
    policy_rng: Generator,
    limits: Limits,
) -> int:
    """Learn by n-step SARSA; limits and return value as in `learn_by_table`.

    Q(s, a) <- Q(s, a) + alpha * (r_1 + gamma * r_2 + ... + gamma^n * Q(s_n, a_n) - Q(s, a)), as equation 7.4 has it. At
    the end of an episode all that wait are updated, the oldest first: towards the rewards alone where it terminated;
    where it was truncated, with the value of the last state and of the action that the behaviour policy takes there,
    as it was before these updates. Where n has become smaller, those that wait too long count all the rewards since.
    """
    progress = memory.progress[0]
    finished_before = memory.finished_count[0]
    steps = 0
    while goes_on(memory, limits, steps, finished_before):
        if progress["ended"]:
            begin_episode(model, memory, world_rng)
            tables.pending[0]["chosen"] = False
        s = progress["state"]
        level = schedule_value(behaviour.level, progress["step"])
        by_hand = limits[2] if steps == 0 else -1
        a, explored, die = take(behaviour.kind, tables, s, model.legal[s], level, by_hand, policy_rng)
        r, s2, terminated, truncated = react(model, s, a, progress["length"], world_rng)

        a2, value = -1, 0.0
        if not terminated:
            next_level = schedule_value(behaviour.level, progress["step"] + 1)
            a2 = look_ahead(behaviour.kind, tables, s2, model.legal[s2], next_level, policy_rng)
            value = tables.q[s2, a2]
        tables.visits[s, a] += 1
        push(window, s, a, r)
        abs_td_error = 0.0
        while window.span[1] >= n or (window.span[1] > 0 and (terminated or truncated)):
            error = update_oldest(tables, window, progress["step"] + 1, step_size_row, discount, value, a2)
            abs_td_error += abs(error)

        fold(memory, r, s2, terminated, truncated, discount, abs_td_error, level)
        record(memory, s, a, r, s2, terminated, truncated, explored, die, level, by_hand >= 0)
        steps += 1
    return steps
