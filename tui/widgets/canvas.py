"""A rectangle of character cells to draw on, from which a widget takes its lines."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from rich.cells import get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

Cell = tuple[str, Style]
"""A character and its style; the second half of a wide character is an empty text."""

PLAIN = Style()
BLANK: Cell = (" ", PLAIN)
UNPRINTABLE = "�"
"""What stands for a control character, which must never reach the terminal."""
GAP = 6
"""Sending this many unchanged cells costs no more than moving the cursor across them."""


class Canvas:
    """Cells in rows, all blank at first; whatever is put outside is clipped."""

    def __init__(self, width: int, height: int) -> None:
        self.width = max(width, 0)
        self.height = max(height, 0)
        self.rows: list[list[Cell]] = [[BLANK] * self.width for _ in range(self.height)]

    def put(self, x: int, y: int, text: str, style: Style = PLAIN) -> int:
        """Write the text from (x, y) to the right and return the column after it."""
        row = self.rows[y] if 0 <= y < self.height else None
        if text.isascii() and text.isprintable():
            if row is not None and x < self.width and x + len(text) > 0:
                seen = text[max(-x, 0) : self.width - x]
                row[max(x, 0) : max(x, 0) + len(seen)] = [(character, style) for character in seen]
            return x + len(text)
        for character in text:
            shown = character if character.isprintable() else UNPRINTABLE
            size = 1 if shown.isascii() else get_character_cell_size(shown)
            if size and row is not None and x >= 0 and x + size <= self.width:
                row[x] = (shown, style)
                if size == 2:
                    row[x + 1] = ("", style)
            x += size
        return x

    def put_right(self, x: int, y: int, text: str, style: Style = PLAIN) -> int:
        """Write the text so that it ends just before column x, and return the column where it begins."""
        start = x - width_of(text)
        self.put(start, y, text, style)
        return start

    def put_centred(self, x: int, y: int, width: int, text: str, style: Style = PLAIN) -> None:
        """Write the text into the middle of `width` cells."""
        self.put(x + max((width - width_of(text)) // 2, 0), y, text, style)

    def put_pieces(self, x: int, y: int, pieces: Iterable[tuple[str, Style]]) -> int:
        """Write texts of several styles one after the other and return the column after them."""
        for text, style in pieces:
            x = self.put(x, y, text, style)
        return x

    def fill(self, x: int, y: int, width: int, height: int, style: Style, character: str = " ") -> None:
        """Fill a rectangle with one character."""
        for line in range(y, y + height):
            self.put(x, line, character * width, style)

    @property
    def text(self) -> str:
        """All rows as plain text, without the blanks at their ends."""
        return "\n".join("".join(character for character, _ in row).rstrip() for row in self.rows)


def width_of(text: str) -> int:
    """Return how many cells the text takes on a canvas."""
    if text.isascii():
        return len(text)
    return sum(get_character_cell_size(character) if character.isprintable() else 1 for character in text)


def shortened(text: str, width: int) -> str:
    """Return the text, or as much of its beginning as fits, with an ellipsis."""
    if width_of(text) <= width:
        return text
    taken = ""
    for character in text:
        if width_of(taken + character) >= width:
            break
        taken += character
    return taken + "…" if width > 0 else ""


def fitting(wordings: Sequence[str], width: int) -> str:
    """Return the first wording that fits, else as much of the last as does."""
    return next((text for text in wordings if width_of(text) <= width), shortened(wordings[-1], width))


def changed_spans(old: Sequence[Cell], new: Sequence[Cell]) -> list[tuple[int, int]]:
    """Return where two rows of one length differ, as (start, end) pairs; near neighbours are joined."""
    spans: list[tuple[int, int]] = []
    for x, (before, after) in enumerate(zip(old, new, strict=True)):
        if before == after:
            continue
        if spans and x - spans[-1][1] < GAP:
            spans[-1] = (spans[-1][0], x + 1)
        else:
            spans.append((x, x + 1))
    return [_whole(old, new, span) for span in spans]


def _whole(old: Sequence[Cell], new: Sequence[Cell], span: tuple[int, int]) -> tuple[int, int]:
    """Widen a span so that it cuts through no wide character."""
    start, end = span
    while start > 0 and "" in (old[start][0], new[start][0]):
        start -= 1
    while end < len(new) and "" in (old[end][0], new[end][0]):
        end += 1
    return start, end


def strip(row: Sequence[Cell], base: Style) -> Strip:
    """Return the row as Textual wants it, with a new segment wherever the style changes."""
    runs = groupby(row, key=lambda cell: cell[1])
    return Strip([Segment("".join(character for character, _ in run), base + style) for style, run in runs], len(row))
