"""The line below a map: the layer with its range, the part that is shown, and what the glyphs mean."""

from collections.abc import Iterator

import numpy as np
from rich.style import Style

from engine.messages import ReplayView, Snapshot, WorldView
from tui.colour import Palette
from tui.widgets import numbers
from tui.widgets.arrows import glyph
from tui.widgets.canvas import width_of
from tui.widgets.layers import (
    COUNTS,
    MISSING,
    OPTIMAL,
    REPLAYED,
    SHORT,
    WRONG,
    Layer,
    LayerNumbers,
    Ramp,
    counted_since,
)
from tui.widgets.map_cells import AGENT, CURSOR, FALLEN, PATH, UNDERLINED
from tui.widgets.map_places import best_actions, chances_of, inspected_action
from tui.widgets.map_view import View
from tui.widgets.sight import Sight
from tui.widgets.zoom import Rung

Pieces = list[tuple[str, Style]]
RAMP_CELLS = 4
"""Cells of the ramp on either side of zero, where there is room."""
END_WIDTH = 5
"""Cells for the largest count."""
AXIS = "─"
PERCENT, TENTHS = "%", "0–9 ●"
"""How the legend calls a likelihood that is a number of its own, or a single digit."""
DETAILED = 4
"""Columns from which on a cell of one line has room for more than a digit of a likelihood."""


def legend(width: int, snapshot: Snapshot, view: View, layer: LayerNumbers, sight: Sight, palette: Palette) -> Pieces:
    """Return as much of the legend as the width has room for: at least the layer with its whole range."""
    parts = [[(part, palette.muted)] for part in _parts(snapshot.world, view)]
    moment = (
        _fall(snapshot, palette) or _chances(snapshot, view, sight, palette) or _marks(snapshot, view, layer, palette)
    )
    heads = [*_heads(snapshot, view, layer, palette)]
    places = _width(parts[-1]) + 2 if parts else 0
    rooms = [width - places - _width(words) - 2 for words in moment[-2:]] + [width - places, width]
    head = next((head for room in rooms for head in heads if _width(head) <= room), heads[-1])
    pieces = [*head, ("  ", palette.plain)]
    glyphs = [
        [(mark, palette.strong), (f" {meaning}", palette.muted)] for mark, meaning in _glyphs(snapshot, view, sight)
    ]
    # Half blocks have no arrows: where the agent is and what is best there goes before everything else.
    choices = [[glyphs[0]], parts, *([glyph] for glyph in glyphs[1:])]
    if view.zoom.rung is not Rung.HALVES:
        choices = [parts, *([glyph] for glyph in glyphs)]
    choices.insert(0, moment)
    if layer.layer in REPLAYED and snapshot.replay is not None:
        choices.insert(0, [[(text, palette.muted)] for text in replay_words(snapshot.replay)])
    for alternatives in choices:
        fitting = [chosen for chosen in alternatives if _width(pieces) + _width(chosen) <= width]
        if fitting:
            pieces += [*fitting[0], ("  ", palette.plain)]
    return pieces


def _fall(snapshot: Snapshot, palette: Palette) -> list[Pieces]:
    """Say what the sign of a fall is, at length and in short."""
    if snapshot.fall is None:
        return []
    wordings = ("fell in here, and back to start", "fell in, back to start", "fell in here", "fell")
    return [[(FALLEN, palette.agent), (f" {words}", palette.muted)] for words in wordings]


def _chances(snapshot: Snapshot, view: View, sight: Sight, palette: Palette) -> list[Pieces]:
    """Say what the numbers are that the cells have while a state is inspected, at length and in short."""
    action = inspected_action(snapshot, sight) if chances_of(snapshot, sight) else None
    if action is None:
        return []
    name, digits = snapshot.world.actions[action], view.zoom.height == 1 and view.zoom.width < DETAILED
    mark = (TENTHS if digits else PERCENT, palette.strong + UNDERLINED)
    return [
        [mark, (f" {words}", palette.muted)]
        for words in (f"how likely {name} leads there", f"where {name} leads", f"by {name}")
    ]


def _marks(snapshot: Snapshot, view: View, layer: LayerNumbers, palette: Palette) -> list[Pieces]:
    """Say what the marks beside the arrows are that judge the policy."""
    if layer.layer is not Layer.POLICY or snapshot.q_star is None or view.zoom.rung not in {Rung.WEDGES, Rung.VALUES}:
        return []
    return [
        [(OPTIMAL, palette.strong), (" optimal  ", palette.muted), (WRONG, palette.strong), (" not", palette.muted)]
    ]


def replay_words(replay: ReplayView) -> list[str]:
    """Say how full the replay is and how old what it holds, at length and in short."""
    full = numbers.share(replay.size / replay.capacity, 4)
    oldest, mean = numbers.count(replay.oldest), numbers.count(replay.mean_age)
    held = f"{numbers.count(replay.size)} of {numbers.count(replay.capacity)}"
    return [
        f"{held} held ({full}), mean age {mean}, oldest {oldest}",
        f"{held}, age {mean}, at most {oldest}",
        f"{full} full, age ≤ {oldest}",
        f"{full} full",
    ]


