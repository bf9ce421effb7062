"""Encodings: how a place, which is what the replay stores, becomes an observation for the network.

In a world with a model a place is the number of a state; in one without it is what the world lets the agent see.
"""

from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.agents.dqn.architecture import Shape
from engine.errors import InputError
from engine.state import Array
from engine.worlds.environment import Environment, World
from engine.worlds.layout import Layout
from engine.worlds.mdp import FloatArray, TabularMDP

Place = int | Array
"""The number of a state, or an observation of shape (features,), float32."""


class Encoding(Protocol):
    """What the replay stores of a place, and what the network sees of it."""

    place_shape: Shape
    """() for the number of a state, (features,) for an observation."""
    place_dtype: npt.DTypeLike
    """int64 for the number of a state, float32 for an observation."""
    observation_shape: Shape
    """What the network sees of one place: (features,), or (planes, rows, columns)."""

    def observe(self, places: Tensor) -> Tensor:
        """Return the observations of places, shapes (batch, *place_shape) -> (batch, *observation_shape).

        Whole numbers of shape (batch,) may stand for one-hot vectors, of which each says where the 1 is.
        """
        ...


class OneHot:
    """One input a state, 1 where the agent is and 0 elsewhere, as in the article that this system is built after."""

    place_shape: Shape = ()
    place_dtype: npt.DTypeLike = np.int64

    def __init__(self, states: int) -> None:
        self.observation_shape: Shape = (states,)

    def observe(self, places: Tensor) -> Tensor:
        """See `Encoding.observe`: the number of the state says it all."""
        return places


class Coordinates:
    """Row and column, each scaled to [0, 1]: what lies near on the map looks alike, so that values generalise."""

    place_shape: Shape = ()
    place_dtype: npt.DTypeLike = np.int64

    def __init__(self, layout: Layout) -> None:
        scale = np.maximum([layout.rows - 1, layout.columns - 1], 1)
        self._table = torch.from_numpy((layout.places / scale).astype(np.float32))
        self.observation_shape: Shape = (2,)

    def observe(self, places: Tensor) -> Tensor:
        """See `Encoding.observe`."""
        return self._table.index_select(0, places)


class Planes:
    """The map as four images: where the agent is, the walls, the rewards of entering a cell, and the goals.

    The rewards are the mean over the ways into a cell, scaled so that the largest one is 1 or -1; a goal is a cell that
    ends the episode.
    """

    place_shape: Shape = ()
    place_dtype: npt.DTypeLike = np.int64

    def __init__(self, world: TabularMDP, layout: Layout) -> None:
        rows, columns = tuple(layout.places.T)
        planes = np.zeros((4, layout.rows, layout.columns), np.float32)
        planes[1] = np.array([[cell in "# " for cell in line] for line in layout.cells])
        planes[2, rows, columns] = _scaled(_mean_reward_into(world))
        planes[3, rows, columns] = np.bincount(world.next_state, world.terminated, len(world.states)) > 0
        self._planes = torch.from_numpy(planes)
        self._cells = torch.from_numpy(rows * layout.columns + columns)
        self.observation_shape: Shape = planes.shape

    def observe(self, places: Tensor) -> Tensor:
        """See `Encoding.observe`."""
        images = self._planes.repeat(len(places), 1, 1, 1)
        # The agent's plane comes first, so that the number of its cell is its place in the flattened images, too.
        images.view(len(places), -1).scatter_(1, self._cells.index_select(0, places).unsqueeze(1), 1.0)
        return images


class Observations:
    """What a world without a model lets the agent see: a vector of numbers, as it is."""

    place_dtype: npt.DTypeLike = np.float32

    def __init__(self, features: int) -> None:
        self.place_shape: Shape = (features,)
        self.observation_shape: Shape = (features,)

    def observe(self, places: Tensor) -> Tensor:
        """See `Encoding.observe`."""
        return places


def encoding_of(name: str, world: World) -> Encoding:
    """Return the encoding of that name for a world; raises `InputError` if it needs a map that the world lacks.

    By default (`one-hot`), what is observed in a world without a model is seen as it is.
    """
    if isinstance(world, Environment) and name == "one-hot":
        return Observations(len(world.features))
    if name == "one-hot":
        return OneHot(len(world.states))
    if isinstance(world, Environment) or world.layout is None:
        raise InputError(f"setting encoding: {name} needs a world with a map, which {world.name} is not; use one-hot")
    return Coordinates(world.layout) if name == "coordinates" else Planes(world, world.layout)


def _mean_reward_into(world: TabularMDP) -> FloatArray:
    """Return the mean reward of the outcomes that lead into each state, by their probability; shape (states,)."""
    states = len(world.states)
    weight = np.bincount(world.next_state, world.probability, states)
    total = np.bincount(world.next_state, world.probability * world.reward, states)
    mean: FloatArray = np.divide(total, weight, out=np.zeros(states), where=weight > 0.0)
    return mean


def _scaled(values: FloatArray) -> FloatArray:
    scaled: FloatArray = values / max(float(np.abs(values).max()), 1e-12)
    return scaled
