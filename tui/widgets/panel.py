"""The one way of drawing: a widget whose content is a picture of the newest snapshot."""

from rich.style import Style
from textual import events
from textual.content import Content
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.strip import Strip
from textual.theme import Theme
from textual.widget import Widget

from engine.messages import Snapshot
from tui.colour import Palette, palette
from tui.commands import key_of
from tui.depth import depth
from tui.widgets import numbers
from tui.widgets.canvas import Canvas, changed_spans, fitting, strip
from tui.widgets.sight import Sight

BESIDE_A_TEXT = 6
"""Cells of a frame that no text in it takes: at either end a corner, a piece of line and a blank."""
WHEEL = 3
"""Rows that a turn of the wheel moves."""


class Drawing(Widget):
    """A widget that draws itself anew for each snapshot and sends the terminal only the cells that changed."""

    ALLOW_SELECT = False

    snapshot: reactive[Snapshot | None] = reactive(None, repaint=False, init=False)

    def __init__(self, **arguments: str) -> None:
        super().__init__(**arguments)  # type: ignore[arg-type]
        self._shown = Canvas(0, 0)
        self._ground = Style()
        self._told = ""

    def draw(self, width: int, height: int) -> Canvas:
        """Return the whole content for that size: a pure function of the snapshot and of where the person looks."""
        raise NotImplementedError

    def follow(self, size: Size) -> None:
        """Move the view to where the agent is, before a new snapshot is drawn."""

    def tell(self, *wordings: str) -> None:
        """Write the first that fits into the lower frame, unless it stands there: that paints the whole widget anew."""
        text = fitting(wordings, self.outer_size.width - BESIDE_A_TEXT)
        if text != self._told:
            self._told = text
            self.border_subtitle = Content(text)

    @property
    def palette(self) -> Palette:
        """The styles that go with the theme and the terminal."""
        return palette(self.app.current_theme, depth(self.app.console.color_system, self.app.no_color))

    def on_mount(self) -> None:
        """Draw anew when the theme changes."""
        self.app.theme_changed_signal.subscribe(self, self._change_theme)

    def on_unmount(self) -> None:
        """Want to hear of themes no longer: the signal of Textual 8.2 would keep what it once told for ever."""
        self.app.theme_changed_signal.unsubscribe(self)

    def watch_snapshot(self, old: Snapshot | None, new: Snapshot | None) -> None:
        """Show the new snapshot."""
        self.follow(self.size)
        self.redraw()

    def redraw(self) -> None:
        """Draw and ask Textual to repaint the spans of cells that differ from what is shown."""
        drawn = self.draw(*self.size)
        shown, self._shown = self._shown, drawn
        if (shown.width, shown.height) != (drawn.width, drawn.height):
            self.refresh()
            return
        spans = [
            Region(start, y, end - start, 1)
            for y, (old, new) in enumerate(zip(shown.rows, drawn.rows, strict=True))
            if old != new
            for start, end in changed_spans(old, new)
        ]
        if spans:
            self.refresh(*spans)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Render some lines, all on the same ground; what was drawn for another size is drawn for this one before."""
        self._draw_for_size()
        self._ground = self.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Return one line of what was drawn."""
        if y >= self._shown.height:
            return Strip.blank(self.size.width, self._ground)
        return strip(self._shown.rows[y], self._ground)

    def on_resize(self, event: events.Resize) -> None:
        """Draw for the new size."""
        self._draw_for_size()
        self.refresh()

    def _draw_for_size(self) -> None:
        if (self._shown.width, self._shown.height) != self.size:
            self.follow(self.size)
            self._shown = self.draw(*self.size)

    def _change_theme(self, theme: Theme) -> None:
        self._shown = self.draw(*self.size)
        self.refresh()


class Panel(Drawing, can_focus=True):
    """A drawing in a frame that can be focused and looked around in.

    The view follows the agent until the person moves it by hand, and again when asked to. It also rests while the run
    goes at full speed, when nothing could be read and much would have to be sent. While the inspector is open it
    follows the cursor.
    """

    sight: reactive[Sight] = reactive(Sight(), repaint=False, init=False)

    def __init__(self, title: str, **arguments: str) -> None:
        super().__init__(**arguments)
        self.border_title = title
        self.row = 0
        """The first row of the view."""
        self.column = 0
        """The first column of the view."""
        self.following = True

    def watch_snapshot(self, old: Snapshot | None, new: Snapshot | None) -> None:
        """Show the new snapshot; a new world is looked at from its beginning."""
        if old is not None and new is not None and old.world is not new.world:
            self.row = self.column = 0
            self.following = True
        super().watch_snapshot(old, new)

    def hidden(self, size: Size) -> tuple[int, int]:
        """Return how many lines lie above those that are seen, and how many below."""
        return 0, 0

    def redraw(self) -> None:
        """Draw, and say in the frame whether there is more to look at."""
        self._tell_more()
        super().redraw()

    def _draw_for_size(self) -> None:
        super()._draw_for_size()
        self._tell_more()

    def watch_has_focus(self, has_focus: bool) -> None:
        """Say by which keys one comes to the rest only while they go here."""
        super().watch_has_focus(has_focus)
        self._tell_more()

    def _tell_more(self) -> None:
        ways = (key_of("look_up"), key_of("look_down")) if self.has_focus else ("above", "below")
        hidden = zip(self.hidden(self.size), ways, strict=True)
        told = [(numbers.count(lines), way) for lines, way in hidden if lines > 0]
        wordings = [" · ".join(f"{lines}{more} {way}" for lines, way in told) for more in (" more", "")]
        self.tell(*wordings, wordings[-1].split(" · ")[-1])

    def watch_sight(self, old: Sight, new: Sight) -> None:
        """Show what the person chose to see."""
        if new.cursor is not None and new.cursor != old.cursor:
            self.following = True
        self.follow(self.size)
        self.redraw()

    def look(self, columns: int, rows: int) -> None:
        """Move the view by hand."""
        self.following = False
        self.move_view(columns, rows, self.size)
        self.redraw()

    def look_pages(self, pages: int) -> None:
        """Move the view by whole pages."""
        self.look(0, pages * max(self.size.height - 2, 1))

    def on_mouse_scroll_down(self) -> None:
        """Move the view down by the wheel."""
        self.look(0, WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """Move the view up by the wheel."""
        self.look(0, -WHEEL)

    def follow_again(self) -> None:
        """Let the view follow the agent again."""
        self.following = True
        self.follow(self.size)
        self.redraw()

    def move_view(self, columns: int, rows: int, size: Size) -> None:
        """Move the view, no further than to the edge; a panel that shows everything has nothing to move."""

    @property
    def should_follow(self) -> bool:
        """Whether the view has to be where the agent is, or the cursor."""
        snapshot = self.snapshot
        if self.sight.cursor is not None:
            return self.following
        rests = snapshot is not None and snapshot.playing and snapshot.speed == float("inf")
        return self.following and not rests
