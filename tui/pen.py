"""Writing cells to a terminal with few bytes: what is set already is not said again, and the cursor goes the short way.

Rich writes every segment with its whole style before it and a reset behind it, which is five times as much as the text
of what changes in a step.
"""

from functools import lru_cache
from typing import NamedTuple

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
BRIDGED = 3
"""So many cells that stay as they are cost no more than a move across them."""


class Look(NamedTuple):
    """How cells look, as the codes that the terminal is told."""

    attributes: frozenset[str]
    foreground: str
    """Empty for the terminal's own colour."""
    background: str


PLAIN = Look(frozenset(), "", "")


class Pen:
    """Writes cells; at the beginning the terminal's style is reset and its cursor is anywhere."""

    def __init__(self, system: ColorSystem, width: int) -> None:
        """`width` is that of the terminal: behind its last column the cursor is not where one would think."""
        self._system = system
        self._width = width
        self._written: list[str] = []
        self._look = PLAIN
        self._x = self._y = -1
        self._sure = False
        """Whether the cursor is known to be at (x, y): terminals differ in how wide some characters are."""

    def put(self, x: int, y: int, segments: list[Segment]) -> None:
        """Write segments from there to the right."""
        if (x, y) != (self._x, self._y):
            self._move(x, y)
        for text, style, _ in segments:
            if text:
                self._change(text, style)
                self._written.append(text)
                self._sure = self._sure and text.isascii()
        self._x = x + sum(segment.cell_length for segment in segments)
        self._sure = self._sure and self._x < self._width

    def bridges(self, x: int, y: int, segments: list[Segment]) -> bool:
        """Return whether to write those unchanged segments is cheaper than to move the cursor to (x, y) behind them."""
        if self._y != y or not 0 < x - self._x <= BRIDGED or not self._sure:
            return False
        return all(text.isascii() and self._wanted(text, style) == self._look for text, style, _ in segments)

    def finish(self) -> str:
        """Return everything that was written, and the way back to a reset style."""
        return "".join(self._written) + (RESET if self._look != PLAIN else "")

    @property
    def place(self) -> tuple[int, int]:
        """Where the next text would go without a move."""
        return self._x, self._y

    def _move(self, x: int, y: int) -> None:
        ways = [f"\x1b[{y + 1};{x + 1}H"]
        if self._sure and y == self._y:
            ways.append(_towards(x - self._x, "C", "D"))
        elif self._sure and x == self._x:
            ways.append(_towards(y - self._y, "B", "A"))
        self._written.append(min(ways, key=len))
        self._x, self._y, self._sure = x, y, True

    def _wanted(self, text: str, style: Style | None) -> Look:
        """Return the look that the text needs; for blanks what they do not show stays as it is."""
        look = look_of(style, self._system) if style else PLAIN
        if text.isspace() and not look.attributes - UNSEEN:
            return Look(self._look.attributes & UNSEEN, self._look.foreground, look.background)
        return look

    def _change(self, text: str, style: Style | None) -> None:
        """Change from the look of what was written last to that of the text."""
        old, new = self._look, self._wanted(text, style)
        if new != old:
            self._written.append(min(_difference(old, new), _whole(new), key=len))
            self._look = new


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
