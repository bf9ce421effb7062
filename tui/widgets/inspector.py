"""The inspector: all that is known of one state, its actions one by one, and where the chosen one may lead."""

import textwrap
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from rich.style import Style
from textual.geometry import Size
from textual.reactive import reactive

from engine.messages import FloatArray, Inspection, IntArray, Outcome, Snapshot, WorldView
from tui.colour import Palette
from tui.commands import with_keys
from tui.widgets import numbers
from tui.widgets.canvas import Canvas, fitting, shortened, width_of
from tui.widgets.layers import OPTIMAL, Layer, counted_since, errors_of, verdict, without_rounding
from tui.widgets.map_places import all_tie, idle_word, idle_words, inspected_action, legal_actions, sends_back
from tui.widgets.panel import Drawing
from tui.widgets.sight import Sight
from tui.widgets.zoom import window

BEST = "▸"
VISITS = "visits"
EACH, NARROW = 8, 7
"""Cells for a column of numbers, and for each where more of them fit then."""
LONGEST_NAME = 12
OUTCOMES = 24
"""Cells that the list of outcomes takes at least."""
KEYS = (
    "{look_left} {look_down} {look_up} {look_right} move · {next_action} action · {inspect} close",
    "{next_action} action · {inspect} close",
    "{inspect} close",
)
CHOSEN = Style(reverse=True, bold=True)


@dataclass(frozen=True)
class Column:
    """A number for each action of the state."""

    heading: str
    values: FloatArray | IntArray
    write: Callable[[float, int], str] = numbers.fitted
    signed: bool = False
    """Whether a gain and a loss differ in colour."""


class Inspector(Drawing):
    """Shows the state under the cursor, as long as there is one."""

    sight: reactive[Sight] = reactive(Sight(), repaint=False, init=False)

    def __init__(self) -> None:
        super().__init__()
        self.border_title = "Inspector"

    def watch_sight(self) -> None:
        """Show the state that the cursor is on now."""
        self.redraw()

    def follow(self, size: Size) -> None:
        """Say in the frame as much of the keys as fits."""
        self.tell(*(with_keys(keys) for keys in KEYS))

    def draw(self, width: int, height: int) -> Canvas:
        """Draw the state, its actions, and beside them the outcomes of the one that is looked at."""
        canvas = Canvas(width, height)
        if self.snapshot is not None and self.sight.cursor is not None and height:
            draw_state(canvas, self.snapshot, self.sight, self.palette)
        return canvas


def draw_state(canvas: Canvas, snapshot: Snapshot, sight: Sight, palette: Palette) -> None:
    """Draw all that the snapshot tells of the state under the cursor."""
    state = sight.cursor
    if state is None:
        return
    _draw_facts(canvas, snapshot, state, palette)
    action = inspected_action(snapshot, sight)
    if action is None:
        for y, line in enumerate(textwrap.wrap(_why_idle(snapshot.world, state), max(canvas.width, 1)), start=1):
            canvas.put(0, y, line, palette.muted)
        return
    known = snapshot.inspection if snapshot.inspection and snapshot.inspection.state == state else None
    found = columns(snapshot, state, known)
    if sight.layer is Layer.VISITS:  # What the map counts is looked for here, too, and the last columns may not fit.
        found.sort(key=lambda column: column.heading != VISITS)
    end = _draw_actions(canvas, snapshot, state, action, found, palette)
    if known is None or not known.outcomes:
        return
    listed = [outcome for outcome in known.outcomes if outcome.action == action]
    below = 2 + len(legal_actions(snapshot, state))
    if canvas.width - end >= OUTCOMES:
        _draw_outcomes(canvas, end + 3, 1, snapshot, listed, action, palette)
    elif canvas.height - below >= 2:
        _draw_outcomes(canvas, 0, below, snapshot, listed, action, palette)


def _why_idle(world: WorldView, state: int) -> str:
    """Say why nobody ever acts in a state."""
    if world.terminal[state]:
        return "a terminal state: the episode ends here, its value is 0"
    if not sends_back(world, state):
        return "no action leads here and no episode starts here: nothing is ever learned of it"
    label = world.labels[state].replace("-", "−")
    pays = f"pays {label} and " if label else ""
    return f"entering it {pays}leads back to start: nobody ever acts here"


def columns(snapshot: Snapshot, state: int, known: Inspection | None) -> list[Column]:
    """Return what is known of each action, the most telling first; what the agent or the world has not is left out."""
    q = snapshot.q[state]
    found = [Column("Q", q)]
    if known is not None and known.target is not None:
        found = [Column("online", q), Column("target", known.target), Column("differ", q - known.target, signed=True)]
    if snapshot.q_star is not None:
        errors = errors_of(snapshot, snapshot.q_star)
        found += [Column("Q*", snapshot.q_star[state]), Column("Q−Q*", errors[state], signed=True)]
    if known is not None and known.visits is not None:
        found.append(Column(VISITS, known.visits, numbers.counted))
    if known is not None and known.replayed is not None:
        found.append(Column("replay", known.replayed, numbers.counted))
    if known is not None and known.td_errors is not None:
        found.append(Column("mean TD", without_rounding(snapshot, known.td_errors), signed=True))
    return found


