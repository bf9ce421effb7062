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


OPERATORS = ("+", "−", "·")
"""After which a negative number stands in brackets."""
SIGNS = (*OPERATORS, "=")
"""What belongs to the number behind it, also where a line ends."""
SAID = {"·": "times", "−": "minus", "(": "open bracket", ")": "close bracket"}
"""Signs that are left out or misread where a sum is heard."""
Write = Callable[[Sequence[Part], int], list[Line]]
"""How a sum is written where there are so many cells."""


def named(parts: Sequence[Part], width: int) -> list[Line]:
    """Return pairs of lines: the parts as a textbook writes them, and below each its name."""
    lines: list[Line] = []
    numbers: list[Piece] = []
    names: list[Piece] = []
    x = 0
    for term in _terms(_bracketed(parts)):
        columns = [max(width_of(part.text), width_of(part.name)) + 1 for part in term]
        if x and x + sum(columns) > width:
            lines += [numbers, names]
            numbers, names, x = [], [], 0
        for part, cells in zip(term, columns, strict=True):
            numbers.append((centred(part.text, cells), part.role))
            names.append((centred(part.name, cells), "accent" if part.role == "warning" else "muted"))
        x += sum(columns)
    return [*lines, numbers, names]


def _bracketed(parts: Sequence[Part]) -> list[Part]:
    """Put a bracket to the number that it stands at, and a negative number behind an operator in brackets."""
    written: list[Part] = []
    opening = ""
    for part in parts:
        if part.text == "(":
            opening = "("
        elif part.text == ")":
            written[-1] = written[-1]._replace(text=f"{written[-1].text})")
        else:
            behind = bool(written) and not opening and written[-1].text in OPERATORS
            text = f"({part.text})" if behind and part.text.startswith("−") else part.text
            written.append(part._replace(text=opening + text))
            opening = ""
    return written


def _terms(parts: Sequence[Part]) -> list[list[Part]]:
    """Return the parts that no end of a line comes between: a number and the sign before it."""
    terms: list[list[Part]] = []
    for part in parts:
        if terms and terms[-1][-1].text in SIGNS:
            terms[-1].append(part)
        else:
            terms.append([part])
    return terms


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
