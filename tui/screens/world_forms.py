"""The dialogs of the editor: the reward of a cell, the rules of the world, and its file."""

import math
import re
from collections.abc import Mapping
from pathlib import Path

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from engine.errors import InputError
from engine.messages import WorldView
from engine.worlds.editing import RULES, read_rule
from engine.worlds.writing import as_toml
from tui.exporting import world_path
from tui.screens.dialog import Dialog, Field, Problem
from tui.screens.export import WriteFile
from tui.screens.form import Form, SettingLine


class AskReward(Dialog[tuple[float | None]]):
    """Answers with the reward of a cell, or with None for that of every move."""

    TITLE = "Reward of the cell"
    HINT = "enter put it here · empty = as any cell · escape close"

    def __init__(self, where: str, reward: str) -> None:
        """`where` says which cell, `reward` is what it names now."""
        super().__init__()
        self.where = where
        self.reward = reward

    def body(self) -> list[Widget]:
        """Show a field with the present reward in it."""
        return [
            Static(Content(self.where), classes="question"),
            Field(self.reward, placeholder="as any cell"),
            Problem(),
        ]

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer, unless it is no number."""
        reward = amount(event.value)
        if event.value.strip() and reward is None:
            self.query_one(Problem).tell(f"{event.value.strip()!r} is no finite number, such as −5 or 0.5")
        else:
            self.dismiss((reward,))


class EditRules(Form[Mapping[str, object]]):
    """Answers with the rules that change, as the engine takes them; an empty field stands for the default."""

    TITLE = "Rules of the world"
    HINT = "tab next · enter learn on with these · empty = default · escape close"

    def __init__(self, world: WorldView, column: int) -> None:
        """`column` is the one whose wind is shown."""
        super().__init__()
        self.world = world
        self.column = column
        self.before = {name: self._now(name) for name in (rule.name for rule in RULES)}

    def lines(self) -> list[SettingLine]:
        """Return a line for each rule."""
        return [
            SettingLine(
                self._label(rule.name),
                self.before[rule.name],
                rule.default,
                rule.meaning,
                f"{rule.range} · default {rule.default}",
            )
            for rule in RULES
        ]

    def problem(self, key: str, value: str) -> str:
        """Return what is wrong with the value of a rule."""
        try:
            read_rule(key.partition(" ")[0], value)
        except InputError as error:
            return str(error).partition(" is ")[2]
        return ""

    def submit(self, values: Mapping[str, str]) -> None:
        """Answer with what is other than before."""
        typed = {name: values.get(self._label(name), "") for name in self.before}
        changed: dict[str, object] = {
            name: read_rule(name, text) for name, text in typed.items() if text != self.before[name]
        }
        if "wind" in changed:
            changed["wind"] = wind_with(self.world, self.column, int(read_rule("wind", typed["wind"]) or 0))
        self.dismiss(changed)

    def _label(self, name: str) -> str:
        return f"wind of column {self.column}" if name == "wind" else name

    def _now(self, name: str) -> str:
        """Return what the world says of a rule, as a person writes it; empty where it does not name it."""
        value = self.world.definition.get(name)
        if name == "wind" and value is not None:
            value = value[self.column]
        return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


class SaveWorld(WriteFile[str]):
    """Writes the world as it is now as a world file."""

    TITLE = "Write the world as a file"
    HINT = "enter write · escape close"

    def __init__(self, world: WorldView) -> None:
        super().__init__()
        self.world = world

    def body(self) -> list[Widget]:
        """Ask for the name, and offer one."""
        stem = re.sub(r"[^A-Za-z0-9.-]+", "-", self.world.name.removesuffix("-edited")).strip("-.")[:40] or "world"
        return [Static("Name of the file", classes="question"), Field(f"{stem}-edited.toml"), Problem()]

    def path(self, text: str) -> Path:
        """Return the path of a world file."""
        return world_path(text)

    def contents(self) -> str:
        """Return the text of the file."""
        return as_toml(self.world.name, self.world.definition)

    def written(self, path: Path) -> str:
        """Say how it is opened."""
        return f"written to {path}: qscope {path} opens it"


def amount(text: str) -> float | None:
    """Return the finite number that a person wrote, None if it is none."""
    try:
        number = float(text.strip().replace("−", "-"))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def wind_with(world: WorldView, column: int, push: int) -> list[int] | None:
    """Return the wind of every column with another one in this column; None where no wind blows any more."""
    wind = list(world.definition.get("wind", [0] * len(world.cells[0])))
    wind[column] = push
    return wind if any(wind) else None
