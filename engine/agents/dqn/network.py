"""The Q-network: a multi-layer perceptron whose parameters are one flat vector.

One vector is copied, averaged, optimised and saved in one operation, whatever the number of layers; the weights and
biases are views of it. The gradient is written out by hand, and everything on the way has its place in memory
beforehand (`Tape`): for such small layers, what takes time is the calls. A test holds the gradient against autograd.
"""

from math import prod
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.agents.dqn import convolution
from engine.agents.dqn.architecture import Architecture, inputs_of, outputs_of
from engine.agents.kernels.deep import add_rows, back_through_relu, embed, embed_gradient
from engine.state import Array


class Layer(NamedTuple):
    """Weights and bias of a layer, as tensors and as arrays over the same memory."""

    weight: Tensor
    bias: Tensor
    weight_array: Array
    bias_array: Array
    transposed: Tensor
    """The weights of a layer of neurons the other way round; those of filters are never asked for it."""


class Layers(NamedTuple):
    """All layers of a network as views of a flat vector: parameters, or their gradient."""

    filters: list[Layer]
    hidden: list[Layer]
    heads: list[Layer]

    @classmethod
    def of(cls, flat: Tensor, architecture: Architecture) -> "Layers":
        """Cut a flat vector into the layers of a network."""
        layers, first = [], 0
        for shape in architecture.weights:
            middle, last = first + prod(shape), first + prod(shape) + outputs_of(shape)
            weight, bias = flat[first:middle].view(shape), flat[middle:last]
            layers.append(Layer(weight, bias, weight.numpy(), bias.numpy(), weight.transpose(0, 1)))
            first = last
        convolutions, heads = len(architecture.filters), len(layers) - len(architecture.heads)
        return cls(layers[:convolutions], layers[convolutions:heads], layers[heads:])


class Part(NamedTuple):
    """What belongs to one head: columns of the last hidden layer, of the outputs, and of the slopes of both."""

    hidden: Tensor
    hidden_transposed: Tensor
    outputs: Tensor
    hidden_slope: Tensor
    outputs_slope: Tensor
    outputs_slope_array: Array


class Tape:
    """The memory of one pass through a network of some architecture, forward and back, for `rows` observations.

    The same memory is there as tensors, as arrays and the other way round: to make such a view takes as long as a small
    matrix product.
    """

    def __init__(self, architecture: Architecture, rows: int) -> None:
        self.rows = rows
        self.inputs = torch.zeros(0)
        self.images: list[Tensor] = []
        self.hidden = [torch.zeros(rows, width) for width in architecture.widths[1:]]
        self.slopes = [torch.zeros(rows, width) for width in architecture.widths[1:]]
        self.hidden_arrays = [tensor.numpy() for tensor in self.hidden]
        self.slope_arrays = [tensor.numpy() for tensor in self.slopes]
        self.hidden_transposed = [tensor.t() for tensor in self.hidden]
        self.outputs = torch.zeros(rows, sum(architecture.heads))
        self.outputs_array: Array = self.outputs.numpy()
        self.outputs_slope = torch.zeros(rows, sum(architecture.heads))
        self.parts, first, width = [], 0, architecture.hidden[-1]
        for number, outputs in enumerate(architecture.heads):
            stream, columns = slice(number * width, (number + 1) * width), slice(first, first + outputs)
            slope = self.outputs_slope[:, columns]
            hidden = self.hidden[-1][:, stream]
            views = (self.outputs[:, columns], self.slopes[-1][:, stream], slope)
            self.parts.append(Part(hidden, hidden.t(), *views, slope.numpy()))
            first += outputs


class QNetwork:
    """Maps observations to the outputs of its heads; ReLU between the layers. The parameters begin at zero."""

    def __init__(self, architecture: Architecture) -> None:
        self.architecture = architecture
        self.parameters = torch.zeros(architecture.size)
        self.array = self.parameters.numpy()
        self.layers = Layers.of(self.parameters, architecture)

    def initialise(self, generator: np.random.Generator) -> None:
        """Draw each parameter uniformly from +-1/sqrt(inputs of its layer), as torch.nn.Linear does."""
        for layer in (*self.layers.filters, *self.layers.hidden, *self.layers.heads):
            bound = 1.0 / np.sqrt(inputs_of(layer.weight_array.shape))
            for part in (layer.weight_array, layer.bias_array):
                part[...] = generator.uniform(-bound, bound, part.shape)

    def forward(self, observations: Tensor, tape: Tape) -> Tensor:
        """Return the outputs for a batch, shape (batch, outputs): `tape.outputs`, which the next pass writes over.

        The observations have the architecture's shape behind the batch; whole numbers of shape (batch,) stand for
        one-hot vectors, of which the number says where the 1 is.
        """
        tape.inputs = observations.flatten(1) if observations.dim() > 2 else observations
        if self.layers.filters:
            tape.images = convolution.forward(observations, self.layers.filters)
            tape.inputs = tape.images[-1].flatten(1)
        inputs = tape.inputs
        for layer, out, array in zip(self.layers.hidden, tape.hidden, tape.hidden_arrays, strict=True):
            if inputs.dim() == 1:
                embed(inputs.numpy(), layer.weight_array, layer.bias_array, array)
            else:
                torch.addmm(layer.bias, inputs, layer.weight, out=out)
            inputs = out.relu_()
        for head, part in zip(self.layers.heads, tape.parts, strict=True):
            torch.addmm(head.bias, part.hidden, head.weight, out=part.outputs)
        return tape.outputs

    def backward(self, tape: Tape, gradient: Layers) -> None:
        """Write the gradient of a loss; `tape.outputs_slope` is its derivative by the outputs of the last pass."""
        for head, part, own in zip(self.layers.heads, tape.parts, gradient.heads, strict=True):
            torch.mm(part.hidden_transposed, part.outputs_slope, out=own.weight)
            add_rows(part.outputs_slope_array, own.bias_array)
            torch.mm(part.outputs_slope, head.transposed, out=part.hidden_slope)
        for number in reversed(range(len(self.layers.hidden))):
            own, slope = gradient.hidden[number], tape.slopes[number]
            back_through_relu(tape.slope_arrays[number], tape.hidden_arrays[number], own.bias_array)
            if number:
                torch.mm(tape.hidden_transposed[number - 1], slope, out=own.weight)
                torch.mm(slope, self.layers.hidden[number].transposed, out=tape.slopes[number - 1])
            elif tape.inputs.dim() == 1:
                embed_gradient(tape.inputs.numpy(), tape.slope_arrays[number], own.weight_array)
            else:
                torch.mm(tape.inputs.t(), slope, out=own.weight)
        if self.layers.filters:
            slope = torch.mm(tape.slopes[0], self.layers.hidden[0].transposed).view_as(tape.images[-1])
            convolution.backward(tape.images, slope, self.layers.filters, gradient.filters)
