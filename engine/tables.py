"""Tables for other programs: comma-separated values with a line of headings, every number exact."""

import csv
import io
import math
from collections.abc import Iterable, Sequence

from engine.messages import CurvesView, EpisodesView, FloatArray


def episodes_table(episodes: EpisodesView, start_value: float | None) -> str:
    """Return a line an episode; the regret is V*(start) less the discounted return, empty where V* is not known."""
    first = episodes.finished - len(episodes.returns) + 1
    headings = (
        "episode",
        "return",
        "discounted_return",
        "regret",
        "length",
        "terminated",
        "mean_abs_td_error",
        "epsilon",
    )
    rows = zip(
        range(first, episodes.finished + 1),
        episodes.returns.tolist(),
        episodes.discounted_returns.tolist(),
        [None if start_value is None else start_value - got for got in episodes.discounted_returns.tolist()],
        episodes.lengths.tolist(),
        [int(ended) for ended in episodes.terminated.tolist()],
        episodes.td_errors.tolist(),
        episodes.epsilons.tolist(),
        strict=True,
    )
    return _written(headings, rows)


def q_table(states: Sequence[str], actions: Sequence[str], q: FloatArray) -> str:
    """Return a line a state and a column an action; empty where the action is not legal."""
    return _written(("state", *actions), ([state, *values] for state, values in zip(states, q.tolist(), strict=True)))


def curves_table(curves: CurvesView) -> str:
    """Return a line a sample of how near the learner was to the optimum."""
    columns = (curves.steps, curves.q_error, curves.policy_agreement, curves.loss)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return _written(("step", "q_error", "policy_agreement", "loss"), rows)


def _written(headings: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows(["" if isinstance(v, float) and math.isnan(v) else v for v in row] for row in rows)
    return text.getvalue()
