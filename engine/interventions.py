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
    """What is there now, as `engine.worlds.editing.edited` takes it."""


Intervention = Act | Change | Edit
Log = tuple[Intervention, ...]

_KINDS = {"act": Act, "change": Change, "edit": Edit}


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
