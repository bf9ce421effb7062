"""A run: a world, an agent, their generators and their statistics; a function of world, settings, seed and log."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from engine.agents import catalogue, fields
from engine.errors import InputError
from engine.interaction import Interaction
from engine.interventions import Act, Change, Edit, Intervention, Log, Rules, WorldEdit, to_plain
from engine.state import State
from engine.statistics import Moment, Statistics
from engine.worlds import catalogue as worlds
from engine.worlds.editing import changed, edited, survivors
from engine.worlds.environment import Environment, World, with_model
from engine.worlds.mdp import FloatArray

UNLIMITED = 2**62
"""Stands for no limit of steps or episodes."""


class Mark(NamedTuple):
    """A moment of a run, to come back to."""

    step: int
    state: State
    statistics: Moment
    world: World
    settings: Mapping[str, str]
    log: Log
    size: int = 0
    """How many bytes it holds, without the rows of the statistics, which it shares with others."""

    @property
    def whole_state(self) -> State:
        """The state with the statistics in it, as `Run.load_state` takes it."""
        parts = State.joined({"statistics": Statistics(self.statistics).state()})
        return State({**self.state.arrays, **parts.arrays}, {**self.state.values, **parts.values})


def interaction_in(world: World, generator: np.random.Generator) -> Interaction:
    """Return where an agent meets the world, by the world's kind."""
    if isinstance(world, Environment):
        from engine.environment_interaction import EnvironmentInteraction  # It loads gymnasium.

        return EnvironmentInteraction(world, generator)
    return Interaction(world, generator)


def world_after(world: World, log: Log) -> World:
    """Return what a world has become after the edits of a log; only the last one is built."""
    edits = [entry for entry in log if isinstance(entry, WorldEdit)]
    definition = world.definition
    for edit in edits:
        definition = changed(world.name, definition, edit)
    return worlds.build(world.name, definition) if edits else world


def settings_after(agent: str, world: World, settings: Mapping[str, str], log: Log) -> Mapping[str, str]:
    """Return what settings have become after the changes of a log, in the words in which a run says them."""
    changes = [entry.settings for entry in log if isinstance(entry, Change)]
    changed = {key: value for each in (settings, *changes) for key, value in each.items()}
    return fields.as_text(catalogue.settings(agent, world, changed)) if changes else settings


