"""How large the cells of a map are drawn: the ladder of sizes and the choice of a rung."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from tui.widgets.arrows import STAYS, direction


class Rung(Enum):
    """What a cell of the map has room for, the most first."""

    WEDGES = "wedges"
    VALUES = "values"
    ARROWS = "arrows"
    HALVES = "half blocks"


@dataclass(frozen=True)
class Zoom:
    """The size of one cell on the screen."""

    width: int
    height: int
    framed: bool
    """Whether lines stand between the cells."""
    rung: Rung
    rows_a_line: int = 1
    """How many rows of the map share a line of the screen."""

    @property
    def stride(self) -> tuple[int, int]:
        """Columns and lines from one cell to the next."""
        line = int(self.framed)
        return self.width + line, self.height + line

    def size(self, rows: int, columns: int) -> tuple[int, int]:
        """Return width and height of that many cells on the screen."""
        across, down = self.stride
        return columns * across + self.framed, -(-rows // self.rows_a_line) * down + self.framed

    def capacity(self, width: int, height: int) -> tuple[int, int]:
        """Return how many rows and columns of cells such a screen shows whole."""
        across, down = self.stride
        lines = max((height - self.framed) // down, 0)
        return lines * self.rows_a_line, max((width - self.framed) // across, 0)


def _framed(rung: Rung, *sizes: tuple[int, int, int]) -> tuple[Zoom, ...]:
    """Return framed cells of odd width, for each (height, widest, narrowest) the widest first."""
    return tuple(
        Zoom(width, height, True, rung)
        for height, widest, narrowest in sizes
        for width in range(widest, narrowest - 1, -2)
    )


FOUR_WEDGES = _framed(Rung.WEDGES, (7, 21, 19), (5, 21, 15), (3, 19, 15))
EIGHT_WEDGES = _framed(Rung.WEDGES, (6, 23, 21), (4, 21, 19))
NARROW_FOUR, NARROW_EIGHT = Zoom(11, 3, True, Rung.WEDGES), Zoom(15, 4, True, Rung.WEDGES)
"""Wedges with short numbers: only for who asks for them."""
VALUES = (
    *_framed(Rung.VALUES, (7, 21, 13), (5, 17, 11), (3, 13, 7)),
    *(Zoom(*size, False, Rung.VALUES) for size in ((10, 3), (8, 3), (8, 2), (6, 2), (5, 2))),
)
SMALL = Zoom(2, 1, False, Rung.ARROWS)
ARROWS = (Zoom(4, 1, False, Rung.ARROWS), Zoom(3, 1, False, Rung.ARROWS), SMALL, Zoom(1, 1, False, Rung.ARROWS))
HALF = Zoom(1, 1, False, Rung.HALVES, rows_a_line=2)

NARROWEST = {Rung.VALUES: VALUES[-1], Rung.ARROWS: SMALL, Rung.HALVES: HALF}
"""The cells of a rung where the map does not fit: the smallest that are read with ease."""


@lru_cache(maxsize=16)
def wedges(actions: Sequence[str]) -> tuple[Zoom, ...]:
    """Return the sizes at which each action has its wedge; none where an action has no direction."""
    ways = [direction(action) for action in actions if action.lower() not in STAYS]
    if not all(ways) or len(set(ways)) < len(ways):
        return ()
    return EIGHT_WEDGES if any(way and all(way) for way in ways) else FOUR_WEDGES


def rungs(actions: Sequence[str]) -> list[Rung]:
    """Return the rungs that a world with these actions has."""
    return [rung for rung in Rung if rung is not Rung.WEDGES or wedges(tuple(actions))]


def best_zoom(
    rows: int,
    columns: int,
    width: int,
    height: int,
    *,
    actions: Sequence[str] = (),
    rung: Rung | None = None,
    coloured: bool = True,
) -> Zoom:
    """Return the largest zoom at which the whole map fits, on the rung that was chosen or else on any.

    Where none fits, the rung that was chosen is scrolled. Half blocks, which have no arrows, are taken unasked only
    where there are colours and arrows would show less than half of the map.
    """
    four_or_eight = wedges(tuple(actions)) if actions else ()
    narrow = NARROW_EIGHT if four_or_eight is EIGHT_WEDGES else NARROW_FOUR
    sizes = {
        Rung.WEDGES: (*four_or_eight, narrow) if rung else four_or_eight,
        Rung.VALUES: VALUES,
        Rung.ARROWS: ARROWS,
        Rung.HALVES: (HALF,) if rung else (),
    }
    for zoom in sizes[rung] if rung else [zoom for rung_sizes in sizes.values() for zoom in rung_sizes]:
        wide, high = zoom.size(rows, columns)
        if wide <= width and high <= height:
            return zoom
    if rung:
        return narrow if rung is Rung.WEDGES else NARROWEST[rung]
    shown_rows, shown_columns = SMALL.capacity(width, height)
    mostly = 2 * min(shown_rows, rows) * min(shown_columns, columns) >= rows * columns
    return SMALL if mostly or not coloured else HALF


def window(start: int, shown: int, total: int, target: int, margin: int) -> int:
    """Return where a view of `shown` out of `total` begins so that the target lies in it.

    The view stays where it is while the target keeps its distance from the edge, so that little has to be drawn anew;
    otherwise the target comes to its middle.
    """
    margin = min(margin, max((shown - 1) // 2, 0))
    if not start + margin <= target < start + shown - margin:
        start = target - shown // 2
    return max(min(start, total - shown), 0)
