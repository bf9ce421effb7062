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


class Rule(NamedTuple):
    """How the network learns, beyond the plain rule of Mnih et al. (2015)."""

    learning_rate: float
    target_network: bool = True
    """Whether the next value comes from the held network, or from the one that learns: the moving target."""
    target_tau: float = 0.0
    """How far the target follows each update (Polyak averaging, the mean teacher); 0: it is copied now and then."""
    double: bool = False
    """Whether the learning network chooses the next action that the target values (van Hasselt et al., 2016)."""
    huber: bool = False
    """Whether an error beyond 1 pulls no harder than one of 1."""
    gradient_clip: float = 0.0
    """The largest norm of the gradient; 0 for any."""


class Result(NamedTuple):
    """What one gradient step found."""

    loss: float
    mean_abs_td_error: float


class QLearner:
    """A Q-network, its target network and Adam's moments, over the states and actions of one world."""

    def __init__(self, legal: BoolArray, hidden: tuple[int, ...], rule: Rule, generator: np.random.Generator) -> None:
        states, actions = legal.shape
        self.encoding = OneHot(states)
        self.rule = rule
        self.updates = 0
        sizes = (self.encoding.features, *hidden, actions)
        self.online, self.target = QNetwork(sizes), QNetwork(sizes)
        self.online.initialise(generator)
        self.copy_to_target()
        self._gradient = torch.zeros_like(self.online.parameters)
        self._gradient_views = layer_views(self._gradient, sizes)
        self._mean, self._variance = torch.zeros_like(self._gradient), torch.zeros_like(self._gradient)
        terminal = ~legal.any(axis=1, keepdims=True)
        self._alive = torch.from_numpy(legal.any(axis=1)).float()
        self._penalty = torch.from_numpy(np.where(legal | terminal, 0.0, ILLEGAL).astype(np.float32))

    def resettled(self, legal: BoolArray, origin: IntArray) -> "QLearner":
        """Return this learner for an edited world: inputs move with their states, those of new states begin at zero."""
        hidden = self.online.sizes[1:-1]
        other = QLearner(legal, hidden, self.rule, np.random.default_rng(0))
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
        """Return the value of the best legal action of each state, as the target sees it, shape (batch,)."""
        judge = self.target if self.rule.target_network else self.online
        values, penalty = self.values(judge, next_states), self._penalty[next_states]
        if not self.rule.double:
            return (values + penalty).amax(1)
        chosen = (self.values(self.online, next_states) + penalty).argmax(1, keepdim=True)
        return values.gather(1, chosen).squeeze(1) * self._alive[next_states]

    def update(self, batch: Batch, discount: float) -> Result:
        """Take one gradient step on the TD errors of a batch (Mnih et al., 2015, algorithm 1)."""
        targets = batch.rewards + discount * batch.continues * self.next_values(batch.next_states)
        activations = self.online.forward(self.encoding.observe(batch.states))
        chosen = batch.actions.unsqueeze(1)
        td_errors = targets - activations[-1].gather(1, chosen).squeeze(1)
        loss, slope = self._loss(td_errors)
        delta = torch.zeros_like(activations[-1]).scatter_(1, chosen, slope.unsqueeze(1))
        self.online.backward(activations, delta, self._gradient_views)
        self._clip()
        self._adam()
        if self.rule.target_tau:
            self.target.parameters.lerp_(self.online.parameters, self.rule.target_tau)
        return Result(float(loss), float(td_errors.abs().mean()))

    def _loss(self, td_errors: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean loss of a batch and its derivative by the values that were predicted, shape (batch,)."""
        if self.rule.huber:
            inner = td_errors.clamp(-1.0, 1.0)
            return (inner * (td_errors - 0.5 * inner)).mean(), inner * (-1.0 / len(td_errors))
        return td_errors.square().mean(), td_errors * (-2.0 / len(td_errors))

    def _clip(self) -> None:
        """Shorten the gradient to the largest norm that is allowed."""
        if self.rule.gradient_clip:
            norm = float(self._gradient.norm())
            if norm > self.rule.gradient_clip:
                self._gradient.mul_(self.rule.gradient_clip / norm)

    def copy_to_target(self) -> None:
        """Make the target network equal to the Q-network."""
        self.target.parameters.copy_(self.online.parameters)

    def _adam(self) -> None:
        """Move the parameters against the gradient (Kingma & Ba, 2015, algorithm 1)."""
        self.updates += 1
        self._mean.lerp_(self._gradient, 1.0 - BETA1)
        self._variance.mul_(BETA2).addcmul_(self._gradient, self._gradient, value=1.0 - BETA2)
        scale = (self._variance.sqrt() / (1.0 - BETA2**self.updates) ** 0.5).add_(EPSILON)
        self.online.parameters.addcdiv_(self._mean, scale, value=-self.rule.learning_rate / (1.0 - BETA1**self.updates))

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
