"""The simulation: worlds, agents, runs and what is known of them. It draws nothing and prints nothing."""

from engine.errors import InputError
from engine.run import Run
from engine.worlds.catalogue import find as find_world

__all__ = ["InputError", "Run", "find_world"]
