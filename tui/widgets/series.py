"""What charts can show of a run: a curve over its episodes or over its steps."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.messages import FloatArray, Snapshot

WINDOWS = (1, 3, 10, 30, 100, 300, 1000)
"""Over how many episodes a curve may be smoothed."""

LEVELS = {"softmax": "temperature", "ucb": "confidence"}
"""What says how much is explored, where it is not epsilon."""


@dataclass(frozen=True, eq=False)
class Series:
    """The points of a curve, in the order of x."""

    name: str
    x: FloatArray
    """Numbers of episodes, or of steps of the run."""
    y: FloatArray
    over_steps: bool = False
    """Whether x counts steps, and is drawn by its logarithm, for the samples lie ever further apart."""
    mark: int | None = None
    """A step to point out."""
    level: bool = False
    """Whether y is a setting, and is written as one."""


def smoothed(values: FloatArray, window: int) -> FloatArray:
    """Return the mean of each value and the `window - 1` before it, of fewer at the beginning."""
    if window <= 1 or not len(values):
        return values
    sums = np.cumsum(np.insert(values, 0, 0.0))
    ends = np.arange(1, len(values) + 1)
    begins = np.maximum(ends - window, 0)
    means: FloatArray = (sums[ends] - sums[begins]) / (ends - begins)
    return means


def regrets(snapshot: Snapshot) -> FloatArray:
    """Return what each episode fell short of: V*(start), the mean over the starts, less its discounted return."""
    if snapshot.truth is None:
        return np.zeros(0)
    return snapshot.truth.start_value - snapshot.episodes.discounted_returns


def level_name(snapshot: Snapshot) -> str:
    """Return what says how much the agent explores."""
    return LEVELS.get(snapshot.agent.settings.get("exploration", ""), "epsilon")


def _of_episodes(name: str, values: Callable[[Snapshot], FloatArray]) -> Callable[[Snapshot, int], Series]:
    def series(snapshot: Snapshot, window: int) -> Series:
        shown = smoothed(values(snapshot).astype(float), window)
        last = snapshot.episodes.finished
        label = level_name(snapshot) if name == "epsilon" else name
        label = label if window == 1 else f"{label}, mean of {window}"
        first = last - len(shown) + 1
        return Series(label, np.arange(first, last + 1, dtype=float), shown, level=name == "epsilon")

    return series


def _of_steps(name: str, field: str, *, mark: bool = True) -> Callable[[Snapshot, int], Series]:
    def series(snapshot: Snapshot, window: int) -> Series:
        curves = snapshot.curves
        if curves is None:
            return Series(name, np.zeros(0), np.zeros(0), over_steps=True)
        values = getattr(curves, field)
        known = np.isfinite(values)
        first = curves.first_optimal if mark else None
        return Series(name, curves.steps[known].astype(float), values[known], over_steps=True, mark=first)

    return series


SERIES: dict[str, Callable[[Snapshot, int], Series]] = {
    "return": _of_episodes("return", lambda snapshot: snapshot.episodes.returns),
    "max |Q−Q*|": _of_steps("max |Q−Q*|", "q_error"),
    "policy optimal": _of_steps("policy optimal", "policy_agreement"),
    "regret": _of_episodes("regret", regrets),
    "length": _of_episodes("length", lambda snapshot: snapshot.episodes.lengths.astype(float)),
    "TD error": _of_episodes("|TD error|", lambda snapshot: snapshot.episodes.td_errors),
    "loss": _of_steps("loss", "loss", mark=False),
    "epsilon": _of_episodes("epsilon", lambda snapshot: snapshot.episodes.epsilons),
}
"""Every curve by its name, in the order in which one comes to them."""


def available(snapshot: Snapshot) -> list[str]:
    """Return the names of the curves that this run has: those of the optimum, and the loss, only where there is one."""
    curves = snapshot.curves
    missing = set() if snapshot.truth else {"max |Q−Q*|", "policy optimal", "regret"}
    if curves is None:
        missing |= {"max |Q−Q*|", "policy optimal"}
    if curves is None or not np.isfinite(curves.loss).any():
        missing.add("loss")
    return [name for name in SERIES if name not in missing]
