"""Interventions: what a person does to a run that changes what it learns. Each is logged with its step, and replays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Act:
    """An action by hand: it takes the place of the agent's own choice in the next transition."""

    step: int
    """How many transitions the run had made when it happened."""
    action: int


@dataclass(frozen=True)
class Change:
    """Other settings from here on."""

    step: int
    settings: Mapping[str, str]
    """The settings that change, as a person writes them."""


@dataclass(frozen=True)
class Edit:
    """Another cell in the world from here on."""

    step: int
    row: int
    column: int
    cell: Mapping[str, Any]
    """What is there now, as `engine.worlds.editing.changed` takes it."""


@dataclass(frozen=True)
class Rules:
    """Other rules in the world from here on."""

    step: int
    rules: Mapping[str, Any]
    """Those that change, by their keys in a world file; None takes a key out of it."""


WorldEdit = Edit | Rules
"""What makes another world."""
Intervention = Act | Change | WorldEdit
Log = tuple[Intervention, ...]

LONGEST = 40
"""Characters of a value that is told."""

_KINDS = {"act": Act, "change": Change, "edit": Edit, "rules": Rules}


def told(edit: WorldEdit) -> str:
    """Say in a few words what an edit makes of the world."""
    if isinstance(edit, Edit):
        return f"cell {edit.row},{edit.column}: {_told(edit.cell) or 'open'}"
    return _told(edit.rules)


def _told(values: Mapping[str, Any]) -> str:
    """Say what stands under each key: `wall`, `reward 2, terminal`, `bump_reward none`."""
    return ", ".join(key if value is True else f"{key} {_number(value)}" for key, value in values.items())


def _number(value: Any) -> str:
    """Write a value in short: the wind of a wide map is a long list."""
    text = "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def to_plain(log: Log) -> list[dict[str, Any]]:
    """Write a log as plain values."""
    names = {kind: name for name, kind in _KINDS.items()}
    return [
        {"kind": names[type(entry)], **{k: dict(v) if isinstance(v, Mapping) else v for k, v in vars(entry).items()}}
        for entry in log
    ]


def from_plain(values: Any) -> Log:
    """Read a log from plain values; raises `ValueError`, `KeyError` or `TypeError` if it is none."""
    log = tuple(_KINDS[value["kind"]](**{k: v for k, v in value.items() if k != "kind"}) for value in values)
    steps = [entry.step for entry in log]
    if not all(isinstance(step, int) and step >= 0 for step in steps) or steps != sorted(steps):
        raise ValueError("the steps of the log do not count upwards")
    return log
