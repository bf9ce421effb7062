"""What the screens need of the engine: somebody who trains, and lists to choose from."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from engine.messages import Command, Snapshot


class Trainer(Protocol):
    """Obeys commands in its own time and shows what came of them."""

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest snapshot; None as long as there is no run."""

    @property
    def complaint(self) -> str:
        """Why the first run could not be begun; empty as long as all is well."""

    def submit(self, command: Command) -> None:
        """Queue a command and return at once."""

    def listen(self, told: Callable[[], None]) -> None:
        """Call `told`, from any thread, whenever a snapshot shows what came of commands, or that the run rests."""

    def give_way(self) -> None:
        """Let the run stand still for a moment, so that something large is drawn soon."""


class WorldEntry(Protocol):
    """A world to choose."""

    @property
    def id(self) -> str:
        """The word by which it is started."""

    @property
    def title(self) -> str:
        """What it is."""

    @property
    def states(self) -> int:
        """How many states it has."""

    @property
    def actions(self) -> int:
        """How many actions it has."""

    @property
    def discount(self) -> float:
        """The discount that it proposes."""


class SettingEntry(Protocol):
    """A setting of an agent."""

    @property
    def name(self) -> str:
        """Its key, the same everywhere."""

    @property
    def default(self) -> str:
        """Its default as a person writes it."""

    @property
    def meaning(self) -> str:
        """What it is for."""

    @property
    def range(self) -> str:
        """What is possible."""

    @property
    def fixed(self) -> bool:
        """Whether it stays as it is as long as the agent lives."""


class AgentEntry(Protocol):
    """An agent to choose."""

    @property
    def name(self) -> str:
        """The word by which it is started."""

    @property
    def title(self) -> str:
        """What it is."""

    @property
    def learning(self) -> str:
        """Whether it learns on- or off-policy, or plans, or neither."""

    @property
    def behaviour_policy(self) -> str:
        """How it acts."""

    @property
    def target_policy(self) -> str:
        """Whose values it learns."""

    @property
    def settings(self) -> Sequence[SettingEntry]:
        """What can be set."""


class SaveEntry(Protocol):
    """A saved run to open."""

    @property
    def name(self) -> str:
        """The word by which it is loaded."""

    @property
    def world(self) -> str:
        """The name of its world."""

    @property
    def agent(self) -> str:
        """The name of its agent."""

    @property
    def steps(self) -> int:
        """How many transitions it has made."""

    @property
    def episodes(self) -> int:
        """How many episodes it has finished."""

    @property
    def modified(self) -> datetime:
        """When it was saved."""

    @property
    def problem(self) -> str:
        """Why it cannot be opened; empty if it can."""


class Library(Protocol):
    """What there is to choose from; the checks raise `InputError` with one line for the person."""

    def worlds(self) -> Sequence[WorldEntry]:
        """List the worlds that are shipped."""

    def check_world(self, word: str) -> None:
        """Refuse a word that names no world, as far as that can be told at once."""

    def agents(self) -> Sequence[AgentEntry]:
        """List the agents with their settings."""

    def check_settings(self, agent: str, settings: Mapping[str, str]) -> None:
        """Refuse an unknown setting or an impossible value."""

    def saves(self) -> Sequence[SaveEntry]:
        """List the saved runs."""

    def broken_off(self) -> SaveEntry | None:
        """Return the autosave of a sitting that ended without a word, if there is one."""

    def forget(self, save: SaveEntry) -> None:
        """Remove an autosave."""

    def check_save_name(self, name: str) -> None:
        """Refuse what cannot be the name of a save."""

    @property
    def folder(self) -> Path:
        """Where the saves are."""
