"""The map of the editor: a world whose cells can be pointed at, walls and what lies outside among them."""

import math
from textwrap import wrap

from textual.geometry import Size
from textual.reactive import reactive

from engine.messages import Snapshot, WorldView
from tui.widgets import numbers
from tui.widgets.canvas import Canvas, shortened, width_of
from tui.widgets.cells import Place, described, letters
from tui.widgets.map_cells import AGENT
from tui.widgets.map_view import MARGIN, View
from tui.widgets.panel import Drawing, Panel
from tui.widgets.world_map import draw_map
from tui.widgets.zoom import ARROWS, SMALL, VALUES, window

LONGEST = 2
"""Lines for what was said; the second one takes the place of the map's legend."""
BELOW = 2
"""Lines below the map: what the cell is, and what was said last or what the letters mean."""


class EditorPanel(Panel):
    """The map with a cursor; the view stays where it is while the cells change, and moves with the cursor."""

    cursor: reactive[Place] = reactive((0, 0), repaint=False, init=False)
    said: reactive[str] = reactive("", repaint=False, init=False)
    """What came of the last edit, or why nothing did."""

    def __init__(self, cursor: Place) -> None:
        super().__init__("Edit the world")
        self.set_reactive(EditorPanel.cursor, cursor)

    def watch_snapshot(self, old: Snapshot | None, new: Snapshot | None) -> None:
        """Show the new snapshot; an edit makes another world, and it is looked at where the person was looking."""
        Drawing.watch_snapshot(self, old, new)

    def watch_cursor(self) -> None:
        """Move the view with the cursor."""
        self.follow(self.size)
        self.redraw()

    def watch_said(self) -> None:
        """Show it."""
        self.redraw()

    def follow(self, size: Size) -> None:
        """Bring the cursor into view."""
        if self.snapshot is not None and size:
            view, cells = self._view(size), self.snapshot.world.cells
            self.row = window(view.row, view.rows, len(cells), self.cursor[0], MARGIN)
            self.column = window(view.column, view.columns, len(cells[0]), self.cursor[1], MARGIN)

    def draw(self, width: int, height: int) -> Canvas:
        """Draw the map, and below it what there is to say."""
        canvas = Canvas(width, height)
        if self.snapshot is None or height <= BELOW or not width:
            return canvas
        picture = Canvas(width, height - BELOW)
        draw_map(picture, self.snapshot, self._view(Size(width, height)), self.palette, marked=self.cursor)
        canvas.rows[: height - BELOW] = picture.rows
        lines = wrap(self.said, width)[:LONGEST] or [shortened(" · ".join(letters(self.snapshot.world)), width)]
        style = self.palette.strong if self.said else self.palette.muted
        for y, line in enumerate(lines, start=height - len(lines)):
            canvas.put(0, y, line.ljust(width), style)
        self._draw_cell(canvas, height - len(lines) - 1, self.snapshot)
        return canvas

    def _draw_cell(self, canvas: Canvas, y: int, snapshot: Snapshot) -> None:
        """Say what the cell is on the left, and where the run is on the right."""
        run = f"step {numbers.count(snapshot.step)} {_pace(snapshot)}"
        canvas.fill(0, y, canvas.width, 1, self.palette.plain)
        canvas.put_right(canvas.width, y, run, self.palette.muted)
        x = 0
        if snapshot.world.places[snapshot.state].tolist() == list(self.cursor):
            x = canvas.put(0, y, AGENT, self.palette.agent) + 1
        words = described(snapshot.world, self.cursor)
        canvas.put(x, y, shortened(words, canvas.width - width_of(run) - 1 - x), self.palette.strong)

    def _view(self, size: Size) -> View:
        """Return which part of the map is shown; the lines below it and the legend have their own."""
        assert self.snapshot is not None
        return editor_view(self.snapshot.world, size.width, size.height - BELOW - 1, self.row, self.column)


def editor_view(world: WorldView, width: int, height: int, row: int, column: int) -> View:
    """Return the view that begins there: of the whole map in cells as large as possible, else of a part of it."""
    rows, columns = len(world.cells), len(world.cells[0])
    sizes = ((zoom, *zoom.size(rows, columns)) for zoom in (*VALUES, *ARROWS) if zoom.width > 1)
    zoom = next((zoom for zoom, wide, high in sizes if wide <= width and high <= height), SMALL)
    shown_rows, shown_columns = zoom.capacity(width, max(height, 1))
    shown_rows, shown_columns = min(shown_rows, rows), min(shown_columns, columns)
    row, column = min(row, rows - shown_rows), min(column, columns - shown_columns)
    return View(max(row, 0), max(column, 0), shown_rows, shown_columns, zoom)


def _pace(snapshot: Snapshot) -> str:
    if not snapshot.playing:
        return "paused"
    return "at full speed" if math.isinf(snapshot.speed) else f"► {snapshot.speed:g}/s"
