"""A dialog in which one of a list is chosen, which typing narrows down."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from engine.errors import InputError
from tui.screens.dialog import Dialog, Field, Problem
from tui.screens.rows import aligned, options


class Search(Dialog[str]):
    """Answers with the word of an entry, or with a word that was typed and stands for something outside the list."""

    WIDTH = 90
    SEARCH: ClassVar[str] = "search"
    """What stands in the empty field."""
    RIGHT: ClassVar[frozenset[int]] = frozenset()
    """The columns that stand on the right of their place."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move('cursor_down')", show=False, id="next_entry"),
        Binding("up", "move('cursor_up')", show=False, id="previous_entry"),
        Binding("pagedown", "move('page_down')", show=False, id="next_entries"),
        Binding("pageup", "move('page_up')", show=False, id="previous_entries"),
    ]

    def __init__(self, rows: Mapping[str, Sequence[str]], current: str = "") -> None:
        """`rows` are the columns of each entry by its word, the title second; `current` is where to begin."""
        super().__init__()
        self.rows = rows
        self.current = current

    def check(self, word: str) -> None:
        """Raise `InputError` unless the word stands for something outside the list."""
        raise NotImplementedError

    def is_outside(self, word: str) -> bool:
        """Return whether the word is meant for something outside the list, be there an entry that fits it or not."""
        return False

    def body(self) -> list[Widget]:
        """Show a field to type into and the list below it."""
        listed = OptionList(*self._found(""), compact=True, markup=False)
        return [Field(placeholder=self.SEARCH), Problem(), listed]

    def on_mount(self) -> None:
        """Begin at the entry of the run."""
        if self.current in self.rows:
            self.query_one(OptionList).highlighted = list(self.rows).index(self.current)
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list down to what was typed."""
        self.query_one(Problem).tell("")
        found, listed = self._found(event.value), self.query_one(OptionList)
        listed.set_options(found)
        listed.highlighted = 0 if found else None

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the highlighted entry, or else what was typed."""
        option = self.query_one(OptionList).highlighted_option
        word = event.value.strip()
        if option is not None and not self.is_outside(word):
            self.dismiss(option.id)
            return
        try:
            self.check(word)
        except InputError as error:
            self.query_one(Problem).tell(str(error))
        else:
            self.dismiss(word)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the entry that was clicked."""
        self.dismiss(event.option_id)

    def action_move(self, action: str) -> None:
        """Move in the list while the keys go to the field."""
        getattr(self.query_one(OptionList), f"action_{action}")()

    def listing(self) -> tuple[str, Sequence[Option]]:
        """Tell of each entry that fits what was typed."""
        return "", self._found(self.query_one(Input).value)

    def _found(self, text: str) -> list[Option]:
        lines = dict(zip(self.rows, aligned(list(self.rows.values()), self.line_width, 1, self.RIGHT), strict=True))
        found = [word for word, row in self.rows.items() if matches(row, text)]
        return options(found, [lines[word] for word in found])


def matches(row: Sequence[str], text: str) -> bool:
    """Return whether each word of the text stands in the name or the title, the first two columns of the row."""
    where = " ".join(row[:2]).lower()
    return all(word in where for word in text.lower().split())
