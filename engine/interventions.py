"""Interventions: what a person does to a run that changes what it learns. Each is logged with its step, and replays."""

from collections.abc import Mapping, Sequence
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
_MAPPINGS = frozenset({"settings", "cell", "rules"})
"""The fields that are mappings; the others are whole numbers."""


def told(entry: Intervention, actions: Sequence[str] = ()) -> str:
    """Say in a few words what was done; an action by its name where `actions` names those of the world."""
    match entry:
        case Act(action=action):
            return f"{actions[action] if 0 <= action < len(actions) else f'action {action}'} by hand"
        case Change(settings=settings):
            return ", ".join(f"{key} {value}" for key, value in settings.items())
        case Edit(row=row, column=column, cell=cell):
            return f"cell {row},{column}: {_told(cell) or 'open'}"
        case Rules(rules=rules):
            return _told(rules)


def told_beginning(first: Intervention | None, fork: int, actions: Sequence[str] = ()) -> str:
    """Say with what a branch began that left another one at the step `fork`.

    `first` is the first intervention of its own, None if it has none. One that came only later began nothing; then an
    edit was taken back, for nothing else begins a branch and is not logged.
    """
    return told(first, actions) if first is not None and first.step == fork else "an edit taken back"


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
    if not all(isinstance(v, Mapping if k in _MAPPINGS else int) for entry in log for k, v in vars(entry).items()):
        raise ValueError("an intervention of the log holds what none can")
    steps = [entry.step for entry in log]
    if not all(step >= 0 for step in steps) or steps != sorted(steps):
        raise ValueError("the steps of the log do not count upwards")
    return log
