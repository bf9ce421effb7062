"""The lists to choose from, as the engine has them; each part of it is loaded when it is first asked for."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tui.screens.ports import AgentEntry, SaveEntry, WorldEntry

SLOW = "gym:"
"""Worlds that begin so take seconds to load: the trainer finds out whether they exist."""


class EngineLibrary:
    """The catalogues of the engine and a folder of saves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def worlds(self) -> Sequence[WorldEntry]:
        """List the worlds that are shipped."""
        from engine.worlds import catalogue

        return catalogue.listing()

    def check_world(self, word: str) -> None:
        """Refuse a word that names no world, or a file with a mistake in it."""
        from engine.worlds import catalogue

        if not word.startswith(SLOW):
            catalogue.find(word)

    def agents(self) -> Sequence[AgentEntry]:
        """List the agents with their settings."""
        from engine.agents import catalogue

        return catalogue.listing()

    def check_settings(self, agent: str, settings: Mapping[str, str]) -> None:
        """Refuse an unknown setting or an impossible value."""
        from engine.agents import catalogue

        catalogue.check(agent, settings)

    def saves(self) -> Sequence[SaveEntry]:
        """List the saved runs."""
        from engine import saves

        return saves.listing(self.folder)

    def broken_off(self) -> SaveEntry | None:
        """Return the autosave of a sitting that ended without a word, if there is one."""
        from engine import autosaves

        return autosaves.broken_off(self.folder)

    def forget(self, save: SaveEntry) -> None:
        """Remove an autosave."""
        from engine import autosaves

        autosaves.forget(self.folder, save.name)

    def check_save_name(self, name: str) -> None:
        """Refuse what cannot be the name of a save."""
        from engine import saves

        saves.check_name(name)
