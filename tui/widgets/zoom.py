"""How large the cells of a map are drawn: the ladder of sizes and the choice of a rung."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Zoom:
    """The size of one cell on the screen."""

    width: int
    height: int
    framed: bool
    """Whether lines stand between the cells."""

    @property
    def stride(self) -> tuple[int, int]:
        """Columns and rows from one cell to the next."""
        line = int(self.framed)
        return self.width + line, self.height + line

    def size(self, rows: int, columns: int) -> tuple[int, int]:
        """Return width and height of that many cells on the screen."""
        across, down = self.stride
        return columns * across + self.framed, rows * down + self.framed

    def capacity(self, width: int, height: int) -> tuple[int, int]:
        """Return how many rows and columns of cells such a screen shows whole."""
        across, down = self.stride
        return max((height - self.framed) // down, 0), max((width - self.framed) // across, 0)


FRAMED = tuple(
    Zoom(width, height, True) for height, widest, narrowest in ((7, 21, 13), (5, 17, 11), (3, 13, 7))
    for width in range(widest, narrowest - 1, -2)
)  # fmt: skip
BLOCKS = tuple(
    Zoom(width, height, False) for width, height in ((10, 3), (8, 3), (8, 2), (6, 2), (5, 2), (4, 1), (3, 1))
)
SMALL = Zoom(2, 1, False)
TINY = Zoom(1, 1, False)
LADDER = (*FRAMED, *BLOCKS, SMALL, TINY)


def best_zoom(rows: int, columns: int, width: int, height: int) -> Zoom:
    """Return the largest zoom at which the whole map fits; where none does, one at which arrows can be read."""
    for zoom in LADDER:
        wide, high = zoom.size(rows, columns)
        if wide <= width and high <= height:
            return zoom
    return SMALL


def window(start: int, shown: int, total: int, target: int, margin: int) -> int:
    """Return where a view of `shown` out of `total` begins so that the target lies in it.

    The view stays where it is while the target keeps its distance from the edge, so that little has to be drawn anew;
    otherwise the target comes to its middle.
    """
    margin = min(margin, max((shown - 1) // 2, 0))
    if not start + margin <= target < start + shown - margin:
        start = target - shown // 2
    return max(min(start, total - shown), 0)
