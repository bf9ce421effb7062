"""Writing cells to a terminal with few bytes: nothing is sent that it shows already.

Textual sends whatever was to be drawn again, also where it is the same as before, and Rich writes every segment with
its whole style before it and a reset behind it. Here the cells that the terminal shows are known; only others are sent,
a style is said only where it is another, and the cursor goes the short way.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple

from rich.cells import get_character_cell_size
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

ATTRIBUTES = {
    "bold": ("1", "22"),
    "dim": ("2", "22"),
    "italic": ("3", "23"),
    "underline": ("4", "24"),
    "blink": ("5", "25"),
    "blink2": ("6", "25"),
    "reverse": ("7", "27"),
    "conceal": ("8", "28"),
    "strike": ("9", "29"),
    "underline2": ("21", "24"),
    "frame": ("51", "54"),
    "encircle": ("52", "54"),
    "overline": ("53", "55"),
}
"""What turns each on and off (ECMA-48, SGR)."""
OFF = dict(ATTRIBUTES.values())
UNSEEN = frozenset(("1", "2", "3"))
"""The attributes that a blank cell does not show."""
RESET = "\x1b[m"
BRIDGED = 7
"""Across at most so many cells that stay as they are a move may cost more than writing them again."""


class Look(NamedTuple):
    """How cells look, as the codes that the terminal is told."""

    attributes: frozenset[str]
    foreground: str
    """Empty for the terminal's own colour."""
    background: str


PLAIN = Look(frozenset(), "", "")
Cell = tuple[str, Look]
"""A character and how it looks; the second half of a wide character is an empty text."""


class Shown:
    """What the terminal shows, cell by cell, as far as it is known."""

    def __init__(self) -> None:
        self._rows: list[list[Cell | None]] = []
        self._size = (0, 0)

    def forget(self) -> None:
        """Know nothing any more: somebody else has written to the terminal, or its size is another."""
        self._rows = []

    def rows(self, width: int, height: int) -> list[list[Cell | None]]:
        """Return the cells of each line, to be kept up to date by whoever writes."""
        if not self._rows or self._size != (width, height):
            self._size = width, height
            self._rows = [[None] * width for _ in range(height)]
        return self._rows


class Pen:
    """Writes the cells that are not shown yet; at the beginning the style is reset and the cursor is anywhere."""

    def __init__(self, system: ColorSystem, shown: Shown, width: int, height: int) -> None:
        """`width` and `height` are those of the terminal."""
        self._system = system
        self._width = width
        self._rows = shown.rows(width, height)
        self._written: list[str] = []
        self._look = PLAIN
        self._x = self._y = -1
        self._sure = False
        """Whether the cursor is known to be at (x, y): terminals differ in how wide some characters are."""

    def put(self, x: int, y: int, segments: Iterable[Segment]) -> None:
        """Show segments from there to the right."""
        row = self._rows[y] if 0 <= y < len(self._rows) else []
        for text, style, _ in segments:
            look = look_of(style, self._system) if style else PLAIN
            for character, size in characters(text):
                if x < 0 or x + size > len(row):
                    return
                cell = (character, _unseen_dropped(look) if character == " " else look)
                if row[x] != cell:
                    self._write(x, y, character, size, cell[1])
                    row[x : x + size] = [cell, ("", look)][:size]
                x += size

    def finish(self) -> str:
        """Return everything that was written, and the way back to a reset style."""
        return "".join(self._written) + (RESET if self._look != PLAIN else "")

    def _write(self, x: int, y: int, character: str, size: int, look: Look) -> None:
        if (x, y) != (self._x, self._y):
            self._move(x, y)
        if character == " " and not look.attributes:
            look = Look(self._look.attributes & UNSEEN, self._look.foreground, look.background)
        if look != self._look:
            self._written.append(min(_difference(self._look, look), _whole(look), key=len))
            self._look = look
        self._written.append(character)
        self._x = x + size
        # Behind the last column the cursor is not where one would think.
        self._sure = self._sure and character.isascii() and self._x < self._width

    def _move(self, x: int, y: int) -> None:
        ways = [f"\x1b[{y + 1};{x + 1}H"]
        if y == self._y and 0 < x - self._x <= BRIDGED and (bridge := self._bridge(x, y)):
            ways.append(bridge)
        if self._sure and y == self._y:
            ways.append(_towards(x - self._x, "C", "D"))
        elif self._sure and x == self._x:
            ways.append(_towards(y - self._y, "B", "A"))
        way = min(ways, key=lambda way: len(way.encode()))
        self._written.append(way)
        self._sure = way.startswith("\x1b") or (self._sure and way.isascii())
        self._x, self._y = x, y

    def _bridge(self, x: int, y: int) -> str:
        """Return the cells up to there, which stay as they are, if they can be written again as they come."""
        cells = self._rows[y][self._x : x]
        return "".join(cell[0] for cell in cells if cell) if all(cell and self._fits(*cell) for cell in cells) else ""

    def _fits(self, character: str, look: Look) -> bool:
        """Return whether a cell can be written without a change of style."""
        if character == " " and not look.attributes:
            return look.background == self._look.background and not self._look.attributes - UNSEEN
        return look == self._look


def _towards(distance: int, forward: str, back: str) -> str:
    """Return the relative move."""
    amount, way = abs(distance), forward if distance > 0 else back
    return f"\x1b[{amount if amount > 1 else ''}{way}"


def _difference(old: Look, new: Look) -> str:
    off = {OFF[code] for code in old.attributes - new.attributes}
    on = {code for code in new.attributes if code not in old.attributes or OFF[code] in off}
    codes = [*sorted(off), *sorted(on)]
    if new.foreground != old.foreground:
        codes.append(new.foreground or "39")
    if new.background != old.background:
        codes.append(new.background or "49")
    return f"\x1b[{';'.join(codes)}m"


def _whole(look: Look) -> str:
    """Return the change to a look from any other."""
    codes = [*sorted(look.attributes), *filter(None, (look.foreground, look.background))]
    return f"\x1b[{';'.join(['0', *codes]) if codes else ''}m"


@lru_cache(maxsize=4096)
def look_of(style: Style, system: ColorSystem) -> Look:
    """Return how a style looks on a terminal of that many colours."""
    attributes = frozenset(on for name, (on, _) in ATTRIBUTES.items() if getattr(style, name))
    colours = [
        ";".join(colour.downgrade(system).get_ansi_codes(foreground=foreground)) if colour else ""
        for colour, foreground in ((style.color, True), (style.bgcolor, False))
    ]
    return Look(attributes, *("" if code in {"39", "49"} else code for code in colours))


@lru_cache(maxsize=1024)
def _unseen_dropped(look: Look) -> Look:
    """Return how a blank looks, without what it does not show."""
    return look if look.attributes - UNSEEN else Look(frozenset(), "", look.background)


def characters(text: str) -> Iterable[tuple[str, int]]:
    """Return the characters of a text, each with those that are drawn onto it, and how many cells it takes."""
    if text.isascii():
        return zip(text, repeat(1))
    found: list[tuple[str, int]] = []
    for character in text:
        size = get_character_cell_size(character)
        if size or not found:
            found.append((character, size))
        else:
            found[-1] = (found[-1][0] + character, found[-1][1])
    return found
