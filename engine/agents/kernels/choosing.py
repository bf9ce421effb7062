"""How an action is chosen by its value: the behaviour policies, and what is best or expected under them."""

import numpy as np

from engine.agents.exploration import EPSILON_GREEDY, SOFTMAX, UCB
from engine.agents.kernels.compiled import Generator, compiled
from engine.worlds.mdp import BoolArray, FloatArray, IntArray


@compiled
def first_best(values: FloatArray, others: FloatArray, legal: BoolArray) -> tuple[int, int]:
    """Return the first legal action of which the sum of both values is highest, and how many there are of that sum."""
    best, ties, highest_sum = -1, 0, 0.0
    for action in range(values.shape[0]):
        if legal[action]:
            value = values[action] + others[action]
            if best < 0 or value > highest_sum:
                best, ties, highest_sum = action, 1, value
            elif value == highest_sum:
                ties += 1
    return best, ties


@compiled
def equally_good(values: FloatArray, others: FloatArray, legal: BoolArray, best: int, skip: int) -> int:
    """Return the action that is as good as `best`, the first such one, with `skip` others of them before it."""
    highest_sum = values[best] + others[best]
    for action in range(best, values.shape[0]):
        if legal[action] and values[action] + others[action] == highest_sum:
            if skip == 0:
                return action
            skip -= 1
    return best


@compiled
def best_action(values: FloatArray, others: FloatArray, legal: BoolArray, generator: Generator) -> int:
    """Return the legal action of which the sum of both values is highest; among equals one drawn uniformly."""
    best, ties = first_best(values, others, legal)
    if ties > 1:
        return equally_good(values, others, legal, best, int(generator.random() * ties))
    return best


@compiled
def random_action(legal: BoolArray, die: float) -> int:
    """Return a legal action, each as likely as the others for a die drawn uniformly from [0, 1)."""
    count = 0
    for action in range(legal.shape[0]):
        count += int(legal[action])
    skip = int(die * count)
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
        return random_action(legal, generator.random()), True, die
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
def softmax(
    values: FloatArray, others: FloatArray, legal: BoolArray, temperature: float, generator: Generator
) -> tuple[int, bool, float]:
    """Choose with probabilities in proportion to exp(value / temperature) (Sutton & Barto, section 2.8, equation 2.11).

    Returns the action, whether it is other than a best one, and the die in [0, 1) that fell on it. The value is the
    mean of both tables; at temperature 0 a best action is taken.
    """
    _, best = highest_mean(values, others, legal)
    if temperature <= 0.0:
        return best_action(values, others, legal, generator), False, 1.0
    total = 0.0
    for action in range(values.shape[0]):
        if legal[action]:
            total += np.exp(((values[action] + others[action]) / 2.0 - best) / temperature)
    die = generator.random()
    chosen, rest = -1, die * total
    for action in range(values.shape[0]):
        if legal[action] and rest >= 0.0:
            chosen = action
            rest -= np.exp(((values[action] + others[action]) / 2.0 - best) / temperature)
    return chosen, (values[chosen] + others[chosen]) / 2.0 < best, die


@compiled
def upper_bound(value: float, visits: int, all_visits: int, confidence: float) -> float:
    """Return how good an action might be: value + c * sqrt(ln t / n) (Auer et al., 2002; Sutton & Barto, 2.10)."""
    return float(value + confidence * np.sqrt(np.log(all_visits) / visits)) if visits else np.inf


@compiled
def ucb(
    values: FloatArray,
    others: FloatArray,
    visits: IntArray,
    legal: BoolArray,
    confidence: float,
    generator: Generator,
) -> tuple[int, bool, float]:
    """Choose the action of the highest upper confidence bound, an untried one first; among equals one at random.

    Returns the action, whether it is other than one of the highest value, and 1.0: no die decided.
    """
    all_visits = visits.sum()
    chosen, ties, bound = -1, 0, 0.0
    for action in range(values.shape[0]):
        if legal[action]:
            own = upper_bound((values[action] + others[action]) / 2.0, visits[action], all_visits, confidence)
            if chosen < 0 or own > bound:
                chosen, ties, bound = action, 1, own
            elif own == bound:
                ties += 1
                if generator.random() * ties < 1.0:
                    chosen = action
    _, best = highest_mean(values, others, legal)
    return chosen, (values[chosen] + others[chosen]) / 2.0 < best, 1.0


@compiled
def act(
    kind: int,
    values: FloatArray,
    others: FloatArray,
    visits: IntArray,
    legal: BoolArray,
    level: float,
    generator: Generator,
) -> tuple[int, bool, float]:
    """Choose an action by the behaviour policy; what is returned, see `epsilon_greedy`, `softmax` and `ucb`.

    `visits` is how often each action of the state was taken, which only UCB asks for.
    """
    if kind == SOFTMAX:
        return softmax(values, others, legal, level, generator)
    if kind == UCB:
        return ucb(values, others, visits, legal, level, generator)
    return epsilon_greedy(values, others, legal, level, generator)


@compiled
def highest_mean(values: FloatArray, others: FloatArray, legal: BoolArray) -> tuple[int, float]:
    """Return the first legal action of the highest mean of both values, and that mean; (-1, 0.0) without any."""
    best, value = -1, 0.0
    for action in range(values.shape[0]):
        if legal[action] and (best < 0 or (values[action] + others[action]) / 2.0 > value):
            best, value = action, (values[action] + others[action]) / 2.0
    return best, value


@compiled
def expected_value(kind: int, values: FloatArray, visits: IntArray, legal: BoolArray, level: float) -> float:
    """Return the mean of the legal values of a state under the behaviour policy; 0.0 where nothing is legal."""
    if kind == SOFTMAX and level > 0.0:
        return _expected_softmax(values, legal, level)
    if kind == UCB:
        return _expected_ucb(values, visits, legal, level)
    return _expected_epsilon_greedy(values, legal, level if kind == EPSILON_GREEDY else 0.0)


@compiled
def _expected_epsilon_greedy(values: FloatArray, legal: BoolArray, epsilon: float) -> float:
    """Ties share the greedy part alike, so their number does not matter."""
    _, best = highest(values, legal)
    total, everything = 0, 0.0
    for action in range(values.shape[0]):
        if legal[action]:
            total += 1
            everything += values[action]
    return (1.0 - epsilon) * best + epsilon * everything / total if total else 0.0


@compiled
def _expected_softmax(values: FloatArray, legal: BoolArray, temperature: float) -> float:
    _, best = highest(values, legal)
    total, weighted = 0.0, 0.0
    for action in range(values.shape[0]):
        if legal[action]:
            weight = np.exp((values[action] - best) / temperature)
            total += weight
            weighted += weight * values[action]
    return float(weighted / total) if total else 0.0


@compiled
def _expected_ucb(values: FloatArray, visits: IntArray, legal: BoolArray, confidence: float) -> float:
    """Those whose bounds tie are equally likely."""
    all_visits = visits.sum()
    ties, bound, tied = 0, 0.0, 0.0
    for action in range(values.shape[0]):
        if legal[action]:
            own = upper_bound(values[action], visits[action], all_visits, confidence)
            if ties == 0 or own > bound:
                ties, bound, tied = 1, own, values[action]
            elif own == bound:
                ties += 1
                tied += values[action]
    return tied / ties if ties else 0.0
