"""The picture of a world without a model: what the agent sees, number by number, each on its range."""

import math

from engine.messages import ObservationView, Snapshot
from tui.colour import Palette
from tui.widgets import numbers
from tui.widgets.canvas import Canvas, shortened, width_of

NUMBER_WIDTH = 9
NARROWEST_BAR = 7
SHORTEST_NAME = 8
"""Cells of a name below which a bar beside it is given up, for names that begin alike could not be told apart."""
END_WIDTH = 5
HERE, ZERO, LINE = "●", "┼", "─"


def draw_observation(canvas: Canvas, snapshot: Snapshot, first: int, palette: Palette) -> None:
    """Draw the numbers of the observation from `first` on: a name, a value, and where it lies in its range.

    What the environment draws of itself in text stands above.
    """
    seen = snapshot.observation
    if seen is None:
        return
    lines = _drawing(seen, canvas.height)
    for y, line in enumerate(lines):
        canvas.put(0, y, shortened(line, canvas.width), palette.plain)
    top = len(lines)
    begun = snapshot.step > 0 or snapshot.demonstration
    head = "the agent sees" if begun else "before the first step nothing is seen"
    canvas.put(0, top, shortened(head, canvas.width), palette.muted)
    longest = max(map(width_of, seen.names))
    beside_a_bar = canvas.width - NUMBER_WIDTH - NARROWEST_BAR - 2
    room = min(longest, beside_a_bar if beside_a_bar >= SHORTEST_NAME else max(canvas.width - NUMBER_WIDTH, 1))
    for row, feature in enumerate(range(first, min(first + rows_for_names(seen, canvas.height), len(seen.names)))):
        _draw_feature(canvas, seen, feature, top + 1 + row, room, palette, begun=begun)


def rows_for_names(seen: ObservationView, height: int) -> int:
    """Return how many numbers there is room for, below the drawing and the heading."""
    return max(height - len(_drawing(seen, height)) - 1, 0)


def _drawing(seen: ObservationView, height: int) -> list[str]:
    """Return as many lines of the environment's own drawing as the numbers leave room for."""
    return seen.drawing.splitlines()[: max(height - len(seen.names) - 1, 0)]


def _draw_feature(
    canvas: Canvas, seen: ObservationView, feature: int, y: int, room: int, palette: Palette, *, begun: bool
) -> None:
    """Draw a number and its range; before the beginning the range alone."""
    value = float(seen.values[feature])
    canvas.put(0, y, shortened(seen.names[feature], room), palette.plain)
    x = room + NUMBER_WIDTH
    canvas.put_right(x, y, numbers.fitted(value, NUMBER_WIDTH - 1) if begun else numbers.NOTHING, palette.strong)
    low, high = range_of(float(seen.low[feature]), float(seen.high[feature]), value)
    x, width = x + 2, canvas.width - x - 2
    if width >= NARROWEST_BAR + 2 * END_WIDTH:
        canvas.put_right(x + END_WIDTH - 1, y, _end(low), palette.muted)
        canvas.put_right(canvas.width, y, _end(high), palette.muted)
        x, width = x + END_WIDTH, width - 2 * END_WIDTH
    if width < NARROWEST_BAR:
        return
    canvas.put(x, y, LINE * width, palette.line)
    if low < 0.0 < high:
        canvas.put(x + place_of(0.0, low, high, width), y, ZERO, palette.muted)
    if begun:
        canvas.put(x + place_of(value, low, high, width), y, HERE, palette.agent)


def _end(value: float) -> str:
    """Write the end of a range in four cells."""
    return numbers.fitted(value, 4) if value != round(value) else numbers.number(value, 0)


def range_of(low: float, high: float, value: float) -> tuple[float, float]:
    """Return the range to draw a value on: its own, or without bounds 1, 2 or 5 times a power of ten to either side."""
    if math.isfinite(low) and math.isfinite(high) and low < high:
        return low, high
    size, power = max(abs(value), 0.1), 10.0 ** math.floor(math.log10(max(abs(value), 0.1)))
    wide = next(step * power for step in (1.0, 2.0, 5.0, 10.0) if size <= step * power)
    return (low if math.isfinite(low) else -wide), (high if math.isfinite(high) else wide)


def place_of(value: float, low: float, high: float, width: int) -> int:
    """Return the cell of a value on a bar of so many cells."""
    return min(max(round((value - low) / (high - low) * (width - 1)), 0), width - 1)
