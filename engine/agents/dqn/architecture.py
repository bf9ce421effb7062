"""The shape of a Q-network, apart from the network itself, so that its size is known without loading torch."""

from math import prod
from typing import NamedTuple

CHANNELS = (16, 32)
"""How many filters each convolution has; they are 3x3, with a border of zeros so that the image keeps its size."""
KERNEL = 3
PLANES = 4
"""The images of the encoding `planes`: agent, walls, rewards, goals."""

Shape = tuple[int, ...]


class Architecture(NamedTuple):
    """Observations in, action values out: convolutions where asked for, hidden layers, one head or two."""

    observation: Shape
    """Shape of one observation: (features,), or (planes, rows, columns)."""
    hidden: tuple[int, ...]
    """Widths of the hidden layers; in a dueling network the last one is there twice, once for each stream."""
    actions: int
    dueling: bool = False
    """Whether value and advantage have streams of their own (Wang et al., 2016)."""
    convolutional: bool = False

    @property
    def filters(self) -> tuple[Shape, ...]:
        """Shapes of the convolutions' weights: (filters, channels, height, width); none for a perceptron."""
        channels = (self.observation[0], *CHANNELS)
        pairs = zip(channels, CHANNELS, strict=False) if self.convolutional else ()
        return tuple((outputs, inputs, KERNEL, KERNEL) for inputs, outputs in pairs)

    @property
    def features(self) -> int:
        """How many inputs the first hidden layer has."""
        return CHANNELS[-1] * prod(self.observation[1:]) if self.convolutional else prod(self.observation)

    @property
    def widths(self) -> tuple[int, ...]:
        """Widths from the first hidden layer's inputs to the last hidden layer, both streams of it together."""
        return (self.features, *self.hidden[:-1], self.hidden[-1] * (2 if self.dueling else 1))

    @property
    def heads(self) -> tuple[int, ...]:
        """Widths of the outputs: the action values, or the state's value and the advantages."""
        return (1, self.actions) if self.dueling else (self.actions,)

    @property
    def weights(self) -> tuple[Shape, ...]:
        """Shapes of all weights in the order of the one flat vector: filters, hidden layers, heads."""
        hidden = tuple(zip(self.widths[:-1], self.widths[1:], strict=True))
        return (*self.filters, *hidden, *((self.hidden[-1], outputs) for outputs in self.heads))

    @property
    def size(self) -> int:
        """How many numbers the network has: its weights, and a bias for each output of each layer."""
        return sum(prod(shape) + outputs_of(shape) for shape in self.weights)


def outputs_of(shape: Shape) -> int:
    """Return how many outputs weights have: filters have theirs first, matrices are (inputs, outputs)."""
    return shape[0] if len(shape) == 4 else shape[1]


def inputs_of(shape: Shape) -> int:
    """Return how many inputs each output of weights of this shape sees."""
    return prod(shape[1:]) if len(shape) == 4 else shape[0]
