"""Dyna-Q: one update from each transition, then some more from what is remembered. Letters as in Sutton & Barto."""

from engine.agents.exploration import Behaviour
from engine.agents.kernels.choosing import act, highest
from engine.agents.kernels.compiled import Generator, Limits, compiled
from engine.agents.kernels.experience import Experience, remember
from engine.agents.kernels.priority_queue import Queue, pop, push
from engine.agents.kernels.schedules import schedule_value, step_size_value
from engine.agents.kernels.tables import Tables, note_pair, note_update
from engine.agents.kernels.world import begin_episode, fold, goes_on, react, record
from engine.interaction import Memory, Model
from engine.worlds.mdp import BoolArray, FloatArray, IntArray

Planning = tuple[int, bool, float]
"""How much is planned: updates after each step, whether by priority, and the smallest error that is worth a place."""


@compiled
def remembered_error(tables: Tables, experience: Experience, legal: BoolArray, pair: int, discount: float) -> float:
    """Return the TD error of a tried pair as its outcome is remembered."""
    s, a = divmod(pair, legal.shape[1])
    value = 0.0
    if not experience.terminated[s, a]:
        s2 = experience.next_state[s, a]
        _, value = highest(tables.q[s2], legal[s2])
    return float(experience.reward[s, a] + discount * value - tables.q[s, a])


@compiled
def relearn(
    tables: Tables, experience: Experience, legal: BoolArray, step_size_row: FloatArray, pair: int, discount: float
) -> None:
    """Update a pair by its remembered outcome. That is no visit: counts and a step size by counts stay as they are."""
    s, a = divmod(pair, legal.shape[1])
    alpha = step_size_value(step_size_row, tables.visits[s, a])
    tables.q[s, a] += alpha * remembered_error(tables, experience, legal, pair, discount)


@compiled
def note(planned: IntArray, pair: int) -> None:
    """Write down that a pair was updated: `planned` holds the number of updates, then the last pairs, in a ring."""
    planned[1 + planned[0] % (planned.shape[0] - 1)] = pair
    planned[0] += 1


@compiled
def queue_if_wrong(
    tables: Tables, experience: Experience, queue: Queue, legal: BoolArray, pair: int, discount: float, least: float
) -> None:
    """Queue a pair by the size of its error, if that is above the least one."""
    error = abs(remembered_error(tables, experience, legal, pair, discount))
    if error > least:
        push(queue, pair, error)


@compiled
def queue_ways_to(
    tables: Tables, experience: Experience, queue: Queue, legal: BoolArray, state: int, discount: float, least: float
) -> None:
    """Queue those of the pairs remembered to lead to a state whose errors are large enough."""
    pair = experience.first[state]
    while pair >= 0:
        queue_if_wrong(tables, experience, queue, legal, pair, discount, least)
        pair = experience.following[pair]


@compiled
def plan(
    tables: Tables,
    experience: Experience,
    legal: BoolArray,
    step_size_row: FloatArray,
    discount: float,
    updates: int,
    planned: IntArray,
    generator: Generator,
) -> None:
    """Update pairs drawn uniformly among those tried (Sutton & Barto, section 8.2, step f of Tabular Dyna-Q)."""
    for _ in range(updates):
        pair = experience.tried[int(generator.random() * experience.known[0])]
        relearn(tables, experience, legal, step_size_row, pair, discount)
        note(planned, pair)


@compiled
def sweep(
    tables: Tables,
    experience: Experience,
    queue: Queue,
    legal: BoolArray,
    step_size_row: FloatArray,
    discount: float,
    updates: int,
    least: float,
    planned: IntArray,
) -> None:
    """Update the pairs of the highest priority, and queue those that lead to them (Sutton & Barto, section 8.4)."""
    while planned[0] < updates and queue.size[0] > 0:
        pair = pop(queue)
        relearn(tables, experience, legal, step_size_row, pair, discount)
        note(planned, pair)
        queue_ways_to(tables, experience, queue, legal, pair // legal.shape[1], discount, least)


@compiled
def learn_and_plan(
    model: Model,
    memory: Memory,
    tables: Tables,
    experience: Experience,
    queue: Queue,
    planned: IntArray,
    behaviour: Behaviour,
    step_size_row: FloatArray,
    discount: float,
    planning: Planning,
    world_rng: Generator,
    policy_rng: Generator,
    limits: Limits,
) -> int:
    """Learn by Q-learning and plan after each step; limits and return value as in `learn_by_table`.

    Each step makes the update of Q-learning from its own transition first, so that nothing is planned with 0 planning
    updates. With prioritized sweeping its pair is then queued by the error that is left, and so are the pairs that lead
    to its state; the book leaves the first update to the queue, too.
    """
    progress, legal = memory.progress[0], model.legal
    updates, prioritized, least = planning
    finished_before = memory.finished_count[0]
    steps = 0
    while goes_on(memory, limits, steps, finished_before):
        if progress["ended"]:
            begin_episode(model, memory, world_rng)
        s = progress["state"]
        level = schedule_value(behaviour.level, progress["step"])
        by_hand = steps == 0 and limits[2] >= 0
        if by_hand:
            a, explored, die = limits[2], False, 1.0
        else:
            values = tables.q[s]
            a, explored, die = act(behaviour.kind, values, values, tables.visits[s], legal[s], level, policy_rng)
        r, s2, terminated, truncated = react(model, s, a, progress["length"], world_rng)

        a2, value = -1, 0.0
        if not terminated:
            a2, value = highest(tables.q[s2], legal[s2])
        tables.visits[s, a] += 1
        alpha = step_size_value(step_size_row, tables.visits[s, a])
        before = tables.q[s, a]
        target = r + discount * value
        td_error = target - before
        after = before + alpha * td_error
        tables.q[s, a] = after

        remember(experience, s, a, r, s2, terminated)
        planned[:] = 0
        if prioritized and updates > 0:
            queue_if_wrong(tables, experience, queue, legal, s * legal.shape[1] + a, discount, least)
            queue_ways_to(tables, experience, queue, legal, s, discount, least)
            sweep(tables, experience, queue, legal, step_size_row, discount, updates, least, planned)
        else:
            plan(tables, experience, legal, step_size_row, discount, updates, planned, policy_rng)

        fold(memory, r, s2, terminated, truncated, discount, td_error, level)
        record(memory, s, a, r, s2, terminated, truncated, explored, die, level, by_hand)
        note_pair(tables.update, progress["step"], s, a, 1, 1.0, 1)
        note_update(tables.update, before, alpha, r, discount, value, a2, target, after)
        steps += 1
    return steps
