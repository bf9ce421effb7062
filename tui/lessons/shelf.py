"""The lessons that come with the program, and those in a file of one's own."""

from importlib import resources
from pathlib import Path

from engine.errors import InputError, near_miss
from engine.messages import Start
from tui.lessons import lesson as lessons
from tui.lessons.directives import Obey
from tui.lessons.lesson import Lesson

ORDER = (
    "grid", "return", "exploration", "update", "cliff", "table", "replay", "target",
)  # fmt: skip
"""The lessons we ship, in the order in which they tell the story."""

SUFFIX = ".md"
LARGEST = 2**20
"""Bytes of a file that may be a lesson."""


def shipped() -> tuple[Lesson, ...]:
    """Return the lessons that come with the program."""
    folder = resources.files("tui.lessons")
    return tuple(
        lessons.read((folder / f"{name}{SUFFIX}").read_text(encoding="utf-8"), name, f"{name}{SUFFIX}")
        for name in ORDER
    )


def after(lesson: Lesson) -> Lesson | None:
    """Return the lesson that goes on where this one ends; None after the last one, and after one of one's own."""
    lessons = shipped()
    at = next((number for number, known in enumerate(lessons) if known.path == lesson.path), len(lessons))
    return lessons[at + 1] if at + 1 < len(lessons) else None


def find(word: str) -> Lesson:
    """Return the lesson of that name or path; raises `InputError` if there is none, or for a mistake in its file."""
    if word.endswith(SUFFIX):
        lesson = lessons.read(_text_of(Path(word)), Path(word).stem, word)
    else:
        lesson = next((known for known in shipped() if known.name == word), None) or _unknown(word)
    check(lesson)
    return lesson


def check(lesson: Lesson) -> None:
    """Raise `InputError`, with path and line, where a lesson begins in no world or with no agent that there is."""
    _check_start(lesson.first, f"{lesson.path}:{lesson.lines.get('world', 1)}")
    for page in lesson.pages:
        for placed in page.directives:
            if isinstance(placed.directive, Obey) and isinstance(placed.directive.commands[0], Start):
                _check_start(placed.directive.commands[0], f"{lesson.path}:{placed.line}")


def _check_start(start: Start, where: str) -> None:
    from engine.agents import catalogue as agents
    from engine.worlds import catalogue as worlds

    try:
        worlds.find(start.world)
        agents.check(start.agent, start.settings)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(f"{path}: {path.stat().st_size:,} bytes are more than any lesson has")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise InputError(f"cannot read {path}: {reason}") from None


def _unknown(word: str) -> Lesson:
    raise InputError(
        f"no lesson {word!r}{near_miss(word, ORDER)} (qscope lessons lists them all; or a path ending in .md)"
    )
