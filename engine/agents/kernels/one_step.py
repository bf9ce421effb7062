"""The one-step rules in one loop: they differ only in what they bootstrap from. Letters as in Sutton & Barto."""

from engine.agents.exploration import Behaviour
from engine.agents.kernels.acting import look_ahead
from engine.agents.kernels.choosing import act, best_action, expected_value, highest
from engine.agents.kernels.compiled import Generator, Limits, compiled
from engine.agents.kernels.schedules import schedule_value, step_size_value
from engine.agents.kernels.tables import Tables, note_pair, note_update
from engine.agents.kernels.world import begin_episode, fold, goes_on, react, record
from engine.interaction import Memory, Model
from engine.worlds.mdp import BoolArray, FloatArray

Q_LEARNING, SARSA, EXPECTED_SARSA, DOUBLE_Q_LEARNING = range(4)


@compiled
def choose(
    rule: int, kind: int, tables: Tables, state: int, legal: BoolArray, level: float, generator: Generator
) -> tuple[int, bool, float]:
    """Choose an action by the behaviour policy, by both tables where there are two; keep to what was chosen before."""
    if rule == SARSA and tables.pending[0]["chosen"]:
        pending = tables.pending[0]
        pending["chosen"] = False
        return pending["action"], pending["explored"], pending["die"]
    others = tables.other[state] if rule == DOUBLE_Q_LEARNING else tables.q[state]
    return act(kind, tables.q[state], others, tables.visits[state], legal, level, generator)


@compiled
def bootstrap(
    rule: int, kind: int, tables: Tables, other: bool, state: int, legal: BoolArray, level: float, generator: Generator
) -> tuple[int, float]:
    """Return the action and the value of the next state that the rule's target is made of.

    Q-learning: the best action (Sutton & Barto, 2nd ed., equation 6.8). SARSA: the action that is taken next (6.7).
    Expected SARSA: the mean under the policy (6.9), which is no single action: -1. Double Q-learning: the best action
    of the table that learns, valued by the other one (6.10); of several best ones any, as always taking the first would
    favour it.
    """
    if rule == SARSA:
        action = look_ahead(kind, tables, state, legal, level, generator)
        return action, tables.q[state, action]
    if rule == EXPECTED_SARSA:
        return -1, expected_value(kind, tables.q[state], tables.visits[state], legal, level)
    if rule == DOUBLE_Q_LEARNING:
        mine = tables.other[state] if other else tables.q[state]
        action = best_action(mine, mine, legal, generator)
        return action, tables.q[state, action] if other else tables.other[state, action]
    return highest(tables.q[state], legal)


@compiled
def learn_by_table(
    rule: int,
    model: Model,
    memory: Memory,
    tables: Tables,
    behaviour: Behaviour,
    step_size_row: FloatArray,
    discount: float,
    world_rng: Generator,
    policy_rng: Generator,
    limits: Limits,
) -> int:
    """Learn by a one-step rule for at most limits[0] steps and limits[1] finished episodes; return the steps made.

    Q(s, a) <- Q(s, a) + alpha * (r + gamma * bootstrap - Q(s, a)), with a bootstrap of 0 after a terminated transition.
    It also stops when the list of finished episodes is full, and when what is watched for has happened. The numbers of
    the last update are written down.
    """
    progress = memory.progress[0]
    finished_before = memory.finished_count[0]
    steps = 0
    going = goes_on(memory, limits, steps, finished_before)
    while going:
        if progress["ended"]:
            begin_episode(model, memory, world_rng)
            tables.pending[0]["chosen"] = False
        s = progress["state"]
        level = schedule_value(behaviour.level, progress["step"])
        by_hand = steps == 0 and limits[2] >= 0
        if by_hand:
            a, explored, die = limits[2], False, 1.0
            tables.pending[0]["chosen"] = False
        else:
            a, explored, die = choose(rule, behaviour.kind, tables, s, model.legal[s], level, policy_rng)
        r, s2, terminated, truncated = react(model, s, a, progress["length"], world_rng)

        other = rule == DOUBLE_Q_LEARNING and policy_rng.random() < 0.5
        a2, value = -1, 0.0
        if not terminated:
            looks_ahead = rule in (SARSA, EXPECTED_SARSA)
            next_level = schedule_value(behaviour.level, progress["step"] + 1) if looks_ahead else 0.0
            a2, value = bootstrap(rule, behaviour.kind, tables, other, s2, model.legal[s2], next_level, policy_rng)
        tables.visits[s, a] += 1
        alpha = step_size_value(step_size_row, tables.visits[s, a])
        table = tables.other if other else tables.q
        before = table[s, a]
        target = r + discount * value
        td_error = target - before
        table[s, a] = before + alpha * td_error

        fold(memory, r, s2, terminated, truncated, discount, td_error, level)
        steps += 1
        going = goes_on(memory, limits, steps, finished_before)
        if not going:  # The numbers of the steps in between are never seen.
            note_pair(tables.update, progress["step"], s, a, 1, 1.0, 1)
            note_update(tables.update, before, alpha, r, discount, value, a2, target, table[s, a])
            record(memory, s, a, r, s2, terminated, truncated, explored, die, level, by_hand)
    return steps
