"""The compiled inner loops: one rule, one function.

Everything that is compiled stands in this one file, because numba's cache on disk notices changes only in the file of
the outer function. Single letters follow Sutton & Barto. The loops hold no lock of the interpreter.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
import numpy.typing as npt
from numba import njit

from engine.agents.exploration import CONSTANT, LINEAR
from engine.interaction import FINISHED_CAPACITY, PATH_CAPACITY, Memory, Model
from engine.worlds.mdp import BoolArray, FloatArray, IntArray

Generator = np.random.Generator
Record = npt.NDArray[np.void]
Limits = tuple[int, int, int]
"""How far a loop goes: steps, finished episodes, and the action that a person chose for the first step, or -1."""
Q_LEARNING, SARSA, EXPECTED_SARSA, DOUBLE_Q_LEARNING = range(4)
"""The one-step rules, which differ only in what they bootstrap from."""


class Tables(NamedTuple):
    """What a tabular agent knows; the records have shape (1,)."""

    q: FloatArray
    """Shape (states, actions)."""
    other: FloatArray
    """A second table for the rule that needs one, shape (states, actions); else shape (0, 0)."""
    visits: IntArray
    """Shape (states, actions)."""
    pending: Record
    """The action that was chosen already for the next step, by a rule that has to know it."""
    update: Record


F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a function at its first call, keep the result on disk, and hold no lock while it runs.

    Nothing is allocated in this file, so numba need not count references to the arrays, which would take four fifths of
    the time. The option for that, `_nrt`, is not public; the compiler itself refuses whatever would allocate.
    """
    options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
    return cast(F, njit(**options)(function))


@compiled
def schedule_value(row: FloatArray, step: int) -> float:
    """Return the value of a schedule (`Schedule.row`) after `step` steps."""
    kind, start, end, steps = float(row[0]), float(row[1]), float(row[2]), float(row[3])
    if kind == CONSTANT or step >= steps:
        return end
    if kind == LINEAR:
        return start + (end - start) * (step / steps)
    return float(start * (end / start) ** (step / steps))


@compiled
def step_size_value(row: FloatArray, n: int) -> float:
    """Return the step size (`StepSize.row`) of the n-th visit."""
    base, exponent = float(row[0]), float(row[1])
    return base if exponent == 0.0 else float(base * n**-exponent)


@compiled
def draw(cumulative: FloatArray, first: int, last: int, u: float) -> int:
    """Return the first index in first..last-1 whose cumulative probability exceeds u."""
    index = first
    while index < last - 1 and cumulative[index] <= u:
        index += 1
    return index


@compiled
def begin_episode(model: Model, memory: Memory, generator: Generator) -> None:
    """Draw a start state and set the memory to the beginning of an episode."""
    start = np.searchsorted(model.start_cumulative, generator.random(), side="right")
    progress = memory.progress[0]
    progress["state"] = model.start_states[start]
    progress["episode"] += 1
    progress["length"] = 0
    progress["ended"] = False
    progress["return"] = 0.0
    progress["discounted_return"] = 0.0
    progress["discount_power"] = 1.0
    progress["abs_td_error"] = 0.0
    memory.path[0] = progress["state"]


@compiled
def react(model: Model, state: int, action: int, length: int, generator: Generator) -> tuple[float, int, bool, bool]:
    """Let the world react: return reward, next state, terminated, truncated. `length` counts the steps before."""
    pair = state * model.legal.shape[1] + action
    outcome = draw(model.cumulative, model.offsets[pair], model.offsets[pair + 1], generator.random())
    terminated = model.terminated[outcome]
    truncated = not terminated and length + 1 >= model.max_steps
    return model.reward[outcome], model.next_state[outcome], terminated, truncated


@compiled
def fold(
    memory: Memory,
    reward: float,
    next_state: int,
    terminated: bool,
    truncated: bool,
    discount: float,
    td_error: float,
    epsilon: float,
) -> None:
    """Fold one transition into the episode's sums; an episode that ends is added to the finished ones."""
    progress = memory.progress[0]
    progress["step"] += 1
    progress["length"] += 1
    progress["state"] = next_state
    progress["return"] += reward
    progress["discounted_return"] += progress["discount_power"] * reward
    progress["discount_power"] *= discount
    progress["abs_td_error"] += abs(td_error)
    memory.path[progress["length"] % PATH_CAPACITY] = next_state
    if terminated or truncated:
        progress["ended"] = True
        episode = memory.finished[memory.finished_count[0]]
        episode["return"] = progress["return"]
        episode["discounted_return"] = progress["discounted_return"]
        episode["length"] = progress["length"]
        episode["terminated"] = terminated
        episode["success"] = terminated and reward > 0.0
        episode["mean_abs_td_error"] = progress["abs_td_error"] / progress["length"]
        episode["epsilon"] = epsilon
        memory.finished_count[0] += 1


