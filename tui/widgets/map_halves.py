"""A map of half blocks: two rows of states share a line, so that a large maze is seen at once."""

from functools import lru_cache

import numpy as np
from rich.style import Style

from engine.messages import IntArray
from tui.colour import Palette
from tui.widgets import numbers
from tui.widgets.canvas import PLAIN, Canvas, Cell
from tui.widgets.layers import LayerNumbers
from tui.widgets.map_cells import AGENT, BOLD, CURSOR, FALLEN
from tui.widgets.map_places import START, Gathering, map_codes, starts_on_map, states_on_map
from tui.widgets.map_view import View

UPPER, LOWER, BOTH = "▀", "▄", "█"
TRAIL = {(True, False): "˙", (False, True): ".", (True, True): ":"}
"""The path where there are no colours: in the upper half, in the lower, in both."""

OPEN, WALL, PATH = 1000, 1001, 1002
"""What a half shows, besides the rank of a shade."""


class HalvesPen:
    """Draws a part of a map with arrays; only the few states that have a sign of their own are taken one by one."""

    def __init__(self, canvas: Canvas, layer: LayerNumbers, palette: Palette, gathering: Gathering) -> None:
        self.canvas, self.palette = canvas, palette
        self._layer, self._gathering = layer, gathering
        self._cells: dict[tuple[int, int], Cell] = {}
        self._shades = layer.shades(palette)

    def draw(self, left: int, top: int, view: View) -> None:
        """Draw the part of the map that the view shows, with its upper left corner at (left, top)."""
        world = self._gathering.snapshot.world
        part = (slice(view.row, view.row + view.rows), slice(view.column, view.column + view.columns))
        states = states_on_map(world)[part]
        codes = self._codes(states, map_codes(world)[part] == ord("#"))
        if len(codes) % 2:
            codes = np.vstack([codes, np.full((1, view.columns), OPEN)])
        for line in range(len(codes) // 2):
            if 0 <= top + line < self.canvas.height:
                pairs = zip(codes[2 * line].tolist(), codes[2 * line + 1].tolist(), strict=True)
                cells = [self._cell(upper, lower) for upper, lower in pairs][: self.canvas.width - left]
                self.canvas.rows[top + line][left : left + len(cells)] = cells
        self._draw_signs(left, top, view, states)

    def _codes(self, states: IntArray, walls: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> IntArray:
        """Return what each place shows: the rank of its shade, or one of the constants."""
        seen = states >= 0
        codes = np.full(states.shape, OPEN)
        ranks = self._layer.state_ranks(states[seen], self.palette)
        codes[seen] = np.where(ranks == 0, OPEN, ranks)
        codes[walls] = WALL
        codes[np.isin(states, np.unique(self._gathering.snapshot.path)) & seen] = PATH
        return codes

    def _cell(self, upper: int, lower: int) -> Cell:
        """Return the character for two halves."""
        cell = self._cells.get((upper, lower))
        if cell is None:
            cell = self._cells[upper, lower] = self._made(upper, lower)
        return cell

    def _made(self, upper: int, lower: int) -> Cell:
        if not self.palette.wall:
            return self._colourless(upper, lower)
        above, below = self._colour(upper), self._colour(lower)
        return blocks(above, below)

    def _colour(self, code: int) -> str:
        """Return the name of the colour of a half; empty for none."""
        named = {OPEN: "", WALL: self.palette.wall, PATH: self.palette.trail}
        if code in named:
            return named[code]
        background = self._shades[code].bgcolor
        return background.name if background else ""

    def _colourless(self, upper: int, lower: int) -> Cell:
        if PATH in (upper, lower):
            return TRAIL[upper == PATH, lower == PATH], PLAIN
        character = {(True, True): BOTH, (True, False): UPPER, (False, True): LOWER}.get((upper == WALL, lower == WALL))
        return character or " ", self.palette.line

    def _draw_signs(self, left: int, top: int, view: View, states: IntArray) -> None:
        """Draw the few states that have to be found: starts, ends, outcomes, the cursor, and the agent last."""
        gathering, world = self._gathering, self._gathering.snapshot.world
        seen = states >= 0
        signs = dict.fromkeys(states[seen & starts_on_map(world)[states]].tolist(), START)
        for state in states[seen & (world.terminal | ~world.entered)[states]].tolist():
            row, column = world.places[state]
            letter = world.cells[row][column]
            if letter != "." or world.terminal[state]:
                signs[state] = letter if letter != "." else "■"
        signs |= {state: numbers.share(chance, 1) for state, chance in gathering.chances.items()}
        if (fall := gathering.snapshot.fall) is not None:
            signs[fall.cell] = FALLEN
        if gathering.cursor is not None:
            signs[gathering.cursor] = CURSOR
        signs[gathering.snapshot.state] = AGENT
        for state, sign in signs.items():
            row, column = world.places[state] - (view.row, view.column)
            if 0 <= row < states.shape[0] and 0 <= column < states.shape[1]:
                self.canvas.put(left + int(column), top + int(row) // 2, sign, self._sign_style(state))

    def _sign_style(self, state: int) -> Style:
        if state == self._gathering.snapshot.state:
            return self.palette.agent
        rank = int(self._layer.state_ranks(np.array([state]), self.palette)[0])
        return self._shades.get(rank, PLAIN) + BOLD


@lru_cache(maxsize=1024)
def blocks(upper: str, lower: str) -> Cell:
    """Return the character whose halves have these colours, by name; an empty name is the background."""
    if upper == lower:
        return (BOTH, Style(color=upper)) if upper else (" ", PLAIN)
    if not lower:
        return UPPER, Style(color=upper)
    return (UPPER, Style(color=upper, bgcolor=lower)) if upper else (LOWER, Style(color=lower))
