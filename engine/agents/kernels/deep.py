"""What deep Q-learning computes element by element, each pass over the memory fused into one loop.

The matrix products are torch's; between them a network so small spends its time in the calls, not in the arithmetic,
so that each of these loops stands for five to ten calls. All arrays are float32 unless said otherwise.
"""

import numpy as np

from engine.agents.kernels.compiled import compiled
from engine.state import Array
from engine.worlds.mdp import BoolArray, IntArray

BETA1, BETA2, EPSILON = 0.9, 0.999, np.float32(1e-8)
"""Adam's constants, as Kingma & Ba (2015) propose them."""
NEW1, NEW2 = np.float32(1.0 - BETA1), np.float32(1.0 - BETA2)
NOTHING = np.float32(1e-32)
"""Below this a moment of Adam moves no parameter: its root is far below EPSILON, its share in a step 1e-24 of the rate.

It is made zero then. Left alone it would shrink on for ever where no gradient comes any more, as with the weights of a
state that is not visited, into numbers so small that a processor calculates ten times as slowly with them (subnormal).
"""
ZERO, HALF, ONE, TWO = np.float32(0.0), np.float32(0.5), np.float32(1.0), np.float32(2.0)


@compiled
def embed(numbers: IntArray, weight: Array, bias: Array, out: Array) -> None:
    """Let one-hot inputs through a layer: each picks its row of the weights, shapes (batch,) -> (batch, outputs)."""
    for row in range(numbers.shape[0]):
        number = numbers[row]
        for unit in range(bias.shape[0]):
            out[row, unit] = weight[number, unit] + bias[unit]


@compiled
def embed_gradient(numbers: IntArray, slope: Array, weight_gradient: Array) -> None:
    """Write the gradient of the weights that `embed` picked from; `slope` has shape (batch, outputs)."""
    for number in range(weight_gradient.shape[0]):
        for unit in range(weight_gradient.shape[1]):
            weight_gradient[number, unit] = ZERO
    for row in range(numbers.shape[0]):
        number = numbers[row]
        for unit in range(weight_gradient.shape[1]):
            weight_gradient[number, unit] += slope[row, unit]


@compiled
def add_rows(slope: Array, bias_gradient: Array) -> None:
    """Write the gradient of a bias: the sum of the slopes of a batch, shapes (batch, outputs) -> (outputs,)."""
    for unit in range(bias_gradient.shape[0]):
        bias_gradient[unit] = ZERO
    for row in range(slope.shape[0]):
        for unit in range(bias_gradient.shape[0]):
            bias_gradient[unit] += slope[row, unit]


@compiled
def back_through_relu(slope: Array, activations: Array, bias_gradient: Array) -> None:
    """Take the slope of a layer, (batch, outputs), back through its ReLU in place, and add it up for the bias."""
    for unit in range(bias_gradient.shape[0]):
        bias_gradient[unit] = ZERO
    for row in range(slope.shape[0]):
        for unit in range(bias_gradient.shape[0]):
            own = slope[row, unit] if activations[row, unit] > ZERO else ZERO
            slope[row, unit] = own
            bias_gradient[unit] += own


@compiled
def join_streams(streams: Array, rows: IntArray, legal: BoolArray, values: Array) -> None:
    """Write Q = V + A - mean of A over the legal actions (Wang et al., 2016, equation 9).

    `streams` holds V and then every A, shape (batch, 1 + actions); the legal actions of item i are `legal[rows[i]]`.
    """
    actions = values.shape[1]
    for item in range(values.shape[0]):
        total, count = ZERO, 0
        for action in range(actions):
            if legal[rows[item], action]:
                total += streams[item, 1 + action]
                count += 1
        base = streams[item, 0] - (total / np.float32(count) if count else ZERO)
        for action in range(actions):
            values[item, action] = base + streams[item, 1 + action]


@compiled
def split_slope(slope: Array, rows: IntArray, legal: BoolArray, streams_slope: Array) -> None:
    """Take a slope by the action values back to V and A: the way back through `join_streams`."""
    actions = slope.shape[1]
    for item in range(slope.shape[0]):
        total, count = ZERO, 0
        for action in range(actions):
            total += slope[item, action]
            count += int(legal[rows[item], action])
        streams_slope[item, 0] = total
        share = total / np.float32(count) if count else ZERO
        for action in range(actions):
            own = slope[item, action]
            streams_slope[item, 1 + action] = own - share if legal[rows[item], action] else own


@compiled
def bootstrap(
    chooser: Array, judge: Array, rows: IntArray, legal: BoolArray, next_values: Array, next_actions: IntArray
) -> None:
    """Write the next action, the best legal one by `chooser`, and its value by `judge`; shapes (batch, actions).

    Both are the target network's values in plain DQN, the chooser is the Q-network in double DQN (van Hasselt et al.,
    2016, equation 4). Where nothing is legal the value is 0.0 and the action -1.
    """
    for item in range(chooser.shape[0]):
        best = -1
        for action in range(chooser.shape[1]):
            if legal[rows[item], action] and (best < 0 or chooser[item, action] > chooser[item, best]):
                best = action
        next_actions[item] = best
        next_values[item] = judge[item, best] if best >= 0 else ZERO


@compiled
def td_slope(
    values: Array,
    actions: IntArray,
    rewards: Array,
    spans: Array,
    powers: Array,
    next_values: Array,
    weights: Array,
    huber: bool,
    td_errors: Array,
    slope: Array,
) -> tuple[float, float]:
    """Write the TD errors of a batch and the slope of its mean loss by the values; return loss and mean |TD error|.

    The target is reward + powers[span] * next value, with `powers[k]` = discount**k and `powers[0]` = 0.0 for what has
    terminated. `values` and `slope` have shape (batch, actions), `spans` is int8, the rest has shape (batch,). Each
    transition counts by its weight; the loss is the square, or huber: the half square that is linear beyond 1.
    """
    batch = values.shape[0]
    share = ONE / np.float32(batch)
    loss, absolute = ZERO, ZERO
    for item in range(batch):
        for action in range(values.shape[1]):
            slope[item, action] = ZERO
        error = rewards[item] + powers[spans[item]] * next_values[item] - values[item, actions[item]]
        td_errors[item] = error
        absolute += abs(error)
        if huber:
            inner = min(max(error, -ONE), ONE)
            loss += weights[item] * inner * (error - HALF * inner)
            slope[item, actions[item]] = -share * weights[item] * inner
        else:
            loss += weights[item] * error * error
            slope[item, actions[item]] = -TWO * share * weights[item] * error
    return float(loss * share), float(absolute * share)


@compiled
def adam(
    parameters: Array, gradient: Array, mean: Array, variance: Array, clip: float, rate: float, unbias: float
) -> None:
    """Move the parameters against the gradient, all of shape (parameters,) (Kingma & Ba, 2015, algorithm 1).

    The gradient counts by the factor `clip`. `rate` is the step size over 1 - BETA1**t, `unbias` is 1 - BETA2**t to
    the power of -1/2. All are made float32 before the loop, so that it goes over eight numbers at a time.
    """
    factor, step, root = np.float32(clip), np.float32(rate), np.float32(unbias)
    for index in range(parameters.shape[0]):
        own = factor * gradient[index]
        first = mean[index] + NEW1 * (own - mean[index])
        second = variance[index] + NEW2 * (own * own - variance[index])
        first, second = ZERO if abs(first) < NOTHING else first, ZERO if second < NOTHING else second
        mean[index], variance[index] = first, second
        parameters[index] -= step * first / (np.sqrt(second) * root + EPSILON)
