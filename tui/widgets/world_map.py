"""The picture of a world that has a map: cells with the agent, the greedy policy and a layer of numbers."""

from engine.messages import Snapshot
from tui.colour import Palette
from tui.widgets.canvas import Canvas, width_of
from tui.widgets.layers import LayerNumbers, numbers_of
from tui.widgets.map_cells import CURSOR, REVERSED, CellPen
from tui.widgets.map_halves import HalvesPen
from tui.widgets.map_legend import legend
from tui.widgets.map_places import Gathering, chances_of, states_on_map
from tui.widgets.map_view import View
from tui.widgets.map_wedges import WedgePen
from tui.widgets.sight import Sight
from tui.widgets.zoom import Rung

HERE = Sight()
"""What is seen as long as nothing was chosen."""


def draw_map(
    canvas: Canvas,
    snapshot: Snapshot,
    view: View,
    palette: Palette,
    sight: Sight = HERE,
    marked: tuple[int, int] | None = None,
) -> None:
    """Draw the part of the map that the view shows into the middle of the canvas, and a legend below it.

    `marked` is a row and a column to point at, whether there is a state or not.
    """
    wide, high = view.zoom.size(view.rows, view.columns)
    left, top = max((canvas.width - wide) // 2, 0), max((canvas.height - 1 - high) // 2, 0)
    layer = numbers_of(snapshot, sight.layer)
    gathering = Gathering(snapshot, layer, sight.cursor, chances_of(snapshot, sight))
    if view.zoom.framed:
        _draw_frame(canvas, left, top, view, palette)
    if view.zoom.rung is Rung.HALVES:
        HalvesPen(canvas, layer, palette, gathering).draw(left, top, view)
    else:
        _draw_cells(_pen(canvas, snapshot, view, layer, palette), left, top, gathering, view)
    if view.zoom.framed and sight.cursor is not None:
        row, column = snapshot.world.places[sight.cursor].tolist()
        _draw_cursor(canvas, left, top, view, (row, column), palette)
    if marked is not None:
        (_draw_cursor if view.zoom.framed else _draw_mark)(canvas, left, top, view, marked, palette)
    if top + high < canvas.height:
        canvas.put_pieces(0, canvas.height - 1, legend(canvas.width, snapshot, view, layer, sight, palette))
    elif view.zoom.framed:
        room, start = wide - 4, left + 1
        pieces = legend(room, snapshot, view, layer, sight, palette)
        if sum(width_of(text) for text, _ in pieces[:-1]) > room:  # a narrow map: then over the frame, too
            start, pieces = 0, legend(canvas.width - 2, snapshot, view, layer, sight, palette)
        canvas.put_pieces(start, canvas.height - 1, [(" ", palette.plain), *pieces[:-1], (" ", palette.plain)])


def _pen(canvas: Canvas, snapshot: Snapshot, view: View, layer: LayerNumbers, palette: Palette) -> CellPen | WedgePen:
    if view.zoom.rung is Rung.WEDGES:
        return WedgePen(canvas, view.zoom, layer, palette, snapshot.world.actions)
    return CellPen(canvas, view.zoom, layer, palette)


def _draw_cells(pen: CellPen | WedgePen, left: int, top: int, gathering: Gathering, view: View) -> None:
    world = gathering.snapshot.world
    grid = states_on_map(world)
    across, down = view.zoom.stride
    for row in range(view.rows):
        for column in range(view.columns):
            x, y = left + view.zoom.framed + column * across, top + view.zoom.framed + row * down
            state = int(grid[view.row + row, view.column + column])
            if state >= 0:
                pen.draw(x, y, gathering.place(state))
            elif world.cells[view.row + row][view.column + column] == "#":
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


def _draw_cursor(canvas: Canvas, left: int, top: int, view: View, place: tuple[int, int], palette: Palette) -> None:
    """Draw a double frame around a cell."""
    across, down = view.zoom.stride
    row, column = place[0] - view.row, place[1] - view.column
    if not (0 <= row < view.rows and 0 <= column < view.columns):
        return
    x, y = left + column * across, top + row * down
    bar = "═" * view.zoom.width
    canvas.put(x, y, f"╔{bar}╗", palette.accent)
    canvas.put(x, y + down, f"╚{bar}╝", palette.accent)
    for side in (x, x + across):
        canvas.fill(side, y + 1, 1, view.zoom.height, palette.accent, "║")


def _draw_mark(canvas: Canvas, left: int, top: int, view: View, place: tuple[int, int], palette: Palette) -> None:
    """Turn a cell without a frame around: light on dark, with a sign in its last column that needs no colours."""
    width, height = view.zoom.width, view.zoom.height
    x, y = left + (place[1] - view.column) * width, top + (place[0] - view.row) * height
    canvas.put(x + width - 1, y, CURSOR, palette.strong)
    for line in canvas.rows[max(y, 0) : y + height]:
        line[x : x + width] = [(character, style + REVERSED) for character, style in line[x : x + width]]
