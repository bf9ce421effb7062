"""The picture of a world that has a map: cells with the agent, the greedy policy and the best values."""

from dataclasses import dataclass

from rich.style import Style

from engine.messages import Snapshot, WorldView
from tui.colour import Palette
from tui.widgets import numbers
from tui.widgets.canvas import Canvas, width_of
from tui.widgets.map_cells import AGENT, PATH, CellPen
from tui.widgets.map_places import best_values, place, scale_of, states_on_map
from tui.widgets.zoom import Zoom, best_zoom, window

MARGIN = 2
"""How near the agent may come to the edge of a view before the view moves."""


@dataclass(frozen=True)
class View:
    """The part of a map that is shown: its first row and column, how many of each, and how large the cells are."""

    row: int
    column: int
    rows: int
    columns: int
    zoom: Zoom


def view_of(world: WorldView, width: int, height: int, row: int, column: int) -> View:
    """Return the view of that size which begins at that row and column, or as near to it as the map allows."""
    rows, columns = len(world.cells), len(world.cells[0])
    zoom = best_zoom(rows, columns, width, height)
    wide, high = zoom.size(rows, columns)
    if height > 2 and (wide > width or high > height):
        height -= 1  # for the line that says which part is shown
    shown_rows, shown_columns = zoom.capacity(width, height)
    shown_rows, shown_columns = min(shown_rows, rows), min(shown_columns, columns)
    row, column = min(row, rows - shown_rows), min(column, columns - shown_columns)
    return View(max(row, 0), max(column, 0), shown_rows, shown_columns, zoom)


def view_following(snapshot: Snapshot, view: View) -> tuple[int, int]:
    """Return the row and column at which the view has to begin so that the agent is in it."""
    cells = snapshot.world.cells
    row, column = (int(number) for number in snapshot.world.places[snapshot.state])
    return (
        window(view.row, view.rows, len(cells), row, MARGIN),
        window(view.column, view.columns, len(cells[0]), column, MARGIN),
    )


def draw_map(canvas: Canvas, snapshot: Snapshot, view: View, palette: Palette) -> None:
    """Draw the part of the map that the view shows into the middle of the canvas, and a legend below it."""
    wide, high = view.zoom.size(view.rows, view.columns)
    left, top = max((canvas.width - wide) // 2, 0), max((canvas.height - 1 - high) // 2, 0)
    scale = scale_of(best_values(snapshot))
    if view.zoom.framed:
        _draw_frame(canvas, left, top, view, palette)
    _draw_cells(CellPen(canvas, view.zoom, scale, palette), left, top, snapshot, view)
    if top + high < canvas.height:
        canvas.put_pieces(0, canvas.height - 1, _legend(canvas.width, snapshot, view, scale, palette))


def _draw_cells(pen: CellPen, left: int, top: int, snapshot: Snapshot, view: View) -> None:
    grid = states_on_map(snapshot.world)
    visited = frozenset(snapshot.path)
    across, down = view.zoom.stride
    for row in range(view.rows):
        for column in range(view.columns):
            x, y = left + view.zoom.framed + column * across, top + view.zoom.framed + row * down
            state = int(grid[view.row + row, view.column + column])
            if state >= 0:
                pen.draw(x, y, place(snapshot, state, visited))
            elif snapshot.world.cells[view.row + row][view.column + column] == "#":
                pen.draw_wall(x, y)


def _draw_frame(canvas: Canvas, left: int, top: int, view: View, palette: Palette) -> None:
    """Draw the lines between the cells and around them."""
    across, down = view.zoom.stride
    bar = "─" * view.zoom.width
    for row in range(view.rows + 1):
        start, cross, end = "┌┬┐" if row == 0 else "└┴┘" if row == view.rows else "├┼┤"
        canvas.put(left, top + row * down, start + cross.join([bar] * view.columns) + end, palette.line)
    for column in range(view.columns + 1):
        for row in range(view.rows):
            canvas.fill(left + column * across, top + row * down + 1, 1, view.zoom.height, palette.line, "│")


def _legend(width: int, snapshot: Snapshot, view: View, scale: float, palette: Palette) -> list[tuple[str, Style]]:
    """Return as many explanations of the glyphs as the width has room for."""
    entries = [(AGENT, "agent"), ("↑", "best"), (PATH, "path"), ("┼", "tie")]
    if view.zoom.width == 1:
        entries[2] = ("_", "path")
    if scale and palette.positive:
        entries.append(("±" + numbers.number(scale, 0 if scale >= 1.0 else 2), "full colour"))
    pieces: list[tuple[str, Style]] = []
    cells = snapshot.world.cells
    if (view.rows, view.columns) != (len(cells), len(cells[0])):
        pieces.append((_part(view, len(cells), len(cells[0])) + "  ", palette.muted))
    for mark, meaning in entries:
        addition = [(mark, palette.strong), (f" {meaning}  ", palette.muted)]
        if sum(width_of(text) for text, _ in [*pieces, *addition]) <= width + 2:
            pieces += addition
    return pieces


def _part(view: View, rows: int, columns: int) -> str:
    """Say which part of the map is shown."""
    down = f"rows {view.row}–{view.row + view.rows - 1} of {rows}" if view.rows < rows else ""
    across = f"columns {view.column}–{view.column + view.columns - 1} of {columns}" if view.columns < columns else ""
    return ", ".join(text for text in (down, across) if text)
