"""Charts as pictures for papers and slides, by matplotlib, which only they need."""

import io

from engine.errors import InputError
from engine.messages import Snapshot
from tui.widgets.series import SERIES, available

SIZE = (6.4, 2.4)
"""Inches of one chart."""
MISSING = "charts as pictures need matplotlib: pip install 'qscope[plots]'"


def charts(snapshot: Snapshot, window: int, kind: str) -> bytes:
    """Return a picture of all charts of the run; `kind` is "svg" or "png".

    Raises `InputError` where matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise InputError(MISSING) from None
    drawn = [SERIES[name](snapshot, window) for name in available(snapshot)]
    figure = Figure(figsize=(SIZE[0], SIZE[1] * len(drawn)), layout="constrained")
    figure.suptitle(f"{snapshot.world.title} · {snapshot.agent.name} · seed {snapshot.agent.seed}")
    for axes, series in zip(figure.subplots(len(drawn), squeeze=False).flat, drawn, strict=True):
        axes.plot(series.x, series.y, linewidth=1.0)
        axes.set_ylabel(series.name)
        axes.set_xlabel("step" if series.over_steps else "episode")
        if series.over_steps:
            axes.set_xscale("symlog", linthresh=1.0)
        if series.mark is not None:
            axes.axvline(series.mark, linestyle=":", color="black", linewidth=1.0)
    picture = io.BytesIO()
    figure.savefig(picture, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else None)
    return picture.getvalue()
