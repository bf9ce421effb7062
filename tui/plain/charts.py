"""Charts in few lines: where a curve is now, its extremes, and its way in ten parts."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from tui.plain.talk import Answer, Talk
from tui.widgets import numbers
from tui.widgets.chart import averaged, dots_of
from tui.widgets.series import SERIES, WINDOWS, Series, available

PARTS = 10


class Charts:
    """Answers the commands of the charts."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._chosen = ""
        self.window = 1
        """Over how many episodes the curves are smoothed."""
        self.answers: dict[str, Answer] = {
            "next_chart": Answer(partial(self._turn, 1), help="Tell the next chart: returns, errors, regret, ..."),
            "previous_chart": Answer(partial(self._turn, -1), help="Tell the chart before."),
            "smooth_more": Answer(partial(self._smooth, 1)),
            "smooth_less": Answer(partial(self._smooth, -1)),
        }

    def _turn(self, by: int, rest: str) -> None:
        """Go round through the charts; the first is where one begins, whichever way."""
        names = available(self._talk.shown)
        before = names.index(self._chosen) if self._chosen in names else -1 if by > 0 else 0
        self._chosen = names[(before + by) % len(names)]
        self._tell(names)

    def _smooth(self, by: int, rest: str) -> None:
        self.window = WINDOWS[min(max(WINDOWS.index(self.window) + by, 0), len(WINDOWS) - 1)]
        episodes = "single episodes" if self.window == 1 else f"means of {self.window} episodes"
        self._talk.say(f"the charts show {episodes}")
        if self._chosen:
            self._tell(available(self._talk.shown))

    def _tell(self, names: list[str]) -> None:
        at = f"chart {names.index(self._chosen) + 1} of {len(names)}, " if self._chosen in names else ""
        first, *others = summary(SERIES[self._chosen](self._talk.shown, self.window))
        self._talk.tell(at + first, *others)


def summary(series: Series) -> Iterator[str]:
    """Say where the curve is, its mean and extremes, and its values in ten parts from its beginning to its end."""
    if not series.y.size:
        yield f"{series.name}: nothing yet"
        return
    unit = "step" if series.over_steps else "episode"
    first, last = numbers.count(series.x[0]), numbers.count(series.x[-1])
    yield f"{series.name}, {unit} {first}" + (f" to {last}" if len(series.x) > 1 else "")
    lowest, highest = int(series.y.argmin()), int(series.y.argmax())
    mean = "" if series.over_steps else f"mean {_number(series.y.mean())}, "
    if series.y[lowest] == series.y[highest]:
        yield f"{_number(series.y[-1])} all the way"
        return
    yield (
        f"last {_number(series.y[-1])}, {mean}"
        f"lowest {_number(series.y[lowest])} at {unit} {numbers.count(series.x[lowest])}, "
        f"highest {_number(series.y[highest])} at {unit} {numbers.count(series.x[highest])}"
    )
    yield from _parts(series)
    if series.mark is not None:
        yield f"the greedy policy was optimal by step {numbers.count(series.mark)}"


def _parts(series: Series) -> Iterator[str]:
    """Say which way the curve goes: over steps at ever wider distances, as the chart draws it."""
    if series.over_steps:
        values, _ = dots_of(series, PARTS)
        how = f"at {len(values)} steps, each further from the one before"
    else:
        values, share = averaged(series.y, PARTS)
        how = f"in {len(values)} parts" + (f" of {share} episodes, the mean of each" if share > 1 else "")
    yield f"{_trend(values)}; {how}: {', '.join(map(_number, values))}"


def _trend(values: np.ndarray) -> str:
    """Say whether the last third lies above or below the first by more than a tenth of the range."""
    third = max(len(values) // 3, 1)
    change = float(values[-third:].mean() - values[:third].mean())
    if abs(change) <= 0.1 * float(np.ptp(values)):
        return "level"
    return "rising" if change > 0 else "falling"


def _number(value: float) -> str:
    return numbers.number(float(value))