@compiled
def record(
    memory: Memory,
    state: int,
    action: int,
    reward: float,
    next_state: int,
    terminated: bool,
    truncated: bool,
    explored: bool,
    die: float,
    epsilon: float,
    by_hand: bool,
) -> None:
    """Write down the last transition."""
    last = memory.last[0]
    last["state"] = state
    last["action"] = action
    last["reward"] = reward
    last["next_state"] = next_state
    last["terminated"] = terminated
    last["truncated"] = truncated
    last["explored"] = explored
    last["die"] = die
    last["epsilon"] = epsilon
    last["by_hand"] = by_hand


@compiled
def best_action(values: FloatArray, others: FloatArray, legal: BoolArray, generator: Generator) -> int:
    """Return the legal action of which the sum of both values is highest; among equals one drawn uniformly."""
    best, ties, highest_sum = -1, 0, 0.0
    for action in range(values.shape[0]):
        if legal[action]:
            value = values[action] + others[action]
            if best < 0 or value > highest_sum:
                best, ties, highest_sum = action, 1, value
            elif value == highest_sum:
                ties += 1
    if ties > 1:
        skip = int(generator.random() * ties)
        for action in range(best, values.shape[0]):
            if legal[action] and values[action] + others[action] == highest_sum:
                if skip == 0:
                    return action
                skip -= 1
    return best


@compiled
def random_action(legal: BoolArray, generator: Generator) -> int:
    """Return a legal action drawn uniformly."""
    skip = int(generator.random() * legal.sum())
    for action in range(legal.shape[0]):
        if legal[action]:
            if skip == 0:
                return action
            skip -= 1
    return -1


@compiled
def epsilon_greedy(
    values: FloatArray, others: FloatArray, legal: BoolArray, epsilon: float, generator: Generator
) -> tuple[int, bool, float]:
    """Choose an action: return it, whether it was explored, and the die in [0, 1) that decided.

    Best is what has the highest sum of both values; where there is one table only, it is given twice.
    A die below epsilon draws uniformly among the legal actions, else the best is taken (Sutton & Barto, section 2.2).
    """
    die = generator.random()
    if die < epsilon:
        return random_action(legal, generator), True, die
    return best_action(values, others, legal, generator), False, die


@compiled
def highest(values: FloatArray, legal: BoolArray) -> tuple[int, float]:
    """Return the first legal action of the highest value, and that value; (-1, 0.0) where nothing is legal."""
    best, value = -1, 0.0
    for action in range(values.shape[0]):
        if legal[action] and (best < 0 or values[action] > value):
            best, value = action, values[action]
    return best, value


@compiled
def expected_value(values: FloatArray, legal: BoolArray, epsilon: float) -> float:
    """Return the mean of the legal values under the epsilon-greedy policy, ties sharing the greedy part alike."""
    _, best = highest(values, legal)
    total, ties, everything = 0, 0, 0.0
    for action in range(values.shape[0]):
        if legal[action]:
            total += 1
            ties += int(values[action] == best)
            everything += values[action]
    return (1.0 - epsilon) * best + epsilon * everything / total if ties else 0.0


@compiled
def choose(
    rule: int, tables: Tables, state: int, legal: BoolArray, epsilon: float, generator: Generator
) -> tuple[int, bool, float]:
    """Choose epsilon-greedily by the table, by the sum of both where there are two; keep to what was chosen before."""
    if rule == SARSA and tables.pending[0]["chosen"]:
        pending = tables.pending[0]
        pending["chosen"] = False
        return pending["action"], pending["explored"], pending["die"]
    others = tables.other[state] if rule == DOUBLE_Q_LEARNING else tables.q[state]
    return epsilon_greedy(tables.q[state], others, legal, epsilon, generator)


