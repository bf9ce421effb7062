"""What a cell becomes under a brush: one thing of it is turned on or off, or it pays something else."""

from collections.abc import Mapping
from typing import Any

from engine.errors import InputError
from engine.worlds.editing import rows_of

START, TERMINAL, TO_START, REWARD = "start", "terminal", "to_start", "reward"
BRUSHES = (START, TERMINAL, TO_START, REWARD)
Cell = dict[str, Any]
"""As `engine.worlds.editing.changed` takes it."""


def brushed(definition: Mapping[str, Any], row: int, column: int, brush: str, reward: float | None = None) -> Cell:
    """Return the cell of a gridworld after a brush; `reward` is that of the brush `reward`, None for that of any cell.

    Raises `InputError` if the definition has no such place, or if the brush does nothing to such a cell.
    """
    rows = rows_of(definition)
    if not (0 <= row < len(rows) and 0 <= column < len(rows[0])):
        raise InputError(f"row {row}, column {column} is outside of the map")
    cell = _cell_of(rows[row][column], definition.get("cells", {}))
    match brush:
        case "start":
            return _with_start(cell, marked=any("S" in line for line in rows))
        case "terminal" | "to_start":
            return _with_flag(cell, brush)
        case "reward":
            return _with_reward(cell, reward)
    raise InputError(f"there is no brush {brush!r}; there are {', '.join(BRUSHES)}")


def _cell_of(letter: str, tables: Mapping[str, Any]) -> Cell:
    """Return what a letter of the map stands for; what is outside of the world is a wall."""
    if letter in "# ":
        return {"wall": True}
    return {**({"start": True} if letter == "S" else {}), **tables.get(letter, {})}


def _with_start(cell: Cell, *, marked: bool) -> Cell:
    """Return the cell as a start, or no start any more; a further start pays what the others do."""
    if "start" in cell:
        return {key: value for key, value in cell.items() if key != "start"}
    return {"start": True} if marked else {"start": True, "reward": None, **_paid(cell)}


def _with_flag(cell: Cell, flag: str) -> Cell:
    """Return the cell with `terminal` or `to_start`, which exclude each other, or without if it has it; it is no start.

    Raises `InputError` for an exit, which is neither.
    """
    if _is_exit(cell):
        raise InputError("this cell is an exit: make it a wall or an open cell first")
    return _paid(cell) if flag in cell else {**_paid(cell), flag: True}


def _with_reward(cell: Cell, reward: float | None) -> Cell:
    """Return the cell with that reward of its own, or without one; an exit pays it for whatever is done there."""
    if _is_exit(cell):
        return {**cell, "exit_reward": reward or 0.0}
    others = {key: value for key, value in cell.items() if key not in {"wall", "reward"}}
    return others if reward is None and "start" not in cell else {**others, "reward": reward}


def _paid(cell: Cell) -> Cell:
    return {"reward": cell["reward"]} if "reward" in cell else {}


def _is_exit(cell: Cell) -> bool:
    return any(key in cell for key in ("exit_reward", "exit_to", "exit_terminal"))
