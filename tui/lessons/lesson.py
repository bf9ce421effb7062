"""A lesson as it is read from its file: how it begins, and pages of text with directives.

The file is Markdown: a front matter of `key: value` lines between two lines `---`, then pages, separated by `---`.
On a page, lines that begin with `>` are directives, a line `try:` names keys to press, and the rest is text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from engine.errors import InputError, near_miss
from engine.messages import (
    FIRST_AGENT,
    Advance,
    Command,
    EpisodeBack,
    FinishEpisode,
    GoTo,
    PlayOrPause,
    RunAtFullSpeed,
    Start,
    Step,
    StepBack,
)
from tui.lessons.directives import Directive, GoOnTo, Obey, read_directive, read_start
from tui.lessons.expectations import Expectation

RULE = "---"
KEYS = ("title", "world", "agent", "settings", "seed")


@dataclass(frozen=True)
class Placed:
    """A directive, and the line of the file on which it stands."""

    line: int
    text: str
    directive: Directive


@dataclass(frozen=True)
class Page:
    """What is read at once."""

    line: int
    """The line of the file on which it begins."""
    text: str
    """Its sentences; paragraphs are divided by a line feed, backquotes mark keys and names."""
    keys: str
    """What the reader is asked to press; empty for nothing."""
    directives: tuple[Placed, ...]

    @property
    def moves_the_run(self) -> bool:
        """Whether the run has to be where the page wants it: it drives it, or claims something of it."""
        return any(isinstance(placed.directive, Obey | GoOnTo | Expectation) for placed in self.directives)

    @property
    def expectations(self) -> tuple[tuple[int, Expectation], ...]:
        """What the page claims, each with its line."""
        return tuple((p.line, p.directive) for p in self.directives if isinstance(p.directive, Expectation))


@dataclass(frozen=True)
class Lesson:
    """A guided tour."""

    name: str
    path: str
    """Where it was read, for messages."""
    title: str
    first: Start
    """The run with which it begins."""
    pages: tuple[Page, ...]
    lines: dict[str, int] = field(default_factory=dict, compare=False)
    """On which line each key of the front matter stands."""

    def way_to(self, number: int) -> tuple[Command, ...]:
        """Return the commands that lead to where the run is on a page, from the last beginning before it.

        So a page shows the same whatever the reader did before. `number` counts from 0.
        """
        way: list[Command] = [self.first]
        step: int | None = 0
        for placed in self._driving(number):
            if isinstance(placed.directive, GoOnTo):
                if step is None:
                    raise InputError(f"{self.path}:{placed.line}: after `run ... episodes` go on by `run ... steps`")
                target, before = placed.directive.step, step
                way.extend([GoTo(target)] if target < before else [Advance(target - before)])
                step = target
            elif isinstance(placed.directive, Obey):
                asked = placed.directive.commands
                if isinstance(asked[0], Start):
                    way, step = [], 0
                elif step is not None:
                    step = _after(step, asked)
                way.extend(asked)
        return tuple(way)

    def spoken_of(self, number: int) -> frozenset[str]:
        """Return the quantities of which a page or one before it claims something, and which the reader knows by then.

        `number` counts from 0.
        """
        return frozenset[str]().union(*map(self.speaks_of, range(number + 1)))

    def speaks_of(self, number: int) -> frozenset[str]:
        """Return the quantities of which a page itself claims something."""
        return frozenset(name for _, claim in self.pages[number].expectations for name in claim.quantities)

    def _driving(self, number: int) -> Iterator[Placed]:
        return (placed for page in self.pages[: number + 1] for placed in page.directives)


def _after(step: int, asked: Sequence[Command]) -> int | None:
    """Return at which step a run is after these commands; None where nobody can tell that from the file."""
    for command in asked:
        match command:
            case Step():
                step += 1
            case StepBack():
                step -= 1
            case Advance(amount, "step"):
                step += amount
            case Advance() | FinishEpisode() | EpisodeBack() | PlayOrPause() | RunAtFullSpeed():
                return None
    return step


def read(text: str, name: str, path: str) -> Lesson:
    """Read a lesson; raises `InputError` with path and line where it is not written as it has to be."""
    lines = text.splitlines()
    front, lines_of = _front_matter(lines, path)
    after = lines_of[""]
    try:
        first = _first(front)
    except InputError as error:
        raise InputError(f"{path}:{lines_of.get('settings', 1)}: {error}") from None
    pages = [_page(block, line, first, path) for line, block in _blocks(lines[after:], after + 1)]
    lesson = Lesson(name, path, front["title"], first, tuple(pages), lines_of)
    if not pages:
        raise InputError(f"{path}:{after}: a lesson needs at least one page after its front matter")
    lesson.way_to(len(pages) - 1)
    return lesson


def _front_matter(lines: Sequence[str], path: str) -> tuple[dict[str, str], dict[str, int]]:
    """Return its values, and the line of each; under the empty key the line on which it ends."""
    if not lines or lines[0].strip() != RULE:
        raise InputError(f"{path}:1: a lesson begins with a line {RULE}, then `title:` and `world:`, then {RULE}")
    front: dict[str, str] = {}
    where: dict[str, int] = {}
    for number, line in enumerate(lines[1:], start=2):
        key, colon, value = (part.strip() for part in line.partition(":"))
        if line.strip() == RULE:
            where[""] = number
            break
        if not colon or key not in KEYS:
            raise InputError(f"{path}:{number}: unknown key {key!r}{near_miss(key, KEYS)} (known: {', '.join(KEYS)})")
        front[key], where[key] = value, number
    else:
        raise InputError(f"{path}:{len(lines)}: the front matter has no end; a line {RULE} is missing")
    for key in ("title", "world"):
        if not front.get(key):
            raise InputError(f"{path}:{where['']}: the front matter has no {key!r}")
    return front, where


def _first(front: dict[str, str]) -> Start:
    world, agent = front["world"], front.get("agent") or FIRST_AGENT
    settings = f"{front.get('settings', '')} seed={front.get('seed') or 0}"
    return read_start(settings, Start(world, agent))


def _blocks(lines: Sequence[str], first: int) -> Iterator[tuple[int, list[tuple[int, str]]]]:
    """Return the pages as numbered lines, each with the line on which it begins; empty ones are left out."""
    block: list[tuple[int, str]] = []
    for number, line in enumerate([*lines, RULE], start=first):
        if line.strip() != RULE:
            block.append((number, line.strip()))
            continue
        if any(text for _, text in block):
            yield block[0][0], block
        block = []


def _page(block: list[tuple[int, str]], line: int, first: Start, path: str) -> Page:
    sentences: list[str] = []
    directives: list[Placed] = []
    keys = ""
    for number, text in block:
        if text.startswith(">"):
            directives.append(_placed(number, text.removeprefix(">").strip(), first, path))
        elif text.lower().startswith("try:"):
            keys = text[len("try:") :].strip()
        else:
            sentences.append(text)
    paragraphs = "\n".join(sentences).strip("\n").split("\n\n")
    text = "\n".join(" ".join(paragraph.split()) for paragraph in paragraphs if paragraph.strip())
    if not text:
        raise InputError(f"{path}:{line}: a page needs a sentence to read")
    return Page(line, text, keys, tuple(directives))


def _placed(number: int, text: str, first: Start, path: str) -> Placed:
    try:
        return Placed(number, text, read_directive(text, first))
    except InputError as error:
        raise InputError(f"{path}:{number}: {error}") from None
