"""The last line: the keys that do something now, as many as fit."""

from textual import events

from tui.commands import COMMANDS, Command, available
from tui.widgets.canvas import Canvas, width_of
from tui.widgets.panel import Drawing

GAPS = (2, 1)
"""Cells between two commands: the wide gap where everything fits with it, else the narrow one."""


class KeyLine(Drawing):
    """The footer: keys and labels from the table of commands, the less important ones left out where space is short."""

    def draw(self, width: int, height: int) -> Canvas:
        """Write key and label of each command; dim if it would do nothing."""
        canvas = Canvas(width, height)
        for x, command in laid_out(width):
            usable = available(command, self.snapshot)
            end = canvas.put(x, 0, command.keys_shown[0], self.palette.accent if usable else self.palette.muted)
            canvas.put(end + 1, 0, command.label, self.palette.plain if usable else self.palette.muted)
        return canvas

    async def on_click(self, event: events.Click) -> None:
        """Do what the label under the mouse says."""
        column = event.x - self.gutter.left
        for x, command in laid_out(self.size.width):
            if x <= column < x + _width(command):
                await self.run_action(f"screen.{command.id}")


def laid_out(width: int) -> list[tuple[int, Command]]:
    """Return the commands for that width in the order of the table, each with its column."""
    ranked = sorted((command for command in COMMANDS if command.footer), key=lambda command: command.footer)
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
    return places


def _total(chosen: list[Command], gap: int) -> int:
    return sum(_width(command) + gap for command in chosen) - gap


def _width(command: Command) -> int:
    return width_of(command.keys_shown[0]) + 1 + width_of(command.label)
