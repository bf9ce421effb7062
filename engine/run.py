"""A run: a world, an agent, their generators and their statistics; a pure function of world, settings and seed."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.agents import catalogue, fields
from engine.interaction import Interaction, fill_record, record_values
from engine.state import State, generator_state, load_array
from engine.statistics import Statistics
from engine.worlds.mdp import TabularMDP

UNLIMITED = 2**62
"""Stands for no limit of steps or episodes."""


class Run:
    """An agent that learns in a world, from a seed.

    Raises `InputError` for an unknown agent or an impossible setting. Nothing in it depends on the time or on global
    random state: the same arguments and the same calls lead to the same digest.
    """

    def __init__(self, world: TabularMDP, agent: str, settings: Mapping[str, str], seed: int) -> None:
        self.world = world
        self.agent_name = agent
        self.seed = seed
        chosen = catalogue.settings(agent, world, settings)
        self.settings = fields.as_text(chosen)
        for_world, for_agent = np.random.SeedSequence(seed).spawn(2)
        self.interaction = Interaction(world, np.random.Generator(np.random.PCG64(for_world)))
        self.agent = catalogue.make(agent, world, chosen, np.random.Generator(np.random.PCG64(for_agent)))
        self.statistics = Statistics()

    @property
    def step(self) -> int:
        """How many transitions were made."""
        return self.interaction.step

    def advance(self, steps: int = UNLIMITED, episodes: int = UNLIMITED) -> int:
        """Learn for `steps` transitions or until `episodes` more episodes are finished; return the transitions made.

        At least one of the two must be given; the first that is reached ends it.
        """
        if min(steps, episodes) >= UNLIMITED:
            raise ValueError("a run without a limit never comes back")
        made = 0
        while made < steps and episodes > 0:
            made += self.agent.advance(self.interaction, steps - made, episodes)
            finished = self.interaction.take_finished()
            self.statistics.append(finished)
            episodes -= len(finished)
        return made

    def state(self) -> State:
        """Return the whole state: agent, interaction, generators and statistics."""
        memory = self.interaction.memory
        interaction = State(
            {"path": memory.path.copy()},
            {
                "progress": record_values(memory.progress),
                "last": record_values(memory.last),
                "generator": generator_state(self.interaction.generator),
            },
        )
        return State.joined(
            {"agent": self.agent.state(), "interaction": interaction, "statistics": self.statistics.state()}
        )

    def load_state(self, state: State) -> None:
        """Take over a state; raises `ValueError`, `KeyError` or `TypeError` if it does not fit this run."""
        self.agent.load_state(state.under("agent"))
        self.statistics.load_state(state.under("statistics"))
        interaction, memory = state.under("interaction"), self.interaction.memory
        load_array(memory.path, interaction.arrays.get("path"), "path")
        fill_record(memory.progress, interaction.values["progress"])
        fill_record(memory.last, interaction.values["last"])
        states, actions = len(self.world.states), len(self.world.actions)
        if (
            not 0 <= int(memory.progress["state"][0]) < states
            or not ((memory.path >= 0) & (memory.path < states)).all()
        ):
            raise ValueError("the run stands in a state that its world does not have")
        if not 0 <= int(memory.last["action"][0]) < actions:
            raise ValueError("the last action is none of this world")
        self.interaction.generator.bit_generator.state = interaction.values["generator"]

    def identity(self) -> dict[str, Any]:
        """Return what makes this run what it is, as plain values: world, agent, settings and seed."""
        world = {"name": self.world.name, "definition": dict(self.world.definition)}
        return {"world": world, "agent": self.agent_name, "settings": self.settings, "seed": self.seed}

    def digest(self) -> str:
        """Return the SHA-256 of the identity and the whole state, in hex."""
        arrays, values = self.state()
        return State(arrays, {**values, "run": self.identity()}).digest()
