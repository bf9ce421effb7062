"""The Q-networks of many seeds and their passes: one product of matrices for all of them, not one for each."""

from math import prod
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.agents.dqn.architecture import Architecture
from engine.agents.kernels import together as each
from engine.state import Array


class Layer(NamedTuple):
    """Weights (seeds, inputs, outputs) and biases (seeds, outputs) of a hidden layer."""

    weight: Tensor
    transposed: Tensor
    weight_array: Array
    bias_array: Array


class Stack:
    """What is one flat vector for a single agent, for all seeds: parameters, their gradient, or a moment of it.

    It holds layer after layer, and in each of them seed after seed, so that what one product needs lies together. The
    weights of the head lie the other way round (`each.Head`).
    """

    def __init__(self, architecture: Architecture, seeds: int) -> None:
        self.flat = torch.zeros(architecture.size * seeds)
        self.array: Array = self.flat.numpy()
        self.hidden: list[Layer] = []
        first = 0
        *hidden, (width, actions) = architecture.weights
        for shape in hidden:
            middle, last = first + seeds * prod(shape), first + seeds * (prod(shape) + shape[1])
            weight, bias = self.flat[first:middle].view(seeds, *shape), self.array[middle:last].reshape(seeds, shape[1])
            self.hidden.append(Layer(weight, weight.transpose(1, 2), weight.numpy(), bias))
            first = last
        middle = first + seeds * width * actions
        head = self.array[first:middle].reshape(seeds, actions, width)
        self.head = each.Head(head, self.array[middle:].reshape(seeds, actions))
        self.head_weight = torch.from_numpy(head).transpose(1, 2)
        self.head_bias = torch.from_numpy(self.head.bias).unsqueeze(1)

    def of(self, seed: int) -> list[Array]:
        """Return what belongs to one seed, in the order of its flat vector."""
        hidden = [part[seed] for layer in self.hidden for part in (layer.weight_array, layer.bias_array)]
        return [*hidden, self.head.weight[seed].T, self.head.bias[seed]]

    def read(self, seed: int, vector: Array) -> None:
        """Take over the flat vector of one seed."""
        first = 0
        for own in self.of(seed):
            own[...] = vector[first : first + own.size].reshape(own.shape)
            first += own.size

    def vector(self, seed: int) -> Array:
        """Return the flat vector of one seed; a copy."""
        return np.concatenate([own.ravel() for own in self.of(seed)])


class Tape:
    """The memory of a pass with `rows` places of each seed, forward and back; shapes (seeds, rows, width).

    The same memory is there as tensors, as arrays and the other way round, as in the tape of a single network.
    """

    def __init__(self, architecture: Architecture, seeds: int, rows: int) -> None:
        self.inputs = torch.zeros(0)
        self.hidden, self.slopes = (
            [torch.zeros(seeds, rows, width) for width in architecture.widths[1:]] for _ in range(2)
        )
        self.hidden_transposed = [layer.transpose(1, 2) for layer in self.hidden]
        self.hidden_arrays: list[Array] = [layer.numpy() for layer in self.hidden]
        self.slope_arrays: list[Array] = [layer.numpy() for layer in self.slopes]
        self.values = torch.zeros(seeds, rows, architecture.actions)
        self.values_array: Array = self.values.numpy()


def forward(network: Stack, observed: Tensor, places: npt.NDArray[np.int64], tape: Tape) -> Array:
    """Return the action values, (seeds, rows, actions), for what is observed in places (seeds, rows).

    See `QNetwork.forward`: of one-hot observations there are the numbers alone, which are those of the places.
    """
    embedded = observed.dim() == 1
    tape.inputs = observed if embedded else observed.view(*places.shape, *observed.shape[1:]).flatten(2)
    inputs = tape.inputs
    for layer, out, array in zip(network.hidden, tape.hidden, tape.hidden_arrays, strict=True):
        if inputs.dim() == 1:
            each.embed_each(places, layer.weight_array, layer.bias_array, array)
        else:
            torch.bmm(inputs, layer.weight, out=out)
            each.bias_and_relu_each(array, layer.bias_array)
        inputs = out
    torch.baddbmm(network.head_bias, inputs, network.head_weight, out=tape.values)
    return tape.values_array


def backward(network: Stack, places: npt.NDArray[np.int64], tape: Tape, gradient: Stack) -> None:
    """Write the gradient of the losses by way of the slope of the last hidden layer; see `QNetwork.backward`.

    That slope has come through its ReLU already, and its bias and the head have their gradient.
    """
    for number in reversed(range(1, len(network.hidden))):
        slope, before = tape.slopes[number], number - 1
        torch.bmm(tape.hidden_transposed[before], slope, out=gradient.hidden[number].weight)
        torch.bmm(slope, network.hidden[number].transposed, out=tape.slopes[before])
        bias = gradient.hidden[before].bias_array
        each.back_through_relu_each(tape.slope_arrays[before], tape.hidden_arrays[before], bias)
    if tape.inputs.dim() == 1:
        each.embed_gradient_each(places, tape.slope_arrays[0], gradient.hidden[0].weight_array)
    else:
        torch.bmm(tape.inputs.transpose(1, 2), tape.slopes[0], out=gradient.hidden[0].weight)
