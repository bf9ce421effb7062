"""What is said of a run: a step, an episode that ended, and the whole state."""

from collections.abc import Iterator

from engine.messages import Snapshot
from tui.widgets.explanation import explain
from tui.widgets.numbers import NOTHING, number

WIDE = 10_000
"""Cells for a line that is never shortened."""


def headline(shown: Snapshot) -> str:
    """Say who learns where."""
    return f"{shown.world.title}: {shown.agent.title}, seed {shown.agent.seed}"


def news(shown: Snapshot, told: Snapshot | None) -> Iterator[str]:
    """Return the lines that tell a snapshot after the one that was told before."""
    if shown.last is None:
        here = f"the agent is in {shown.world.states[shown.state]}"
        if shown.demonstration:
            yield f"a greedy demonstration begins: {here}; nothing is learned from it"
        else:
            yield f"step {shown.step:,}: {here}; nothing is learned yet"
        return
    for line in explain(shown, WIDE):
        yield "".join(text for text, _ in line)
    if told is not None and shown.episodes.finished > told.episodes.finished:
        count, last = shown.episodes.finished, shown.episodes.returns[-1]
        mean = f"mean of the last {min(count, 100):,} {shown.episodes.mean_return:.4g}"
        yield f"episode {count:,} ended with a return of {last:g}; {mean}"


def place(shown: Snapshot) -> object:
    """Return what is another whenever something happened that is to be told."""
    return shown.world.name, shown.step, shown.demonstration, shown.path


def how_it_runs(shown: Snapshot) -> str:
    """Say whether the run goes on, and how fast."""
    return f"running {pace(shown.speed)}" if shown.playing else "paused"


def pace(speed: float) -> str:
    """Say how many steps a second are made."""
    if speed == float("inf"):
        return "at full speed"
    if speed < 1.0:
        return f"at one step in {1.0 / speed:g} seconds"
    return f"at {speed:g} {'step' if speed == 1.0 else 'steps'} a second"


def state_of_the_run(shown: Snapshot) -> Iterator[str]:
    """Say in few lines all that stands around the map: who learns where, how far it is, and what was reached."""
    from tui.widgets.episodes import facts  # With it come the charts, which a start must not wait for.

    yield (
        f"{headline(shown)}, branch {shown.timeline.branch}, "
        f"at step {shown.step:,} of {shown.timeline.head:,}, {how_it_runs(shown)}"
        + (f" until {shown.until}" if shown.until else "")
    )
    demonstration = "greedy demonstration, " if shown.demonstration else ""
    yield f"{demonstration}the agent is in {shown.world.states[shown.state]}" + _observed(shown)
    yield ", ".join(f"{name} {value}" for name, value in facts(shown) if value != NOTHING)
    saved = f"saved as {shown.save_name}" if shown.save_name else "nothing to save yet"
    yield ("not saved" if shown.unsaved else saved) + (", no autosave" if shown.autosave_failed else "")


def _observed(shown: Snapshot) -> str:
    """Say what is seen in a world without a model; its own drawing is for the screen."""
    seen = shown.observation
    if seen is None:
        return ""
    values = zip(seen.names, seen.values, strict=True)
    return ": " + ", ".join(f"{name} {number(float(value))}" for name, value in values)
