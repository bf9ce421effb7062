"""Small worlds that the tests of the agents share."""

from engine.agents import catalogue as agents
from engine.worlds import catalogue

CORRIDOR = {
    "title": "corridor",
    "discount": 0.5,
    "max_steps": 3,
    "map": "S...G",
    "cells": {"G": {"terminal": True, "reward": 1.0}},
}

FIVE_BY_FIVE = {
    "title": "5x5 with a wall",
    "discount": 0.95,
    "max_steps": 100,
    "step_reward": -0.1,
    "map": "S....\n.##..\n..#..\n.X#..\n....G",
    "cells": {"G": {"terminal": True, "reward": 10.0}, "X": {"reward": -5.0}},
}

SLIPPERY = {
    "title": "a slippery 3x3",
    "discount": 0.9,
    "max_steps": 50,
    "slip": 0.2,
    "step_reward": -0.04,
    "map": "S..\n.#.\n..G",
    "cells": {"G": {"terminal": True, "reward": 1.0}},
}

PARTLY_LEGAL = {
    "title": "two actions, neither of them everywhere",
    "discount": 1.0,
    "max_steps": 10,
    "states": ["a", "b", "end"],
    "actions": ["go", "stay"],
    "start": {"a": 1.0},
    "transitions": [
        ["a", "go", 1.0, "b", 0.0, False],
        ["b", "stay", 0.5, "a", -1.0, False],
        ["b", "stay", 0.5, "end", -4.0, True],
    ],
}


def build(definition):
    """Build a world of a definition, under the name of its title."""
    return catalogue.build(definition["title"], definition)


def acting_alone():
    """Return the names of the agents that go on without a person."""
    return tuple(name for name in agents.names() if name != "human")
