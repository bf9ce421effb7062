"""The values of the actions at what is seen now, over the last steps: Q where states have no numbers."""

from collections import deque
from collections.abc import Sequence

import numpy as np

from engine.messages import FloatArray, Snapshot
from tui.colour import Palette
from tui.widgets import numbers
from tui.widgets.canvas import Canvas, shortened, width_of
from tui.widgets.chart import braille

BEST = "▸"
NUMBER_WIDTH = 8
REMEMBERED = 400


class ActionValues:
    """The values that were shown, by step. Only what was on the screen is remembered: it is no part of the run."""

    def __init__(self) -> None:
        self._seen: deque[tuple[int, FloatArray]] = deque(maxlen=REMEMBERED)

    def add(self, snapshot: Snapshot) -> None:
        """Remember a snapshot; what lies ahead of it, after going back in time, is forgotten."""
        while self._seen and self._seen[-1][0] >= snapshot.step:
            self._seen.pop()
        self._seen.append((snapshot.step, snapshot.q[0]))

    def clear(self) -> None:
        """Forget everything."""
        self._seen.clear()

    @property
    def values(self) -> FloatArray:
        """The values that are remembered, oldest first, shape (shown, actions)."""
        return np.array([values for _, values in self._seen])


def draw_action_values(canvas: Canvas, snapshot: Snapshot, history: FloatArray, palette: Palette) -> None:
    """Draw for each action its name, its value now, and the line of its last values; all lines on one scale."""
    actions = snapshot.world.actions
    rows = max((canvas.height - 1) // len(actions), 1)
    left = min(max(map(width_of, actions)), max(canvas.width // 3, 5)) + NUMBER_WIDTH + 3
    low, high = float(history.min()), float(history.max())
    for number, name in enumerate(actions):
        y = number * rows
        best = bool(snapshot.greedy[0, number])
        style = palette.strong if best else palette.plain
        if best:
            canvas.put(0, y, BEST, palette.strong)
        canvas.put(2, y, shortened(name, left - NUMBER_WIDTH - 3), style)
        canvas.put_right(left - 1, y, numbers.fitted(float(snapshot.q[0, number]), NUMBER_WIDTH), style)
        _draw_line(canvas, history[:, number], left, y, rows, (low, high), palette)
    span = f"from {numbers.number(low)} to {numbers.number(high)}"
    if rows * len(actions) < canvas.height and width_of(span) <= canvas.width - left:
        canvas.put(left, canvas.height - 1, span, palette.muted)


def _draw_line(
    canvas: Canvas,
    values: Sequence[float] | FloatArray,
    x: int,
    y: int,
    rows: int,
    bounds: tuple[float, float],
    palette: Palette,
) -> None:
    width = canvas.width - x
    if width < 4 or y + rows > canvas.height:
        return
    shown = np.asarray(values, np.float64)[-width * 2 :]
    for row, line in enumerate(braille(shown, width, rows, *bounds)):
        canvas.put(x, y + row, line, palette.accent)
