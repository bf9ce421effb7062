"""The dialogs of the timeline: going to a step, choosing a branch, and changing what the past led to."""

import math

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static

from engine.messages import EditCell, TimelineView
from tui.screens.dialog import Dialog, Field, Problem, whole_number
from tui.screens.rows import aligned, options


class GoToStep(Dialog[int]):
    """Answers with the number of a step."""

    TITLE = "Go to a step"
    HINT = "enter go · escape close"

    def __init__(self, head: int, typed: str = "") -> None:
        super().__init__()
        self.head = head
        self.typed = typed

    def body(self) -> list[Widget]:
        """Show a field for the number, with what was typed already."""
        question = f"A step from 0 to {self.head:,}, the furthest of this branch"
        return [Static(Content(question), classes="question"), Field(self.typed), Problem()]

    def on_mount(self) -> None:
        """Go on behind what was typed."""
        field = self.query_one(Input)
        field.select_on_focus = False
        field.cursor_position = len(self.typed)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer, unless there is no such step."""
        step = whole_number(event.value.replace(",", "").replace("_", ""))
        if step is not None and step <= self.head:
            self.dismiss(step)
        else:
            self.query_one(Problem).tell(f"{event.value.strip()!r} is no step from 0 to {self.head:,}")


class ChooseBranch(Dialog[str]):
    """Answers with the name of a branch of the run."""

    TITLE = "Branches of the run"
    HINT = "↑ ↓ move · enter go there · escape close"

    def __init__(self, timeline: TimelineView) -> None:
        super().__init__()
        self.timeline = timeline

    def body(self) -> list[Widget]:
        """List the branches: where each left the one it came from, and how far it goes."""
        heading = ("", "branch", "begins at step", "goes to step")
        rows = [
            ("►" if branch.name == self.timeline.branch else "", branch.name, f"{branch.fork:,}", f"{branch.head:,}")
            for branch in self.timeline.branches
        ]
        title, *lines = aligned([heading, *rows], self.line_width, 1, frozenset({2, 3}))
        names = [branch.name for branch in self.timeline.branches]
        listed = OptionList(*options(names, lines), compact=True, markup=False)
        hint = "Do something else in the past, such as another action or setting, and a branch begins."
        return [Static(Content(title), classes="heading"), listed, Static(Content(hint), classes="heading")]

    def on_mount(self) -> None:
        """Begin at the branch where one is."""
        names = [branch.name for branch in self.timeline.branches]
        self.query_one(OptionList).highlighted = names.index(self.timeline.branch)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer with the chosen name."""
        self.dismiss(event.option_id)


class EditOneCell(Dialog[EditCell]):
    """Answers with another cell for a place of the world; the agent learns on in the world that it makes."""

    TITLE = "Edit a cell"
    HINT = "tab next · enter edit · escape close"
    WORDS = "wall, open, start, end, reward -5, or reward 10 end"

    def __init__(self, cells: tuple[str, ...], place: tuple[int, int]) -> None:
        super().__init__()
        self.cells = cells
        self.place = place

    def body(self) -> list[Widget]:
        """Ask for the place, and for what is to be there."""
        row, column = self.place
        return [
            Static(Content("Row,column from 0,0 at the top left"), classes="question"),
            Field(f"{row},{column}"),
            Static(Content(f"What is to be there: {self.WORDS}"), classes="question"),
            Field("", placeholder="reward -5"),
            Problem(),
        ]

    def on_mount(self) -> None:
        """Begin at what is to be there."""
        self.query(Input)[1].focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer, unless the place or the cell cannot be."""
        where, what = (field.value.strip() for field in self.query(Input))
        place, cell = read_place(where, self.cells), read_cell(what)
        if place is None:
            self.query_one(Problem).tell(f"{where!r} is no row,column of this map")
        elif cell is None:
            self.query_one(Problem).tell(f"{what!r} is no cell; write {self.WORDS}")
        else:
            self.dismiss(EditCell(*place, cell))


def read_place(text: str, cells: tuple[str, ...]) -> tuple[int, int] | None:
    """Return row and column of a place on the map, None if the text names none."""
    row, column = (whole_number(part) for part in text.split(",")) if text.count(",") == 1 else (None, None)
    if row is None or column is None or row >= len(cells) or column >= len(cells[0]):
        return None
    return row, column


def read_cell(text: str) -> dict[str, object] | None:
    """Return what a person wrote of a cell as the engine takes it, None if it is none."""
    match text.lower().split():
        case ["open"]:
            return {}
        case ["wall" | "start" as kind]:
            return {kind: True}
        case ["end"]:
            return {"terminal": True}
        case ["reward", amount] if (reward := _amount(amount)) is not None:
            return {"reward": reward}
        case ["reward", amount, "end"] | ["end", "reward", amount] if (reward := _amount(amount)) is not None:
            return {"reward": reward, "terminal": True}
    return None


def _amount(text: str) -> float | None:
    try:
        amount = float(text.replace("−", "-"))
    except ValueError:
        return None
    return amount if math.isfinite(amount) else None
