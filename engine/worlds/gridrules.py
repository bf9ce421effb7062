"""The rules of a gridworld: what a world file says, read and checked, before anything moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.errors import InputError
from engine.worlds.fields import Table, shown
from engine.worlds.mdp import IntArray

MAX_CELLS = 1_000_000

WORLD_KEYS = (
    "title", "source", "discount", "max_steps", "step_reward", "bump_reward", "slip", "moves", "wind", "map", "cells",
)  # fmt: skip
CELL_KEYS = ("reward", "to_start", "terminal", "exit_reward", "exit_to", "exit_terminal")

CROSS = {"up": (-1, 0), "right": (0, 1), "down": (1, 0), "left": (0, -1)}
DIAGONALS = {"up-right": (-1, 1), "down-right": (1, 1), "down-left": (1, -1), "up-left": (-1, -1)}
STAY = {"stay": (0, 0)}
MOVES = {
    "cross": CROSS,
    "king": CROSS | DIAGONALS,
    "king+stay": CROSS | DIAGONALS | STAY,
    "cross+stay": CROSS | STAY,
}


@dataclass(frozen=True)
class Cell:
    """What the table `[cells.X]` says of the cells lettered X."""

    reward: float | None = None
    to_start: bool = False
    terminal: bool = False
    is_exit: bool = False
    exit_reward: float = 0.0
    exit_to: str | None = None
    """The letter of the one cell that the exit leads to; an exit without it ends the episode."""

    @property
    def label(self) -> str:
        """The reward that the cell is about, signed and short; empty if it names none."""
        if self.is_exit:
            return f"{self.exit_reward:+g}"
        return "" if self.reward is None else f"{self.reward:+g}"


@dataclass(frozen=True)
class Rules:
    """A gridworld's definition, read and checked."""

    lines: tuple[str, ...]
    """The rows of the map, padded to one length."""
    cells: Mapping[str, Cell]
    directions: Mapping[str, tuple[int, int]]
    """The actions: by how many rows and columns each one moves."""
    wind: IntArray
    """By how many rows the wind of each column pushes up, shape (columns,)."""
    slip: float
    step_reward: float
    bump_reward: float | None


def read_rules(table: Table) -> Rules:
    """Read the keys of a world file that make the map and the moves.

    Raises `InputError`, which names the key or the place on the map, if there is a mistake.
    """
    table.expect_only(WORLD_KEYS)
    lines = _read_map(table)
    cells = _read_cells(table)
    _expect_named_letters(lines, cells)
    _expect_ways_out(lines, cells)
    moves = table.text("moves", "cross")
    if moves not in MOVES:
        raise table.mistake("moves", " or ".join(map(repr, MOVES)))
    return Rules(
        lines=lines,
        cells=cells,
        directions=MOVES[moves],
        wind=_read_wind(table, len(lines), len(lines[0])),
        slip=table.number("slip", 0.0, low=0.0, high=1.0),
        step_reward=table.number("step_reward", 0.0),
        bump_reward=table.number("bump_reward") if "bump_reward" in table else None,
    )


def _read_map(table: Table) -> tuple[str, ...]:
    if "map" not in table or not isinstance(text := table.values["map"], str):
        raise InputError("map must be a text of one line a row, with 'S' a start, '.' open and '#' a wall")
    lines = text.removesuffix("\n").split("\n")
    width = max(map(len, lines))
    if len(lines) * width > MAX_CELLS:
        raise InputError(f"map has {len(lines)} rows of {width} cells; it may hold at most {MAX_CELLS} cells")
    if not text.strip():
        raise InputError("map is empty; it needs at least one cell to start in, 'S' or '.'")
    return tuple(line.ljust(width) for line in lines)


def _read_wind(table: Table, rows: int, columns: int) -> IntArray:
    wind = table.values.get("wind", [0] * columns)
    if not isinstance(wind, list) or not all(isinstance(push, int) and not isinstance(push, bool) for push in wind):
        raise table.mistake("wind", f"a list of {columns} whole numbers, one a column of the map")
    if len(wind) != columns:
        raise InputError(f"wind has {len(wind)} numbers; it must have {columns}, one a column of the map")
    return np.array([max(-rows, min(rows, push)) for push in wind], dtype=np.int64)


