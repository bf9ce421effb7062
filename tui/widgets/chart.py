"""A line chart in braille: two dots across and four down in every character cell."""

import numpy as np

from engine.messages import FloatArray
from tui.colour import Palette
from tui.widgets import numbers
from tui.widgets.canvas import Canvas, width_of
from tui.widgets.series import Series

DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each dot of a braille character, by row and column."""
BRAILLE = 0x2800
WIDEST_SPREAD = 4.0
"""Dots from one value to the next, at most: a few values do not take the whole width."""
OUTLYING = 5.0
"""A range so many times as wide as that of eight values in ten is cut down to it."""
LABEL_WIDTH = 7
NARROWEST, LOWEST = 16, 3
"""Cells below which no chart is drawn."""
MARK, MARK_LINE = "◆", "┊"


def draw_chart(canvas: Canvas, x: int, y: int, width: int, height: int, series: Series, palette: Palette) -> None:
    """Draw the series as a line with its range on the left; below it its name and where it begins and ends.

    Where there are more episodes than dots, each dot is the mean of its share of them, and the line below says so.
    """
    if width < NARROWEST or height < LOWEST:
        return
    if not series.y.size:
        canvas.put_centred(x, y + height // 2, width, f"{series.name}: nothing yet", palette.muted)
        return
    left, plot_width, plot_height = x + LABEL_WIDTH + 1, width - LABEL_WIDTH - 1, height - 1
    values, share = dots_of(series, plot_width * 2)
    low, high = bounds(values)
    for row, line in enumerate(braille(values, plot_width, plot_height, low, high)):
        canvas.put(left - 1, y + row, "┤" if row in (0, plot_height - 1) else "│", palette.line)
        canvas.put(left, y + row, line, palette.accent)
    _draw_labels(canvas, left - 1, y, plot_height, (values, low, high), palette, level=series.level)
    drawn = max((len(values) + 1) // 2, 1)
    if series.mark is not None:
        _draw_mark(canvas, left + column_of(series, series.mark, plot_width), y, plot_height, palette)
    _draw_caption(canvas, left, y + plot_height, drawn, plot_width, captions(series, share), palette)


def dots_of(series: Series, width: int) -> tuple[FloatArray, int]:
    """Return one value a column of dots, at most `width`, and how many values each is the mean of."""
    if series.over_steps:
        if len(series.x) == 1:
            return series.y, 1
        at = np.linspace(np.log(series.x[0] + 1.0), np.log(series.x[-1] + 1.0), width)
        return np.interp(at, np.log(series.x + 1.0), series.y), 1
    means, share = averaged(series.y, width)
    spread = min((width - 1) / max(len(means) - 1, 1), WIDEST_SPREAD)
    columns = np.arange(int((len(means) - 1) * spread) + 1)
    return np.interp(columns, np.arange(len(means)) * spread, means), share


def column_of(series: Series, step: int, width: int) -> int:
    """Return the column of cells in which a step lies, of a chart over steps."""
    first, last, here = (float(np.log(number + 1.0)) for number in (series.x[0], series.x[-1], step))
    return int(np.clip((here - first) / max(last - first, 1e-9), 0.0, 1.0) * (width - 1))


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
    """Return rows of braille characters with one value a column of dots, joined to a line from `low` up to `high`."""
    cells = np.zeros((height, width), dtype=np.int64)
    share = (high - values) / (high - low) if high > low else np.full(len(values), 0.5)
    rows: list[int] = np.round(np.clip(share, 0.0, 1.0) * (height * 4 - 1)).astype(int).tolist()
    for column, row in enumerate(rows):
        for dot in _between(rows[column - 1] if column else row, row):
            cells[dot // 4, column // 2] |= DOTS[dot % 4][column % 2]
    return ["".join(chr(BRAILLE + int(cell)) if cell else " " for cell in line) for line in cells]


def captions(series: Series, share: int) -> list[tuple[str, str, str]]:
    """Return what stands below the ends of the line and between them, in the wordings to choose from."""
    first, last = numbers.count(series.x[0]), numbers.count(series.x[-1])
    name = f"{series.name}, {share} a dot" if share > 1 else series.name
    unit = "step" if series.over_steps else "episode"
    marked = f"{name} · {MARK} optimal by step {numbers.count(series.mark)}" if series.mark is not None else name
    short = f"{MARK} by {numbers.count(series.mark)}" if series.mark is not None else series.name
    if len(series.x) == 1:
        return [(f"{unit} {first}", name, ""), (first, series.name, "")]
    wordings = [(f"{unit} {first}", text, last) for text in dict.fromkeys((marked, name))]
    return [*wordings, (first, name, last), (first, series.name, last), (first, short, last), ("", series.name, "")]


def _between(before: int, now: int) -> range:
    """Return the rows that join one dot to the next: from just beyond the one before to this one."""
    if before == now:
        return range(now, now + 1)
    return range(now, before) if now < before else range(before + 1, now + 1)


def _draw_labels(
    canvas: Canvas,
    x: int,
    y: int,
    height: int,
    shown: tuple[FloatArray, float, float],
    palette: Palette,
    *,
    level: bool = False,
) -> None:
    """Write the range to the left of the chart; signs say that some values lie beyond it."""
    values, low, high = shown
    least, most = (numbers.coefficient(end) if level else numbers.fitted(end, LABEL_WIDTH - 1) for end in (low, high))
    if least == most:
        canvas.put_right(x, y + (height - 1) // 2, least, palette.muted)
        return
    above, below = "≥" if values.max() > high else "", "≤" if values.min() < low else ""
    canvas.put_right(x, y, above + most, palette.muted)
    canvas.put_right(x, y + height - 1, below + least, palette.muted)


def _draw_mark(canvas: Canvas, x: int, y: int, height: int, palette: Palette) -> None:
    """Point a column out, without hiding the line that goes through it."""
    for row in range(y, y + height):
        if canvas.rows[row][x][0] == " ":
            canvas.put(x, row, MARK_LINE, palette.warning)
    canvas.put(x, y, MARK, palette.warning)


def _draw_caption(
    canvas: Canvas, x: int, y: int, drawn: int, width: int, wordings: list[tuple[str, str, str]], palette: Palette
) -> None:
    """Write the fullest wording that fits: below the ends of the line, or below a short line beside each other."""
    for first, name, last in wordings:
        needed = sum(width_of(text) + 2 for text in (first, name, last) if text) - 2
        if needed <= width or (first, name, last) == wordings[-1]:
            room = max(drawn, needed)
            canvas.put(x, y, first, palette.muted)
            canvas.put_right(x + room, y, last, palette.muted)
            begin = width_of(first) + 2 if first else 0
            free = room - begin - (width_of(last) + 2 if last else 0)
            canvas.put_centred(x + begin, y, free, name, palette.plain)
            return
