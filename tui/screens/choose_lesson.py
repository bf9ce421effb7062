"""The dialog in which a lesson is chosen."""

from collections.abc import Sequence

from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.lessons.lesson import Lesson
from tui.lessons.tour import Stop
from tui.screens.dialog import Dialog
from tui.screens.rows import aligned, options


class ChooseLesson(Dialog[str]):
    """Answers with the name of a lesson."""

    TITLE = "Choose a lesson"
    HINT = "↑ ↓ move · enter open · escape close"

    def __init__(self, lessons: Sequence[Lesson], left: Stop | None = None) -> None:
        """`left`: the page at which a lesson was left; it is the one that `enter` opens, there."""
        super().__init__()
        self.lessons = lessons
        self.left = left

    def body(self) -> list[Widget]:
        """List the lessons, on the one that was left."""
        found = OptionList(*self.listing()[1], compact=True, markup=False)
        found.highlighted = next((n for n, lesson in enumerate(self.lessons) if self._was_left(lesson)), 0)
        return [found]

    def listing(self) -> tuple[str, Sequence[Option]]:
        """Name the lessons in the order of the story."""
        rows = [(f"{n}", lesson.title, self._pages(lesson)) for n, lesson in enumerate(self.lessons, start=1)]
        names = [lesson.name for lesson in self.lessons]
        return "", options(names, aligned(rows, self.line_width, 1))

    def _pages(self, lesson: Lesson) -> str:
        pages = len(lesson.pages)
        return f"page {self.left.number + 1} of {pages}" if self.left and self._was_left(lesson) else f"{pages} pages"

    def _was_left(self, lesson: Lesson) -> bool:
        return self.left is not None and self.left.lesson.path == lesson.path

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer with the chosen name."""
        self.dismiss(event.option_id)
