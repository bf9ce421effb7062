"""Lessons read as lines: their pages drive the same run, and the same keys turn them."""

import re
from collections.abc import Callable

from engine.errors import InputError, near_miss
from tui.commands import in_own_keys
from tui.describing import of
from tui.lessons import shelf
from tui.lessons.directives import Inspect, Press, ShowLayer
from tui.lessons.lesson import Lesson
from tui.lessons.tour import Stop, opened
from tui.plain.looking import Looking
from tui.plain.speech import key, key_words, spoken
from tui.plain.talk import Answer, Talk
from tui.plain.telling import place
from tui.widgets.lesson_strip import measured
from tui.widgets.numbers import NOTHING

_QUOTED = re.compile("`([^`]+)`")


class Lessons:
    """Answers the commands of lessons."""

    def __init__(self, talk: Talk, looking: Looking, press: Callable[[str], None]) -> None:
        """`press` does what a command of the table does."""
        self._talk = talk
        self._looking = looking
        self._press = press
        self._stop: Stop | None = None
        """The page that is read."""
        self._left: Stop | None = None
        """The page at which the last lesson was left, and is opened again."""
        self.answers: dict[str, Answer] = {
            "lessons": Answer(self._lessons, lambda rest: self._stop is None),
            "next_page": Answer(self._next_page),
            "previous_page": Answer(self._previous_page),
        }

    @property
    def reading(self) -> bool:
        """Whether a lesson is open."""
        return self._stop is not None

    def leave(self) -> None:
        """Read no lesson any more."""
        self._left, self._stop, self._talk.reading = self._stop, None, False
        self._talk.say("the lesson is closed")

    def open(self, lesson: Lesson) -> None:
        """Begin a lesson."""
        self._turn_to(Stop(lesson))

    def _lessons(self, rest: str) -> None:
        if self.reading:
            self.leave()
            return
        by_name = {lesson.name: lesson for lesson in shelf.shipped()}
        lines = (f"{name}: {lesson.title}, {self._pages(lesson)}" for name, lesson in by_name.items())
        name = self._talk.choose(lines, "lesson", rest)
        if name not in by_name:
            raise InputError(f"no lesson {name!r}{near_miss(name, by_name)} (there are: {', '.join(by_name)})")
        self._turn_to(opened(name, self._left))

    def _pages(self, lesson: Lesson) -> str:
        """Say how many pages a lesson has, and at which one it was left."""
        pages, left = of(len(lesson.pages), "page"), self._left
        return pages if left is None or left.lesson.path != lesson.path else f"{pages}, left at page {left.number + 1}"

    def _next_page(self, rest: str) -> None:
        """Go on in the lesson, after the last page to the next one."""
        following = self._open_page().next()
        if following is None:
            self.leave()
            self._left = None
        else:
            self._turn_to(following)

    def _previous_page(self, rest: str) -> None:
        before = self._open_page().previous()
        if before is None:
            raise InputError("this is the first page")
        self._turn_to(before)

    def _open_page(self) -> Stop:
        if self._stop is None:
            raise InputError(f"no lesson is open; {key('lessons')} chooses one")
        return self._stop

    def _turn_to(self, stop: Stop) -> None:
        """Read a page after the run was brought to where it wants it, unless the person wants to lose nothing."""
        before = place(self._talk.shown)
        if stop.drives:
            owned = self._talk.driven and not self._talk.shown.save_name
            if not owned and not self._talk.may_lose_it("begin"):
                return
            self._talk.drive(stop.way)
        self._stop, self._talk.reading = stop, True
        if stop.begins:
            self._looking.begin_anew(stop.layer)
        self._read(stop, moved=place(self._talk.shown) != before)

    def _read(self, stop: Stop, *, moved: bool) -> None:
        """Say the page, where the run came to, what it shows, what is measured, what to try, and how to go on."""
        page = stop.page
        self._talk.say(f"page {stop.number + 1} of {len(stop.lesson.pages)}, {stop.lesson.title}")
        self._talk.tell(*(plain_text(paragraph) for paragraph in page.text.split("\n")))
        if moved and self._talk.shown.step:
            self._talk.tell_again()
        for placed in page.directives:
            match placed.directive:
                case ShowLayer(layer):
                    self._looking.show_layer(layer)
                case Inspect(name):
                    self._inspect(name)
                case Press(command):
                    self._press(command)
        told = measured(self._talk.shown, stop.lesson.spoken_of(stop.number))
        self._talk.tell(", ".join(f"{name} {value}" for name, value in told if value != NOTHING))
        if page.keys:
            self._talk.tell(f"try: {_QUOTED.sub(lambda found: key_words(found[1]), in_own_keys(page.keys))}")
        ahead = stop.next()
        then = "closes the lesson" if ahead is None else f"begins {ahead.lesson.title}" if ahead.begins else "goes on"
        self._talk.say(f"{key('next_page')} {then}, {key('previous_page')} goes back, {key('lessons')} leaves")

    def _inspect(self, name: str) -> None:
        states = self._talk.shown.world.states
        if name in states:
            self._looking.inspect(states.index(name))
        else:
            self._looking.close()


def plain_text(text: str) -> str:
    """Return a paragraph without the marks of what is strong and what is a key; a transition is said on its own."""
    said = _QUOTED.sub(lambda found: spoken(found[1]) if " → " in found[1] else found[1], text)
    return said.replace("**", "")
