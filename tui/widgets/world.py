"""The panel that shows the world: a map where there is one, names where there is none."""

from textual.content import Content
from textual.geometry import Size

from engine.messages import Snapshot
from tui.widgets.canvas import Canvas
from tui.widgets.panel import Panel
from tui.widgets.world_map import draw_map, view_following, view_of
from tui.widgets.world_names import draw_names, legal_actions


class WorldPanel(Panel):
    """The world with the agent in it."""

    def __init__(self, **arguments: str) -> None:
        super().__init__("World", **arguments)

    def watch_snapshot(self, old: Snapshot | None, new: Snapshot | None) -> None:
        """Show the new snapshot, and the title of a new world."""
        if new is not None and (old is None or old.world is not new.world):
            self.border_title = Content(new.world.title)
        super().watch_snapshot(old, new)

    def draw(self, width: int, height: int) -> Canvas:
        """Draw the map, or the names."""
        canvas = Canvas(width, height)
        if self.snapshot is None or not width or not height:
            return canvas
        if self.snapshot.world.cells:
            view = view_of(self.snapshot.world, width, height, self.row, self.column)
            draw_map(canvas, self.snapshot, view, self.palette)
        else:
            draw_names(canvas, self.snapshot, self.row, self.palette)
        return canvas

    def follow(self, size: Size) -> None:
        """Bring the agent into view."""
        if self.snapshot is None or not self.should_follow or not size:
            return
        if self.snapshot.world.cells:
            view = view_of(self.snapshot.world, *size, self.row, self.column)
            self.row, self.column = view_following(self.snapshot, view)
        else:
            self.row = self.column = 0

    def move_view(self, columns: int, rows: int, size: Size) -> None:
        """Move the part of the map that is shown, or the list of actions."""
        if self.snapshot is None:
            return
        self.row, self.column = max(self.row + rows, 0), max(self.column + columns, 0)
        if self.snapshot.world.cells:
            view = view_of(self.snapshot.world, *size, self.row, self.column)
            self.row, self.column = view.row, view.column
        else:
            self.row = min(self.row, max(len(legal_actions(self.snapshot)) - size.height + 5, 0))
