"""Deep Q-learning of many seeds at once, between the products of matrices: what happens to each seed in turn.

Each function goes over the seeds and calls for each what the loop of one run calls. Arrays have the seeds before the
shape that they have there.
"""

from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from engine.agents.kernels.choosing import epsilon_greedy
from engine.agents.kernels.compiled import Record, compiled, fused
from engine.agents.kernels.deep import ZERO, back_through_relu, bootstrap, embed_gradient, td_slope
from engine.agents.kernels.streams import Streams, stream, whole_number
from engine.agents.kernels.world import begin_episode, fold, react, record
from engine.interaction import MADE, Memory, Model
from engine.state import Array
from engine.worlds.mdp import BoolArray, FloatArray, IntArray

STEP = np.dtype(MADE)
"""What one step of one seed brought."""


class Columns(NamedTuple):
    """The transitions in the replays, shape (seeds, room), or those of the batches, (seeds, batch)."""

    places: IntArray
    actions: IntArray
    rewards: Array
    next_places: IntArray
    spans: Array


class Head(NamedTuple):
    """The last layer: weights (seeds, actions, inputs), those of one action together, and biases (seeds, actions)."""

    weight: Array
    bias: Array


class Errors(NamedTuple):
    """What is found of the batches, shapes (seeds, batch) but for what is said otherwise."""

    slope: Array
    """The derivative of the loss by the action values, shape (seeds, batch, actions)."""
    next_values: Array
    next_actions: IntArray
    td_errors: Array
    losses: FloatArray
    """Shape (seeds,), as that of the mean |TD error|."""
    abs_td_errors: FloatArray


@register_jitable(inline="always")
def memory_of(memories: Memory, seed: int) -> Memory:
    """Return the memory of one seed. It is written into its caller: compiled by itself it would have to allocate."""
    one = slice(seed, seed + 1)
    return Memory(
        memories.progress[one],
        memories.last[one],
        memories.path[seed],
        memories.finished[seed],
        memories.finished_count[one],
        memories.watch[one],
    )


@compiled
def agent_stream(seed: int) -> int:
    """Return which stream draws what the agent does."""
    return 2 * seed


@compiled
def world_stream(seed: int) -> int:
    """Return which stream draws what the world does."""
    return 2 * seed + 1


@compiled
def begin(model: Model, memories: Memory, streams: Streams) -> None:
    """Begin an episode where the last one has ended."""
    for seed in range(memories.progress.shape[0]):
        if memories.progress[seed]["ended"]:
            begin_episode(model, memory_of(memories, seed), stream(streams, world_stream(seed)))


@compiled
def draw_batch(streams: Streams, columns: Columns, size: int, batch: Columns, rows: IntArray, seed: int) -> None:
    """Draw a batch for one seed from the first `size` rows, with replacement; `rows` has shape (seeds, batch)."""
    generator = stream(streams, agent_stream(seed))
    for item in range(rows.shape[1]):
        row = whole_number(generator, size)
        rows[seed, item] = row
        batch.places[seed, item] = columns.places[seed, row]
        batch.actions[seed, item] = columns.actions[seed, row]
        batch.rewards[seed, item] = columns.rewards[seed, row]
        batch.next_places[seed, item] = columns.next_places[seed, row]
        batch.spans[seed, item] = columns.spans[seed, row]


@compiled
def step(
    model: Model,
    memories: Memory,
    streams: Streams,
    values: Array,
    epsilon: float,
    steps: Record,
    columns: Columns,
    row: int,
    size: int,
    batches: bool,
    batch: Columns,
    rows: IntArray,
    visits: IntArray,
    counts: IntArray,
) -> None:
    """Act epsilon-greedily by the values, shape (seeds, 1, actions), and keep what the world does in row `row`.

    Where batches are due, the first ones are drawn at once from the `size` rows that there are then. To the visits,
    shape (seeds, states, actions), comes what `counts` says of each seed: 1, or 0 where this step is not counted.
    """
    for seed in range(values.shape[0]):
        state = memories.progress[seed]["state"]
        own = values[seed, 0]
        agents, worlds = stream(streams, agent_stream(seed)), stream(streams, world_stream(seed))
        action, explored, die = epsilon_greedy(own, own, model.legal[state], epsilon, agents)
        visits[seed, state, action] += counts[seed]
        length = memories.progress[seed]["length"]
        reward, next_state, terminated, truncated = react(model, state, action, length, worlds)
        now = steps[seed]
        now["state"], now["action"], now["reward"], now["next_state"] = state, action, reward, next_state
        now["terminated"], now["truncated"], now["explored"], now["die"] = terminated, truncated, explored, die
        columns.places[seed, row] = state
        columns.actions[seed, row] = action
        columns.rewards[seed, row] = reward
        columns.next_places[seed, row] = next_state
        columns.spans[seed, row] = 0 if terminated else 1
        if batches:
            draw_batch(streams, columns, size, batch, rows, seed)


@compiled
def sample(streams: Streams, columns: Columns, size: int, batch: Columns, rows: IntArray) -> None:
    """Draw a batch for each seed."""
    for seed in range(rows.shape[0]):
        draw_batch(streams, columns, size, batch, rows, seed)


