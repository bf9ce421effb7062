"""The help: every key, from the table of commands, and what the glyphs on the screen mean."""

import textwrap
from functools import lru_cache

from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.widget import Widget

from engine.messages import Snapshot
from tui.commands import MAPPED, Kind, groups, in_world, kind_of, with_keys
from tui.screens.dialog import Dialog
from tui.widgets.canvas import Canvas, width_of
from tui.widgets.layers import MEANINGS
from tui.widgets.map_cells import BOLD, UNDERLINED
from tui.widgets.panel import Drawing

INDENT = "  "
GAP = 2
"""Blank cells between the columns."""

ON_A_MAP = {
    "@": "The agent.",
    "↑ →": "The best action of a state, by the values learned so far.",
    "└ ┬": "Several actions tie: the lines point to them. ┼ all four, ∗ others.",
    "·": "The path of this episode.",
    "█": "A wall.",
    "end": "A terminal state: entering it ends the episode.",
    "back": "Who enters goes back to a start at once, so nobody ever acts there and nothing is learned of it.",
    "!": "The agent fell in here a moment ago, and was sent back to a start.",
    "□": "The state that is inspected, or the cell that is edited, where no double frame says so.",
    "80%": "Underlined: how likely the inspected action leads there; in small cells its first digit, ● for certain.",
}
OF_NAMES = {
    "@": "The agent, and the state in which it is.",
    "→": "The path of this episode, from state to state.",
}
IN_A_TABLE = {
    "►": "In the table: the state in which the agent is.",
    "▸": "In the table: the best action; no mark where all of them tie.",
    "—": "No such action, or no number yet.",
    "colours": "Blue for values above zero, orange for values below; the stronger, the further from it.",
}

OF_NUMBERS = {
    "●": "Where a number that the agent sees lies on its range; ┼ is zero.",
    "▸": "The best action, by the values learned so far; beside it how its value went of late.",
    "—": "No number yet.",
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
    "branch": "Do something else in the past, and a branch begins; {branches} lists them, nothing is lost.",
}


class Help(Dialog[None]):
    """All keys and a legend, to scroll through."""

    TITLE = "Help"
    HINT = "↑ ↓ page up/down scroll · escape close"
    WIDTH = 78

    def __init__(self, first: str = "", snapshot: Snapshot | None = None) -> None:
        """`first` is the group of commands that stands first; what the world of the snapshot has not is left out."""
        super().__init__()
        self.first = first
        self.kind = kind_of(snapshot) if snapshot else MAPPED

    def body(self) -> list[Widget]:
        """Show the text."""
        return [VerticalScroll(HelpText(self.first, self.kind), classes="help")]


class HelpText(Drawing):
    """The whole text in two columns, as high as it is.

    Textual lays a table of Rich's out anew for each of its lines, which made the help the slowest thing to open.
    """

    def __init__(self, first: str = "", kind: Kind = MAPPED) -> None:
        super().__init__()
        self._what = (first, kind)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many lines the text takes."""
        return len(_laid_out(*self._what, width)[1])

    def draw(self, width: int, height: int) -> Canvas:
        """Write the lines."""
        canvas = Canvas(width, height)
        second, lines = _laid_out(*self._what, width)
        for y, (keys, text) in enumerate(lines):
            canvas.put(0, y, keys, BOLD if keys.startswith(INDENT) else BOLD + UNDERLINED)
            canvas.put(second, y, text)
        return canvas


@lru_cache(maxsize=2)
def _laid_out(first: str, kind: Kind, width: int) -> tuple[int, list[tuple[str, str]]]:
    """Return where the second column begins, and the lines: a row whose text is too long for its column is several."""
    rows = help_rows(first, kind)
    second = max(width_of(keys) for keys, _ in rows) + GAP
    lines = []
    for keys, text in rows:
        beginning, *others = textwrap.wrap(text, max(width - second, 10)) or [""]
        lines += [(keys, beginning), *(("", other) for other in others)]
    return second, lines


def help_rows(first: str = "", kind: Kind = MAPPED) -> list[tuple[str, str]]:
    """Return the commands by group, one of them first if it is named, and the legend: keys or glyphs, and meanings.

    What that kind of world has not is left out.
    """
    in_order = sorted(groups().items(), key=lambda item: item[0] != first)
    sections = {
        group: {" ".join(c.keys_shown): c.help for c in known if in_world(c, kind)} for group, known in in_order
    }
    rows: list[tuple[str, str]] = []
    for heading, meanings in (sections | _legend(kind)).items():
        rows += [(heading, ""), *((INDENT + what, with_keys(meaning)) for what, meaning in meanings.items()), ("", "")]
    return rows[:-1]


def _legend(kind: Kind) -> dict[str, dict[str, str]]:
    """Return what the glyphs mean with which a world of that kind is drawn."""
    if not kind.states:
        return {"Glyphs": OF_NUMBERS, "The timeline": TIMELINE}
    if not kind.map:
        return {"Glyphs": OF_NAMES | IN_A_TABLE, "The timeline": TIMELINE}
    return {"Glyphs": ON_A_MAP | IN_A_TABLE, "Layers of the map": LAYERS, "The timeline": TIMELINE}
