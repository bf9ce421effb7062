"""The map of the second run of a comparison: what the first map shows, of the other run."""

from dataclasses import replace

from textual.content import Content
from textual.geometry import Size

from engine.messages import Snapshot
from tui.commands import key_of
from tui.widgets import numbers
from tui.widgets.world import WorldPanel


class OtherWorld(WorldPanel):
    """The world with the other agent in it: the same part of it, with the same layer and zoom."""

    def __init__(self, first: WorldPanel) -> None:
        super().__init__()
        self._first = first
        first.beside = self

    def follow(self, size: Size) -> None:
        """Show the part that the first map shows, whichever agent is in it."""
        self.row, self.column = self._first.row, self._first.column

    def look(self, columns: int, rows: int) -> None:
        """Move the view of both: the first takes this one along."""
        self._first.look(columns, rows)

    def watch_snapshot(self, old: Snapshot | None, new: Snapshot | None) -> None:
        """Show the other run, and say which one it is."""
        beside = new.comparison if new is not None else None
        if new is None or beside is None:
            return
        shown = other_of(new)
        if shown is not new:
            self.set_reactive(WorldPanel.snapshot, shown)
        late = "" if beside.step == new.step else f" at step {numbers.count(beside.step)}"
        self.border_title = Content(f"2{late} · {beside.name}")
        super().watch_snapshot(None, shown)

    def _tell_more(self) -> None:
        """Say how one gets rid of it again."""
        self.tell(*(f"{key_of('compare')} {words}" for words in ("ends the comparison", "ends it", "ends")))

    def _tell_title(self, snapshot: Snapshot) -> None:
        """Keep the name of the other run."""


def other_of(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with the second run of the comparison in the place of the first, as far as it is known."""
    beside = snapshot.comparison
    if beside is None:
        return snapshot
    return replace(
        snapshot,
        agent=beside.agent,
        step=beside.step,
        state=beside.state,
        path=beside.path,
        q=beside.q,
        greedy=beside.greedy,
        episodes=beside.episodes,
        truth=beside.truth,
        visits=beside.visits,
        td_errors=beside.td_errors,
        replay=beside.replay,
        inspection=None,
        fall=None,
    )
