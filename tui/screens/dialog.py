"""What all dialogs have in common: a framed box above the screen, which escape closes without an answer."""

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.screens.paced import Paced
from tui.widgets.canvas import width_of

Answer = TypeVar("Answer")

BESIDES = 7
"""Cells of a dialog that are no text: its frame, its padding and a scrollbar."""
DOT = " · "
"""What stands between two keys."""
LISTS = (OptionList, VerticalScroll)
"""What can be scrolled in a dialog."""
FEWEST_LINES = 3
"""Lines that are left to them at least."""
LONGEST_NUMBER = 20
"""Digits of a number that is typed."""


class Box(Vertical):
    """The frame of a dialog: a list in it gives way where all of it is too high, and notices lie on the lower edge."""

    DEFAULT_CLASSES = "dialog"

    def on_resize(self) -> None:
        """Make everything fit."""
        self.fit()

    def fit(self) -> None:
        """Leave the list the lines that the others do not need, and let notices cover nothing that is read."""
        shown = [child for child in self.children if child.display]
        bottom = max((child.virtual_region_with_margin.bottom for child in shown), default=0)
        listed = next((child for child in self.children if isinstance(child, LISTS)), None)
        if listed is not None and (excess := bottom - self.content_size.height) > 0:
            listed.styles.max_height = max(listed.outer_size.height - excess, FEWEST_LINES)
        left, below = self.region.x + 1, self.screen.size.height - self.region.bottom
        for rack in self.screen.query("ToastRack"):
            rack.styles.margin = (0, 0, below, 0)
            rack.styles.padding = (0, left)  # A margin would be beside the whole width, as it is docked.


class Dialog(Paced[Answer], ModalScreen[Answer]):
    """A box with a title, its body and a line that says which keys there are."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close", show=False, id="close_dialog")]
    WIDTH: ClassVar[int] = 72
    """Cells for the box, as the style sheet has it."""
    HINT: ClassVar[str] = "enter choose · escape close"

    def __init__(self, title: str = "") -> None:
        super().__init__()
        self.title = title or self.TITLE
        self.add_class(*self.classes_at(self.app.size))  # Textual gives them only after the first frame.
        self._told_for = self.line_width
        """The width for which the lines of the list are written."""

    def compose(self) -> ComposeResult:
        """Put the body into the box."""
        with Box() as box:
            box.border_title = Content(self.title or "")
            yield from self.body()
            yield Static(Content(in_lines(self.HINT, self.line_width)), classes="hint")

    def on_resize(self, event: events.Resize) -> None:
        """Write for the new width, give a list all the lines again that it may have, and fit it in."""
        if self.line_width != self._told_for:
            self._told_for = self.line_width
            self._tell_again()
        for listed in self.query(".dialog > OptionList, .dialog > VerticalScroll"):
            listed.styles.max_height = None
        self.call_after_refresh(self.query_one(Box).fit)

    def _tell_again(self) -> None:
        """Write the keys and the lines of the list anew, each in its place."""
        self.query(".dialog > .hint").first(Static).update(Content(in_lines(self.HINT, self.line_width)))
        heading, entries = self.listing()
        if heading:
            self.query(".heading").first(Static).update(Content(heading))
        for entry in entries:
            self.query_one(OptionList).replace_option_prompt(str(entry.id), entry.prompt)

    def listing(self) -> tuple[str, Sequence[Option]]:
        """Return the heading and the entries of a list whose lines are as wide as the dialog; both empty if none is."""
        return "", ()

    @property
    def line_width(self) -> int:
        """Cells for a line of a list or of the keys, beside the frame and a scrollbar."""
        return min(self.WIDTH, self.app.size.width) - BESIDES

    def body(self) -> list[Widget]:
        """Return what the dialog shows."""
        raise NotImplementedError

    def action_close(self) -> None:
        """Close without an answer."""
        self.dismiss(None)


def in_lines(keys: str, width: int) -> str:
    """Return what keys do, parted by dots, in lines of that width at most, which end only where a dot stands."""
    lines = [""]
    for key in keys.split(DOT):
        longer = lines[-1] + DOT * bool(lines[-1]) + key
        if lines[-1] and width_of(longer) > width:
            lines.append(key)
        else:
            lines[-1] = longer
    return "\n".join(lines)


class Field(Input):
    """A field of one line; its cursor does not blink, which would send bytes all day."""

    def __init__(self, value: str = "", placeholder: str = "") -> None:
        super().__init__(value, placeholder=placeholder, compact=True)
        self.cursor_blink = False


class Problem(Static):
    """The place beside a field where it is said what is wrong with it."""

    def tell(self, problem: str, otherwise: str = "") -> None:
        """Show what is wrong, or a quieter text if nothing is."""
        self.update(Content(problem or otherwise))
        self.set_class(bool(problem), "shown")


def whole_number(text: str) -> int | None:
    """Return the number from 0 on that a person typed, None if it is none or longer than any that could be meant."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None