def _heads(snapshot: Snapshot, view: View, layer: LayerNumbers, palette: Palette) -> Iterator[Pieces]:
    """Name the layer and its range, the longest wording first."""
    in_wedges = view.zoom.rung is Rung.WEDGES
    name = "Q" if in_wedges and layer.layer is Layer.VALUE else layer.layer.value
    if not layer.known:
        missing, short = MISSING[layer.layer]
        yield [(name, palette.strong), (f" {missing}", palette.muted)]
        yield [(short, palette.muted)]
        return
    since = counted_since(snapshot) if layer.layer is Layer.VISITS else ""
    for named in dict.fromkeys((f"{since}:" if since else name, name, SHORT.get(layer.layer, name))):
        for cells in range(RAMP_CELLS, 0, -1):
            yield [(f"{named} ", palette.strong), *_ramp(snapshot, layer, in_wedges, cells, palette)]
    yield [(f"{SHORT.get(layer.layer, name)} ", palette.strong), *_shortest_ramp(layer, in_wedges, palette)]


def _ramp(snapshot: Snapshot, layer: LayerNumbers, in_wedges: bool, cells: int, palette: Palette) -> Pieces:
    if layer.ramp is Ramp.KINDS:
        actions = snapshot.world.actions
        kinds = palette.kinds or (palette.plain,)
        return [(glyph((action,)), kinds[number % len(kinds)]) for number, action in enumerate(actions[:9])]
    scale = layer.pair_scale if in_wedges else layer.state_scale
    if not scale:
        return [("nothing yet" if np.isnan(layer.states).all() else "all 0", palette.muted)]
    end = _end(scale, layer)
    signed = layer.ramp is Ramp.SIGNED
    above = [(AXIS, shade) for shade in _sampled(palette.positive if signed else palette.amounts, cells)]
    below = [(AXIS, shade) for shade in reversed(_sampled(palette.negative, cells))]
    start = [(f"−{end} ", palette.plain), *below] if signed else []
    return [*start, ("0", palette.strong), *above, (f" {end}", palette.plain)]


def _shortest_ramp(layer: LayerNumbers, in_wedges: bool, palette: Palette) -> Pieces:
    """Write the end of a signed range once."""
    end = _end(layer.pair_scale if in_wedges else layer.state_scale, layer)
    negative, positive = (_sampled(shades, 1)[0] for shades in (palette.negative, palette.positive))
    return [(f"±{end} ", palette.plain), (AXIS, negative), ("0", palette.strong), (AXIS, positive)]


def _end(scale: float, layer: LayerNumbers) -> str:
    """Write the end of the range, which is 1, 2 or 5 times a power of ten, without a digit too many or too few."""
    if layer.layer in COUNTS:
        return numbers.counted(scale, END_WIDTH)
    return numbers.number(scale, 0) if scale >= 1.0 else numbers.coefficient(scale)


def _sampled(shades: tuple[Style, ...], cells: int) -> list[Style]:
    """Return so many of the shades, evenly, the last among them; where there are none, no style for each."""
    if not shades:
        return [Style()] * cells
    count = min(cells, len(shades))
    return [shades[(n + 1) * len(shades) // count - 1] for n in range(count)]


def _glyphs(snapshot: Snapshot, view: View, sight: Sight) -> list[tuple[str, str]]:
    """List the glyphs with what they mean, the most needed first."""
    if view.zoom.rung is Rung.HALVES:
        best = glyph(best_actions(snapshot, snapshot.state)).strip() or "end"
        listed = [(AGENT, f"{snapshot.world.states[snapshot.state]} best {best}")]
    else:
        listed = [(AGENT, "agent"), ("↑", "best")]
        listed += [("_" if view.zoom.width == 1 else PATH, "path"), ("┼", "tie")]
    return [*listed, (CURSOR, "inspected")] if sight.cursor is not None and view.zoom.rung is Rung.HALVES else listed


def _parts(world: WorldView, view: View) -> list[str]:
    """Say which part of the map is shown, at length and in short; nothing for the whole."""
    rows, columns = len(world.cells), len(world.cells[0])
    down = f"{view.row}–{view.row + view.rows - 1}" if view.rows < rows else ""
    across = f"{view.column}–{view.column + view.columns - 1}" if view.columns < columns else ""
    long = [f"rows {down} of {rows}" if down else "", f"columns {across} of {columns}" if across else ""]
    short = [f"↕{down}/{rows}" if down else "", f"↔{across}/{columns}" if across else ""]
    joined = [", ".join(filter(None, long)), " ".join(filter(None, short))]
    return [text for text in joined if text]


def _width(pieces: Pieces) -> int:
    return sum(width_of(text) for text, _ in pieces)
