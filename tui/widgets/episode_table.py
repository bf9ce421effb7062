"""The finished episodes as a table: a line an episode, the newest first, one of them chosen."""

import textwrap

from textual.geometry import Size

from engine.messages import EpisodesView, Snapshot
from tui.commands import with_keys
from tui.widgets import numbers
from tui.widgets.canvas import Canvas
from tui.widgets.panel import Panel
from tui.widgets.series import level_name, regrets

CHOSEN = "►"
LEFT = 2
COLUMN = 10
"""Cells for a number with the gap before it."""
HEADINGS = ("episode", "return", "length", "end", "γ-return", "regret", "TD error")
"""In the order in which they are left out where it is narrow, the last first; the level of exploring follows them."""

MEANINGS = {
    "return": "its rewards added up",
    "length": "steps",
    "end": "ended in a terminal state, or cut short by the step limit",
    "γ-return": "a reward after t steps counts γ^t of itself",
    "regret": "V*(start) − γ-return, what the best policy would get more",
    "TD error": "how far Q was from its target, in the mean",
}
"""What stands in a column; of any other it is how much was explored."""
EXPLORED = "how much it explored, at its last step"
FEWEST = 8
"""Episodes for which there must be room beside what the headings mean."""


class EpisodeTable(Panel):
    """Draws only the lines that are seen; the chosen episode stays chosen while others finish."""

    def __init__(self) -> None:
        super().__init__("Episodes")
        self.chosen: int | None = None
        """The number of the chosen episode; None for the newest, whichever it is."""

    @property
    def here(self) -> int:
        """The number of the episode that the line is on; 0 if none is finished."""
        episodes = self.snapshot.episodes if self.snapshot else None
        if episodes is None or not len(episodes.returns):
            return 0
        first = episodes.finished - len(episodes.returns) + 1
        return min(max(self.chosen or episodes.finished, first), episodes.finished)

    def draw(self, width: int, height: int) -> Canvas:
        """Draw the headings, as many episodes as there is room for, and how many there are."""
        canvas = Canvas(width, height)
        snapshot = self.snapshot
        if snapshot is None or height < 3:
            return canvas
        if not self.here:
            nothing = with_keys("no episode is finished yet: {finish_episode} goes to the end of one")
            canvas.put_centred(0, height // 2, width, nothing, self.palette.muted)
            return canvas
        episodes = snapshot.episodes
        for n, heading in enumerate(headings(snapshot, width)):
            canvas.put_right(LEFT + (n + 1) * COLUMN, 0, heading, self.palette.muted)
        missed = regrets(snapshot)
        below = self._meanings(Size(width, height))
        for y in range(1, height - 1 - len(below)):
            number = episodes.finished - self.row - y + 1
            row = number - (episodes.finished - len(episodes.returns)) - 1
            if row < 0:
                break
            style = self.palette.strong if number == self.here else self.palette.plain
            if number == self.here:
                canvas.put(0, y, CHOSEN, self.palette.accent)
            regret = float(missed[row]) if len(missed) else None
            for n, text in enumerate(cells(episodes, row, number, regret)[: columns(width)]):
                canvas.put_right(LEFT + (n + 1) * COLUMN, y, text, style)
        known, every = numbers.count(len(episodes.returns)), numbers.count(episodes.finished)
        said = f"all {every} episodes" if known == every else f"the last {known} of {every} episodes"
        told = f"{said}, the newest first" if episodes.finished > 1 else "the only episode so far"
        for y, text in enumerate([*below, told], start=height - 1 - len(below)):
            canvas.put(LEFT, y, text, self.palette.muted)
        return canvas

    def move_view(self, columns: int, rows: int, size: Size) -> None:
        """Choose another episode: down is into the past."""
        if self.here and self.snapshot is not None:
            self.chosen = self.here - rows
            self.chosen = None if self.here == self.snapshot.episodes.finished else self.here
            self._keep_in_view(size)

    def look_pages(self, pages: int) -> None:
        """Choose an episode as many lines away as are seen."""
        self.look(0, pages * max(self._room(self.size), 1))

    def hidden(self, size: Size) -> tuple[int, int]:
        """Return how many episodes lie above and below."""
        listed = len(self.snapshot.episodes.returns) if self.snapshot and size else 0
        return self.row, listed - self.row - self._room(size)

    def follow(self, size: Size) -> None:
        """Keep the chosen episode in view."""
        self._keep_in_view(size)

    def _keep_in_view(self, size: Size) -> None:
        if self.snapshot is None or size.height < 3:
            return
        line, shown = self.snapshot.episodes.finished - self.here, self._room(size)
        self.row = max(min(self.row, line), line - shown + 1, 0)

    def _room(self, size: Size) -> int:
        """Return for how many episodes there is room."""
        return size.height - 2 - len(self._meanings(size))

    def _meanings(self, size: Size) -> list[str]:
        """Return the lines that say what the headings mean; none where they would take the room of the episodes."""
        if self.snapshot is None or not self.here:
            return []
        told = [f"{name}: {MEANINGS.get(name, EXPLORED)}" for name in headings(self.snapshot, size.width)[1:]]
        lines = textwrap.wrap(" · ".join(told), max(size.width - LEFT, 1))
        return lines if size.height - 2 - len(lines) >= FEWEST else []


def headings(snapshot: Snapshot, width: int) -> tuple[str, ...]:
    """Return the headings of the columns that fit."""
    return (*HEADINGS, level_name(snapshot))[: columns(width)]


def columns(width: int) -> int:
    """Return how many columns fit."""
    return max((width - LEFT) // COLUMN, 1)


def cells(episodes: EpisodesView, row: int, number: int, regret: float | None) -> tuple[str, ...]:
    """Return what stands in the line of an episode."""

    def fitted(value: float) -> str:
        return numbers.fitted(float(value), COLUMN - 1)

    return (
        numbers.count(number),
        fitted(episodes.returns[row]),
        numbers.count(episodes.lengths[row]),
        "ended" if episodes.terminated[row] else "cut short",
        fitted(episodes.discounted_returns[row]),
        numbers.NOTHING if regret is None else fitted(round(regret, 9)),
        fitted(episodes.td_errors[row]),
        numbers.coefficient(float(episodes.epsilons[row])),
    )
