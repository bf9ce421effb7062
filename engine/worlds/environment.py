"""A world without a model: a Gymnasium environment that can only be learned from by acting in it."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.errors import InputError
from engine.worlds.fields import Table
from engine.worlds.layout import Layout
from engine.worlds.mdp import BoolArray, FloatArray, TabularMDP

DEFAULT_MAX_STEPS = 1000

Observation = npt.NDArray[np.float32]
"""What the agent sees, shape (features,)."""


@dataclass(frozen=True, eq=False)
class Environment:
    """A world of which nothing is known but what can be seen and done in it.

    Its states have no numbers. What is shown a state at a time elsewhere has here the one row `STATE`: the present
    observation.
    """

    name: str
    """`gym:...`, as a person writes it."""
    title: str
    source: str
    actions: tuple[str, ...]
    discount: float
    """The discount factor (gamma) that the world proposes; an agent's settings may choose another."""
    max_steps: int
    """The length at which an episode is truncated."""
    features: tuple[str, ...]
    """A name for each number of an observation."""
    low: FloatArray
    """The least that each number of an observation can be, shape (features,); -inf where there is no bound."""
    high: FloatArray
    definition: Mapping[str, Any]
    """The plain values from which `engine.worlds.catalogue.build` makes this world again."""
    layout: Layout | None = None

    states = ("now",)

    @property
    def legal(self) -> BoolArray:
        """Every action is legal, shape (1, actions)."""
        return np.ones((1, len(self.actions)), bool)

    @property
    def terminal(self) -> BoolArray:
        """Shape (1,); where an episode ends is not known beforehand."""
        return np.zeros(1, bool)

    @property
    def start(self) -> FloatArray:
        """Shape (1,)."""
        return np.ones(1)


World = TabularMDP | Environment


def with_model(world: World) -> TabularMDP:
    """Return the world; raises `InputError` if it shows no model."""
    if isinstance(world, Environment):
        raise InputError(f"{world.name} shows no model (P); this needs a world whose states and outcomes are known")
    return world


def from_definition(name: str, definition: Mapping[str, Any]) -> Environment:
    """Return the world of an environment that shows no model; `definition` holds its id, its settings and a discount.

    Raises `InputError` for an environment that is not Gymnasium's own, as a save may name it and must run no code, and
    for one whose actions or observations are such as no agent here can take.
    """
    from engine.worlds import making  # Only here, as gymnasium takes its time to load.

    table = Table(definition)
    table.expect_only(("title", "discount", "environment", "settings"))
    env_id = table.text("environment")
    environment = making.make_own(env_id, making.checked_settings(definition.get("settings", {})))
    try:
        actions, low, high = making.numbers_of(environment)
        steps = environment.spec.max_episode_steps if environment.spec else None
        return Environment(
            name=name,
            title=table.text("title", name),
            source=f"Gymnasium, {env_id}, which shows no model",
            actions=making.words(making.ACTION_WORDS, env_id, actions),
            discount=table.number("discount", low=0.0, high=1.0),
            max_steps=steps if steps and steps > 0 else DEFAULT_MAX_STEPS,
            features=making.words(making.FEATURE_WORDS, env_id, len(low)),
            low=low,
            high=high,
            definition=copy.deepcopy(dict(definition)),
        )
    finally:
        environment.close()
