"""The panel that holds two runs against each other: a map of where they differ, and their numbers side by side."""

import math
from collections.abc import Iterator

from rich.style import Style

from engine.messages import ComparisonView, EpisodesView, Snapshot, TruthView
from tui.colour import Palette
from tui.widgets import numbers
from tui.widgets.canvas import Canvas, fitting, shortened
from tui.widgets.episodes import mean_name
from tui.widgets.layers import scale_of
from tui.widgets.panel import Panel

SAME, OVERLAPPING, DIFFERENT = "=", "≈", "≠"
"""What is said of the greedy actions of a state: the same, some in common, none in common."""
WALL = "█"
CELLS = (8, 7, 6, 3, 2, 1)
"""How wide a state may be drawn, the widest first: with V1 − V2, with the sign of that, or without."""
NUMBERED, SIGNED = 6, 3
"""From which width on there is room for V1 − V2, and for its sign."""
NAME, EACH, GAP = 15, 11, 2
FACTS = NAME + 2 * EACH
"""Cells that the numbers take."""


class Difference(Panel):
    """Policy agreement and V1 − V2 of each state, and below or beside it the numbers of both runs."""

    def __init__(self) -> None:
        super().__init__("Difference: greedy actions and V1−V2")
        self.border_subtitle = f"{SAME} same  {DIFFERENT} differ  {OVERLAPPING} in part"

    def draw(self, width: int, height: int) -> Canvas:
        """Draw the numbers on the right and the map on the left; where it is narrow, the numbers alone.

        Beside a lesson there is a single line.
        """
        canvas = Canvas(width, height)
        if self.snapshot is None or self.snapshot.comparison is None:
            return canvas
        if height == 1:
            canvas.put(0, 0, fitting(in_a_line(self.snapshot, self.snapshot.comparison), width))
            return canvas
        draw_facts(canvas, max(width - FACTS, 0), self.snapshot, self.snapshot.comparison, self.palette)
        room = width - FACTS - GAP
        if room > 0:
            draw_differences(canvas, room, self.snapshot, self.snapshot.comparison, self.palette)
        return canvas


def draw_facts(canvas: Canvas, x: int, snapshot: Snapshot, beside: ComparisonView, palette: Palette) -> None:
    """Write a line a number, the first run on the left."""
    for y, (name, first, second) in enumerate(facts(snapshot, beside)):
        style = palette.muted if y == 0 else palette.plain
        canvas.put(x, y, shortened(name, NAME - 1), palette.muted)
        if second is None:
            canvas.put_right(x + FACTS, y, shortened(first, FACTS - NAME), style)
            continue
        canvas.put_right(x + NAME + EACH, y, shortened(first, EACH - 1), style)
        canvas.put_right(x + FACTS, y, shortened(second, EACH - 1), style)


def in_a_line(snapshot: Snapshot, beside: ComparisonView) -> list[str]:
    """Say in a line how far the two are apart, the longest wording first."""
    apart, world = beside.differences, snapshot.world
    same, largest = numbers.percent(apart.agreement), numbers.number(apart.largest)
    pair = f"{world.states[apart.state]} {world.actions[apart.action]}"
    return [
        f"Difference: same greedy actions in {same} of the states · max |Q1−Q2| {largest} at {pair}",
        f"Difference: same policy {same} · max |Q1−Q2| {largest} at {pair}",
        f"same policy {same} · max |Q1−Q2| {largest}",
    ]


def facts(snapshot: Snapshot, beside: ComparisonView) -> Iterator[tuple[str, str, str | None]]:
    """Return the lines, the most important first; where there is no second number, the first is that of both runs."""
    apart, world = beside.differences, snapshot.world
    pair = f"{world.states[apart.state]} {world.actions[apart.action]}"
    yield "", snapshot.agent.name, beside.agent.name
    same, either = numbers.percent(apart.agreement), numbers.percent(apart.overlap)
    yield "same policy", f"{same} {SAME}, {either} {SAME} or {OVERLAPPING}", None
    yield "max |Q1−Q2|", f"{numbers.number(apart.largest)} at {pair}", None
    yield from sides(snapshot, beside)


