"""The learning rule of deep Q-learning: targets from a held copy of the network, mean squared error, Adam."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.agents.dqn.encoding import OneHot
from engine.agents.dqn.network import QNetwork, layer_views
from engine.agents.dqn.replay import Batch
from engine.state import State, load_array
from engine.worlds.mdp import BoolArray, IntArray

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
"""Adam's constants, as Kingma & Ba (2015) propose them."""

ILLEGAL = -1e30


class Result(NamedTuple):
    """What one gradient step found."""

    loss: float
    mean_abs_td_error: float


class QLearner:
    """A Q-network, its target network and Adam's moments, over the states and actions of one world."""

    def __init__(
        self, legal: BoolArray, hidden: tuple[int, ...], learning_rate: float, generator: np.random.Generator
    ) -> None:
        states, actions = legal.shape
        self.encoding = OneHot(states)
        self.learning_rate = learning_rate
        self.updates = 0
        sizes = (self.encoding.features, *hidden, actions)
        self.online, self.target = QNetwork(sizes), QNetwork(sizes)
        self.online.initialise(generator)
        self.copy_to_target()
        self._gradient = torch.zeros_like(self.online.parameters)
        self._gradient_views = layer_views(self._gradient, sizes)
        self._mean, self._variance = torch.zeros_like(self._gradient), torch.zeros_like(self._gradient)
        terminal = ~legal.any(axis=1, keepdims=True)
        self._penalty = torch.from_numpy(np.where(legal | terminal, 0.0, ILLEGAL).astype(np.float32))

    def resettled(self, legal: BoolArray, origin: IntArray) -> "QLearner":
        """Return this learner for an edited world: inputs move with their states, those of new states begin at zero."""
        hidden = self.online.sizes[1:-1]
        other = QLearner(legal, hidden, self.learning_rate, np.random.default_rng(0))
        kept, outputs = origin >= 0, self.online.sizes[1]
        for name, array in other._arrays().items():
            before = self._arrays()[name]
            inputs = np.zeros((len(origin), outputs), np.float32)
            inputs[kept] = before[: self.encoding.features * outputs].reshape(-1, outputs)[origin[kept]]
            array[...] = np.concatenate([inputs.ravel(), before[self.encoding.features * outputs :]])
        other.updates = self.updates
        return other

    def values(self, network: QNetwork, states: Tensor) -> Tensor:
        """Return the action values of states by a network, shapes (batch,) -> (batch, actions)."""
        return network.forward(self.encoding.observe(states))[-1]

    def next_values(self, next_states: Tensor) -> Tensor:
        """Return the best legal value of each state by the target network, shape (batch,)."""
        return (self.values(self.target, next_states) + self._penalty[next_states]).amax(1)

    def update(self, batch: Batch, discount: float) -> Result:
        """Take one gradient step on the mean squared TD error of a batch (Mnih et al., 2015, algorithm 1)."""
        targets = batch.rewards + discount * batch.continues * self.next_values(batch.next_states)
        activations = self.online.forward(self.encoding.observe(batch.states))
        chosen = batch.actions.unsqueeze(1)
        td_errors = targets - activations[-1].gather(1, chosen).squeeze(1)
        slope = td_errors * (-2.0 / len(td_errors))
        delta = torch.zeros_like(activations[-1]).scatter_(1, chosen, slope.unsqueeze(1))
        self.online.backward(activations, delta, self._gradient_views)
        self._adam()
        return Result(float(td_errors.square().mean()), float(td_errors.abs().mean()))

    def copy_to_target(self) -> None:
        """Make the target network equal to the Q-network."""
        self.target.parameters.copy_(self.online.parameters)

    def _adam(self) -> None:
        """Move the parameters against the gradient (Kingma & Ba, 2015, algorithm 1)."""
        self.updates += 1
        self._mean.lerp_(self._gradient, 1.0 - BETA1)
        self._variance.mul_(BETA2).addcmul_(self._gradient, self._gradient, value=1.0 - BETA2)
        scale = (self._variance.sqrt() / (1.0 - BETA2**self.updates) ** 0.5).add_(EPSILON)
        self.online.parameters.addcdiv_(self._mean, scale, value=-self.learning_rate / (1.0 - BETA1**self.updates))

    def state(self) -> State:
        """Return both networks, Adam's moments and the count of updates."""
        return State({name: array.copy() for name, array in self._arrays().items()}, {"updates": self.updates})

    def load_state(self, state: State) -> None:
        """Take over a state; raises `ValueError` if it does not fit."""
        for name, array in self._arrays().items():
            load_array(array, state.arrays.get(name), name)
        self.updates = int(state.values["updates"])

    def _arrays(self) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
        return {
            "online": self.online.parameters.numpy(),
            "target": self.target.parameters.numpy(),
            "adam_mean": self._mean.numpy(),
            "adam_variance": self._variance.numpy(),
        }
