"""Find an agent by its name: the one place that knows them all, and it loads none before it is asked for."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from engine.agents import fields
from engine.agents.agent import Agent
from engine.agents.settings import (
    DQNSettings,
    DynaSettings,
    HumanSettings,
    MonteCarloSettings,
    NStepSettings,
    PolicyIterationSettings,
    RandomSettings,
    TabularSettings,
    TraceSettings,
    ValueIterationSettings,
)
from engine.errors import InputError, near_miss
from engine.worlds.environment import Environment, World


@dataclass(frozen=True)
class SettingListing:
    """One setting, for people and for forms."""

    name: str
    type: str
    default: str
    range: str
    meaning: str
    fixed: bool
    """Whether it stays as it is as long as the agent lives."""


@dataclass(frozen=True)
class AgentListing:
    """One agent, for people and for forms."""

    name: str
    title: str
    learning: str
    """Whether it learns on- or off-policy, or plans, or neither."""
    behaviour_policy: str
    """How it acts."""
    target_policy: str
    """Whose values it learns."""
    reference: str
    settings: tuple[SettingListing, ...]


@dataclass(frozen=True)
class _Entry:
    title: str
    learning: str
    behaviour: str
    target: str
    reference: str
    settings: type[fields.Settings]
    home: str
    needs_model: bool = True


_AGENTS = {
    "q-learning": _Entry(
        "Q-learning, a table of values",
        "off-policy",
        "as the setting exploration says",
        "greedy: the best next action",
        "Watkins (1989); Sutton & Barto, 2nd ed., section 6.5",
        TabularSettings,
        "engine.agents.tabular.one_step:QLearning",
    ),
    "sarsa": _Entry(
        "SARSA, learns what it does",
        "on-policy",
        "as the setting exploration says",
        "the behaviour policy: the action that is taken next",
        "Rummery & Niranjan (1994); Sutton & Barto, 2nd ed., section 6.4",
        TabularSettings,
        "engine.agents.tabular.one_step:Sarsa",
    ),
    "expected-sarsa": _Entry(
        "Expected SARSA, learns the mean of what it does",
        "on-policy",
        "as the setting exploration says",
        "the behaviour policy: the mean over its next actions",
        "van Seijen et al. (2009); Sutton & Barto, 2nd ed., section 6.6",
        TabularSettings,
        "engine.agents.tabular.one_step:ExpectedSarsa",
    ),
    "double-q-learning": _Entry(
        "Double Q-learning, two tables that judge each other",
        "off-policy",
        "as the setting exploration says",
        "greedy: one table's best next action, valued by the other",
        "van Hasselt (2010); Sutton & Barto, 2nd ed., section 6.7",
        TabularSettings,
        "engine.agents.tabular.one_step:DoubleQLearning",
    ),
    "n-step-sarsa": _Entry(
        "n-step SARSA, n rewards in each target",
        "on-policy",
        "as the setting exploration says",
        "the behaviour policy: the action that is taken n steps on",
        "Sutton & Barto, 2nd ed., section 7.2",
        NStepSettings,
        "engine.agents.tabular.n_step:NStepSarsa",
    ),
    "sarsa-lambda": _Entry(
        "SARSA(λ), each error reaches back by traces",
        "on-policy",
        "as the setting exploration says",
        "the behaviour policy: the action that is taken next",
        "Rummery & Niranjan (1994); Sutton & Barto, 2nd ed., section 12.7",
        TraceSettings,
        "engine.agents.tabular.traces:SarsaLambda",
    ),
    "q-lambda": _Entry(
        "Q(λ) of Watkins, traces cut by exploring",
        "off-policy",
        "as the setting exploration says",
        "greedy: the best next action",
        "Watkins (1989); Sutton & Barto, 2nd ed., section 12.10",
        TraceSettings,
        "engine.agents.tabular.traces:QLambda",
    ),
    "monte-carlo": _Entry(
        "Monte Carlo, learns from whole episodes",
        "on-policy",
        "as the setting exploration says",
        "the behaviour policy: what it earns to the end of the episode",
        "Sutton & Barto, 2nd ed., section 5.4",
        MonteCarloSettings,
        "engine.agents.tabular.monte_carlo:MonteCarlo",
    ),
    "dyna-q": _Entry(
        "Dyna-Q, learns a model and plans with it",
        "off-policy",
        "as the setting exploration says",
        "greedy: the best next action, of the last outcome of each pair that is planned for",
        "Sutton (1990), Moore & Atkeson (1993); Sutton & Barto, 2nd ed., sections 8.2 and 8.4",
        DynaSettings,
        "engine.agents.tabular.dyna:DynaQ",
    ),
    "random": _Entry(
        "Random, learns nothing: what to be better than",
        "learns nothing",
        "uniformly: each legal action is equally likely",
        "nobody: every value stays 0",
        "Sutton & Barto, 2nd ed., Example 4.1 (the equiprobable random policy)",
        RandomSettings,
        "engine.agents.tabular.uniform:Random",
        needs_model=False,
    ),
    "human": _Entry(
        "You choose the actions, Q-learning learns",
        "off-policy",
        "as the person chooses, by hand",
        "greedy: the best next action, whatever the person does",
        "Watkins (1989); Sutton & Barto, 2nd ed., section 6.5",
        HumanSettings,
        "engine.agents.tabular.human:Human",
    ),
    "value-iteration": _Entry(
        "Value iteration, planning to watch",
        "plans, by the model",
        "not at all: a step backs up one state, an episode is a sweep",
        "greedy: the best action by the model",
        "Bellman (1957); Sutton & Barto, 2nd ed., section 4.4",
        ValueIterationSettings,
        "engine.agents.planners.dynamic_programming:ValueIteration",
    ),
    "policy-iteration": _Entry(
        "Policy iteration, planning to watch",
        "plans, by the model",
        "not at all: a step backs up one state, an episode is a sweep",
        "its own policy while it is evaluated, then the best action by the model",
        "Howard (1960); Sutton & Barto, 2nd ed., section 4.3",
        PolicyIterationSettings,
        "engine.agents.planners.dynamic_programming:PolicyIteration",
    ),
    "dqn": _Entry(
        "DQN, a network in place of the table",
        "off-policy",
        "epsilon-greedy: the best action by the Q-network, or one drawn at random",
        "greedy: the best next action by the target network",
        "Mnih et al. (2015), Human-level control through deep reinforcement learning",
        DQNSettings,
        "engine.agents.dqn.agent:DQN",
        needs_model=False,
    ),
}


def names() -> tuple[str, ...]:
    """Return the names of all agents."""
    return tuple(_AGENTS)


def title(name: str) -> str:
    """Return what an agent is in a few words."""
    return _entry(name).title


def listing() -> tuple[AgentListing, ...]:
    """Describe every agent with its settings."""
    return tuple(
        AgentListing(
            name=name,
            title=entry.title,
            learning=entry.learning,
            behaviour_policy=entry.behaviour,
            target_policy=entry.target,
            reference=entry.reference,
            settings=_settings_listing(entry.settings),
        )
        for name, entry in _AGENTS.items()
    )


def settings(name: str, world: World, given: Mapping[str, str]) -> fields.Settings:
    """Make the settings of an agent for a world; raises `InputError` for a wrong name, key or value."""
    return fields.build(_entry(name).settings, world.discount, given)


def check(name: str, given: Mapping[str, str]) -> fields.Settings:
    """Raise `InputError` if there is no such agent, or if a setting is unknown or impossible."""
    return fields.build(_entry(name).settings, 1.0, given)


def make(name: str, world: World, chosen: fields.Settings, generator: np.random.Generator) -> Agent:
    """Make an agent that has learned nothing; all its chance comes from `generator`.

    Raises `InputError` if it cannot learn in such a world.
    """
    if _entry(name).needs_model and isinstance(world, Environment):
        others = ", ".join(other for other, entry in _AGENTS.items() if not entry.needs_model)
        raise InputError(
            f"{name} needs a world with a model, whose states have numbers; {world.name} takes: {others}"
            " (d drives either by hand)"
        )
    module, _, attribute = _entry(name).home.partition(":")
    kind: Any = getattr(importlib.import_module(module), attribute)
    return cast(Agent, kind(world, chosen, generator))


def _entry(name: str) -> _Entry:
    try:
        return _AGENTS[name]
    except KeyError:
        raise InputError(f"unknown agent {name!r}{near_miss(name, _AGENTS)} (qscope agents lists them all)") from None


def _settings_listing(kind: type[fields.Settings]) -> tuple[SettingListing, ...]:
    defaults = fields.defaults_of(kind) | {"discount": "the world's"}
    return tuple(
        SettingListing(name, rule.type, defaults[name], rule.range, rule.meaning, rule.fixed)
        for name, rule in fields.rules_of(kind).items()
    )
