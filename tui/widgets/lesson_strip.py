"""The strip in which a lesson is read, beside a run that goes on as ever."""

import re
from dataclasses import dataclass

from rich.style import Style
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive

from engine.messages import Snapshot
from tui.colour import Palette
from tui.commands import key_of
from tui.widgets.canvas import Canvas, fitting, width_of
from tui.widgets.episodes import facts, mean_name
from tui.widgets.panel import Drawing

COVERED = 1
"""Lines that are left to the strip where something else has its place."""
BACK = " back to the page"

Word = list[tuple[str, str]]
"""Pieces of text without a blank between them, each with the name of its style."""

MEAN = "mean_return"
MEASURED = {"agreement": "policy optimal", "q_error": "max |Q−Q*|"}
"""Which of the facts stand below a page that speaks of these quantities, beside the mean return."""

_MARKED = re.compile(r"\*\*(?P<strong>[^*]+)\*\*|`(?P<accent>[^`]+)`|(?P<plain>[^*`]+|[*`])")


@dataclass(frozen=True)
class Reading:
    """The page that is read."""

    title: str
    number: int
    """Counted from 1."""
    pages: int
    text: str
    keys: str
    """What to press; empty for nothing."""
    following: str = ""
    """The title of the lesson that comes after the last page; empty if none does, and on the pages before."""
    spoken_of: frozenset[str] = frozenset()
    """The quantities that the reader has been told of."""
    speaks_of: frozenset[str] = frozenset()
    """Those of which this page speaks."""


class LessonStrip(Drawing):
    """Shows a page; where it is too long for the window, its next lines come with the key for the next page."""

    reading: reactive[Reading | None] = reactive(None, repaint=False, init=False)

    def __init__(self) -> None:
        super().__init__()
        self._first = 0
        """The first line that is shown."""

    def watch_reading(self) -> None:
        """Begin the page."""
        self._first = 0
        self._tell()
        self.redraw()

    @property
    def covered(self) -> bool:
        """Whether something else has the place of the page, and left a single line."""
        return self.size.height == COVERED

    def draw(self, width: int, height: int) -> Canvas:
        """Write the lines that are read now, and what is measured into the last one, where it is free.

        On the way to where the page wants the run, what is measured is not yet what the page speaks of.
        """
        canvas = Canvas(width, height)
        if height == COVERED and self.reading is not None:
            canvas.put_pieces(0, 0, ((text, self.palette.roles[role]) for text, role in _way_back(self.reading, width)))
            return canvas
        lines = self._lines(width)[self._first : self._first + height]
        for y, line in enumerate(lines):
            canvas.put_pieces(0, y, ((text, self.palette.roles[role]) for text, role in line))
        free = len(lines) < height or [] in lines[-1:]
        if self.snapshot is not None and self.reading is not None and free and not self.snapshot.busy:
            told = measured(self.snapshot, self.reading.spoken_of)
            canvas.put_pieces(0, height - 1, _measured(told, self.palette, width))
        return canvas

    def follow(self, size: Size) -> None:
        """Keep the lines that are read on the page, whatever the size is now."""
        if self._first >= len(self._lines(size.width)):
            self._first = 0
        self._tell()

    def turn(self, by: int) -> bool:
        """Go to the next or the previous lines of this page; return False where there are none that way.

        Before the strip has its place nothing of the page is hidden: a key pressed that early turns the page.
        """
        lines, height = self._lines(self.size.width), self.size.height
        if not height or (by < 0 and not self._first):
            return False
        there = max(self._first + by * height, 0)
        if there >= len(lines):
            return False
        if lines[there:] == [[]]:  # What is measured is not shown alone.
            there = max(len(lines) - height, 0)
        self._first = there
        self._tell()
        self.redraw()
        return True

    def _lines(self, width: int) -> list[Word]:
        """Return the lines of the page, an empty one behind them for what is measured if the page speaks of it."""
        if self.reading is None:
            return []
        measured = {MEAN, *MEASURED} & self.reading.speaks_of
        return [*written(self.reading, width), *([[]] if measured else [])]

    def _tell(self) -> None:
        """Say in the frame where one is and which keys turn the page."""
        if self.reading is None:
            return
        reading = self.reading
        more = self._first + self.size.height < len(self._lines(self.size.width)) and self.size.height > 0
        ahead = ["more"] if more else ["next"] if reading.number < reading.pages else _after(reading)
        others = f"{key_of('previous_page')} back · {key_of('lessons')} leave"
        self.border_title = Content(f"Lesson {reading.number}/{reading.pages} · {reading.title}")
        self.tell(*(f"{key_of('next_page')} {there} · {others}" for there in ahead))


def _way_back(reading: Reading, width: int) -> Word:
    """Say that the lesson is still there, and how one comes back to it."""
    where, back = f"Lesson {reading.number}/{reading.pages}", [("   ", ""), (key_of("next_page"), "accent")]
    name = fitting([f"{where} · {reading.title}", where], width - width_of(f"   {key_of('next_page')}{BACK}"))
    return [(name, "strong"), *back, (BACK, "")]


def _after(reading: Reading) -> list[str]:
    """Say what comes after the last page, at length and in short."""
    return [f"next lesson: {reading.following}", "next lesson"] if reading.following else ["end"]


def measured(snapshot: Snapshot, spoken_of: frozenset[str]) -> list[tuple[str, str]]:
    """Return what the panel of the episodes shows where there is room for it, as far as the reader knows what it is."""
    names = {MEAN: mean_name(snapshot.episodes), **MEASURED}
    known = {fact for quantity, fact in names.items() if quantity in spoken_of}
    return [(name, value) for name, value in facts(snapshot) if name in known]


def _measured(told: list[tuple[str, str]], palette: Palette, width: int) -> list[tuple[str, Style]]:
    """Write what is measured, closer together where that makes room; a number is there as a whole or not at all."""
    sizes = [width_of(f"{name} {value}") for name, value in told]
    gap = 3 if sum(sizes) + 3 * (len(sizes) - 1) <= width else 2
    while sum(sizes) + gap * (len(sizes) - 1) > width:
        sizes.pop()
    styled = [((f"{name} ", palette.muted), (value + " " * gap, palette.strong)) for name, value in told[: len(sizes)]]
    return [piece for pieces in styled for piece in pieces]


def written(reading: Reading, width: int) -> list[Word]:
    """Return the lines of a page, each as pieces with their styles."""
    lines = [line for paragraph in reading.text.split("\n") for line in wrapped(paragraph, width)]
    return [*lines, *wrapped(f"**Try** {reading.keys}", width)] if reading.keys else lines


def wrapped(text: str, width: int) -> list[Word]:
    """Break a paragraph into lines; `**` marks what is strong, backquotes what is a key or a name."""
    lines: list[Word] = []
    room = 0
    for word in _words(text):
        wide = sum(width_of(piece) for piece, _ in word)
        if not lines or wide + 1 > room:
            lines.append([])
            room = width
        else:
            lines[-1].append((" ", ""))
            room -= 1
        lines[-1].extend(word)
        room -= wide
    return lines


def _words(text: str) -> list[Word]:
    words: list[Word] = [[]]
    for found in _MARKED.finditer(text):
        role = "" if found.lastgroup == "plain" else str(found.lastgroup)
        for at, part in enumerate(found[found.lastgroup or 0].split(" ")):
            if at:
                words.append([])
            if part:
                words[-1].append((part, role))
    return [word for word in words if word]
