"""Where in a lesson one is, and where one comes to from there."""

from dataclasses import dataclass, replace

from engine.messages import (
    ActByHand,
    BrushCell,
    ChangeSettings,
    Command,
    EditCell,
    EditRules,
    FinishEpisode,
    Load,
    PlayOrPause,
    Reset,
    RunAtFullSpeed,
    RunUntil,
    Start,
    Step,
    UsualSpeed,
)
from tui.lessons import shelf
from tui.lessons.directives import ShowLayer
from tui.lessons.lesson import Lesson, Page
from tui.widgets.layers import Layer

LEARNING = (
    Step | FinishEpisode | PlayOrPause | RunAtFullSpeed | RunUntil | ActByHand | Reset
    | ChangeSettings | EditCell | BrushCell | EditRules
)  # fmt: skip
"""The commands by which a run goes on, or changes."""


def makes_own(command: Command, *, reading: bool) -> bool:
    """Return whether a run is the person's own from this command on, though a lesson began it.

    They begin or open another one, or go on with it when no lesson is open any more.
    """
    return isinstance(command, Start | Load) or (not reading and isinstance(command, LEARNING))


@dataclass(frozen=True)
class Stop:
    """A page that is read."""

    lesson: Lesson
    number: int = 0
    """Counted from 0."""
    begins: bool = True
    """Whether the lesson is begun here, and its run with it."""

    @property
    def page(self) -> Page:
        """What is read."""
        return self.lesson.pages[self.number]

    @property
    def drives(self) -> bool:
        """Whether the run has to be brought to where the page wants it."""
        return self.begins or self.page.moves_the_run

    @property
    def way(self) -> tuple[Command, ...]:
        """What brings the run there; a lesson begins at the usual speed, whatever the reader chose before."""
        return (*((UsualSpeed(),) if self.begins else ()), *self.lesson.way_to(self.number))

    @property
    def layer(self) -> Layer:
        """The layer of the map there: the last that this page or one before it shows."""
        pages = self.lesson.pages[: self.number + 1]
        placed = [placed.directive for page in pages for placed in page.directives]
        return next((shown.layer for shown in reversed(placed) if isinstance(shown, ShowLayer)), Layer.VALUE)

    @property
    def following(self) -> Lesson | None:
        """The lesson that comes after this page; None where a further page does, or nothing."""
        return shelf.after(self.lesson) if self.number + 1 == len(self.lesson.pages) else None

    def next(self) -> "Stop | None":
        """Return where one comes to, after the last page the next lesson; None where the story ends."""
        if self.number + 1 < len(self.lesson.pages):
            return Stop(self.lesson, self.number + 1, begins=False)
        return Stop(self.following) if self.following is not None else None

    def previous(self) -> "Stop | None":
        """Return the page before; None before the first."""
        return Stop(self.lesson, self.number - 1, begins=False) if self.number else None


def opened(name: str, left: Stop | None) -> Stop:
    """Return where the lesson of that name is opened: where it was left, if it was the last, else at its first page."""
    lesson = shelf.find(name)
    return replace(left, begins=True) if left is not None and left.lesson.path == lesson.path else Stop(lesson)
