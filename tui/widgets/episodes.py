"""The panel that counts: the current episode, the finished ones, the distance to the optimum, and charts."""

from textual.content import Content
from textual.reactive import reactive

from engine.messages import EpisodesView, Snapshot
from tui.colour import Palette
from tui.widgets import numbers
from tui.widgets.canvas import Canvas, fitting, width_of
from tui.widgets.chart import NARROWEST, draw_chart
from tui.widgets.panel import Panel
from tui.widgets.series import SERIES, WINDOWS, available, level_name

FACT_WIDTH = 21
"""Cells for a fact: its name and its number."""
COLUMN_GAP = 2
FACTS_WIDTH = 2 * FACT_WIDTH + COLUMN_GAP
CHART_GAP = 3
CHART_WIDTH = 43
"""Cells that a chart has at least before there is a second one beside it."""
CHART_HEIGHT = 5
"""Lines that a chart has at least below the numbers."""
MEAN_OF = 100
"""Over how many of the last episodes the means go."""
OF_THE_OPTIMUM = {"policy optimal", "max |Q−Q*|", "V*(start)"}
"""What can be told only of a world with a model."""
DISCOUNTED = ("mean discounted", "mean disc.")
"""What the mean discounted return is called, the longest wording first."""
NUMBERS = ""
"""Stands in the round of the charts for the numbers, where there is no room for both."""


