"""Editing a gridworld: a definition goes in, a definition comes out, and states find themselves again."""

import string
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from engine.errors import InputError, near_miss
from engine.interventions import Edit, Rules, WorldEdit
from engine.state import Array
from engine.worlds import catalogue
from engine.worlds.environment import World, with_model
from engine.worlds.fields import Table, shown
from engine.worlds.gridrules import CELL_KEYS
from engine.worlds.mdp import BoolArray, FloatArray, IntArray, TabularMDP

CELLS = {"wall", "start", *CELL_KEYS}
PLAIN = "#. "
"""The letters that stand for themselves."""
EDITED, FROM = " (edited)", "edited from "
"""What the title of an edited world ends with, and what its source begins with."""


class Rule(NamedTuple):
    """A rule of a gridworld that can change while an agent lives in it."""

    name: str
    """Its key in a world file."""
    default: str
    """What holds where the file does not name it."""
    meaning: str
    range: str


RULES = (
    Rule("slip", "0", "chance that a move turns aside, half of it to either side", "0 to 1"),
    Rule("step_reward", "0", "paid on every move, unless the cell entered names its own", "a finite number"),
    Rule("bump_reward", "none", "paid instead where a move ends where it began", "a finite number, or none"),
    Rule("wind", "0", "by how many rows a move that leaves this column is pushed up", "a whole number"),
    Rule("max_steps", "1000", "the length at which an episode is truncated", "a whole number from 1"),
)
RULE_NAMES = tuple(rule.name for rule in RULES)


def edited(world: World, edit: WorldEdit) -> TabularMDP:
    """Return the world after an edit; raises `InputError` if it is no gridworld, or would be none after it."""
    return with_model(catalogue.build(world.name, changed(world.name, world.definition, edit)))


def changed(name: str, definition: Mapping[str, Any], edit: WorldEdit) -> dict[str, Any]:
    """Return the definition of a gridworld after an edit, which only building it checks in full.

    A cell is `{"wall": True}`, `{"start": True}`, or what a table `[cells.X]` of a world file may say: `{}` is an open
    cell, `{"reward": -1.0, "terminal": True}` an end; what is None is not named. A start is as the others are; it may
    name its reward if it is the only one, or if all of them have that. Raises `InputError` if the definition has no
    map, or no such place or rule.
    """
    if "map" not in definition:
        raise InputError(f"{name} has no text map; only gridworlds can be edited")
    definition = {**definition, **_named_as_edited(name, definition)}
    if isinstance(edit, Edit):
        return _with_cell(definition, edit.row, edit.column, edit.cell)
    for rule in edit.rules:
        if rule not in RULE_NAMES:
            raise InputError(
                f"unknown rule {rule!r}{near_miss(str(rule), RULE_NAMES)}; there are {_listed(RULE_NAMES)}"
            )
    after = {**definition, **edit.rules}
    return {key: value for key, value in after.items() if value is not None}


def _named_as_edited(name: str, definition: Mapping[str, Any]) -> dict[str, str]:
    """Return title and source of an edited world: what an article or a book describes is the one it came from."""
    title, source = str(definition.get("title", name)), str(definition.get("source", ""))
    if source.startswith(FROM):
        return {"title": title, "source": source}
    return {"title": f"{title}{EDITED}", "source": f"{FROM}{title}" + (f" ({source})" if source else "")}


def changes_nothing(world: World, edit: WorldEdit) -> bool:
    """Return whether a gridworld is the same after an edit; raises `InputError` as `changed` does."""
    after = changed(world.name, world.definition, edit)
    return _plainly(after) == _plainly(world.definition)


def what_changes(world: World, edit: WorldEdit) -> WorldEdit | None:
    """Return the edit without the rules that hold already; None if nothing of it is left."""
    if isinstance(edit, Rules):
        new = {key: value for key, value in edit.rules.items() if not changes_nothing(world, Rules(0, {key: value}))}
        return Rules(edit.step, new) if new else None
    return None if changes_nothing(world, edit) else edit


