"""The Q-network: a multi-layer perceptron whose parameters are one flat vector.

One vector is copied, averaged, optimised and saved in one operation, whatever the number of layers; the weights and
biases are views of it. The gradient is written out by hand, which for such small layers takes a third of the time of
autograd; a test holds it against autograd.
"""

from itertools import pairwise

import numpy as np
import torch
from torch import Tensor


class QNetwork:
    """Maps observations, shape (batch, features), to action values, shape (batch, actions); ReLU between the layers."""

    def __init__(self, sizes: tuple[int, ...]) -> None:
        """`sizes` are the widths of all layers: features, hidden ones, actions. The parameters begin at zero."""
        self.sizes = sizes
        self.parameters = torch.zeros(sum((a + 1) * b for a, b in pairwise(sizes)))
        self.layers = layer_views(self.parameters, sizes)

    def initialise(self, generator: np.random.Generator) -> None:
        """Draw each parameter uniformly from +-1/sqrt(inputs of its layer), as torch.nn.Linear does."""
        for weight, bias in self.layers:
            bound = 1.0 / np.sqrt(weight.shape[0])
            for part in (weight, bias):
                part.copy_(torch.from_numpy(generator.uniform(-bound, bound, tuple(part.shape)).astype(np.float32)))

    def forward(self, observations: Tensor) -> list[Tensor]:
        """Return the activations of every layer: the observations first, the action values last."""
        activations = [observations]
        for weight, bias in self.layers[:-1]:
            activations.append(torch.addmm(bias, activations[-1], weight).relu_())
        weight, bias = self.layers[-1]
        activations.append(torch.addmm(bias, activations[-1], weight))
        return activations

    def backward(self, activations: list[Tensor], delta: Tensor, gradient: list[tuple[Tensor, Tensor]]) -> None:
        """Write the gradient of a loss into the views `gradient`; `delta` is its derivative by the action values."""
        for layer in reversed(range(len(self.layers))):
            weight_gradient, bias_gradient = gradient[layer]
            torch.mm(activations[layer].t(), delta, out=weight_gradient)
            torch.sum(delta, 0, out=bias_gradient)
            if layer:
                delta = torch.mm(delta, self.layers[layer][0].t()).mul_(activations[layer] > 0)


def layer_views(flat: Tensor, sizes: tuple[int, ...]) -> list[tuple[Tensor, Tensor]]:
    """Return weight (inputs, outputs) and bias (outputs,) of each layer as views of a flat vector."""
    views, first = [], 0
    for inputs, outputs in pairwise(sizes):
        weight = flat[first : first + inputs * outputs].view(inputs, outputs)
        bias = flat[first + inputs * outputs : first + (inputs + 1) * outputs]
        views.append((weight, bias))
        first += (inputs + 1) * outputs
    return views
