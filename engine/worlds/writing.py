"""Writing a gridworld as a world file, which reads back as the same world."""

import json
import re
from collections.abc import Mapping
from typing import Any

from engine.errors import InputError
from engine.worlds.editing import rows_of
from engine.worlds.gridrules import WORLD_KEYS

BARE = re.compile(r"[A-Za-z0-9_-]+")
"""The keys that need no quotes in TOML."""


def as_toml(name: str, definition: Mapping[str, Any]) -> str:
    """Return the world file of a definition: its rules, its map, and a table for each kind of cell that it needs.

    Raises `InputError` if the definition is that of no gridworld.
    """
    if "map" not in definition:
        raise InputError(f"{name} has no text map; only gridworlds are written as world files")
    rows = rows_of(definition)
    rules = [(key, definition[key]) for key in WORLD_KEYS if key in definition and key not in {"map", "cells"}]
    lines = [f"{key} = {_value(value)}" for key, value in rules]
    lines += ['map = """', *(_escaped(row) for row in rows), '"""']
    for letter, table in _needed_cells(rows, definition.get("cells", {})).items():
        lines += ["", f"[cells.{letter if BARE.fullmatch(letter) else _text(letter)}]"]
        lines += [f"{key} = {_value(value)}" for key, value in table.items()]
    return "\n".join([*lines, ""])


def _needed_cells(rows: list[str], cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables of the letters that stand on the map: edits leave others behind."""
    seen = set().union(*rows)
    return {letter: table for letter, table in cells.items() if letter in seen}


def _value(value: Any) -> str:
    """Write a text, a number, a truth value or a list of numbers."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return str(value).lower()
    return f"[{', '.join(map(repr, value))}]" if isinstance(value, list) else repr(value)


def _text(text: str) -> str:
    """Write a text in quotes: what JSON escapes, TOML reads, which wants one sign more to be escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _escaped(row: str) -> str:
    return _text(row)[1:-1]
