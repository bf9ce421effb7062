"""The panel that counts: the current episode, the finished ones, the distance to the optimum, a chart of returns."""

from engine.messages import Snapshot
from tui.colour import Palette
from tui.widgets import numbers
from tui.widgets.canvas import Canvas, width_of
from tui.widgets.chart import draw_chart
from tui.widgets.panel import Panel

FACT_WIDTH = 21
"""Cells for a fact: its name and its number."""
COLUMN_GAP = 2
FACTS_WIDTH = 2 * FACT_WIDTH + COLUMN_GAP


class EpisodesPanel(Panel):
    """Numbers on the left, the returns of the finished episodes as a chart on the right."""

    def __init__(self, **arguments: str) -> None:
        super().__init__("Episodes", **arguments)

    def draw(self, width: int, height: int) -> Canvas:
        """Draw as many facts as there are lines for, and the chart if there is room beside them."""
        canvas = Canvas(width, height)
        if self.snapshot is None or not width or not height:
            return canvas
        draw_facts(canvas, self.snapshot, self.palette)
        finished = self.snapshot.episodes
        first = finished.finished - len(finished.returns) + 1
        left = FACTS_WIDTH + 3
        draw_chart(canvas, left, 0, width - left, height, finished.returns, first, self.palette)
        return canvas


LEVELS = {"softmax": "temperature", "ucb": "confidence"}
"""What says how much is explored, where it is not epsilon."""


def facts(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Return what there is to count in pairs, of the episodes and of the learning; the most telling first."""
    episodes, truth = snapshot.episodes, snapshot.truth
    speed = numbers.count(snapshot.steps_per_second) if snapshot.steps_per_second > 0 else numbers.NOTHING
    return [
        ("episode", numbers.count(snapshot.episode)),
        (LEVELS.get(snapshot.agent.settings.get("exploration", ""), "epsilon"), numbers.coefficient(snapshot.epsilon)),
        ("return so far", numbers.number(snapshot.episode_return)),
        ("policy optimal", f"{truth.policy_agreement:.0%}" if truth else numbers.NOTHING),
        ("mean of 100", numbers.number(episodes.mean_return)),
        ("max |Q−Q*|", numbers.number(truth.q_error) if truth else numbers.NOTHING),
        ("step in it", numbers.count(snapshot.episode_length)),
        ("V*(start)", numbers.number(truth.start_value) if truth else numbers.NOTHING),
        ("mean length", numbers.number(episodes.mean_length, 1)),
        ("steps/s", speed),
    ]


def draw_facts(canvas: Canvas, snapshot: Snapshot, palette: Palette) -> None:
    """Write the facts in two columns; the last line is for the last returns, where there are lines enough."""
    pairs = facts(snapshot)
    rows = min(canvas.height - (canvas.height > 3), 5)
    width = min(FACT_WIDTH, (canvas.width - COLUMN_GAP) // 2)
    for n, (name, value) in enumerate(pairs[: 2 * rows]):
        x, y = (n % 2) * (width + COLUMN_GAP), n // 2
        canvas.put(x, y, name, palette.muted)
        canvas.put_right(x + width, y, value, palette.strong)
    if canvas.height > 3:
        _draw_last_returns(canvas, rows, snapshot, palette)


def _draw_last_returns(canvas: Canvas, y: int, snapshot: Snapshot, palette: Palette) -> None:
    """Write the returns of the last finished episodes, the newest first."""
    x = canvas.put(0, y, "last returns ", palette.muted)
    limit = min(FACTS_WIDTH, canvas.width)
    for value in snapshot.episodes.returns[::-1]:
        text = numbers.fitted(float(value), 8)
        if x + 1 + width_of(text) > limit:
            return
        x = canvas.put(x + 1, y, text, palette.sign(float(value)))
