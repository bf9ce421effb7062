"""The dialog in which a world is chosen: from a list that typing narrows down, by its path, or by a Gymnasium id."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from engine.errors import InputError
from tui.screens.dialog import Dialog, Field, Problem
from tui.screens.ports import Library, WorldEntry
from tui.screens.rows import aligned, options


class ChooseWorld(Dialog[str]):
    """Answers with the word of a world."""

    TITLE = "Choose a world"
    WIDTH = 90
    HINT = "type to search · ↑ ↓ move · enter begin a new run · escape close"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move('cursor_down')", show=False, id="next_world"),
        Binding("up", "move('cursor_up')", show=False, id="previous_world"),
        Binding("pagedown", "move('page_down')", show=False, id="next_worlds"),
        Binding("pageup", "move('page_up')", show=False, id="previous_worlds"),
    ]

    def __init__(self, library: Library, current: str = "") -> None:
        super().__init__()
        self.library = library
        self.current = current
        self.worlds = library.worlds()

    def body(self) -> list[Widget]:
        """Show a field to type into and the list below it."""
        field = Field(placeholder="search, or a path to a .toml or .json file, or gym:FrozenLake-v1")
        return [field, Problem(), OptionList(*self._options(self.worlds), compact=True, markup=False)]

    def on_mount(self) -> None:
        """Begin at the world of the run."""
        names = [world.id for world in self.worlds]
        if self.current in names:
            self.query_one(OptionList).highlighted = names.index(self.current)
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list down to what was typed."""
        self.query_one(Problem).tell("")
        found = [world for world in self.worlds if matches(world, event.value)]
        listed = self.query_one(OptionList)
        listed.set_options(self._options(found))
        listed.highlighted = 0 if found else None

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the highlighted world, or else what was typed."""
        option = self.query_one(OptionList).highlighted_option
        word = event.value.strip()
        if option is not None and not is_address(word):
            self.dismiss(option.id)
        else:
            self._take(word)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the world that was clicked."""
        self.dismiss(event.option_id)

    def action_move(self, action: str) -> None:
        """Move in the list while the keys go to the field."""
        getattr(self.query_one(OptionList), f"action_{action}")()

    def _take(self, word: str) -> None:
        try:
            self.library.check_world(word)
        except InputError as error:
            self.query_one(Problem).tell(str(error))
        else:
            self.dismiss(word)

    def _options(self, worlds: Sequence[WorldEntry]) -> list[Option]:
        rows = [
            (world.id, world.title, f"{world.states:,} × {world.actions}", f"γ {world.discount:g}") for world in worlds
        ]
        return options([world.id for world in worlds], aligned(rows, self.line_width, 1, frozenset({2})))


def matches(world: WorldEntry, text: str) -> bool:
    """Return whether each word of the text stands in the name or the title of the world."""
    where = f"{world.id} {world.title}".lower()
    return all(word in where for word in text.lower().split())


def is_address(word: str) -> bool:
    """Return whether the word names a world outside the list: a file or a Gymnasium id."""
    return word.startswith("gym:") or word.lower().endswith((".toml", ".json"))
