"""What the main screen does with lessons: it turns their pages and lets them drive the run and the panels."""

from dataclasses import replace

from engine import messages
from engine.messages import Snapshot
from tui.commands import in_own_keys
from tui.lessons import shelf
from tui.lessons.directives import Inspect, Press, ShowLayer
from tui.lessons.lesson import Lesson, Page
from tui.lessons.tour import Stop, makes_own, opened
from tui.screens.choose_lesson import ChooseLesson
from tui.screens.looking import Looking
from tui.screens.runs import BEGINNING
from tui.widgets.lesson_strip import LessonStrip, Reading
from tui.widgets.sight import Sight

TURNING = ("next_page", "previous_page")
"""The commands that are there while a lesson is open."""


class Lessons(Looking):
    """The commands of lessons. A lesson is a strip beside the run, and every other key goes on working."""

    _stop: Stop | None = None
    """The page that is read."""
    _left: Stop | None = None
    """The page at which the last lesson was left, and is opened again."""
    _lesson_owns_run = False
    """Whether the run was begun by a lesson, so that nothing of the person's is lost with it."""

    @property
    def lesson(self) -> Lesson | None:
        """The lesson that is open."""
        return self._stop.lesson if self._stop else None

    def send(self, command: messages.Command) -> None:
        """Hand a command to the trainer; the run may be the person's own from then on."""
        if makes_own(command, reading=self.lesson is not None):
            self._lesson_owns_run = False
        super().send(command)

    def _might_lose(self) -> bool:
        """Return whether something would be lost; a lesson's own run is there again whenever the lesson is."""
        of_a_lesson = self._lesson_owns_run and not (self.snapshot and self.snapshot.save_name)
        return not of_a_lesson and super()._might_lose()

    def show(self, snapshot: Snapshot | None) -> None:
        """Take a snapshot; in another world the cursor goes where the page wants it."""
        known = self.snapshot
        super().show(snapshot)
        if self._stop and snapshot and (known is None or known.world is not snapshot.world):
            self._inspect(self._stop.page, snapshot)

    def action_lessons(self) -> None:
        """Choose a lesson, or leave the one that is open."""
        if self.lesson is not None:
            self._leave_lesson()
            return
        self.app.push_screen(ChooseLesson(shelf.shipped(), self._left), self._open_chosen)

    def _open_chosen(self, name: str | None) -> None:
        """Open the lesson of that name, where it was left."""
        if name is not None:
            self._turn_to(opened(name, self._left))

    def action_stop(self) -> None:
        """Stop whatever goes on; where nothing does, close the inspector, then a chart, then the lesson."""
        resting = self.resting and self.sight.cursor is None
        if resting and self.close_chart():
            return
        if self.lesson is not None and resting:
            self._leave_lesson()
        else:
            super().action_stop()

    def action_next_page(self) -> None:
        """Go on in the lesson, after the last page to the next one; from what covers the page, back to it."""
        if self._stop is None or self._back_to_page() or self._strip.turn(1):
            return
        if (following := self._stop.next()) is not None:
            self._turn_to(following)
        else:
            self._leave_lesson()
            self._left = None

    def action_previous_page(self) -> None:
        """Go back in the lesson; from what covers the page, back to it."""
        if self._stop is None or self._back_to_page() or self._strip.turn(-1):
            return
        if (before := self._stop.previous()) is not None:
            self._turn_to(before)

    def _back_to_page(self) -> bool:
        """Show the page again if a chart or the inspector has its place; return whether one had."""
        covered = self._strip.covered
        if covered and not self.close_chart():
            self.action_inspect()
        return covered

    def open_lesson(self, lesson: Lesson, *, begun: bool = False) -> None:
        """Begin a lesson; `begun`: its run is there already."""
        self._lesson_owns_run = self._lesson_owns_run or begun
        self._turn_to(Stop(lesson))

    def _turn_to(self, stop: Stop) -> None:
        """Turn to a page, and bring the run to where it wants it, after a question if that would lose something."""
        if not stop.drives:
            self._read(stop)
        else:
            self.losing_nothing("begin", BEGINNING, lambda: self._drive(stop))

    def _drive(self, stop: Stop) -> None:
        self._read(stop)
        for command in stop.way:
            self.send(command)
        self._lesson_owns_run = True

    def _read(self, stop: Stop) -> None:
        self._stop, page = stop, stop.page
        self._strip.reading = Reading(
            stop.lesson.title,
            stop.number + 1,
            len(stop.lesson.pages),
            page.text,
            in_own_keys(page.keys),
            stop.following.title if stop.following else "",
            stop.lesson.spoken_of(stop.number),
            stop.lesson.speaks_of(stop.number),
        )
        self.take_room("-lesson", taken=True)
        self.close_chart()
        self.app.clear_notifications()  # They are about what was before.
        if stop.begins:
            self.sight = Sight(stop.layer)
        for placed in page.directives:
            match placed.directive:
                case ShowLayer(layer):
                    self.sight = replace(self.sight, layer=layer)
                case Press(command):
                    getattr(self, f"action_{command}")()
        if self.snapshot is not None:
            self._inspect(page, self.snapshot)

    def _inspect(self, page: Page, snapshot: Snapshot) -> None:
        """Put the inspector on the state that the page names, if it is one of the world that is shown."""
        for placed in page.directives:
            if isinstance(placed.directive, Inspect):
                states, name = snapshot.world.states, placed.directive.state
                self.sight = replace(self.sight, cursor=states.index(name) if name in states else None, action=None)

    def _leave_lesson(self) -> None:
        self._left, self._stop = self._stop, None
        self.take_room("-lesson", taken=False)
        self.close_chart()

    @property
    def _strip(self) -> LessonStrip:
        return self.query_one(LessonStrip)
