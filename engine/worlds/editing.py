"""Editing a gridworld cell by cell: a definition goes in, a definition comes out, and states find themselves again."""

import string
from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.errors import InputError
from engine.worlds import catalogue
from engine.worlds.environment import with_model
from engine.worlds.mdp import IntArray, TabularMDP

CELL_KEYS = {"wall", "start", "reward", "terminal"}


def edited(world: TabularMDP, row: int, column: int, cell: Mapping[str, Any]) -> TabularMDP:
    """Return the world with another cell at a place of its map, counted from 0.

    `cell` says what is to be there: `{"wall": true}`, `{"start": true}`, `{"reward": -1.0, "terminal": true}` with
    either key left out, or `{}` for an open cell. Raises `InputError` if the world has no map or would be none.
    """
    definition = {**world.definition, "cells": dict(world.definition.get("cells", {}))}
    if world.layout is None or "map" not in definition:
        raise InputError(f"{world.name} has no text map; only gridworlds can be edited")
    if not (0 <= row < world.layout.rows and 0 <= column < world.layout.columns):
        raise InputError(f"row {row}, column {column} is outside of the map")
    lines = list(world.layout.cells)
    lines[row] = lines[row][:column] + _letter(definition, cell) + lines[row][column + 1 :]
    return with_model(catalogue.build(world.name, {**definition, "map": "\n".join(lines)}))


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


def _letter(definition: dict[str, Any], cell: Mapping[str, Any]) -> str:
    """Return the letter for such a cell: one that the definition has, or a new one that it gets."""
    if not set(cell) <= CELL_KEYS:
        raise InputError(f"a cell knows {', '.join(sorted(CELL_KEYS))}, not {', '.join(map(str, cell))}")
    for plain, letter in (({"wall": True}, "#"), ({"start": True}, "S"), ({}, ".")):
        if dict(cell) == plain:
            return letter
    cells = definition["cells"]
    for letter, table in cells.items():
        if table == dict(cell) and letter != "S":
            return str(letter)
    free = (letter for letter in string.ascii_uppercase + string.ascii_lowercase if letter not in cells)
    letter = next((letter for letter in free if letter != "S" and letter not in definition["map"]), "")
    if not letter:
        raise InputError("the map has no letter left for another kind of cell")
    cells[letter] = dict(cell)
    return letter
