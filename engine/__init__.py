"""The simulation: worlds, agents, runs and what is known of them. It draws nothing and prints nothing."""

from typing import TYPE_CHECKING, Any

from engine.errors import InputError

if TYPE_CHECKING:
    from engine.run import Run
    from engine.worlds.catalogue import find as find_world

__all__ = ["InputError", "Run", "find_world"]


def __getattr__(name: str) -> Any:
    """Load the rooms behind a public name when it is asked for: a screen is there before the engine is."""
    if name == "Run":
        from engine.run import Run

        return Run
    if name == "find_world":
        from engine.worlds.catalogue import find

        return find
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