def facts_of(snapshot: Snapshot, state: int) -> list[str]:
    """Say which state it is and what it is worth, in the order in which they stand in a line."""
    world = snapshot.world
    kinds = [
        (world.terminal[state], "terminal"),
        (world.start[state], "start"),
        (state == snapshot.state, "agent here"),
    ]
    facts = [f"state {numbers.count(state)} of {numbers.count(len(world.states))}"]
    facts += idle_words(world, state)[:1] if not (world.terminal[state] or world.entered[state]) else []
    facts += [text for holds, text in kinds if holds]
    if not idle_word(world, state):
        facts.append(f"V {numbers.number(float(np.nanmax(snapshot.q[state])))}")
        if snapshot.q_star is not None:
            facts.append(f"V* {numbers.number(float(np.nanmax(snapshot.q_star[state])))}")
            facts.append("best is optimal" if verdict(snapshot, state) == OPTIMAL else "best is not optimal")
        facts += filter(None, [counted_since(snapshot)])
    return facts


def _draw_facts(canvas: Canvas, snapshot: Snapshot, state: int, palette: Palette) -> None:
    """Draw the first line, as many facts as there is room for."""
    x = canvas.put(0, 0, shortened(snapshot.world.states[state], canvas.width // 2), palette.strong)
    facts = facts_of(snapshot, state)
    if x + sum(3 + width_of(fact) for fact in facts) > canvas.width:
        del facts[0]  # its number says least
    for fact in facts:
        if x + 3 + width_of(fact) <= canvas.width:
            x = canvas.put_pieces(x, 0, [(" · ", palette.muted), (fact, palette.plain)])


def _draw_actions(
    canvas: Canvas, snapshot: Snapshot, state: int, chosen: int, found: list[Column], palette: Palette
) -> int:
    """Draw a row for each legal action and return the column after them."""
    world = snapshot.world
    legal = legal_actions(snapshot, state)
    name = min(max(width_of(world.actions[action]) for action in legal), LONGEST_NAME)
    wanted = OUTCOMES if canvas.width >= 2 + name + 3 * EACH + OUTCOMES else 0
    each, shown = _fitting(found, canvas.width - name - 2 - wanted)
    lines = canvas.height - 2
    first = window(0, lines, len(legal), legal.index(chosen), 0)
    for n, column in enumerate(shown):
        canvas.put_right(2 + name + (n + 1) * each, 1, column.heading, palette.muted)
    if (hidden := len(legal) - max(lines, 0)) > 0:
        canvas.put(0, 1, fitting([f"+{hidden} more", f"+{hidden}"], name + 3), palette.muted)
    tied = all_tie(snapshot, state)
    for y, action in enumerate(legal[first : first + lines], start=2):
        best = bool(snapshot.greedy[state, action]) and not tied
        canvas.put(0, y, BEST if best else " ", palette.strong)
        style = CHOSEN if action == chosen else palette.strong if best else palette.plain
        canvas.put(2, y, shortened(world.actions[action], name), style)
        for n, column in enumerate(shown):
            value = float(column.values[action])
            colour = palette.sign(value) if column.signed else palette.plain if value else palette.muted
            canvas.put_right(2 + name + (n + 1) * each, y, column.write(value, each - 1), colour)
    return 2 + name + len(shown) * each


def _fitting(found: list[Column], room: int) -> tuple[int, list[Column]]:
    """Return how wide columns are, and those that there is room for."""
    wide = found[: max(room // EACH, 1)]
    narrow = [column for column in found if width_of(column.heading) < NARROW][: room // NARROW]
    return (NARROW, narrow) if len(narrow) > len(wide) else (EACH, wide)


def _draw_outcomes(
    canvas: Canvas, x: int, top: int, snapshot: Snapshot, listed: list[Outcome], action: int, palette: Palette
) -> None:
    """Draw where an action may lead: the next state, how likely, and the reward for it."""
    world, width = snapshot.world, canvas.width - x
    canvas.put(x, top, shortened(f"{world.actions[action]} leads to", width), palette.muted)
    room = canvas.height - top - 1
    for y, outcome in enumerate(listed[:room], start=top + 1):
        name = shortened(world.states[outcome.next_state], width - 17)
        canvas.put(x, y, name, palette.strong)
        x_share = x + min(max(width - 17, 4), 12) + 1
        canvas.put_right(x_share + 4, y, numbers.share(outcome.probability, 4))
        paid = f"{numbers.reward(outcome.reward)}{' end' if outcome.terminated else ''}"
        told = fitting([f"reward {paid}", paid], canvas.width - x_share - 5)
        canvas.put(x_share + 5, y, told, palette.sign(outcome.reward))
    if len(listed) > room > 0:
        canvas.put_right(canvas.width, canvas.height - 1, f"+{len(listed) - room} more", palette.muted)