class Run:
    """An agent that learns in a world, from a seed, with what a person did to it.

    Raises `InputError` for an unknown agent or an impossible setting. Nothing in it depends on the time or on global
    random state: the same arguments and the same interventions at the same steps lead to the same digest.
    """

    def __init__(self, world: World, agent: str, settings: Mapping[str, str], seed: int) -> None:
        self.origin_world: World = world
        self.world: World = world
        self.agent_name = agent
        self.seed = seed
        self.origin_settings = fields.as_text(catalogue.settings(agent, world, settings))
        self.settings: Mapping[str, str] = self.origin_settings
        self.log: Log = ()
        self.statistics = Statistics()
        self._build()

    def _build(self) -> None:
        """Make agent and interaction anew for the world and the settings as they are now."""
        chosen = catalogue.settings(self.agent_name, self.world, self.settings)
        for_world, for_agent = np.random.SeedSequence(self.seed).spawn(2)
        self.interaction = interaction_in(self.world, np.random.Generator(np.random.PCG64(for_world)))
        generator = np.random.Generator(np.random.PCG64(for_agent))
        self.agent = catalogue.make(self.agent_name, self.world, chosen, generator)

    @property
    def step(self) -> int:
        """How many transitions were made."""
        return self.interaction.step

    def advance(self, steps: int = UNLIMITED, episodes: int = UNLIMITED) -> int:
        """Learn for `steps` transitions or until `episodes` more episodes are finished; return the transitions made.

        At least one of the two must be given; the first that is reached ends it, and so does what is watched for.
        Raises `InputError` if a person has to choose the next action.
        """
        if min(steps, episodes) >= UNLIMITED:
            raise ValueError("a run without a limit never comes back")
        if self.agent.waits_for_person and steps > 0 and episodes > 0:
            raise InputError(f"the agent {self.agent_name} waits for you: choose an action with d and the arrows")
        made = 0
        while made < steps and episodes > 0 and not self.interaction.met:
            made += self.agent.advance(self.interaction, steps - made, episodes)
            episodes -= self._count_finished()
        return made

    def q_values(self, at: Interaction | None = None) -> FloatArray:
        """Return what the agent takes every pair to be worth, shape (states, actions), NaN where not legal.

        In a world without a model the one row is that of what is observed now, or `at` another interaction.
        """
        if self.interaction.modelled:
            return self.agent.q_values()
        return self.agent.values_of((at or self.interaction).place())[np.newaxis]

    def warm_up(self) -> None:
        """Compile what the first step would have to wait for; changes nothing."""
        self.agent.advance(self.interaction, 0, 0)

    def intervene(self, intervention: Intervention) -> None:
        """Do to the run what a person chose, now, and log it; an action by hand makes one transition.

        Raises `InputError`, and changes nothing, if it cannot be done here.
        """
        if intervention.step != self.step:
            raise ValueError(f"an intervention of step {intervention.step} came at step {self.step}")
        match intervention:
            case Act(action=action):
                self._act(action)
            case Change(settings=settings):
                self._change(settings)
            case Edit() | Rules():
                self._edit(intervention)
        self.log = (*self.log, intervention)

    def mark(self) -> Mark:
        """Return this moment, to come back to."""
        parts = {"agent": self.agent.state(), "interaction": self.interaction.state()}
        state, moment = State.joined(parts), self.statistics.moment()
        size = sum(array.nbytes for array in state.arrays.values()) + moment.size + 4096
        return Mark(self.step, state, moment, self.world, self.settings, self.log, size)

    def return_to(self, mark: Mark) -> None:
        """Come back to a moment of this run."""
        if (mark.world, mark.settings) != (self.world, self.settings):
            self.world, self.settings = mark.world, mark.settings
            self._build()
        self.log = mark.log
        self.agent.load_state(mark.state.under("agent"))
        self.interaction.load_state(mark.state.under("interaction"))
        self.statistics.return_to(mark.statistics)

    def state(self) -> State:
        """Return the whole state: agent, interaction, generators and statistics."""
        return self.mark().whole_state

    def load_state(self, state: State, log: Log = ()) -> None:
        """Take over a state, which came about with the interventions of `log`.

        Raises `ValueError`, `KeyError` or `TypeError` if it does not fit this run.
        """
        self.world = world_after(self.world, log)
        self.settings = settings_after(self.agent_name, self.world, self.settings, log)
        if log:
            self.log = log
            self._build()
        self.agent.load_state(state.under("agent"))
        self.interaction.load_state(state.under("interaction"))
        self.statistics.load_state(state.under("statistics"))

    def origin(self) -> dict[str, Any]:
        """Return what the run began with, as plain values: first world and settings, agent and seed."""
        return {
            "world": {"name": self.origin_world.name, "definition": dict(self.origin_world.definition)},
            "agent": self.agent_name,
            "settings": dict(self.origin_settings),
            "seed": self.seed,
        }

    def identity(self) -> dict[str, Any]:
        """Return what makes this run what it is, as plain values: what it began with, and the log."""
        return {**self.origin(), "log": to_plain(self.log)}

    def digest(self) -> str:
        """Return the SHA-256 of the identity and the whole state, in hex."""
        arrays, values = self.state()
        return State(arrays, {**values, "run": self.identity()}).digest()

    def _count_finished(self) -> int:
        finished = self.interaction.take_finished()
        self.statistics.append(finished)
        return len(finished)

    def _act(self, action: int) -> None:
        if not self.interaction.may_act(action):
            legal = [name for number, name in enumerate(self.world.actions) if self.interaction.may_act(number)]
            raise InputError(f"this action is not legal here; legal: {', '.join(legal) or 'none at every start'}")
        self.agent.advance(self.interaction, 1, 1, by_hand=action)
        self._count_finished()

    def _change(self, settings: Mapping[str, str]) -> None:
        changed = {**self.settings, **settings}
        chosen = catalogue.settings(self.agent_name, self.world, changed)
        fields.expect_same_where_fixed(self.agent.settings, chosen)
        self.agent.change(chosen)
        self.settings = fields.as_text(chosen)

    def _edit(self, edit: WorldEdit) -> None:
        world = edited(self.world, edit)
        origin = survivors(with_model(self.world), world)
        interaction = self.interaction.resettled(world, origin)
        self.agent.resettle(world, origin)
        self.interaction, self.world = interaction, world
