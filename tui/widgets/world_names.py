"""The picture of a world without a map: where the agent is, what it can do there and where it came from."""

from collections.abc import Iterable

from engine.messages import Snapshot
from tui.colour import Palette
from tui.widgets import numbers
from tui.widgets.canvas import Canvas, shortened, width_of
from tui.widgets.layers import scale_of
from tui.widgets.map_cells import AGENT
from tui.widgets.map_places import all_tie, legal_actions

BEST = "▸"
VALUE_WIDTH = 9


def draw_names(canvas: Canvas, snapshot: Snapshot, first_action: int, palette: Palette) -> None:
    """Draw the current state, its actions with their values from `first_action` on, and the path by names."""
    world, state = snapshot.world, snapshot.state
    x = canvas.put(0, 0, f" {AGENT} ", palette.agent) + 1
    where = f"state {numbers.count(state)} of {numbers.count(len(world.states))}"
    name = shortened(world.states[state], canvas.width - x)
    x = canvas.put(x, 0, name, palette.strong) + 2
    if x + width_of(where) <= canvas.width:
        canvas.put(x, 0, where, palette.muted)
    path_rows = _path_rows(canvas.height)
    if world.terminal[state]:
        canvas.put(1, 2, "a terminal state: the episode ends here", palette.muted)
    else:
        _draw_actions(canvas, snapshot, first_action, rows_for_actions(canvas.height), palette)
    _draw_path(canvas, snapshot, canvas.height - path_rows, path_rows, palette)


def rows_for_actions(height: int) -> int:
    """Return how many actions there is room for."""
    return max(height - 3 - _path_rows(height), 0)


def _path_rows(height: int) -> int:
    """Return how many lines the path takes, with a heading where there is room."""
    return 2 if height >= 6 else 1


def _draw_actions(canvas: Canvas, snapshot: Snapshot, first: int, rows: int, palette: Palette) -> None:
    world, state = snapshot.world, snapshot.state
    scale, tied = scale_of(snapshot.q), all_tie(snapshot, state)
    longest = max(width_of(action) for action in world.actions)
    room = max(min(longest, canvas.width - VALUE_WIDTH - 4), 1)
    for row, action in enumerate(legal_actions(snapshot, state)[first : first + rows]):
        best = bool(snapshot.greedy[state, action]) and not tied
        value = float(snapshot.q[state, action])
        if best:
            canvas.put(1, 2 + row, BEST, palette.strong)
        name = shortened(world.actions[action], room)
        canvas.put(3, 2 + row, name, palette.strong if best else palette.plain)
        shade = palette.value(value, scale)
        canvas.fill(4 + room, 2 + row, VALUE_WIDTH, 1, shade)
        canvas.put_right(4 + room + VALUE_WIDTH - 1, 2 + row, numbers.fitted(value, VALUE_WIDTH - 1), shade)


def _draw_path(canvas: Canvas, snapshot: Snapshot, y: int, rows: int, palette: Palette) -> None:
    if rows > 1:
        canvas.put(0, y, "path of this episode, newest last", palette.muted)
    names = (snapshot.world.states[state] for state in reversed(snapshot.path))
    canvas.put(1, y + rows - 1, joined_from_the_end(names, canvas.width - 1))


def joined_from_the_end(names: Iterable[str], width: int) -> str:
    """Join the names, given newest first, so that the newest stands at the end and the oldest give way."""
    text = ""
    for name in names:
        longer = f"{name} → {text}" if text else shortened(name, width)
        if width_of(longer) > width - (2 if text else 0):
            return f"… {text}"
        text = longer
    return text