def sides(snapshot: Snapshot, beside: ComparisonView) -> Iterator[tuple[str, str, str]]:
    """Return what is measured of each of the two runs: its name, and both numbers."""
    yield mean_name(snapshot.episodes), *_both(snapshot.episodes, beside.episodes)
    yield "max |Q−Q*|", _error(snapshot.truth), _error(beside.truth)
    yield "policy optimal", _agreement(snapshot.truth), _agreement(beside.truth)
    yield "episodes", numbers.count(snapshot.episodes.finished), numbers.count(beside.episodes.finished)


def _both(first: EpisodesView, second: EpisodesView) -> tuple[str, str]:
    return numbers.number(first.mean_return), numbers.number(second.mean_return)


def _error(truth: TruthView | None) -> str:
    return numbers.number(truth.q_error) if truth else numbers.NOTHING


def _agreement(truth: TruthView | None) -> str:
    return numbers.percent(truth.policy_agreement) if truth else numbers.NOTHING


def draw_differences(canvas: Canvas, width: int, snapshot: Snapshot, beside: ComparisonView, palette: Palette) -> None:
    """Draw the map around the agent."""
    world, apart = snapshot.world, beside.differences
    if not world.cells:
        _draw_named(canvas, width, snapshot, beside, palette)
        return
    rows, columns = len(world.cells), len(world.cells[0])
    cell = next((wide for wide in CELLS if wide * columns <= width), CELLS[-1])
    lines = canvas.height
    row, column = (int(number) for number in world.places[snapshot.state])
    top = max(min(row - lines // 2, rows - lines), 0)
    left = max(min(column - width // cell // 2, columns - width // cell), 0)
    scale = scale_of(apart.values)
    states = {(int(r), int(c)): state for state, (r, c) in enumerate(world.places)}
    for y in range(min(lines, rows)):
        for across in range(min(width // cell, columns)):
            place = (top + y, left + across)
            if place in states and world.entered[states[place]]:
                text, style = said(beside, states[place], cell, scale, palette)
                canvas.put(across * cell, y, text, style)
            elif world.cells[place[0]][place[1]] == "#":
                canvas.put(across * cell, y, WALL * cell, palette.line)


def _draw_named(canvas: Canvas, width: int, snapshot: Snapshot, beside: ComparisonView, palette: Palette) -> None:
    """List the states of a world without a map, those around the agent."""
    names, scale = snapshot.world.states, scale_of(beside.differences.values)
    first = max(min(snapshot.state - canvas.height // 2, len(names) - canvas.height), 0)
    for y, state in enumerate(range(first, min(first + canvas.height, len(names)))):
        text, style = said(beside, state, CELLS[0], scale, palette)
        canvas.put(0, y, shortened(names[state], width - CELLS[0] - 1))
        canvas.put(width - CELLS[0], y, text, style)


def said(beside: ComparisonView, state: int, width: int, scale: float, palette: Palette) -> tuple[str, Style]:
    """Return what is said of a state: the sign, and V1 − V2 or its sign where there is room, on the shade of that."""
    apart = beside.differences
    value = float(apart.values[state])
    if math.isnan(value):  # a state that is not counted
        return " " * width, palette.plain
    sign = SAME if apart.same[state] else OVERLAPPING if apart.overlapping[state] else DIFFERENT
    if width >= NUMBERED:
        text = f"{sign}{numbers.fitted(value, width - 2):>{width - 2}} "
    else:
        larger = "+" if value > 0.0 else "−" if value < 0.0 else " "
        text = f"{sign}{larger} " if width == SIGNED else sign.ljust(width)
    return text, palette.value(value, scale)
