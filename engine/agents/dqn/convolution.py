"""Convolutions in front of a Q-network, for observations that are images (LeCun et al., 1989; Mnih et al., 2015)."""

from typing import TYPE_CHECKING

from torch import Tensor, nn
from torch.nn.grad import conv2d_input, conv2d_weight

if TYPE_CHECKING:
    from engine.agents.dqn.network import Layer

BORDER = 1
"""Zeros around an image, so that a filter of 3x3 keeps its size."""


def forward(images: Tensor, filters: "list[Layer]") -> list[Tensor]:
    """Return the images, shape (batch, channels, rows, columns), and what each layer makes of them, ReLU included."""
    made = [images]
    for layer in filters:
        made.append(nn.functional.conv2d(made[-1], layer.weight, layer.bias, padding=BORDER).relu_())
    return made


def backward(images: list[Tensor], slope: Tensor, filters: "list[Layer]", gradient: "list[Layer]") -> None:
    """Write the gradient of the filters; `slope` is the derivative of the loss by the last of the images."""
    for number in reversed(range(len(filters))):
        weight, own = filters[number].weight, gradient[number]
        slope = slope * (images[number + 1] > 0)
        own.bias.copy_(slope.sum((0, 2, 3)))
        own.weight.copy_(conv2d_weight(images[number], list(weight.shape), slope, padding=BORDER))  # type: ignore[no-untyped-call]
        if number:
            slope = conv2d_input(list(images[number].shape), weight, slope, padding=BORDER)  # type: ignore[no-untyped-call]
