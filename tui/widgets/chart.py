"""A line chart in braille: two dots across and four down in every character cell."""

import numpy as np

from engine.messages import FloatArray
from tui.colour import Palette
from tui.widgets import numbers
from tui.widgets.canvas import Canvas, width_of

DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each dot of a braille character, by row and column."""
BRAILLE = 0x2800
WIDEST_SPREAD = 4.0
"""Dots from one value to the next, at most: a few values do not take the whole width."""
OUTLYING = 5.0
"""A range so many times as wide as that of eight values in ten is cut down to it."""


LABEL_WIDTH = 7


def draw_chart(
    canvas: Canvas, x: int, y: int, width: int, height: int, values: FloatArray, first: int, palette: Palette
) -> None:
    """Draw the values as a line with its range on the left and the numbers of its first and last point below.

    Where there are more values than dots, each dot is the mean of its share of them, and the line below says so.
    """
    values = np.where(np.isfinite(values), values, 0.0)
    if width < 16 or height < 3:
        return
    if not values.size:
        canvas.put_centred(x, y + height // 2, width, "returns of finished episodes", palette.muted)
        return
    left, plot_width, plot_height = x + LABEL_WIDTH + 1, width - LABEL_WIDTH - 1, height - 1
    means, share = averaged(values, plot_width * 2)
    low, high = bounds(means)
    for row, line in enumerate(braille(means, plot_width, plot_height, low, high)):
        canvas.put(left - 1, y + row, "┤" if row in (0, plot_height - 1) else "│", palette.line)
        canvas.put(left, y + row, line, palette.accent)
    if low == high:
        canvas.put_right(left - 1, y + (plot_height - 1) // 2, numbers.fitted(low, LABEL_WIDTH), palette.muted)
    else:
        above, below = "≥" if means.max() > high else "", "≤" if means.min() < low else ""
        canvas.put_right(left - 1, y, above + numbers.fitted(high, LABEL_WIDTH - 1), palette.muted)
        canvas.put_right(left - 1, y + plot_height - 1, below + numbers.fitted(low, LABEL_WIDTH - 1), palette.muted)
    drawn = int((len(means) - 1) * _spread(len(means), plot_width * 2)) // 2 + 1
    _draw_range(canvas, left, y + plot_height, drawn, (first, first + len(values) - 1, share), palette)


def averaged(values: FloatArray, most: int) -> tuple[FloatArray, int]:
    """Return at most `most` values, each the mean of equally many in a row (the last of the rest), and how many."""
    share = -(-len(values) // most)
    starts = np.arange(0, len(values), share)
    sizes = np.diff(np.append(starts, len(values)))
    return np.add.reduceat(values, starts) / sizes, share


def bounds(values: FloatArray) -> tuple[float, float]:
    """Return the range of the chart: of all values, unless a few outliers would press the rest flat."""
    low, high = float(values.min()), float(values.max())
    usual_low, usual_high = (float(bound) for bound in np.quantile(values, (0.1, 0.9)))
    if usual_high > usual_low and high - low > OUTLYING * (usual_high - usual_low):
        return usual_low, usual_high
    return low, high


def braille(values: FloatArray, width: int, height: int, low: float, high: float) -> list[str]:
    """Return rows of braille characters with the values joined to a line, `low` at the bottom and `high` at the top."""
    cells = np.zeros((height, width), dtype=np.int64)
    rows = _dots(values, width * 2, height * 4, low, high)
    for column, row in enumerate(rows):
        for dot in _between(rows[column - 1] if column else row, row):
            cells[dot // 4, column // 2] |= DOTS[dot % 4][column % 2]
    return ["".join(chr(BRAILLE + int(cell)) if cell else " " for cell in line) for line in cells]


def _dots(values: FloatArray, width: int, height: int, low: float, high: float) -> list[int]:
    """Return the row of the dot in each column, from the left as far as the values reach."""
    spread = _spread(len(values), width)
    columns = np.arange(int((len(values) - 1) * spread) + 1)
    line = np.interp(columns, np.arange(len(values)) * spread, values)
    share = (high - line) / (high - low) if high > low else np.full(len(line), 0.5)
    rows: list[int] = np.round(np.clip(share, 0.0, 1.0) * (height - 1)).astype(int).tolist()
    return rows


def _spread(count: int, width: int) -> float:
    """Return how many dots lie from one value to the next."""
    return min((width - 1) / max(count - 1, 1), WIDEST_SPREAD)


def _between(before: int, now: int) -> range:
    """Return the rows that join one dot to the next: from just beyond the one before to this one."""
    if before == now:
        return range(now, now + 1)
    return range(now, before) if now < before else range(before + 1, now + 1)


def _draw_range(canvas: Canvas, x: int, y: int, drawn: int, span: tuple[int, int, int], palette: Palette) -> None:
    """Write the numbers of the first and the last episode below the ends of the line, and what it is between them."""
    first, last, share = span
    left, right = f"episode {numbers.count(first)}", numbers.count(last)
    if width_of(left) + width_of(right) >= drawn:
        left = numbers.count(first)
    canvas.put(x, y, left, palette.muted)
    if last > first:
        canvas.put_right(max(x + drawn, x + width_of(left) + width_of(right) + 1), y, right, palette.muted)
    note = f"return, means of {share}" if share > 1 else "return"
    free = drawn - width_of(left) - width_of(right)
    if last > first and width_of(note) + 4 <= free:
        canvas.put_centred(x + width_of(left), y, free, note, palette.muted)
