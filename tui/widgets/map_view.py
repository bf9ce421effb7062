"""Which part of a map is shown, and how large its cells are."""

from dataclasses import dataclass
from functools import partial

from engine.messages import Snapshot, WorldView
from tui.widgets.zoom import Rung, Zoom, best_zoom, window

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


def view_of(
    world: WorldView, width: int, height: int, row: int, column: int, rung: Rung | None = None, *, coloured: bool = True
) -> View:
    """Return the view of that size which begins at that row and column, or as near to it as the map allows.

    `rung` is the one that was chosen by hand; `coloured`: whether the terminal has colours. The last line is kept for
    the legend, unless that would cost a map its frame, in which the legend then stands.
    """
    rows, columns = len(world.cells), len(world.cells[0])
    choose = partial(best_zoom, rows, columns, width, actions=world.actions, rung=rung, coloured=coloured)
    zoom = choose(height)
    if height > 2 and not (zoom.framed and zoom.size(rows, columns)[1] <= height):
        height -= 1
        zoom = choose(height)
    shown_rows, shown_columns = zoom.capacity(width, height)
    shown_rows, shown_columns = min(shown_rows, rows), min(shown_columns, columns)
    row, column = min(row, rows - shown_rows), min(column, columns - shown_columns)
    return View(max(row, 0), max(column, 0), shown_rows, shown_columns, zoom)


def view_following(snapshot: Snapshot, view: View, cursor: int | None = None) -> tuple[int, int]:
    """Return the row and column at which the view has to begin so that the agent, or the cursor, is in it."""
    cells = snapshot.world.cells
    place = snapshot.world.places[snapshot.state if cursor is None else cursor]
    row, column = (int(number) for number in place)
    return (
        window(view.row, view.rows, len(cells), row, MARGIN),
        window(view.column, view.columns, len(cells[0]), column, MARGIN),
    )
