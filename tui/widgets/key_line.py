"""The last line: the keys that do something now, as many as fit."""

from functools import lru_cache

from textual import events
from textual.reactive import reactive

from tui.commands import COMMANDS, Command, available
from tui.widgets import hints
from tui.widgets.canvas import Canvas, width_of
from tui.widgets.panel import Drawing

GAPS = (2, 1)
"""Cells between two commands: the wide gap where everything fits with it, else the narrow one."""
BEHIND, DIVIDER = "  ", "│"
"""What stands behind a hint, and before the commands that follow."""


class KeyLine(Drawing):
    """The footer: keys and labels from the table of commands, the less important ones left out where space is short.

    While the person drives or is on the timeline, what the keys do there stands before the commands.
    """

    driving: reactive[bool] = reactive(False, repaint=False, init=False)
    """Whether the person chooses the actions."""
    scrubbing: reactive[bool] = reactive(False, repaint=False, init=False)
    """Whether the timeline has the focus."""

    def watch_driving(self) -> None:
        """Say so."""
        self.redraw()

    def watch_scrubbing(self) -> None:
        """Say so."""
        self.redraw()

    def draw(self, width: int, height: int) -> Canvas:
        """Write key and label of each hint and of each command; dim if it would do nothing."""
        canvas = Canvas(width, height)
        palette = self.palette
        end = 0
        for key, meaning, role in self._hints(width):
            end = canvas.put_pieces(end, 0, [(key, palette.roles[role]), (f" {meaning}{BEHIND}", palette.plain)])
        for x, command in self._commands(width):
            if end:
                canvas.put(end, 0, DIVIDER, palette.line)
            usable = available(command, self.snapshot)
            after = canvas.put(x, 0, command.keys_shown[0], palette.accent if usable else palette.muted)
            canvas.put(after + 1, 0, command.label, palette.plain if usable else palette.muted)
        return canvas

    async def on_click(self, event: events.Click) -> None:
        """Do what the label under the mouse says."""
        column = event.x - self.gutter.left
        for x, command in self._commands(self.size.width):
            if x <= column < x + _width(command):
                await self.run_action(f"screen.{command.id}")

    def _hints(self, width: int) -> list[hints.Hint]:
        """Return as many hints as fit."""
        shown: list[hints.Hint] = []
        if self.scrubbing:
            shown = [*hints.SCRUBBING]
        elif self.driving and self.snapshot is not None:
            shown = hints.driving(self.snapshot.world.actions)
        while _end(shown) - len(BEHIND) > width:
            shown.pop()
        return shown

    def _commands(self, width: int) -> list[tuple[int, Command]]:
        """Return the commands that fit behind the hints, each with its column."""
        first = _end(self._hints(width))
        first += width_of(DIVIDER) + 1 if first else 0
        told = "drive" if self.driving and not self.scrubbing else ""
        return [(first + x, command) for x, command in laid_out(width - first, told)]


def laid_out(width: int, told: str = "") -> tuple[tuple[int, Command], ...]:
    """Return the commands for that width, in the order of the table, each with its column; `told` is left out."""
    return _laid_out(width, told, tuple(command.keys_shown[0] for command in COMMANDS))


@lru_cache(maxsize=8)
def _laid_out(width: int, told: str, keys: tuple[str, ...]) -> tuple[tuple[int, Command], ...]:
    """Return the same; `keys` are those that are shown, which may be remapped."""
    listed = (command for command in COMMANDS if command.footer and command.id != told)
    ranked = sorted(listed, key=lambda command: command.footer)
    wide, narrow = GAPS
    gap = wide if _total(ranked, wide) <= width else narrow
    chosen: list[Command] = []
    for command in ranked:
        if _total([*chosen, command], gap) <= width:
            chosen.append(command)
    places, x = [], 0
    for command in COMMANDS:
        if command in chosen:
            places.append((x, command))
            x += _width(command) + gap
    return tuple(places)


def _total(chosen: list[Command], gap: int) -> int:
    return sum(_width(command) + gap for command in chosen) - gap


def _width(command: Command) -> int:
    return width_of(command.keys_shown[0]) + 1 + width_of(command.label)


def _end(shown: list[hints.Hint]) -> int:
    """Return the column after the hints and the blanks behind them."""
    return sum(width_of(f"{key} {meaning}{BEHIND}") for key, meaning, _ in shown)
