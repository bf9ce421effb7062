"""How an action is chosen by its value: the behaviour policies, and what is best or expected under them."""

from engine.agents.kernels.compiled import Generator, compiled
from engine.worlds.mdp import BoolArray, FloatArray


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