def _plainly(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return a definition with its map as rows, tables of cells and every rule, be they named or not; without names."""
    rows = rows_of(definition)
    unnamed = {rule.name: read_rule(rule.name, rule.default) for rule in RULES}
    still = {"wind": [0] * len(rows[0]), "cells": {}}
    return {**unnamed, **still, **definition, "map": rows, "title": "", "source": ""}


def read_rule(name: str, text: str) -> float | int | None:
    """Return the value of a rule as a person writes it, None for its default; wind is that of one column.

    Raises `InputError` if it is not possible.
    """
    if name not in RULE_NAMES:
        raise InputError(f"unknown rule {name!r}{near_miss(name, RULE_NAMES)}; there are {_listed(RULE_NAMES)}")
    text = text.strip().replace("−", "-")
    if text in {"", "none"}:
        return None
    try:
        value = int(text) if name in {"wind", "max_steps"} else float(text)
    except ValueError:
        rule = RULES[RULE_NAMES.index(name)]
        raise InputError(f"{name} is {shown(text)}; it must be {rule.range}") from None
    table = Table({name: value})
    if name == "max_steps":
        return table.whole(name)
    return value if name == "wind" else table.number(name, **({"low": 0.0, "high": 1.0} if name == "slip" else {}))


def rows_of(definition: Mapping[str, Any]) -> list[str]:
    """Return the rows of a definition's map, padded to one length."""
    lines = definition["map"].removesuffix("\n").split("\n")
    width = max(map(len, lines))
    return [line.ljust(width) for line in lines]


def survivors(before: TabularMDP, after: TabularMDP) -> IntArray:
    """Return for each state of the edited world which state it was before, or -1 for a new one; shape (states,)."""
    if before.layout is None or after.layout is None:
        raise InputError("only worlds with a map can be edited")
    numbers = np.full((before.layout.rows, before.layout.columns), -1, np.int64)
    numbers[tuple(before.layout.places.T)] = np.arange(len(before.states))
    origin: IntArray = numbers[tuple(after.layout.places.T)]
    return origin


def numbers_after(origin: IntArray, states_before: int) -> IntArray:
    """Turn old number by new (`survivors`) into new number by old, shape (states_before,); -1 for what is no more."""
    now = np.full(states_before, -1, np.int64)
    now[origin[origin >= 0]] = np.flatnonzero(origin >= 0)
    return now


def carried(
    pairs: Array, legal_before: BoolArray, legal: BoolArray, origin: IntArray, fresh: FloatArray | float
) -> Array:
    """Return what is known of each pair, (states, actions), in an edited world (`survivors`); `fresh` for a new one."""
    known = (origin >= 0)[:, None] & legal_before[origin] & legal
    kept: Array = np.where(known, pairs[origin], fresh)
    return kept


def _with_cell(definition: Mapping[str, Any], row: int, column: int, cell: Mapping[str, Any]) -> dict[str, Any]:
    lines = rows_of(definition)
    if not (0 <= row < len(lines) and 0 <= column < len(lines[0])):
        raise InputError(f"row {row}, column {column} is outside of the map")
    if not set(cell) <= CELLS:
        raise InputError(f"a cell knows {', '.join(sorted(CELLS))}, not {_listed(sorted(set(cell) - CELLS))}")
    before = lines[row][column]
    lines[row] = f"{lines[row][:column]} {lines[row][column + 1 :]}"
    tables = dict(definition.get("cells", {}))
    letter = _letter("".join(lines), tables, before, dict(cell))
    lines[row] = f"{lines[row][:column]}{letter}{lines[row][column + 1 :]}"
    return {**definition, "map": "\n".join(lines), "cells": tables}


def _letter(others: str, tables: dict[str, Any], before: str, cell: dict[str, Any]) -> str:
    """Return the letter for such a cell; `tables`, those of the definition, get what it needs.

    `others` are the letters of all other cells, `before` is the one that stood there. The letter to which an exit leads
    stays where it is, and no second cell gets it.
    """
    ways_out = {table["exit_to"] for table in tables.values() if "exit_to" in table}
    said = {key: value for key, value in cell.items() if value is not None}
    if said.pop("start", False):
        if len(cell) > 1:
            _expect_one_kind_of_start(others, tables.get("S", {}), said)
            tables["S"] = said
        return "S"
    cell = said
    if cell == {"wall": True}:
        return "#"
    if "wall" in cell:
        raise InputError("a wall is nothing else: write {'wall': true} alone")
    if before in ways_out and before not in f"S{PLAIN}":
        tables[before] = cell
        return before
    if not cell:
        return "."
    for letter, table in tables.items():
        if table == cell and letter != "S" and letter not in ways_out:
            return str(letter)
    free = (letter for letter in string.ascii_uppercase + string.ascii_lowercase if letter not in {"S", *tables})
    letter = next((letter for letter in free if letter not in others), "")
    if not letter:
        raise InputError("the map has no letter left for another kind of cell")
    tables[letter] = cell
    return letter


def _expect_one_kind_of_start(others: str, table: Mapping[str, Any], cell: Mapping[str, Any]) -> None:
    if "S" in others and dict(table) != dict(cell):
        raise InputError("all starts pay the same for being entered; another reward needs a map with this one start")


def _listed(names: Any) -> str:
    return ", ".join(map(str, names))
