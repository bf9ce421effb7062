"""The application: its theme, its main screen, and the life of the trainer."""

import gc
import os
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

from rich.console import RenderableType
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.theme import Theme
from textual.widgets import Label

from engine.errors import InputError
from engine.messages import Load, Start
from tui import commands
from tui.cast import Cast
from tui.depth import Depth, depth
from tui.driver import SturdyDriver
from tui.pen import Shown
from tui.screens.engine_library import EngineLibrary
from tui.screens.ports import Library, Trainer
from tui.screens.spans import Exact
from tui.signals import Rescue
from tui.typeahead import Followed

if TYPE_CHECKING:
    from tui.lessons.lesson import Lesson
    from tui.screens.main import MainScreen

DARK = Theme(
    "qscope-dark",
    primary="#5fafd7",
    secondary="#8787af",
    accent="#5fd7af",
    warning="#d7af5f",
    error="#ff8787",
    success="#87d787",
    foreground="#d0d4d8",
    background="#121212",
    surface="#1c1c1c",
    panel="#262626",
)
LIGHT = Theme(
    "qscope-light",
    primary="#005f87",
    secondary="#5f5f87",
    accent="#00735c",
    warning="#875f00",
    error="#af0000",
    success="#005f00",
    foreground="#1c1c1c",
    background="#f8f8f8",
    surface="#eeeeee",
    panel="#e4e4e4",
    dark=False,
)
"""Colours that lie near those of a terminal with 256."""

WIDTHS = [(0, "-too-narrow"), (40, "-narrow"), (76, "-normal"), (110, "-wide")]
"""The class that a screen has from so many columns on."""
HEIGHTS = [(0, "-too-low"), (12, "-lowest"), (17, "-low"), (23, "-medium"), (34, "-high")]
"""The class that a screen has from so many lines on."""

DIED = 1
"""The exit code when the application ended without being asked to."""


class QScope(App[None]):
    """Shows a run to a person and takes their commands to it."""

    TITLE = "qscope"
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(commands.LEAVING, "quit", show=False, priority=True, id="quit_anywhere")
    ]

    def __init__(
        self,
        trainer: Trainer,
        library: Library,
        *,
        welcome: bool = False,
        lesson: "Lesson | None" = None,
        begin: Callable[[], object] | None = None,
    ) -> None:
        """With `begin` the first frame holds only the name; all else is loaded then, and `begin` called last."""
        super().__init__(driver_class=SturdyDriver if sys.platform == "linux" else None)
        self.set_keymap({name: ",".join(keys) for name, keys in commands.remapped().items()})
        self._trainer, self._library, self._welcome, self._lesson = trainer, library, welcome, lesson
        self._begin = begin
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        sixteen = depth(self.console.color_system, self.no_color) == Depth.SIXTEEN
        self.theme = "ansi-dark" if sixteen else DARK.name

    @cached_property
    def main_screen(self) -> "MainScreen":
        """The screen that shows the run; its panels and numpy take twice as long to load as Textual to paint."""
        from tui.screens.main import MainScreen

        return MainScreen(self._trainer, self._library, welcome=self._welcome, lesson=self._lesson)

    def compose(self) -> ComposeResult:
        """Show the name, until the main screen lies above it."""
        yield Label(self.TITLE)

    def on_mount(self) -> None:
        """Show the main screen, at once or after a first frame."""
        if self._begin is None:
            self._show_main_screen(lambda: None)
        else:
            self.call_after_refresh(self._show_main_screen, self._begin)

    def _show_main_screen(self, begin: Callable[[], object]) -> None:
        self.push_screen(self.main_screen)
        self.main_screen.call_after_refresh(begin)
        if isinstance(self._driver, SturdyDriver):
            self.main_screen.call_after_refresh(self._driver.keyboard.begin, self.main_screen.waits_for_run)

    def on_followed(self, message: Followed) -> None:
        """Take note that a key was answered, and answer the next one."""
        if isinstance(self._driver, SturdyDriver):
            self._driver.keyboard.followed(message)

    def presses(self, command: str) -> int:
        """Return how often the command's key was pressed in a row, which the caller answers as a whole."""
        known = commands.by_id(command)
        if known is None or not isinstance(self._driver, SturdyDriver):
            return 1
        return self._driver.keyboard.presses(known.keys_now)

    def may_draw(self, *, for_run: bool = False) -> bool:
        """Return whether the line carries another frame: of the run, only when all before it have been shown."""
        if not isinstance(self._driver, SturdyDriver):
            return True
        frames, now = self._driver.frames, time.monotonic()
        return frames.all_shown(now) if for_run else frames.few_under_way(now)

    @property
    def shown(self) -> Shown:
        """What the terminal shows."""
        return self._driver.shown if isinstance(self._driver, SturdyDriver) else Shown()

    def on_resize(self) -> None:
        """Know that a terminal of another size shows other things."""
        self.shown.forget()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Send a frame; one that Textual writes by itself may leave anything on the terminal."""
        if renderable is not None and not isinstance(renderable, Exact):
            self.shown.forget()
        super()._display(screen, renderable)

    def post_display_hook(self) -> None:
        """Have the end of the frame confirmed, and end a recording that is full."""
        if isinstance(self._driver, SturdyDriver):
            self._driver.end_frame()
            if self._driver.cast is not None and self._driver.cast.full:
                self.call_later(self.main_screen.end_cast)

    def begin_cast(self, title: str) -> bool:
        """Record from now on what the terminal is sent, beginning with the whole screen; return whether that can be."""
        if not isinstance(self._driver, SturdyDriver):
            return False
        terminal = os.environ.get("TERM", "")
        self._driver.cast = Cast(*self.size, title, terminal, time.monotonic())
        self.shown.forget()
        self.screen.refresh()
        return True

    def end_cast(self) -> Cast | None:
        """Record no longer, and return what was recorded; None if nothing was."""
        if not isinstance(self._driver, SturdyDriver):
            return None
        cast, self._driver.cast = self._driver.cast, None
        return cast

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer the commands of the table in the palette: those of the main screen, or of the editor."""
        from tui.screens.editor import Editor

        if screen is not self.main_screen and not isinstance(screen, Editor):
            return
        for command in commands.COMMANDS if screen is self.main_screen else commands.EDITING:
            if command.palette and commands.available(command, self.main_screen.snapshot):
                keys = " or ".join(command.keys_shown)
                yield SystemCommand(command.help.rstrip("."), f"key: {keys}", getattr(screen, f"action_{command.id}"))

    def action_command_palette(self) -> None:
        """Open the palette where there are commands to find: above a dialog there are none."""
        if any(self.get_system_commands(self.screen)):
            super().action_command_palette()

    async def action_quit(self) -> None:
        """Leave, but never without the question about what is not saved."""
        if self.screen is self.main_screen:
            self.main_screen.action_quit()
        else:
            self.screen.dismiss(None)

    def leave(self, return_code: int) -> None:
        """Exit with that code; may be called from any thread."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed: it has ended already
                self._loop.call_soon_threadsafe(self.exit, None, return_code)


SWITCH_EVERY = 0.0002
"""Seconds after which a thread that draws lets the trainer on, which needs the interpreter between its loops.

