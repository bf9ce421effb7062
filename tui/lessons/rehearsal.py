"""A rehearsal: a lesson played through on the engine without a screen, so that no page can claim what is not so."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from engine.errors import InputError
from engine.messages import Advance, Command, Demonstrate, FinishEpisode, Snapshot, Step
from engine.run import UNLIMITED
from engine.session import Session
from tui.lessons.directives import Inspect
from tui.lessons.expectations import Expectation
from tui.lessons.lesson import Lesson, Page

_PLACE = re.compile(r"(?<![\w.])\d{1,3},\d{1,2}(?![\w]|,\d|\.\d)")
"""The name of a state in a text, such as `0,1`."""
_NUMBER = re.compile(r"(?<![\w.])[−+-]?\d+(?:,\d{3})*(?:\.\d+)?%?(?![\w.]*\w)")
"""A number in a text: not one that is part of a word, such as 2x3."""


def rehearse(lesson: Lesson) -> Iterator[str]:
    """Play the pages through and return what is wrong, each with path and line; nothing if all is as it is told."""
    with tempfile.TemporaryDirectory() as folder:
        for number, page in enumerate(lesson.pages):
            try:
                snapshot = arrive(lesson, number, Path(folder))
                yield from (f"{lesson.path}:{line}: {what}" for line, what in _wrong(page, snapshot))
            except InputError as error:
                yield f"{lesson.path}:{page.line}: {error}"


def arrive(lesson: Lesson, number: int, folder: Path) -> Snapshot:
    """Return what the screen has to show on a page, counted from 0."""
    session = Session(folder, lambda text: None)
    for command in lesson.way_to(number):
        _obey(session, command)
    snapshot = session.snapshot(playing=False, speed=0.0, steps_per_second=0.0)
    failed = [notice.text for notice in (snapshot.notices if snapshot else ()) if notice.error]
    if snapshot is None or failed:
        raise InputError(failed[-1] if failed else session.complaint)
    return snapshot


def _obey(session: Session, command: Command) -> None:
    """Do what the trainer does, as far as it has to do with the run; time and speed have no place here."""
    match command:
        case Step():
            session.leave_demonstration()
            session.advance(1)
        case Advance():
            session.leave_demonstration()
            session.obey(command)
        case FinishEpisode():
            session.leave_demonstration()
            session.advance(UNLIMITED, 1)
        case Demonstrate():
            session.demonstrate()
        case _:
            session.obey(command)


def _wrong(page: Page, snapshot: Snapshot) -> Iterator[tuple[int, str]]:
    """Check the claims of a page, and that it names no number and no state without a ground."""
    for line, expectation in page.expectations:
        if failure := _failure(expectation, snapshot):
            yield line, failure
    claimed = {abs(number) for _, expectation in page.expectations for number in expectation.numbers}
    said = " ".join(p.text for p in page.directives if not isinstance(p.directive, Expectation))
    given = {abs(float(n)) for n in re.findall(r"\d+(?:\.\d+)?", said.replace(",", ""))}
    for place in _PLACE.findall(page.text):
        if place not in snapshot.world.states:
            yield page.line, f"the text names {place}, which is no state of {snapshot.world.name}"
    for number in _NUMBER.findall(_PLACE.sub(" ", page.text)):
        if abs(_value(number)) not in claimed | given:
            yield page.line, f"the text says {number}, which no `> expect` of the page holds"
    for placed in page.directives:
        if isinstance(placed.directive, Inspect) and placed.directive.state not in ("", *snapshot.world.states):
            yield placed.line, f"{snapshot.world.name} has no state {placed.directive.state!r}"


def _failure(expectation: Expectation, snapshot: Snapshot) -> str:
    try:
        return expectation.failure(snapshot)
    except InputError as error:
        return str(error)


def _value(text: str) -> float:
    return float(text.replace("−", "-").replace(",", "").rstrip("%"))
