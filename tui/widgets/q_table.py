"""The panel that shows Q: a row a state, a column an action, each value as a number on its colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from rich.style import Style
from textual.geometry import Size

from engine.messages import FloatArray, Snapshot, WorldView
from tui.colour import Palette
from tui.widgets import numbers
from tui.widgets.action_values import ActionValues, draw_action_values
from tui.widgets.arrows import direction, glyph
from tui.widgets.canvas import Canvas, fitting, shortened, width_of
from tui.widgets.layers import Layer, errors_of, largest, numbers_of
from tui.widgets.map_cells import CURSOR
from tui.widgets.map_places import all_tie, idle_word, idle_words, inspected_action
from tui.widgets.panel import Panel
from tui.widgets.sight import Sight
from tui.widgets.zoom import window

TITLES, OBSERVED = ("Q(state, action)", "Q(s, a)"), ("Q(now, action)", "Q(now, a)")
"""What the values are of, the longest wording first."""
BEST, HERE = "▸", "►"
NARROWEST, WIDEST = 5, 12
"""Columns of cells that an action takes at least and at most, with the mark of the best."""
MARGIN = 1
ROOMY, BESIDE = 98, 12
"""From so many cells on, as in a window of 100, what is known of a state stands beside its values; a column of it."""
BOLD, INSPECTED = Style(bold=True), Style(reverse=True)


@dataclass(frozen=True)
class Columns:
    """How the width is shared out between the names of the states and the actions."""

    name: int
    """Cells for the name of a state, with the mark before it."""
    each: int
    """Cells for an action."""
    shown: int
    """How many actions fit."""


@lru_cache(maxsize=4)
def longest_name(world: WorldView) -> int:
    """Return how many cells the longest name of a state takes."""
    return max(map(width_of, world.states))


def columns_of(snapshot: Snapshot, width: int) -> Columns:
    """Share out the width: all actions are shown if they fit."""
    world = snapshot.world
    name = min(longest_name(world), max(width // 3, 4)) + 2
    count = len(world.actions)
    each = min(WIDEST, (width - name - 1) // count)
    if each < NARROWEST:  # not all of them fit: then the numbers can have their digits
        each = NARROWEST + 2
    return Columns(name, each, max(min(count, (width - name - 1) // each), 0))


def headings(actions: Sequence[str], width: int) -> list[str]:
    """Return the names of the actions, or where one of them is too long, arrows for all that have a direction."""
    if all(width_of(action) <= width for action in actions):
        return list(actions)
    return [glyph((action,)) if direction(action) else shortened(action, width) for action in actions]


def beside(snapshot: Snapshot) -> list[tuple[str, FloatArray]]:
    """Return what is known of each state beside Q, by its heading: V*, the largest error, the visits."""
    found = []
    if snapshot.q_star is not None:
        errors = np.abs(errors_of(snapshot, snapshot.q_star))
        found += [("V*", largest(snapshot.q_star)), ("max|Q−Q*|", largest(errors))]
    if snapshot.visits is not None:
        found.append(("visits", snapshot.visits.sum(axis=1).astype(np.float64)))
    return found


class QTable(Panel):
    """The values of the learner; it draws only the rows that are seen."""

    def __init__(self, **arguments: str) -> None:
        super().__init__(TITLES[0], **arguments)
        self._action_values = ActionValues()

    def watch_snapshot(self, old: Snapshot | None, new: Snapshot | None) -> None:
        """Show the new snapshot; where states have no numbers, beside what was shown before."""
        if new is not None and (old is None or old.world is not new.world):
            self._action_values.clear()
        if new is not None and new.observation:
            self._action_values.add(new)
        super().watch_snapshot(old, new)

    def _draw_for_size(self) -> None:
        super()._draw_for_size()
        observed = self.snapshot is not None and self.snapshot.observation is not None
        title = fitting(OBSERVED if observed else TITLES, self.size.width - 4)
        if title != self.border_title:
            self.border_title = title

    def draw(self, width: int, height: int) -> Canvas:
        """Draw the names of the actions and below them as many states as there is room for."""
        canvas = Canvas(width, height)
        snapshot = self.snapshot
        if snapshot is None or not width or not height:
            return canvas
        if snapshot.observation:
            draw_action_values(canvas, snapshot, self._action_values.values, self.palette)
            return canvas
        columns, scale = columns_of(snapshot, width), numbers_of(snapshot, Layer.VALUE).pair_scale
        first = max(min(self.column, len(snapshot.world.actions) - columns.shown), 0)
        pen = _RowPen(canvas, snapshot, columns, first, scale, self.palette, self.sight)
        pen.draw_header()
        rows = range(self.row, min(self.row + height - 1, len(snapshot.world.states)))
        for y, state in enumerate(rows, start=1):
            pen.draw_row(y, state)
        return canvas

    def follow(self, size: Size) -> None:
        """Bring the row of the current state into view."""
        if self.snapshot is not None and size and self.should_follow and not self.snapshot.observation:
            total, shown = len(self.snapshot.world.states), size.height - 1
            here = self.snapshot.state if self.sight.cursor is None else self.sight.cursor
            self.row = window(self.row, shown, total, here, MARGIN)
            self._follow_action(size)

    def hidden(self, size: Size) -> tuple[int, int]:
        """Return how many states lie above and below."""
        snapshot = self.snapshot
        if snapshot is None or snapshot.observation or not size:
            return 0, 0
        return self.row, len(snapshot.world.states) - self.row - (size.height - 1)

    def _follow_action(self, size: Size) -> None:
        """Bring the column of the action that is inspected into view."""
        action = inspected_action(self.snapshot, self.sight) if self.snapshot else None
        if self.snapshot is not None and action is not None:
            shown = columns_of(self.snapshot, size.width).shown
            self.column = window(self.column, shown, len(self.snapshot.world.actions), action, 0)

    def move_view(self, columns: int, rows: int, size: Size) -> None:
        """Move by rows of states and columns of actions."""
        if self.snapshot is None or self.snapshot.observation:
            return
        states, actions = self.snapshot.q.shape
        shown = columns_of(self.snapshot, size.width).shown
        self.row = max(min(self.row + rows, states - size.height + 1), 0)
        self.column = max(min(self.column + columns, actions - shown), 0)


@dataclass(frozen=True)
class _RowPen:
    """Draws the rows of one table: it holds what is the same for all of them."""

    canvas: Canvas
    snapshot: Snapshot
    columns: Columns
    first: int
    """The action in the first column."""
    scale: float
    palette: Palette
    sight: Sight

    def draw_header(self) -> None:
        """Write the names of the actions above their columns, and whether there are more on either side."""
        if self.columns.name > 6:
            self.canvas.put(2, 0, "state", self.palette.muted)
        names = headings(self.snapshot.world.actions, self.columns.each - 1)
        for x, action in self._places():
            name = names[action]
            self.canvas.put_right(x + self.columns.each, 0, name, self.palette.muted)
        for x, heading, _ in self._beside:
            self.canvas.put_right(x, 0, heading, self.palette.muted)
        if self.first > 0:
            self.canvas.put(self.columns.name - 1, 0, "‹", self.palette.accent)
        if self.first + self.columns.shown < len(self.snapshot.world.actions):
            self.canvas.put(self.canvas.width - 1, 0, "›", self.palette.accent)

    def draw_row(self, y: int, state: int) -> None:
        """Write the name of a state and its values."""
        snapshot, palette = self.snapshot, self.palette
        here, idle = state == snapshot.state, idle_word(snapshot.world, state)
        if here:
            self.canvas.put(0, y, HERE, palette.accent)
        style = palette.strong if here else palette.muted if idle else palette.plain
        if state == self.sight.cursor:
            style = INSPECTED
            self.canvas.put(1, y, CURSOR, palette.strong)
        name = shortened(snapshot.world.states[state], self.columns.name - 2)
        self.canvas.put(2, y, name, style)
        if idle and not snapshot.world.terminal[state]:
            room = self.canvas.width - self.columns.name - 1
            self.canvas.put(self.columns.name + 1, y, fitting(idle_words(snapshot.world, state), room), palette.muted)
            return
        marked = not all_tie(snapshot, state)
        for x, action in self._places():
            self._draw_value(x, y, state, action, marked)
        for x, heading, values in self._beside if not snapshot.world.terminal[state] else ():
            write = numbers.counted if heading == "visits" else numbers.fitted
            self.canvas.put_right(x, y, write(float(values[state]), BESIDE - 1), palette.plain)

    def _draw_value(self, x: int, y: int, state: int, action: int, marked: bool) -> None:
        value, width = float(self.snapshot.q[state, action]), self.columns.each
        if np.isnan(value):
            self.canvas.put_right(x + width, y, numbers.NOTHING, self.palette.muted)
            return
        best = marked and bool(self.snapshot.greedy[state, action])
        shade = self.palette.value(value, self.scale) if value else self.palette.muted
        if best:
            shade += BOLD
        if state == self.sight.cursor and action == inspected_action(self.snapshot, self.sight):
            shade += INSPECTED
        self.canvas.fill(x + 1, y, width - 1, 1, shade)
        start = self.canvas.put_right(x + width, y, numbers.fitted(value, width - 1), shade)
        if best and start > x + 1:
            self.canvas.put(x + 1, y, BEST, shade)
        elif best:
            self.canvas.put(x, y, BEST, self.palette.strong)

    @cached_property
    def _beside(self) -> list[tuple[int, str, FloatArray]]:
        """Return where each of the columns beside Q ends, as many as there is room for, its heading and its numbers."""
        first = self.columns.name + self.columns.shown * self.columns.each
        if self.canvas.width < ROOMY or self.columns.shown < len(self.snapshot.world.actions):
            return []
        ends = range(first + BESIDE, self.canvas.width + 1, BESIDE)
        return [(end, *column) for end, column in zip(ends, beside(self.snapshot), strict=False)]

    def _places(self) -> list[tuple[int, int]]:
        """Return the column of cells and the number of each action that is shown."""
        return [
            (self.columns.name + n * self.columns.each, self.first + n)
            for n in range(min(self.columns.shown, len(self.snapshot.world.actions) - self.first))
        ]
