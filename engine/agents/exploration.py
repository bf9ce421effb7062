"""How an agent explores: the behaviour policies and the schedules of how much."""

import math
import re
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from engine.errors import InputError

CONSTANT, LINEAR, EXPONENTIAL = 0, 1, 2
EPSILON_GREEDY, SOFTMAX, UCB = range(3)
BEHAVIOURS = ("epsilon-greedy", "softmax", "ucb")
"""The behaviour policies, by the words of the setting `exploration`, in the order of their numbers."""

_FALLING = re.compile(r"(exp:)?([^>]+)->([^/]+)/(.+)")


@dataclass(frozen=True)
class Schedule:
    """A quantity that goes from `start` to `end` over the first `steps` steps of a run, and then stays.

    Written `0.1` (constant), `1.0->0.05/10000` (linear, over 10,000 steps) or `exp:1.0->0.05/10000` (by a constant
    factor each step).
    """

    kind: int
    start: float
    end: float
    steps: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a schedule as a person writes it; raises `InputError` if it is none."""
        match = _FALLING.fullmatch(text.strip())
        try:
            if match is None:
                value = float(text)
                schedule = cls(CONSTANT, value, value, 1)
            else:
                kind = EXPONENTIAL if match[1] else LINEAR
                schedule = cls(kind, float(match[2]), float(match[3]), int(match[4].replace("_", "")))
        except ValueError:
            raise InputError(
                f"{text!r} is no schedule; write a number, 1.0->0.05/10000 or exp:1.0->0.05/10000"
            ) from None
        schedule._validate(text)
        return schedule

    def _validate(self, text: str) -> None:
        if not (math.isfinite(self.start) and math.isfinite(self.end)):
            raise InputError(f"{text!r} is no schedule: its numbers must be finite")
        if self.steps < 1:
            raise InputError(f"{text!r} takes {self.steps} steps; a schedule takes at least 1")
        if self.kind == EXPONENTIAL and min(self.start, self.end) <= 0.0:
            raise InputError(f"{text!r}: an exponential schedule never reaches 0; both its ends must be above 0")

    def __str__(self) -> str:
        if self.kind == CONSTANT:
            return repr(self.start)
        return f"{'exp:' if self.kind == EXPONENTIAL else ''}{self.start!r}->{self.end!r}/{self.steps}"

    @property
    def row(self) -> npt.NDArray[np.float64]:
        """The schedule as the compiled loops take it: kind, start, end, steps; shape (4,)."""
        return np.array([self.kind, self.start, self.end, self.steps], dtype=np.float64)


class Behaviour(NamedTuple):
    """The policy that acts, as the compiled loops take it."""

    kind: int
    level: npt.NDArray[np.float64]
    """How much is explored, the row of a schedule: epsilon, the temperature or the confidence."""


@dataclass(frozen=True)
class StepSize:
    """The step size (alpha) of a tabular update: `base * n**-exponent` at the n-th visit of the pair.

    Written `0.5` (constant) or `1/n^0.8` (decaying, which the convergence of Q-learning asks for: the sum over n
    diverges while that of the squares does not, for exponents above 0.5 and up to 1).
    """

    base: float
    exponent: float

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a step size as a person writes it; raises `InputError` if it is none."""
        match = re.fullmatch(r"1/n(?:\^(.+))?", text.strip())
        try:
            size = cls(1.0, float(match[1] or 1.0)) if match else cls(float(text), 0.0)
        except ValueError:
            raise InputError(f"{text!r} is no step size; write a number such as 0.5, or 1/n^0.8") from None
        if not 0.0 < size.base <= 1.0:
            raise InputError(f"{text!r} is no step size; it must be above 0 and at most 1")
        if not 0.0 <= size.exponent <= 1.0:
            raise InputError(f"{text!r} is no step size; the exponent must lie between 0 and 1")
        return size

    def __str__(self) -> str:
        return f"1/n^{self.exponent!r}" if self.exponent else repr(self.base)

    @property
    def row(self) -> npt.NDArray[np.float64]:
        """The step size as the compiled loops take it: base, exponent; shape (2,)."""
        return np.array([self.base, self.exponent])