Python's own 5 ms are half a portion of a run at full speed; so the trainer stood still while a frame was made.
"""


COLLECT_AFTER = (2000, 10, 100)
"""New objects after which the garbage collector looks through them; the other two say when through older ones.

With Python's 700, 10, 10 it looks through all once a second while dialogs come and go: no key is answered meanwhile.
"""


class EngineTrainer(Trainer, Protocol):
    """A trainer whose life the application is in charge of."""

    def start(self, first: Start | Load) -> None:
        """Start its thread, with the run to begin or to go on with."""

    def rescue(self) -> Path | None:
        """Save what would be lost, from any thread."""

    def close(self, *, forget: bool = False) -> None:
        """Stop its thread and wait for the end; `forget` drops the autosave."""


def run(
    saves: Path, first: Start | Load, *, timeline_memory: int, welcome: bool = False, lesson: "Lesson | None" = None
) -> int:
    """Open the application on a run and return the exit code; raises `InputError` where there is no terminal.

    `timeline_memory`: bytes for the past of the run. `welcome`: ask whether to go on where the line broke, if the last
    sitting ended without a word. `lesson`: open it; `first` is then its run.
    """
    from engine.trainer import Trainer

    require_terminal()
    return run_with(Trainer(saves, timeline_memory), EngineLibrary(saves), first, welcome=welcome, lesson=lesson)


def run_with(
    trainer: EngineTrainer,
    library: Library,
    first: Start | Load,
    *,
    welcome: bool = False,
    lesson: "Lesson | None" = None,
) -> int:
    """Run the application on that trainer; whatever ends it, what was learned is not lost."""
    app = QScope(trainer, library, welcome=welcome, lesson=lesson, begin=partial(trainer.start, first))
    rescue = Rescue(trainer.rescue, app.leave)
    rescue.install()
    sys.setswitchinterval(SWITCH_EVERY)
    gc.set_threshold(*COLLECT_AFTER)
    try:
        app.run()
    finally:
        if app.return_code != 0 and rescue.signal is None:
            trainer.rescue()
        rescue.remove()
        code = exit_code(app.return_code, rescue.signal)
        trainer.close(forget=code == 0)
    if trainer.complaint and trainer.snapshot is None:
        raise InputError(trainer.complaint)
    return code


def exit_code(return_code: int | None, signal: int | None) -> int:
    """Return 128 + the signal that ended the application, else its own code, where none means that it died."""
    if signal is not None:
        return 128 + signal
    return DIED if return_code is None else return_code


def require_terminal() -> None:
    """Refuse to draw where nobody can see it or type."""
    for name, stream in (("input", sys.stdin), ("output", sys.stdout)):
        if not stream.isatty():
            raise InputError(f"standard {name} is no terminal; qscope --help lists the commands that need none")
    if os.environ.get("TERM") == "dumb":
        raise InputError("this terminal (TERM=dumb) can only write lines; qscope --plain needs no more")
