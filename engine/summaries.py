"""Numbers that stand for many episodes: sums, extremes and squared deviations, which can be put together exactly.

The squared deviations are put together by the rule of Chan, Golub & LeVeque (1979), so that the spread of large numbers
is not lost in the difference of larger squares. NaN stands for what a file of an older format does not tell, and
infinity for what is beyond any number.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

BLOCK = 1024
"""How many episodes are added to the summaries at once."""

MOST = 1024
"""How many summaries are kept; where there would be more, each two neighbours become one."""

FIELDS = (
    "episodes",
    "return",
    "return_squares",
    "return_least",
    "return_most",
    "length",
    "length_squares",
    "length_least",
    "length_most",
    "terminated",
    "success",
)
"""The columns: a count, then for return and length the sum, the sum of squared deviations from the mean, and both
extremes, then how many episodes terminated, and how many of these with a positive last reward."""

COUNT, TERMINATED, SUCCESS = 0, 9, 10
QUANTITIES = {"return": 1, "length": 5}
"""Where the four columns of each begin."""


def empty() -> FloatArray:
    """Return no summaries, shape (0, fields)."""
    return np.zeros((0, len(FIELDS)))


@np.errstate(over="ignore", invalid="ignore")
def of(rows: npt.NDArray[np.void]) -> FloatArray:
    """Summarise at least one episode, shape (fields,)."""
    made = np.zeros(len(FIELDS))
    made[COUNT] = len(rows)
    for name, at in QUANTITIES.items():
        values = rows[name].astype(np.float64)
        total = values.sum()
        made[at : at + 4] = total, np.square(values - total / len(rows)).sum(), values.min(), values.max()
    made[TERMINATED], made[SUCCESS] = rows["terminated"].sum(), rows["success"].sum()
    return made


@np.errstate(over="ignore", invalid="ignore")
def joined(one: FloatArray, other: FloatArray) -> FloatArray:
    """Return what two summaries, or two columns of them, say together; shapes (..., fields)."""
    made = one + other
    weight = one[..., COUNT] * other[..., COUNT] / made[..., COUNT]
    for at in QUANTITIES.values():
        apart = one[..., at] / one[..., COUNT] - other[..., at] / other[..., COUNT]
        made[..., at + 1] += apart * apart * weight
        made[..., at + 2] = np.minimum(one[..., at + 2], other[..., at + 2])
        made[..., at + 3] = np.maximum(one[..., at + 3], other[..., at + 3])
    return made


def added(summaries: FloatArray, block: FloatArray) -> FloatArray:
    """Return the summaries with one block more; what comes of it follows from the blocks alone."""
    width = _width(int(summaries[:, COUNT].sum()))
    if len(summaries) and summaries[-1, COUNT] < width:
        return np.concatenate([summaries[:-1], joined(summaries[-1], block)[None]])
    if len(summaries) == MOST:
        summaries = joined(summaries[::2], summaries[1::2])
    return np.concatenate([summaries, block[None]])


def counts(episodes: int) -> FloatArray:
    """Return how many episodes each summary stands for, once so many were added in blocks."""
    width = _width(episodes)
    full, rest = divmod(episodes, width)
    return np.array([width] * full + [rest] * (rest > 0), np.float64)


def total(summaries: FloatArray) -> FloatArray:
    """Put all summaries together, at least one, into one; shape (fields,)."""
    whole: FloatArray = summaries[0]
    for summary in summaries[1:]:
        whole = joined(whole, summary)
    return whole


def told(summary: FloatArray) -> Mapping[str, Any]:
    """Say a summary in plain values: means, standard deviations, extremes and shares; None for what is unknown."""
    count = float(summary[COUNT])
    said: dict[str, Any] = {}
    for name, at in QUANTITIES.items():
        amount, squares, least, most = summary[at : at + 4].tolist()
        said[f"mean_{name}"], said[f"std_{name}"] = amount / count, math.sqrt(squares / count)
        said[f"least_{name}"], said[f"most_{name}"] = least, most
    said["terminated_rate"], said["success_rate"] = summary[TERMINATED] / count, summary[SUCCESS] / count
    return {name: float(value) if math.isfinite(value) else None for name, value in said.items()}


def _width(episodes: int) -> int:
    """Return how many episodes one summary stands for when there are so many in all."""
    width = BLOCK
    while episodes > width * MOST:
        width *= 2
    return width
