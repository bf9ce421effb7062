"""Lines for lists to choose from: columns that stand below each other, shortened where space is short."""

from collections.abc import Sequence

from textual.content import Content
from textual.widgets.option_list import Option

from tui.widgets.canvas import shortened, width_of

NARROWEST = 12
"""Cells that the elastic column keeps at least, before others are left out."""


def aligned(rows: Sequence[Sequence[str]], width: int, elastic: int, right: frozenset[int] = frozenset()) -> list[str]:
    """Return each row as a line whose columns are as wide as their widest entry.

    The elastic column gives way where the width is short; where that is not enough, the last columns are left out.
    """
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    while len(widths) > elastic + 1 and _total(widths) - widths[elastic] + min(widths[elastic], NARROWEST) > width:
        widths.pop()
    if widths:
        widths[elastic] = max(min(widths[elastic], width - _total(widths) + widths[elastic]), 1)
    return ["  ".join(_cell(row[n], wide, n in right) for n, wide in enumerate(widths)).rstrip() for row in rows]


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + 2 * (len(widths) - 1)


def options(ids: Sequence[str], lines: Sequence[str]) -> list[Option]:
    """Return the lines as entries of a list, each known by its id."""
    return [Option(Content(line), id=name) for name, line in zip(ids, lines, strict=True)]


def _cell(text: str, width: int, right: bool) -> str:
    text = shortened("".join(character if character.isprintable() else "�" for character in text), width)
    space = " " * (width - width_of(text))
    return space + text if right else text + space