@compiled
def bootstrap(
    rule: int, tables: Tables, other: bool, state: int, legal: BoolArray, epsilon: float, generator: Generator
) -> tuple[int, float]:
    """Return the action and the value of the next state that the rule's target is made of.

    Q-learning: the best action (Sutton & Barto, 2nd ed., equation 6.8). SARSA: the action that is taken next (6.7).
    Expected SARSA: the mean under the policy (6.9), which is no single action: -1. Double Q-learning: the best action
    of the table that learns, valued by the other one (6.10).
    """
    if rule == SARSA:
        pending = tables.pending[0]
        values = tables.q[state]
        action, explored, die = epsilon_greedy(values, values, legal, epsilon, generator)
        pending["chosen"], pending["action"], pending["explored"], pending["die"] = True, action, explored, die
        return action, tables.q[state, action]
    if rule == EXPECTED_SARSA:
        return -1, expected_value(tables.q[state], legal, epsilon)
    if rule == DOUBLE_Q_LEARNING:
        action, _ = highest(tables.other[state] if other else tables.q[state], legal)
        return action, tables.q[state, action] if other else tables.other[state, action]
    return highest(tables.q[state], legal)


@compiled
def learn_by_table(
    rule: int,
    model: Model,
    memory: Memory,
    tables: Tables,
    epsilon_row: FloatArray,
    step_size_row: FloatArray,
    discount: float,
    world_rng: Generator,
    policy_rng: Generator,
    limits: Limits,
) -> int:
    """Learn by a one-step rule for at most limits[0] steps and limits[1] finished episodes; return the steps made.

    Q(s, a) <- Q(s, a) + alpha * (r + gamma * bootstrap - Q(s, a)), with a bootstrap of 0 after a terminated transition.
    It also stops when the list of finished episodes is full. The numbers of the last update are written down.
    """
    progress = memory.progress[0]
    finished_before = memory.finished_count[0]
    steps = 0
    while steps < limits[0] and memory.finished_count[0] < FINISHED_CAPACITY:
        if memory.finished_count[0] - finished_before >= limits[1]:
            break
        if progress["ended"]:
            begin_episode(model, memory, world_rng)
            tables.pending[0]["chosen"] = False
        s = progress["state"]
        epsilon = schedule_value(epsilon_row, progress["step"])
        by_hand = steps == 0 and limits[2] >= 0
        if by_hand:
            a, explored, die = limits[2], False, 1.0
            tables.pending[0]["chosen"] = False
        else:
            a, explored, die = choose(rule, tables, s, model.legal[s], epsilon, policy_rng)
        r, s2, terminated, truncated = react(model, s, a, progress["length"], world_rng)

        other = rule == DOUBLE_Q_LEARNING and policy_rng.random() < 0.5
        a2, value = -1, 0.0
        if not terminated:
            next_epsilon = schedule_value(epsilon_row, progress["step"] + 1)
            a2, value = bootstrap(rule, tables, other, s2, model.legal[s2], next_epsilon, policy_rng)
        tables.visits[s, a] += 1
        alpha = step_size_value(step_size_row, tables.visits[s, a])
        table = tables.other if other else tables.q
        before = table[s, a]
        target = r + discount * value
        td_error = target - before
        table[s, a] = before + alpha * td_error

        fold(memory, r, s2, terminated, truncated, discount, td_error, epsilon)
        steps += 1
        row = tables.update[0]
        row["value_before"] = before
        row["step_size"] = alpha
        row["reward"] = r
        row["discount"] = discount
        row["next_value"] = value
        row["next_action"] = a2
        row["td_target"] = target
        row["td_error"] = td_error
        row["value_after"] = table[s, a]
        record(memory, s, a, r, s2, terminated, truncated, explored, die, epsilon, by_hand)
    return steps


@compiled
def greedy(
    model: Model,
    memory: Memory,
    q: FloatArray,
    discount: float,
    world_rng: Generator,
    policy_rng: Generator,
    limits: Limits,
) -> int:
    """Act by the greedy policy of `q`, without learning; limits and return value as in `learn_by_table`."""
    progress = memory.progress[0]
    finished_before = memory.finished_count[0]
    steps = 0
    while steps < limits[0] and memory.finished_count[0] < FINISHED_CAPACITY:
        if memory.finished_count[0] - finished_before >= limits[1]:
            break
        if progress["ended"]:
            begin_episode(model, memory, world_rng)
        s = progress["state"]
        a, explored, die = epsilon_greedy(q[s], q[s], model.legal[s], 0.0, policy_rng)
        r, s2, terminated, truncated = react(model, s, a, progress["length"], world_rng)
        fold(memory, r, s2, terminated, truncated, discount, 0.0, 0.0)
        record(memory, s, a, r, s2, terminated, truncated, explored, die, 0.0, False)
        steps += 1
    return steps
