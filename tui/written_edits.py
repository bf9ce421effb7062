"""Edits of the world as a person writes them in a line, such as `1,2 wall`, `slip 0.2` or `undo`."""

from engine.errors import InputError
from engine.messages import Command, EditCell, EditRules, UndoEdit, WorldView
from engine.worlds.editing import read_rule
from engine.worlds.writing import as_toml
from tui.exporting import world_path, write_new
from tui.screens.dialog import whole_number
from tui.screens.world_forms import amount, wind_with

CELLS = "wall, open, start, end, back, reward -5, or reward 10 end"
EXAMPLES = "1,2 wall; slip 0.2; wind 3 1; undo; file my-world.toml"


def read_edit(text: str, world: WorldView) -> Command:
    """Return the edit that a line asks for; raises `InputError` if it is none.

    First comes a place of the map or the name of a rule, then what is to be there: `1,2 reward -5 end`, `slip 0.2`,
    `wind COLUMN PUSH`; `undo` alone takes the last edit back.
    """
    what, _, rest = text.strip().partition(" ")
    if what == "undo" and not rest:
        return UndoEdit()
    if what[:1].isdigit() or "," in what:
        return _read_cell_edit(what, rest, world)
    if what != "wind":
        return EditRules({what: read_rule(what, rest)})
    column, _, push = rest.strip().partition(" ")
    number = whole_number(column)
    columns = len(world.cells[0]) if world.cells else 0
    if number is None or number >= columns:
        there = f"0 to {columns - 1}" if columns else "there are none"
        raise InputError(f"{column!r} is no column of this map ({there}); write wind COLUMN PUSH, such as wind 0 1")
    return EditRules({"wind": wind_with(world, number, int(read_rule("wind", push) or 0))})


def write_world(name: str, world: WorldView) -> str:
    """Write the world as a new file, and say so; raises `InputError` if that cannot be."""
    path = world_path(name)
    write_new(path, as_toml(world.name, world.definition))
    return f"written to {path}: qscope {path} opens it"


def _read_cell_edit(where: str, what: str, world: WorldView) -> EditCell:
    place, cell = read_place(where, world.cells), read_cell(what)
    if place is None:
        raise InputError(f"{where!r} is no row,column of this map; the top left is 0,0")
    if cell is None:
        raise InputError(f"{what!r} is no cell; write {CELLS}")
    return EditCell(*place, cell)


def read_place(text: str, cells: tuple[str, ...]) -> tuple[int, int] | None:
    """Return row and column of a place on the map, None if the text names none."""
    row, column = (whole_number(part) for part in text.split(",")) if text.count(",") == 1 else (None, None)
    if row is None or column is None or row >= len(cells) or column >= len(cells[0]):
        return None
    return row, column


def read_cell(text: str) -> dict[str, object] | None:
    """Return what a person wrote of a cell as the engine takes it, None if it is none."""
    words = text.lower().split()
    if words in (["open"], ["wall"], ["start"]):
        return {} if words == ["open"] else {words[0]: True}
    cell: dict[str, object] = {}
    while words:
        word = words.pop(0)
        key = {"end": "terminal", "back": "to_start", "reward": "reward"}.get(word, "")
        value = amount(words.pop(0)) if word == "reward" and words else True if word != "reward" else None
        if not key or key in cell or value is None:
            return None
        cell[key] = value
    return cell or None
