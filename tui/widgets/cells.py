"""What a cell of an editable world is, in words."""

from collections.abc import Mapping

from engine.messages import WorldView

Cell = dict[str, object]
"""As `messages.EditCell` takes it."""
Place = tuple[int, int]
"""Row and column."""
START, OUTSIDE = "S", " "


def cell_at(world: WorldView, place: Place) -> Cell:
    """Return the cell at a place; what is outside of the world is a wall."""
    row, column = place
    letter = world.cells[row][column]
    if letter in "# ":
        return {"wall": True}
    return {**({"start": True} if letter == START else {}), **_tables(world).get(letter, {})}


def reward_of(cell: Mapping[str, object]) -> str:
    """Return the reward that a cell names, as a person writes it; empty if it names none."""
    reward = cell.get("exit_reward", cell.get("reward"))
    return f"{reward:g}" if isinstance(reward, int | float) else ""


def described(world: WorldView, place: Place) -> str:
    """Say where a cell is and what it is."""
    row, column = place
    letter, cell = world.cells[row][column], cell_at(world, place)
    if letter in "# ":
        return f"{row},{column} · {'outside' if letter == OUTSIDE else 'wall'}"
    marked = any(START in line for line in world.cells)
    words = [f"{row},{column}", *([letter] if letter not in ".S" else []), *_kinds(world, cell)]
    if letter == "." and not marked:
        words.append("start, as is every open cell")
    return " · ".join(words)


def letters(world: WorldView) -> list[str]:
    """Say of each letter on the map what it stands for, in a word or two."""
    seen = set().union(*world.cells)
    said = (
        [f"{START} {_short(_tables(world).get(START, {}), 'start')}"] if START in seen else ["no S: every . is a start"]
    )
    said += [f"{letter} {_short(table)}" for letter, table in _tables(world).items() if letter in seen - {START}]
    return [*said, "# wall"] if "#" in seen else said


def _kinds(world: WorldView, cell: Cell) -> list[str]:
    if _is_exit(cell):
        leads = f"leads to {cell['exit_to']}" if "exit_to" in cell else "ends the episode"
        return [f"exit: any action pays {_number(cell.get('exit_reward', 0.0))} and {leads}"]
    kinds = ["start"] if "start" in cell else []
    own = cell.get("reward")
    every = world.definition.get("step_reward", 0.0)
    kinds.append(f"pays {_number(every)} like any cell" if own is None else f"pays {_number(own)}")
    kinds += ["ends the episode"] if cell.get("terminal") else []
    return [*kinds, "then back to the start"] if cell.get("to_start") else kinds


def _short(table: Mapping[str, object], *words: str) -> str:
    reward = table.get("exit_reward", table.get("reward"))
    said = [*words, *([] if reward is None else [_number(reward, signed=True)])]
    said += [word for key, word in (("terminal", "end"), ("to_start", "back")) if table.get(key)]
    if _is_exit(table):
        said.append(f"→ {table['exit_to']}" if "exit_to" in table else "exit")
    return " ".join(said) or "as ."


def _is_exit(cell: Mapping[str, object]) -> bool:
    return any(key in cell for key in ("exit_reward", "exit_to", "exit_terminal"))


def _tables(world: WorldView) -> Mapping[str, Mapping[str, object]]:
    tables: Mapping[str, Mapping[str, object]] = world.definition.get("cells", {})
    return tables


def _number(value: object, *, signed: bool = False) -> str:
    assert isinstance(value, int | float)
    return f"{value:{'+' if signed else ''}g}".replace("-", "−")
