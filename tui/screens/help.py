"""The help: every key, from the table of commands, and what the glyphs on the screen mean."""

from rich.table import Table
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from tui.commands import groups
from tui.screens.dialog import Dialog
from tui.widgets.layers import MEANINGS

GLYPHS = {
    "@": "The agent.",
    "↑ →": "The best action of a state, by the values learned so far.",
    "└ ┬": "Several actions tie: the lines point to them. ┼ all four, ∗ others.",
    "·": "The path of this episode.",
    "█": "A wall.",
    "►": "In the table: the state in which the agent is.",
    "▸": "In the table: the best action; no mark where all of them tie.",
    "—": "No such action, or no number yet.",
    "□": "The state that is inspected, or the cell that is edited, where no double frame says so.",
    "80%": "How likely the inspected action leads there; in small cells its first digit, ● for certain.",
    "colours": "Blue for values above zero, orange for values below; the stronger, the further from it.",
}

LAYERS = {layer.value: meaning for layer, meaning in MEANINGS.items()}
"""What the map can show, by `v`."""

TIMELINE = {
    "●": "Where you are in the run: thick behind it, thin ahead, the future that is kept.",
    "┷": "An episode ended here.",
    "╧": "Many episodes ended about here, so long ago that only their number is known.",
    "◆": "You acted by hand, changed a setting or edited the world.",
    "▾": "The run was saved here, on this branch or before it began.",
    "┯": "A keyframe: the whole state is kept, other steps are made again from it.",
    "tab": "Go to the bar; its own keys are these:",
    "← →": "Go a cell of the bar back or on.",
    "home end": "Go to the beginning or to the furthest step.",
    "0–9": "Type the number of a step to go to.",
    "branch": "Do something else in the past, and a branch begins; t lists them, nothing is lost.",
}


class Help(Dialog[None]):
    """All keys and a legend, to scroll through."""

    TITLE = "Help"
    HINT = "↑ ↓ page up/down scroll · escape close"

    def __init__(self, first: str = "") -> None:
        """`first` is the group of commands that stands first."""
        super().__init__()
        self.first = first

    def body(self) -> list[Widget]:
        """Show the text."""
        return [VerticalScroll(Static(help_table(self.first)), classes="help")]


def help_table(first: str = "") -> Table:
    """Return the commands by group, one of them first if it is named, and the legend of the glyphs."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    for group, commands in sorted(groups().items(), key=lambda item: item[0] != first):
        table.add_row(group, style="underline")
        for command in commands:
            table.add_row("  " + " ".join(command.keys_shown), command.help)
        table.add_row()
    table.add_row("Glyphs", style="underline")
    for glyph, meaning in GLYPHS.items():
        table.add_row(f"  {glyph}", meaning)
    table.add_row()
    table.add_row("Layers of the map", style="underline")
    for name, meaning in LAYERS.items():
        table.add_row(f"  {name}", meaning)
    table.add_row()
    table.add_row("The timeline", style="underline")
    for glyph, meaning in TIMELINE.items():
        table.add_row(f"  {glyph}", meaning)
    return table
