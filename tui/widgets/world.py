"""The panel that shows the world: a map where there is one, else names, or what is observed without a model."""

from textual.content import Content
from textual.geometry import Size

from engine.messages import Snapshot
from tui.widgets.canvas import Canvas
from tui.widgets.map_places import legal_actions
from tui.widgets.map_view import View, view_following, view_of
from tui.widgets.observation import draw_observation, rows_for_names
from tui.widgets.panel import Panel
from tui.widgets.sight import Sight
from tui.widgets.world_map import draw_map
from tui.widgets.world_names import draw_names, rows_for_actions


class WorldPanel(Panel):
    """The world with the agent in it."""

    def __init__(self, **arguments: str) -> None:
        super().__init__("World", **arguments)
        self.beside: Panel | None = None
        """What shows the same part of the map of another run, if one is compared."""

    def watch_snapshot(self, old: Snapshot | None, new: Snapshot | None) -> None:
        """Show the new snapshot, and the title of a new world."""
        if new is not None and (old is None or _named_by(old) != _named_by(new)):
            self._tell_title(new)
        super().watch_snapshot(old, new)

    def watch_sight(self, old: Sight, new: Sight) -> None:
        """Show the other layer, zoom or cursor."""
        if self.snapshot is not None and old.rung is not new.rung:
            self._tell_title(self.snapshot)
        super().watch_sight(old, new)

    def redraw(self) -> None:
        """Draw, and take along what shows the same part."""
        super().redraw()
        self._take_along()

    def _draw_for_size(self) -> None:
        super()._draw_for_size()
        self._take_along()

    def _take_along(self) -> None:
        if self.beside is not None and (self.beside.row, self.beside.column) != (self.row, self.column):
            self.beside.follow(self.beside.size)
            self.beside.redraw()

    def draw(self, width: int, height: int) -> Canvas:
        """Draw the map, or the names."""
        canvas = Canvas(width, height)
        if self.snapshot is None or not width or not height:
            return canvas
        if self.snapshot.world.cells:
            draw_map(canvas, self.snapshot, self.view(Size(width, height)), self.palette, self.sight)
        elif self.snapshot.observation is not None:
            draw_observation(canvas, self.snapshot, self.row, self.palette)
        else:
            draw_names(canvas, self.snapshot, self.row, self.palette)
        return canvas

    def view(self, size: Size) -> View:
        """Return which part of the map is shown at that size; only for a world with a map."""
        assert self.snapshot is not None
        coloured = bool(self.palette.positive)
        return view_of(self.snapshot.world, *size, self.row, self.column, self.sight.rung, coloured=coloured)

    def follow(self, size: Size) -> None:
        """Bring the agent, or the cursor, into view."""
        if self.snapshot is None or not self.should_follow or not size:
            return
        if self.snapshot.world.cells:
            self.row, self.column = view_following(self.snapshot, self.view(size), self.sight.cursor)
        else:
            self.row = self.column = 0

    def move_view(self, columns: int, rows: int, size: Size) -> None:
        """Move the part of the map that is shown, or the list of actions."""
        if self.snapshot is None:
            return
        self.row, self.column = max(self.row + rows, 0), max(self.column + columns, 0)
        if self.snapshot.world.cells:
            view = self.view(size)
            self.row, self.column = view.row, view.column
        else:
            hidden = self._listed(self.snapshot) - self._room(self.snapshot, size.height)
            self.row = min(self.row, max(hidden, 0))

    def hidden(self, size: Size) -> tuple[int, int]:
        """Return how many numbers, or actions, lie above and below; the legend of a map says so itself."""
        snapshot = self.snapshot
        if snapshot is None or snapshot.world.cells or not size:
            return 0, 0
        return self.row, self._listed(snapshot) - self.row - self._room(snapshot, size.height)

    def _listed(self, snapshot: Snapshot) -> int:
        """Return how many lines there are of what is listed: what is observed, or the actions."""
        seen = snapshot.observation
        return len(seen.names) if seen else len(legal_actions(snapshot, snapshot.state))

    def _room(self, snapshot: Snapshot, height: int) -> int:
        """Return how many of these lines are seen at once."""
        seen = snapshot.observation
        return rows_for_names(seen, height) if seen else rows_for_actions(height)

    def _tell_title(self, snapshot: Snapshot) -> None:
        rung = f" · {self.sight.rung.value}" if self.sight.rung and snapshot.world.cells else ""
        self.border_title = Content(_named_by(snapshot) + rung)


def _named_by(snapshot: Snapshot) -> str:
    """Return the title of the world; beside a second run that of the first one."""
    run = snapshot.save_name or snapshot.agent.name
    return snapshot.world.title if snapshot.comparison is None else f"1 · {run}"
