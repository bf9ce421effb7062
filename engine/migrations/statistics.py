"""The statistics of format 2, rows of the last 16,384 episodes and means of every 1,024, as format 3 has them.

A file of up to 16,384 episodes knows all of them, and so does what is made of it. In a longer one the first episodes
have no outline, their extremes and their spread are unknown (NaN), and its marks are left out, as their rows are gone.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from engine import summaries
from engine.state import Array
from engine.summaries import BLOCK

RECENT = 2**14
ROW = np.dtype(
    [
        ("return", "f8"),
        ("discounted_return", "f8"),
        ("mean_abs_td_error", "f8"),
        ("epsilon", "f8"),
        ("length", "i8"),
        ("terminated", "?"),
        ("success", "?"),
    ]
)
OUTLINE = {"return": "f8", "length": "i4", "terminated": "?", "success": "?"}
MEANS = ("return", "length", "terminated", "success")

Rows = npt.NDArray[np.void]


def upgraded(about: Mapping[str, Any], arrays: dict[str, Array]) -> dict[str, Any]:
    """Upgrade the arrays, which are changed, and return the JSON text; both are of format 2."""
    episodes = int(about["values"]["statistics.episodes"])
    rows, means = _taken(arrays, "statistics", episodes)
    whole = len(rows) == episodes
    kept = rows if whole else rows[-(episodes - len(rows)) % BLOCK :]
    outline = rows[: episodes // BLOCK * BLOCK] if whole else rows[:0]
    arrays |= {f"statistics.{name}": np.ascontiguousarray(kept[name]) for name in ROW.names or ()}
    arrays |= {f"statistics.outline.{name}": outline[name].astype(kind) for name, kind in OUTLINE.items()}
    arrays["statistics.summaries"] = _summaries(kept, means, episodes)
    marks = []
    for number, mark in enumerate(about["marks"]):
        values = dict(mark["values"])
        finished = int(values.pop("statistics.episodes"))
        _taken(arrays, f"mark{number}.statistics", finished)
        if whole:
            known = rows[:finished]
            arrays[f"mark{number}.statistics.summaries"] = _summaries(known, means[:0], len(known))
            marks.append({**mark, "values": values, "episodes": finished, "blocks": finished // BLOCK})
    if not whole:
        for name in [name for name in arrays if name.startswith("mark")]:
            del arrays[name]
    past = {f"past.{name}": np.zeros(0, ROW[name]) for name in ROW.names or ()}
    arrays |= past
    return {**about, "marks": marks, "past": [], "statistics": None}


def _taken(arrays: dict[str, Array], prefix: str, episodes: int) -> tuple[Rows, Array]:
    """Take the rows and the means of one moment out of the arrays; raises `ValueError` if they are of another kind."""
    kept = min(episodes, RECENT)
    rows = np.zeros(kept, ROW)
    for name in ROW.names or ():
        column = arrays.pop(f"{prefix}.{name}")
        if column.shape != (kept,) or column.dtype != ROW[name]:
            raise ValueError(f"the statistics of {name!r} are of the wrong kind")
        rows[name] = column
    means = arrays.pop(f"{prefix}.blocks")
    if means.shape != (episodes // BLOCK, len(MEANS)) or means.dtype != np.float64:
        raise ValueError("the statistics of 'blocks' are of the wrong kind")
    return rows, means


def _summaries(rows: Rows, means: Array, episodes: int) -> Array:
    """Summarise all full blocks: those whose rows are known from these, those before from their means."""
    made = summaries.empty()
    first = (episodes - len(rows)) // BLOCK
    for number in range(episodes // BLOCK):
        if number < first:
            made = summaries.added(made, _from_means(means[number]))
        else:
            made = summaries.added(made, summaries.of(rows[(number - first) * BLOCK :][:BLOCK]))
    return made


def _from_means(means: Array) -> Array:
    made = np.full(len(summaries.FIELDS), np.nan)
    made[summaries.COUNT] = BLOCK
    for name, mean in zip(MEANS, means.tolist(), strict=True):
        made[summaries.FIELDS.index(name)] = mean * BLOCK
    return made