@compiled
def settle(memories: Memory, steps: Record, discount: float, abs_td_errors: FloatArray, epsilon: float) -> bool:
    """Fold the step of each seed into its episode, and write it down; return whether an episode has ended."""
    ended = False
    for seed in range(steps.shape[0]):
        now, memory = steps[seed], memory_of(memories, seed)
        state, action, reward, next_state = now["state"], now["action"], now["reward"], now["next_state"]
        terminated, truncated = now["terminated"], now["truncated"]
        fold(memory, reward, next_state, terminated, truncated, discount, abs_td_errors[seed], epsilon)
        explored, die = now["explored"], now["die"]
        record(memory, state, action, reward, next_state, terminated, truncated, explored, die, epsilon, False)
        ended = ended or terminated or truncated
    return ended


@compiled
def pick_each(numbers: IntArray, table: Array, out: Array) -> None:
    """Take for each seed the rows of its table, (seeds, states, actions), that the numbers, (seeds, rows), name."""
    for seed in range(numbers.shape[0]):
        for row in range(numbers.shape[1]):
            for action in range(table.shape[2]):
                out[seed, row, action] = table[seed, numbers[seed, row], action]


@compiled
def embed_each(numbers: IntArray, weight: Array, bias: Array, out: Array) -> None:
    """Let one-hot inputs of each seed through a layer and its ReLU; see `embed`."""
    for seed in range(numbers.shape[0]):
        for row in range(numbers.shape[1]):
            number = numbers[seed, row]
            for unit in range(bias.shape[1]):
                own = weight[seed, number, unit] + bias[seed, unit]
                out[seed, row, unit] = ZERO if own < ZERO else own


@compiled
def bias_and_relu_each(out: Array, bias: Array) -> None:
    """Add the bias of each seed to its product, (seeds, rows, width), and cut it off below zero, in place."""
    for seed in range(out.shape[0]):
        for row in range(out.shape[1]):
            for unit in range(out.shape[2]):
                own = out[seed, row, unit] + bias[seed, unit]
                out[seed, row, unit] = ZERO if own < ZERO else own


@compiled
def embed_gradient_each(numbers: IntArray, slope: Array, weight_gradient: Array) -> None:
    """Do `embed_gradient` for each seed."""
    for seed in range(numbers.shape[0]):
        embed_gradient(numbers[seed], slope[seed], weight_gradient[seed])


@compiled
def back_through_relu_each(slope: Array, activations: Array, bias_gradient: Array) -> None:
    """Do `back_through_relu` for each seed."""
    for seed in range(slope.shape[0]):
        back_through_relu(slope[seed], activations[seed], bias_gradient[seed])


@fused
def back_through_head(
    actions: IntArray,
    slope: Array,
    hidden: Array,
    weight: Array,
    weight_gradient: Array,
    bias_gradient: Array,
    hidden_slope: Array,
    hidden_bias_gradient: Array,
) -> None:
    """Take the slope by the values, (batch, actions), back through the head of one seed and the ReLU before it.

    Only the action that was taken has a slope, so that a row of the batch meets one row of the weights.
    """
    weight_gradient[:], bias_gradient[:], hidden_bias_gradient[:] = ZERO, ZERO, ZERO
    for row in range(actions.shape[0]):
        action = actions[row]
        own = slope[row, action]
        bias_gradient[action] += own
        for unit in range(hidden.shape[1]):
            weight_gradient[action, unit] += own * hidden[row, unit]
        for unit in range(hidden.shape[1]):
            behind = own * weight[action, unit] if hidden[row, unit] > ZERO else ZERO
            hidden_slope[row, unit] = behind
            hidden_bias_gradient[unit] += behind


@compiled
def errors_each(
    values: Array,
    hidden: Array,
    head: Head,
    chooser: Array,
    judge: Array,
    legal: BoolArray,
    batch: Columns,
    powers: Array,
    weights: Array,
    huber: bool,
    errors: Errors,
    head_gradient: Head,
    hidden_slope: Array,
    hidden_bias_gradient: Array,
) -> None:
    """Do `bootstrap`, `td_slope` and `back_through_head` for each seed; `weights` hold for all of them.

    `values` are those of the batches, `hidden` the last hidden layer of which they were made.
    """
    for seed in range(hidden.shape[0]):
        next_values, next_actions, actions = errors.next_values[seed], errors.next_actions[seed], batch.actions[seed]
        bootstrap(chooser[seed], judge[seed], batch.next_places[seed], legal, next_values, next_actions)
        errors.losses[seed], errors.abs_td_errors[seed] = td_slope(
            values[seed],
            actions,
            batch.rewards[seed],
            batch.spans[seed],
            powers,
            next_values,
            weights,
            huber,
            errors.td_errors[seed],
            errors.slope[seed],
        )
        back_through_head(
            actions,
            errors.slope[seed],
            hidden[seed],
            head.weight[seed],
            head_gradient.weight[seed],
            head_gradient.bias[seed],
            hidden_slope[seed],
            hidden_bias_gradient[seed],
        )
