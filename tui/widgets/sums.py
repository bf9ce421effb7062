"""Sums with a name under every number, broken into several lines where the width is short."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tui.widgets.canvas import width_of
from tui.widgets.explanation import Line, Piece


class Part(NamedTuple):
    """A number or a sign of a sum, and what the number is."""

    text: str
    name: str = ""
    role: str = ""


SAID = {"·": "times", "−": "minus", "(": "open bracket", ")": "close bracket"}
"""Signs that are left out or misread where a sum is heard."""
Write = Callable[[Sequence[Part], int], list[Line]]
"""How a sum is written where there are so many cells."""


def named(parts: Sequence[Part], width: int) -> list[Line]:
    """Return pairs of lines: the parts, and below each its name."""
    lines: list[Line] = []
    numbers: list[Piece] = []
    names: list[Piece] = []
    x = 0
    for part in parts:
        cells = max(width_of(part.text), width_of(part.name)) + 1
        if x and x + cells > width:
            lines += [numbers, names]
            numbers, names, x = [], [], 0
        numbers.append((centred(part.text, cells), part.role))
        names.append((centred(part.name, cells), "accent" if part.role == "warning" else "muted"))
        x += cells
    return [*lines, numbers, names]


def in_words(parts: Sequence[Part], width: int) -> list[Line]:
    """Return one line in which every number follows its name, for those who do not see what stands below it."""
    return [[(" ".join(_in_words(part) for part in parts), "")]]


def _in_words(part: Part) -> str:
    """Say the name before the number; a name that explains a nought stands behind it."""
    if part.name.startswith("0: "):
        return f"{part.text} ({part.name.removeprefix('0: ')})"
    return f"{part.name} {part.text}" if part.name else SAID.get(part.text, part.text)


def centred(text: str, width: int) -> str:
    """Return the text in the middle of so many cells."""
    left = (width - 1 - width_of(text) + 1) // 2
    return " " * left + text + " " * (width - left - width_of(text))
