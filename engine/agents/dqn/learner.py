"""The learning rule of deep Q-learning: targets from a held copy of the network, squared or Huber loss, Adam."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.agents.dqn.architecture import Architecture
from engine.agents.dqn.encoding import Encoding
from engine.agents.dqn.network import Layers, QNetwork, Tape
from engine.agents.dqn.replay import Batch
from engine.agents.kernels.deep import BETA1, BETA2, adam, bootstrap, join_streams, split_slope, td_slope
from engine.state import Array, State, load_array
from engine.worlds.mdp import BoolArray, FloatArray, IntArray

LONGEST_SPAN = 127
ALL_AT_ONCE = 256
"""So many places are looked at in one pass when all of them are asked for."""


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


class Bootstrap(NamedTuple):
    """What is expected to follow a batch of places; shapes (batch,)."""

    values: Array
    """The value of the next action, float32; 0.0 where no action is legal."""
    actions: IntArray
    """The next action, -1 where none is legal."""


class Workspace:
    """The memory of an update of some batch size: three passes, and what is computed between them."""

    def __init__(self, architecture: Architecture, rows: int) -> None:
        self.rows = rows
        self.online, self.judge, self.chooser = (Tape(architecture, rows) for _ in range(3))
        shape = (rows, architecture.actions)
        self.values, self.judge_values, self.chooser_values, self.slope = (
            np.zeros(shape, np.float32) for _ in range(4)
        )
        self.next = Bootstrap(np.zeros(rows, np.float32), np.zeros(rows, np.int64))
        self.td_errors = np.zeros(rows, np.float32)
        self.online_slope: Array = self.online.outputs_slope.numpy()


class QLearner:
    """A Q-network, its target network and Adam's moments, over the places of a world that an encoding knows.

    `legal` says which actions each state allows, shape (states, actions). Where places are no numbers of states it has
    one row, which holds for all of them: nothing is known of ends there but what the transitions say.
    """

    def __init__(
        self,
        encoding: Encoding,
        legal: BoolArray,
        architecture: Architecture,
        rule: Rule,
        generator: np.random.Generator,
    ) -> None:
        self.encoding, self.rule = encoding, rule
        self.updates = 0
        self.online, self.target = QNetwork(architecture), QNetwork(architecture)
        self.online.initialise(generator)
        self.copy_to_target()
        self._legal = legal.copy()
        self._gradient = torch.zeros(architecture.size)
        self._gradient_array = self._gradient.numpy()
        self._gradient_layers = Layers.of(self._gradient, architecture)
        self._mean, self._variance = np.zeros(architecture.size, np.float32), np.zeros(architecture.size, np.float32)
        self._one, self._many = Workspace(architecture, 1), Workspace(architecture, 0)
        self._discount, self._powers = -1.0, np.zeros(0, np.float32)

    @property
    def architecture(self) -> Architecture:
        """The shape of the networks."""
        return self.online.architecture

    def resettled(self, encoding: Encoding, legal: BoolArray, origin: IntArray) -> "QLearner":
        """Return this learner for an edited world: inputs move with their states, those of new states begin at zero.

        Inputs that are no states stay: the same network sees another map.
        """
        one_input_a_state = encoding.observation_shape == (len(legal),)
        before = self.architecture
        architecture = before._replace(observation=encoding.observation_shape)
        other = QLearner(encoding, legal, architecture, self.rule, np.random.default_rng(0))
        kept, outputs = origin >= 0, before.widths[1]
        for name, array in other._arrays().items():
            own = self._arrays()[name]
            if one_input_a_state:
                inputs = np.zeros((len(origin), outputs), np.float32)
                inputs[kept] = own[: before.features * outputs].reshape(-1, outputs)[origin[kept]]
                own = np.concatenate([inputs.ravel(), own[before.features * outputs :]])
            array[...] = own
        other.updates = self.updates
        return other

    def values_of(self, places: Tensor) -> Array:
        """Return the action values of one place, shape (1, actions), float32: the next call writes over them."""
        work = self._one
        return self._values(self.online, places, work.online, work.values)

    def table(self, network: QNetwork, places: Tensor) -> FloatArray:
        """Return the action values of many places, shapes (places, ...) -> (places, actions); NaN where not legal."""
        table = np.zeros((len(places), self.architecture.actions))
        for first in range(0, len(places), ALL_AT_ONCE):
            some = places[first : first + ALL_AT_ONCE]
            values = np.zeros((len(some), self.architecture.actions), np.float32)
            table[first : first + ALL_AT_ONCE] = self._values(network, some, Tape(self.architecture, len(some)), values)
        return np.where(self._legal[self._rows_of(places)], table, np.nan)

    def bootstrap_of(self, place: Tensor) -> tuple[float, int]:
        """Return the value of the next action in a place, as the target sees it, and that action, -1 for none."""
        following = self._bootstrap(place, self._one)
        return float(following.values[0]), int(following.actions[0])

    def update(self, batch: Batch, discount: float) -> Result:
        """Take one gradient step on the TD errors of a batch (Mnih et al., 2015, algorithm 1)."""
        work = self._workspace(len(batch.actions))
        following = self._bootstrap(batch.next_places, work)
        values = self._values(self.online, batch.places, work.online, work.values)
        result = td_slope(
            values,
            batch.actions,
            batch.rewards,
            batch.spans,
            self._powers_of(discount),
            following.values,
            batch.weights,
            self.rule.huber,
            work.td_errors,
            work.slope if self.architecture.dueling else work.online_slope,
        )
        if self.architecture.dueling:
            split_slope(work.slope, self._rows_of(batch.places), self._legal, work.online_slope)
        self.online.backward(work.online, self._gradient_layers)
        self._adam()
        if self.rule.target_tau:
            self.target.parameters.lerp_(self.online.parameters, self.rule.target_tau)
        return Result(*result)

    @property
    def td_errors(self) -> Array:
        """The TD errors of the last batch, before the step; shape (batch,): the next update writes over them."""
        return self._many.td_errors

    def copy_to_target(self) -> None:
        """Make the target network equal to the Q-network."""
        self.target.parameters.copy_(self.online.parameters)

    def _values(self, network: QNetwork, places: Tensor, tape: Tape, values: Array) -> Array:
        """Return the action values of places, shape (batch, actions); those of a dueling network go to `values`."""
        network.forward(self.encoding.observe(places), tape)
        if not self.architecture.dueling:
            return tape.outputs_array
        join_streams(tape.outputs_array, self._rows_of(places), self._legal, values)
        return values

    def _bootstrap(self, next_places: Tensor, work: Workspace) -> Bootstrap:
        judge = self.target if self.rule.target_network else self.online
        values = self._values(judge, next_places, work.judge, work.judge_values)
        chooser = values
        if self.rule.double and judge is not self.online:
            chooser = self._values(self.online, next_places, work.chooser, work.chooser_values)
        bootstrap(chooser, values, self._rows_of(next_places), self._legal, *work.next)
        return work.next

    def _rows_of(self, places: Tensor) -> IntArray:
        """Return the row of `legal` that holds for each place: that of its state, or the only one."""
        rows: IntArray = np.zeros(len(places), np.int64) if self.encoding.place_shape else places.numpy()
        return rows

    def _workspace(self, rows: int) -> Workspace:
        if self._many.rows != rows:
            self._many = Workspace(self.architecture, rows)
        return self._many

    def _powers_of(self, discount: float) -> Array:
        """Return `powers_of` the discount, which is seldom another one."""
        if discount != self._discount:
            self._discount, self._powers = discount, powers_of(discount)
        return self._powers

    def _adam(self) -> None:
        """Move the parameters against the gradient, shortened to the largest norm that is allowed."""
        self.updates += 1
        clip = 1.0
        if self.rule.gradient_clip:
            norm = float(self._gradient.norm())
            clip = self.rule.gradient_clip / norm if norm > self.rule.gradient_clip else 1.0
        rate = self.rule.learning_rate / (1.0 - BETA1**self.updates)
        unbias = (1.0 - BETA2**self.updates) ** -0.5
        adam(self.online.array, self._gradient_array, self._mean, self._variance, clip, rate, unbias)

    def state(self) -> State:
        """Return both networks, Adam's moments and the count of updates."""
        return State({name: array.copy() for name, array in self._arrays().items()}, {"updates": self.updates})

    def load_state(self, state: State) -> None:
        """Take over a state; raises `ValueError` if it does not fit."""
        for name, array in self._arrays().items():
            load_array(array, state.arrays.get(name), name)
        self.updates = int(state.values["updates"])

    def _arrays(self) -> dict[str, Array]:
        return {
            "online": self.online.array,
            "target": self.target.array,
            "adam_mean": self._mean,
            "adam_variance": self._variance,
        }


def powers_of(discount: float) -> Array:
    """Return what the next value counts after k steps, discount**k, and 0.0 for k = 0, which stands for never."""
    powers: Array = discount ** np.arange(LONGEST_SPAN + 1)
    powers[0] = 0.0
    return powers.astype(np.float32)
