"""Lines for lists to choose from: columns that stand below each other, and go on below where space is short."""

from collections.abc import Sequence

from textual.content import Content
from textual.widgets.option_list import Option

from tui.widgets.canvas import shortened, width_of

NARROWEST = 12
"""Cells that the elastic column keeps at least, before others are left out."""
MOST_LINES = 3
"""Lines that one entry takes at most."""


def aligned(rows: Sequence[Sequence[str]], width: int, elastic: int, right: frozenset[int] = frozenset()) -> list[str]:
    """Return each row as a line whose columns are as wide as their widest entry.

    The elastic column gives way where the width is short, and what it has no room for goes on in lines below; where
    that is not enough, the last columns are left out.
    """
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    while len(widths) > elastic + 1 and _total(widths) - widths[elastic] + min(widths[elastic], NARROWEST) > width:
        widths.pop()
    if not widths:
        return [""] * len(rows)
    widths[elastic] = max(min(widths[elastic], width - _total(widths) + widths[elastic]), 1)
    indent = sum(wide + 2 for wide in widths[:elastic])
    lines = []
    for row in rows:
        first, *below = broken(row[elastic], widths[elastic], width - indent)
        told = [*row[:elastic], first, *row[elastic + 1 :]]
        line = "  ".join(_cell(told[n], wide, n in right) for n, wide in enumerate(widths)).rstrip()
        lines.append("\n".join([line, *(" " * indent + part for part in below)]))
    return lines


def broken(text: str, first: int, others: int) -> list[str]:
    """Return the text in lines, the first of which may be narrower than the others; words are broken only if they must.

    What does not fit `MOST_LINES` is cut off.
    """
    text, lines = printable(text), []
    for width in (first, *[others] * (MOST_LINES - 2)):
        if width_of(text) <= width:
            break
        fits = next(n for n in range(len(text), -1, -1) if width_of(text[:n]) <= width) or 1
        end = next((n for n in range(fits, 0, -1) if text[n] == " " or _ends_in_hyphen(text[:n])), fits)
        lines.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*lines, shortened(text, others if lines else first)]


def _ends_in_hyphen(text: str) -> bool:
    """Whether the text ends in a hyphen, which stands behind a letter or a digit; a minus does not."""
    return text[-1:] == "-" and text[-2:-1].isalnum()


def printable(text: str) -> str:
    """Return the text with a sign in place of each character that would do something to the terminal."""
    return "".join(character if character.isprintable() else "�" for character in text)


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + 2 * (len(widths) - 1)


def options(ids: Sequence[str], lines: Sequence[str]) -> list[Option]:
    """Return the lines as entries of a list, each known by its id."""
    return [Option(Content(line), id=name) for name, line in zip(ids, lines, strict=True)]


def _cell(text: str, width: int, right: bool) -> str:
    text = shortened(printable(text), width)
    space = " " * (width - width_of(text))
    return space + text if right else text + space
