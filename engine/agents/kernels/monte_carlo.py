"""First-visit Monte Carlo control: what is kept of an episode until its end, and what is learned from it then.

Of an episode no more is kept than first-visit returns need: a segment for each pair, from its first visit to the first
visit of the next new pair, with its discounted rewards. So memory is bounded by the number of pairs, however long an
episode is, and the return of a pair is put together backwards: G = total + power * (G of the segment after it).
"""

from typing import NamedTuple, Self

import numpy as np

from engine.agents.exploration import Behaviour
from engine.agents.kernels.acting import take
from engine.agents.kernels.compiled import Generator, Limits, compiled
from engine.agents.kernels.schedules import schedule_value, step_size_value
from engine.agents.kernels.tables import Tables, note_pair, note_update
from engine.agents.kernels.world import begin_episode, fold, goes_on, react, record
from engine.interaction import Memory, Model
from engine.worlds.mdp import BoolArray, FloatArray, IntArray


class Segments(NamedTuple):
    """The episode so far; the first four have shape (states * actions,), in the order of the first visits."""

    pair: IntArray
    """The pair whose first visit begins the segment, as state * actions + action."""
    began: IntArray
    """How many transitions the episode had before."""
    total: FloatArray
    """The discounted sum of the rewards from there to the next segment."""
    power: FloatArray
    """The discount of what follows: the product of the discounts of its steps."""
    size: IntArray
    """How many segments there are; shape (1,)."""
    seen: BoolArray
    """Which pairs have a segment; shape (states, actions)."""
    updates: IntArray
    """How often each pair was updated, which a decaying step size goes by; shape (states, actions)."""

    @classmethod
    def empty(cls, states: int, actions: int) -> Self:
        """Return those of an episode that has not begun."""
        pairs, shape = states * actions, (states, actions)
        numbers = np.zeros(pairs, np.int64), np.zeros(pairs, np.int64), np.zeros(pairs), np.zeros(pairs)
        return cls(*numbers, np.zeros(1, np.int64), np.zeros(shape, np.bool_), np.zeros(shape, np.int64))


@compiled
def remember(segments: Segments, state: int, action: int, length: int, reward: float, discount: float) -> None:
    """Add a transition to the episode: a segment of its own at a first visit, else to the segment before it."""
    if not segments.seen[state, action]:
        at = segments.size[0]
        segments.seen[state, action] = True
        segments.pair[at] = state * segments.seen.shape[1] + action
        segments.began[at] = length
        segments.total[at] = reward
        segments.power[at] = discount
        segments.size[0] += 1
    else:
        at = segments.size[0] - 1
        segments.total[at] += segments.power[at] * reward
        segments.power[at] *= discount


@compiled
def learn_from_episode(tables: Tables, segments: Segments, step: int, length: int, step_size_row: FloatArray) -> float:
    """Move every pair of the episode towards the return since its first visit, the last first, and forget the episode.

    Returns the sum of the sizes of the errors. The update that is written down is the one made last: that of the pair
    with which the episode began, whose target is the return of the whole episode.
    """
    pairs = segments.size[0]
    g, errors = 0.0, 0.0
    for at in range(pairs - 1, -1, -1):
        s, a = divmod(segments.pair[at], segments.seen.shape[1])
        g = segments.total[at] + segments.power[at] * g
        segments.updates[s, a] += 1
        segments.seen[s, a] = False
        alpha = step_size_value(step_size_row, segments.updates[s, a])
        before = tables.q[s, a]
        tables.q[s, a] = before + alpha * (g - before)
        errors += abs(g - before)
        note_pair(tables.update, step, s, a, length - segments.began[at], 1.0, pairs)
        note_update(tables.update, before, alpha, g, 0.0, 0.0, -1, g, tables.q[s, a])
    segments.size[0] = 0
    return errors


@compiled
def learn_by_episodes(
    model: Model,
    memory: Memory,
    tables: Tables,
    segments: Segments,
    behaviour: Behaviour,
    step_size_row: FloatArray,
    discount: float,
    world_rng: Generator,
    policy_rng: Generator,
    limits: Limits,
) -> int:
    """Learn by first-visit Monte Carlo control; limits and return value as in `learn_by_table`.

    On-policy, with the behaviour policy in place of the soft one (Sutton & Barto, 2nd ed., section 5.4): at the end of
    an episode Q(s, a) <- Q(s, a) + alpha * (G - Q(s, a)) for each of its pairs, G the return since the first visit. A
    step size of 1/n makes Q the mean of the returns. The book assumes that episodes terminate; one that was truncated
    is learned from as well, with the rewards that were seen: what would have followed counts for nothing. A discount
    that changes in the middle holds for the rewards from then on.
    """
    progress = memory.progress[0]
    finished_before = memory.finished_count[0]
    steps = 0
    while goes_on(memory, limits, steps, finished_before):
        if progress["ended"]:
            begin_episode(model, memory, world_rng)
        s, length = progress["state"], progress["length"]
        level = schedule_value(behaviour.level, progress["step"])
        by_hand = limits[2] if steps == 0 else -1
        a, explored, die = take(behaviour.kind, tables, s, model.legal[s], level, by_hand, policy_rng)
        r, s2, terminated, truncated = react(model, s, a, length, world_rng)

        tables.visits[s, a] += 1
        remember(segments, s, a, length, r, discount)
        errors = 0.0
        if terminated or truncated:
            errors = learn_from_episode(tables, segments, progress["step"] + 1, length + 1, step_size_row)

        fold(memory, r, s2, terminated, truncated, discount, errors, level)
        record(memory, s, a, r, s2, terminated, truncated, explored, die, level, by_hand >= 0)
        steps += 1
    return steps
