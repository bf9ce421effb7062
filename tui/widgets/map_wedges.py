"""A cell of a map with room for all its values: each action has the part of the cell towards which it moves."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from rich.style import Style

from tui.colour import Palette
from tui.widgets import numbers
from tui.widgets.arrows import direction
from tui.widgets.canvas import Canvas, width_of
from tui.widgets.layers import Layer, LayerNumbers
from tui.widgets.map_cells import AGENT, BOLD, PATH, UNDERLINED, CellPen
from tui.widgets.map_places import Place
from tui.widgets.zoom import EIGHT_WEDGES, Zoom, wedges

Way = tuple[int, int]
CENTRE: Way = (0, 0)
ROOMY = 5
"""Lines of a cell of four wedges that has a free one below its middle."""


@dataclass(frozen=True)
class WedgePen:
    """Draws the cells of one map: it holds what is the same for all of them."""

    canvas: Canvas
    zoom: Zoom
    layer: LayerNumbers
    palette: Palette
    actions: tuple[str, ...]

    def draw(self, x: int, y: int, place: Place) -> None:
        """Draw the cell of a state with its upper left corner at (x, y)."""
        if place.idle:
            CellPen(self.canvas, self.zoom, self.layer, self.palette).draw(x, y, place)
            return
        eight = wedges(self.actions) is EIGHT_WEDGES
        values = dict(zip(ways(self.actions), self.layer.pairs[place.state].tolist(), strict=True))
        shades = {way: self.layer.shade(value, self.layer.pair_scale, self.palette) for way, value in values.items()}
        for row, line in enumerate(parts(self.zoom.width, self.zoom.height, eight)):
            for start, end, way in line:
                self.canvas.fill(x + start, y + row, end - start, 1, shades.get(way, self.palette.plain))
        for way, value in values.items():
            if not np.isnan(value):
                self._draw_value(x, y, way, value, shades[way], eight)
        self._draw_corners(x, y, place, shades if not eight else {})
        self._draw_centre(x, y + self._middle(eight), place)
        if place.chance:
            self._draw_chance(x, y + self._middle(eight), place, eight)

    def draw_wall(self, x: int, y: int) -> None:
        """Fill the cell of a wall."""
        CellPen(self.canvas, self.zoom, self.layer, self.palette).draw_wall(x, y)

    def _middle(self, eight: bool) -> int:
        """Return the line of the centre; above eight wedges there is a line for the name."""
        return (self.zoom.height + 1) // 2 if eight else self.zoom.height // 2

    def _draw_value(self, x: int, y: int, way: Way, value: float, shade: Style, eight: bool) -> None:
        width, middle = self.zoom.width, self._middle(eight)
        room = width // 3 - 1 if eight else min((width - 3) // 2, 7)
        text = self.layer.text(value, room)
        style = shade if value else self.palette.muted
        down, across = way
        if way == CENTRE:
            self.canvas.put_centred(x, y, width, f"○{text}", style)
            return
        reach = 1 if eight else middle
        line = y + middle + down * (min(reach, self.zoom.height - 1 - middle) if down > 0 else reach)
        if across == 0:
            self.canvas.put_centred(x, line, width, text, style)
        elif across < 0:
            self.canvas.put(x, line, text, style)
        else:
            self.canvas.put_right(x + width, line, text, style)

    def _draw_corners(self, x: int, y: int, place: Place, shades: dict[Way, Style]) -> None:
        """Write the map's letter on the left and the label on the right of the first line, where there is room."""
        above = shades.get((-1, 0), self.palette.plain)
        value = self.canvas.rows[y][x : x + self.zoom.width] if 0 <= y < self.canvas.height else []
        used = [column for column, (character, _) in enumerate(value) if character.strip()]
        first, last = (used[0], used[-1]) if used else (self.zoom.width, -1)
        corner = place.letter if len(place.letter) < first else ""
        if corner:
            self.canvas.put(x, y, corner, self._at(x, y) + BOLD)
        if not corner and width_of(place.name) < first - 1:
            self.canvas.put(x, y, place.name, self._at(x, y) if self._at(x, y).bgcolor else self.palette.muted)
        if place.label and width_of(place.label) < self.zoom.width - last - 1:
            end = x + self.zoom.width
            self.canvas.put_right(end, y, place.label, self._at(end - 1, y) + BOLD if above.bgcolor else BOLD)

    def _at(self, x: int, y: int) -> Style:
        """Return the style of what is drawn already."""
        return self.canvas.rows[y][x][1] if 0 <= y < self.canvas.height and 0 <= x < self.canvas.width else Style()

    def _draw_centre(self, x: int, y: int, place: Place) -> None:
        """Draw the agent or its path, and the best action."""
        centre = x + self.zoom.width // 2
        self.canvas.put(centre - 1, y, "   ", self.palette.plain)
        self.canvas.put(centre, y, place.policy, self.palette.muted if place.undecided else self.palette.strong)
        if place.text and self.layer.layer is Layer.POLICY:
            self.canvas.put(centre + 1, y, place.text, self.palette.strong)
        if place.agent:
            self.canvas.put(centre - 1, y, AGENT, self.palette.agent)
        elif place.visited:
            self.canvas.put(centre - 1, y, PATH, self.palette.plain)

    def _draw_chance(self, x: int, y: int, place: Place, eight: bool) -> None:
        """Write how likely the inspected action leads here: below the best action, or behind it where it is low."""
        width, centre = self.zoom.width, self.zoom.width // 2
        if not eight and self.zoom.height >= ROOMY:
            text = numbers.share(place.chance, 4)
            start = x + centre - len(text) // 2
            self.canvas.put(start, y + 1, text, self._at(start, y + 1) + BOLD + UNDERLINED)
        else:
            room = width - width // 3 - centre - 1 if eight else 1
            self.canvas.put(x + centre + 1, y, numbers.share(place.chance, room), BOLD + UNDERLINED)


@lru_cache(maxsize=16)
def ways(actions: tuple[str, ...]) -> tuple[Way, ...]:
    """Return the rows and columns by which each action moves, none for an action that stays."""
    return tuple(direction(action) or CENTRE for action in actions)


@lru_cache(maxsize=64)
def parts(width: int, height: int, eight: bool) -> tuple[tuple[tuple[int, int, Way], ...], ...]:
    """Return how a cell is shared out: for each line the spans (start, end, way).

    Four wedges meet in the middle; eight parts lie around it, with a line above them for the name.
    """
    return tuple(
        _joined([_part(column, row, width, height, eight) for column in range(width)]) for row in range(height)
    )


def _part(column: int, row: int, width: int, height: int, eight: bool) -> Way:
    if eight:
        middle, side = (height + 1) // 2, width // 3
        return ((row > middle) - (row < middle), (column >= width - side) - (column < side)) if row else CENTRE
    right, below = (2 * column + 1) / width - 1.0, (2 * row + 1) / height - 1.0
    if abs(below) > abs(right):
        return (1, 0) if below > 0 else (-1, 0)
    return (0, 1) if right > 0 else (0, -1) if right < 0 else CENTRE


def _joined(row: list[Way]) -> tuple[tuple[int, int, Way], ...]:
    """Join neighbours of one wedge into spans."""
    starts = [n for n in range(len(row)) if n == 0 or row[n] != row[n - 1]]
    return tuple((start, end, row[start]) for start, end in zip(starts, [*starts[1:], len(row)], strict=True))
