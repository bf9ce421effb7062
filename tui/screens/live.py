"""A screen above the main one that goes on showing the run, and passes the keys of learning on to it."""

from dataclasses import replace
from typing import ClassVar, Protocol

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.widgets import Static

from engine import messages
from engine.messages import Notice, Snapshot
from tui import commands
from tui.screens.paced import Paced
from tui.widgets.canvas import fitting
from tui.widgets.panel import Drawing, Panel

MARGINS = 2
"""Cells beside the line of keys that stay free."""


class Main(Protocol):
    """What such a screen needs of the main screen."""

    snapshot: Snapshot | None

    def send(self, command: messages.Command) -> None:
        """Hand a command to the trainer."""

    def news(self, snapshot: Snapshot) -> list[Notice]:
        """Return the notices that nobody has told yet; they count as told then."""


def passed_on() -> list[BindingType]:
    """Return the bindings of the commands that are passed on to the main screen."""
    return [Binding(",".join(c.keys), f"pass_on('{c.id}')", c.label, show=False, id=c.id) for c in commands.PASSING]


def closing(command: str) -> BindingType:
    """Return the binding by which the keys that open a screen close it, too."""
    return next(replace(c.binding, action="close") for c in commands.COMMANDS if c.id == command)


class LiveScreen(Paced[None], ModalScreen[None]):
    """A panel over the whole window, with a line of keys below it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *passed_on(),
        Binding("escape", "close", "close", show=False, id="close_live"),
        Binding("up,k", "look(0,-1)", show=False, id="look_up"),
        Binding("down,j", "look(0,1)", show=False, id="look_down"),
        Binding("pageup", "look_page(-1)", show=False, id="page_up"),
        Binding("pagedown", "look_page(1)", show=False, id="page_down"),
        Binding("home", "look(0,-1000000)", show=False, id="follow"),
        Binding("end", "look(0,1000000)", show=False, id="live_end"),
    ]
    HINTS: ClassVar[tuple[str, ...]] = ("escape close",)
    """What the line of keys says, the longest wording first."""

    snapshot: reactive[Snapshot | None] = reactive(None, repaint=False, init=False)

    def __init__(self, main: Main) -> None:
        super().__init__()
        self.main = main

    def panel(self) -> Panel:
        """Return the panel that fills the screen."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Put the panel above the line of keys."""
        with Vertical(classes="live"):
            yield self.panel()
            yield Static(classes="hint")

    @property
    def has_panel(self) -> bool:
        """Whether its panel is there: not while it is composed, nor while the application ends."""
        return self.is_mounted and bool(self.query(Panel))

    def hint(self, width: int) -> str:
        """Return what the line of keys says where there are so many cells."""
        return fitting([commands.with_keys(text) for text in self.HINTS], width)

    def on_resize(self, event: events.Resize) -> None:
        """Tell as many keys as there is room for."""
        self.query_one(".hint", Static).update(Content(self.hint(event.size.width - MARGINS)))

    def on_mount(self) -> None:
        """Begin with what the main screen shows, unless something newer has come already."""
        for drawing in self.query(Drawing):
            drawing.data_bind(LiveScreen.snapshot)
        self.query_one(Panel).focus()
        self.snapshot = self.snapshot or self.main.snapshot

    def action_pass_on(self, command: str) -> None:
        """Do what the main screen does for that command, where it would do something."""
        known = commands.by_id(command)
        if known is not None and commands.available(known, self.snapshot):
            getattr(self.main, f"action_{command}")()

    def action_close(self) -> None:
        """Go back to the main screen."""
        self.dismiss(None)

    def action_look(self, columns: int, rows: int) -> None:
        """Move the view, or the line that is chosen."""
        self.query_one(Panel).look(columns, rows)

    def action_look_page(self, pages: int) -> None:
        """Move by whole pages."""
        self.query_one(Panel).look_pages(pages)
