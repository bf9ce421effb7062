"""The dialogs of the timeline: going to a step, and choosing a branch."""

from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from engine.messages import TimelineView
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
        """List the branches."""
        title, entries = self.listing()
        listed = OptionList(*entries, compact=True, markup=False)
        hint = "Do something else in the past, such as another action or setting, and a branch begins."
        return [Static(Content(title), classes="heading"), listed, Static(Content(hint), classes="heading")]

    def listing(self) -> tuple[str, Sequence[Option]]:
        """Tell of each branch with what and where it left the one it came from, and how far it goes."""
        heading = ("", "branch", "from step", "to step")
        rows = [
            (
                "►" if branch.name == self.timeline.branch else "",
                f"{branch.name}, {branch.began}" if branch.began else branch.name,
                f"{branch.fork:,}",
                f"{branch.head:,}",
            )
            for branch in self.timeline.branches
        ]
        title, *lines = aligned([heading, *rows], self.line_width, 1, frozenset({2, 3}))
        return title, options([branch.name for branch in self.timeline.branches], lines)

    def on_mount(self) -> None:
        """Begin at the branch where one is."""
        names = [branch.name for branch in self.timeline.branches]
        self.query_one(OptionList).highlighted = names.index(self.timeline.branch)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer with the chosen name."""
        self.dismiss(event.option_id)
