"""The dialog in which a lesson is chosen."""

from collections.abc import Sequence

from textual.widget import Widget
from textual.widgets import OptionList

from tui.lessons.lesson import Lesson
from tui.screens.dialog import Dialog
from tui.screens.rows import aligned, options


class ChooseLesson(Dialog[str]):
    """Answers with the name of a lesson."""

    TITLE = "Choose a lesson"
    HINT = "↑ ↓ move · enter begin · escape close"

    def __init__(self, lessons: Sequence[Lesson]) -> None:
        super().__init__()
        self.lessons = lessons

    def body(self) -> list[Widget]:
        """List the lessons in the order of the story."""
        rows = [(f"{n}", lesson.title, f"{len(lesson.pages)} pages") for n, lesson in enumerate(self.lessons, start=1)]
        names = [lesson.name for lesson in self.lessons]
        return [OptionList(*options(names, aligned(rows, self.line_width, 1)), compact=True, markup=False)]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer with the chosen name."""
        self.dismiss(event.option_id)