def _read_cells(table: Table) -> dict[str, Cell]:
    cells = table.values.get("cells", {})
    if not isinstance(cells, Mapping):
        raise table.mistake("cells", "a table of tables such as [cells.G]")
    return {letter: _read_cell(letter, values) for letter, values in cells.items()}


def _read_cell(letter: str, values: Any) -> Cell:
    if len(letter) != 1 or not letter.isprintable() or letter in "#. ":
        raise InputError(
            f"cells names {shown(letter)}; it must be one printable character, and not '#', '.' or a space"
        )
    if not isinstance(values, Mapping):
        raise InputError(f"cells.{letter} is {shown(values)}; it must be a table such as [cells.{letter}]")
    table = Table(values, f"cells.{letter}.")
    for key in values:
        if key in WORLD_KEYS and key not in CELL_KEYS:
            raise InputError(f"unknown key {table.path + key!r}; {key!r} belongs above the first table [cells...]")
    table.expect_only(CELL_KEYS)
    _expect_no_contradiction(table, letter)
    return Cell(
        reward=table.number("reward") if "reward" in table else None,
        to_start=table.flag("to_start"),
        terminal=table.flag("terminal"),
        is_exit=_exit_key(table) is not None,
        exit_reward=table.number("exit_reward", 0.0),
        exit_to=_read_exit_to(table),
    )


def _exit_key(table: Table) -> str | None:
    """Return the first key that makes the cell an exit."""
    if table.flag("exit_terminal"):
        return "exit_terminal"
    return next((key for key in ("exit_to", "exit_reward") if key in table), None)


def _read_exit_to(table: Table) -> str | None:
    if "exit_to" not in table:
        return None
    letter = table.values["exit_to"]
    if not isinstance(letter, str) or len(letter) != 1 or letter in "# ":
        raise table.mistake("exit_to", "the letter of the one cell that the exit leads to")
    return letter


def _expect_no_contradiction(table: Table, letter: str) -> None:
    """Raise `InputError` if two keys of a cell exclude each other, or one needs another."""
    claims = [key for key in ("terminal", "to_start") if table.flag(key)]
    if letter == "S" and claims:
        raise InputError(f"{table.path}{claims[0]} is true, but S is where episodes start; use another letter")
    if exit_key := _exit_key(table):
        claims.append(exit_key)
    if len(claims) > 1:
        raise InputError(f"{table.path}{claims[0]} and {table.path}{claims[1]} exclude each other; keep one of them")
    if exit_key and ("exit_to" in table) == table.flag("exit_terminal"):
        found = "both are given" if "exit_to" in table else "neither is given"
        raise InputError(f"{table.path}exit_to or {table.path}exit_terminal = true: {found}; an exit needs one of them")


def _expect_named_letters(lines: Sequence[str], cells: Mapping[str, Cell]) -> None:
    known = {*cells, "S", ".", "#", " "}
    if set().union(*lines) <= known:
        return
    row, column = next((r, c) for r, line in enumerate(lines) for c, letter in enumerate(line) if letter not in known)
    raise InputError(
        f"map row {row + 1}, column {column + 1} (counted from 1): {lines[row][column]!r} has no table in [cells]; "
        "give it one, or use 'S' start, '.' open, '#' wall, space outside"
    )


def _expect_ways_out(lines: Sequence[str], cells: Mapping[str, Cell]) -> None:
    """Raise `InputError` unless every exit on the map leads to exactly one cell."""
    whole = "".join(lines)
    for letter, cell in cells.items():
        if cell.exit_to is not None and letter in whole and (count := whole.count(cell.exit_to)) != 1:
            raise InputError(
                f"cells.{letter}.exit_to is {cell.exit_to!r}, of which the map has {count}; it must have exactly one"
            )