class EpisodesPanel(Panel):
    """Numbers on the left, charts of what was chosen on the right; where it is narrow, below; else one or the other."""

    window: reactive[int] = reactive(1, repaint=False, init=False)
    """Over how many episodes the curves are smoothed."""

    def __init__(self, **arguments: str) -> None:
        super().__init__("Episodes", **arguments)
        self.chosen: str | None = None
        """The name of the first chart; None as long as the person has not chosen."""

    def draw(self, width: int, height: int) -> Canvas:
        """Draw as many facts as there are lines for, and as many charts as there is room for beside them."""
        canvas = Canvas(width, height)
        if self.snapshot is None or not width or not height:
            return canvas
        left = top = 0
        charts = self._charts(width, height)
        if room_beside_numbers(width):
            left = FACTS_WIDTH + CHART_GAP
        elif room_below_numbers(self.snapshot, height):
            top = lines_of_facts(self.snapshot)
        if left or top or not charts:
            draw_facts(canvas, self.snapshot, self.palette)
        share = (width - left + CHART_GAP) // max(len(charts), 1)
        for n, name in enumerate(charts):
            series = SERIES[name](self.snapshot, self.window)
            draw_chart(canvas, left + n * share, top, share - CHART_GAP, height - top, series, self.palette)
        return canvas

    def next_series(self, by: int = 1) -> None:
        """Go round through the charts, and through the numbers where there is no room for both."""
        if self.snapshot is None:
            return
        names = available(self.snapshot)
        if not self._room_for_both(*self.size):
            names = [NUMBERS, *names]
        here = names.index(self.chosen) if self.chosen in names else 0
        self.chosen = names[(here + by) % len(names)]
        self.redraw()

    def change_window(self, by: int) -> None:
        """Smooth the curves over more episodes or over fewer."""
        self.window = WINDOWS[min(max(WINDOWS.index(self.window) + by, 0), len(WINDOWS) - 1)]

    def watch_window(self, window: int) -> None:
        """Say over how many episodes the curves are smoothed."""
        self.border_title = Content("Episodes" if window == 1 else f"Episodes · means of {window}")
        self.redraw()

    def _room_for_both(self, width: int, height: int) -> bool:
        """Whether a chart fits beside the numbers or below them."""
        below = self.snapshot is not None and room_below_numbers(self.snapshot, height)
        return below or room_beside_numbers(width)

    def _charts(self, width: int, height: int) -> list[str]:
        """Return the names of the charts that are drawn: the chosen one and those that follow it."""
        names = available(self.snapshot) if self.snapshot else []
        if not self._room_for_both(width, height):
            return [self.chosen] if self.chosen in names else []
        first = names.index(self.chosen) if self.chosen in names else 0
        fit = max((width - FACTS_WIDTH) // (CHART_WIDTH + CHART_GAP), 1)
        return (names[first:] + names[:first])[:fit]


def room_beside_numbers(width: int) -> bool:
    """Whether a chart fits beside the numbers."""
    return width - FACTS_WIDTH - CHART_GAP >= NARROWEST


def room_below_numbers(snapshot: Snapshot, height: int) -> bool:
    """Whether a chart fits below the numbers."""
    return height - lines_of_facts(snapshot) >= CHART_HEIGHT


def lines_of_facts(snapshot: Snapshot) -> int:
    """Return how many lines the numbers take where there is no lack of them, the last one for the last returns."""
    return (len(facts(snapshot)) + 1) // 2 + 1


def facts(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Return what there is to count in pairs, of the episodes and of the learning; the most telling first.

    Beside V*(start) stands what is held against it: the mean discounted return, where a discount makes it another.
    """
    episodes, truth = snapshot.episodes, snapshot.truth
    step = ("step in it", numbers.count(snapshot.episode_length))
    discounted = float(snapshot.agent.settings.get("discount", "1")) < 1.0 and len(episodes.returns) > 0
    speed = numbers.count(snapshot.steps_per_second) if snapshot.steps_per_second > 0 else numbers.NOTHING
    found = [
        ("episode", numbers.count(snapshot.episode)),
        (level_name(snapshot), numbers.coefficient(snapshot.epsilon)),
        ("return so far", numbers.number(snapshot.episode_return)),
        ("policy optimal", numbers.percent(truth.policy_agreement) if truth else numbers.NOTHING),
        (mean_name(episodes), numbers.number(episodes.mean_return)),
        ("max |Q−Q*|", numbers.number(truth.q_error) if truth else numbers.NOTHING),
        (DISCOUNTED[0], numbers.number(float(episodes.discounted_returns[-MEAN_OF:].mean()))) if discounted else step,
        ("V*(start)", _start_value(snapshot)),
        ("mean length", numbers.number(episodes.mean_length, 1)),
        ("steps/s", speed),
        *([step] if discounted else []),
    ]
    return found if snapshot.observation is None else [fact for fact in found if fact[0] not in OF_THE_OPTIMUM]


def _start_value(snapshot: Snapshot) -> str:
    """Write V*(start), as 0 where gains and losses of this world cancel but for their rounding."""
    if snapshot.truth is None:
        return numbers.NOTHING
    value = snapshot.truth.start_value
    return numbers.number(value if abs(value) > snapshot.truth.known_to else 0.0)


def mean_name(episodes: EpisodesView) -> str:
    """Return what the mean return is called, by over how many episodes it goes."""
    return f"mean of {min(episodes.finished, MEAN_OF)}" if episodes.finished else "mean return"


def draw_facts(canvas: Canvas, snapshot: Snapshot, palette: Palette) -> None:
    """Write the facts in two columns; the last line is for the last returns, where there are lines enough."""
    pairs = facts(snapshot)
    rows = min(canvas.height - (canvas.height > 3), (len(pairs) + 1) // 2)
    width = min(FACT_WIDTH, (canvas.width - COLUMN_GAP) // 2)
    for n, (name, value) in enumerate(pairs[: 2 * rows]):
        x, y = (n % 2) * (width + COLUMN_GAP), n // 2
        wordings = DISCOUNTED if name == DISCOUNTED[0] else (name, name.split()[0])
        canvas.put(x, y, fitting(wordings, width - width_of(value) - 1), palette.muted)
        canvas.put_right(x + width, y, value, palette.strong)
    if canvas.height > 3:
        _draw_last_returns(canvas, rows, snapshot, palette)


def _draw_last_returns(canvas: Canvas, y: int, snapshot: Snapshot, palette: Palette) -> None:
    """Write the returns of the last finished episodes as a chart has them, the newest at the right end."""
    first = canvas.put(0, y, "last returns ", palette.muted)
    x = min(FACTS_WIDTH, canvas.width)
    for value in snapshot.episodes.returns[::-1]:
        text = numbers.fitted(float(value), 8)
        x -= width_of(text)
        if x <= first:
            return
        canvas.put(x, y, text, palette.sign(float(value)))
        x -= 1
