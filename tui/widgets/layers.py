"""The layers of the map: what is said of each state and of each pair, and how a number becomes a colour and a text."""

from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property, lru_cache
from typing import TypeVar

import numpy as np
from rich.style import Style

from engine.messages import FloatArray, IntArray, ReplayView, Snapshot, WorldView
from tui.colour import Palette, ranks
from tui.widgets import numbers

Number = TypeVar("Number", float, FloatArray)
OPTIMAL, WRONG = "✓", "✗"


class Layer(Enum):
    """What the map can show."""

    VALUE = "V"
    POLICY = "policy"
    VISITS = "visits"
    REPLAY = "replay"
    REPLAY_AGE = "replay age"
    ERROR = "max|Q−Q*|"
    TD_ERROR = "TD error"


MEANINGS = {
    Layer.VALUE: "The value of the best action; in wedges, of each action.",
    Layer.POLICY: "The greedy policy, a colour an action; ✓ optimal, ✗ not.",
    Layer.VISITS: "How often the agent acted there; the colours grow with the logarithm.",
    Layer.REPLAY: "How many transitions from there the replay holds; the colours grow with the logarithm.",
    Layer.REPLAY_AGE: "How many steps ago those transitions were made, in the mean.",
    Layer.ERROR: "How far Q is from the exact Q*.",
    Layer.TD_ERROR: "What the TD error would be on average, by the model of the world.",
}
MISSING = {
    Layer.VISITS: ("this agent counts no visits", "visits not counted"),
    Layer.REPLAY: ("this agent has no replay", "no replay"),
    Layer.REPLAY_AGE: ("this agent has no replay", "no replay"),
    Layer.ERROR: ("Q* is not known here", "Q* is not known"),
    Layer.TD_ERROR: ("no model, no TD error", "TD error: no model"),
}
"""Why there is no such layer, after its name and on its own."""
SHORT = {Layer.REPLAY_AGE: "age", Layer.ERROR: "|Q−Q*|", Layer.TD_ERROR: "TD"}
"""What a layer is called where its name leaves no room for its range."""


class Ramp(Enum):
    """How numbers become colours."""

    SIGNED = "signed"
    AMOUNT = "amount"
    KINDS = "kinds"


COUNTS = {Layer.VISITS, Layer.REPLAY}
"""The layers that count, and differ by orders of magnitude."""
REPLAYED = {Layer.REPLAY, Layer.REPLAY_AGE}
"""The layers of what a replay holds."""
RAMPS = {Layer.VALUE: Ramp.SIGNED, Layer.TD_ERROR: Ramp.SIGNED, Layer.POLICY: Ramp.KINDS}


@dataclass(frozen=True, eq=False)
class LayerNumbers:
    """What a layer says of one snapshot."""

    layer: Layer
    states: FloatArray
    """A number a state, shape (states,), NaN where there is none."""
    pairs: FloatArray
    """A number a pair, shape (states, actions), NaN where there is none."""
    known: bool = True
    """Whether there is such a layer for this run."""

    @property
    def ramp(self) -> Ramp:
        """How its numbers become colours."""
        return RAMPS.get(self.layer, Ramp.AMOUNT)

    @cached_property
    def state_scale(self) -> float:
        """The number of a state at the end of the ramp."""
        return scale_of(self.states)

    @cached_property
    def pair_scale(self) -> float:
        """The number of a pair at the end of the ramp."""
        return scale_of(self.pairs)

    def shade(self, value: float, scale: float, palette: Palette) -> Style:
        """Return the background for a number of this layer."""
        if self.ramp is Ramp.SIGNED:
            return palette.value(value, scale)
        if self.ramp is Ramp.AMOUNT:
            return palette.amount(self._stretched(value), self._stretched(scale))
        return palette.kinds[(int(value) - 1) % len(palette.kinds)] if palette.kinds and value > 0.0 else palette.plain

    def text(self, value: float, width: int) -> str:
        """Write a number of this layer; nothing for the policy, which is an arrow."""
        if self.layer is Layer.POLICY:
            return ""
        return numbers.counted(value, width) if self.layer in COUNTS | REPLAYED else numbers.fitted(value, width)

    def state_ranks(self, states: IntArray, palette: Palette) -> IntArray:
        """Return the ranks of the shades of some states, as `shades` has them; 0 where there is no shade."""
        values = self.states[states]
        if self.ramp is Ramp.SIGNED:
            return ranks(values, self.state_scale, len(palette.positive))
        if self.ramp is Ramp.AMOUNT:
            return ranks(self._stretched(values), self._stretched(self.state_scale), len(palette.amounts))
        kinds = np.nan_to_num(values).astype(np.int64)
        return np.where(kinds > 0, (kinds - 1) % max(len(palette.kinds), 1) + 1, 0) * bool(palette.kinds)

    def shades(self, palette: Palette) -> dict[int, Style]:
        """Return the style of each rank."""
        first = {Ramp.SIGNED: palette.positive, Ramp.AMOUNT: palette.amounts, Ramp.KINDS: palette.kinds}[self.ramp]
        found = dict(enumerate(first, start=1))
        return found | {-rank: style for rank, style in enumerate(palette.negative, start=1)}

    def _stretched(self, value: Number) -> Number:
        """Return what is proportional to the colour: counts differ by orders of magnitude."""
        return np.log1p(value) if self.layer in COUNTS else value


@lru_cache(maxsize=2)
def numbers_of(snapshot: Snapshot, layer: Layer) -> LayerNumbers:
    """Return what a layer says of a snapshot."""
    match layer:
        case Layer.VALUE:
            found = LayerNumbers(layer, largest(snapshot.q), snapshot.q)
        case Layer.POLICY:
            found = _policy(snapshot)
        case Layer.VISITS if snapshot.visits is not None:
            found = _counted(snapshot, layer, snapshot.visits)
        case Layer.REPLAY | Layer.REPLAY_AGE if snapshot.replay is not None:
            found = _replayed(snapshot, layer, snapshot.replay)
        case Layer.ERROR if snapshot.q_star is not None:
            errors = np.abs(errors_of(snapshot, snapshot.q_star))
            found = LayerNumbers(layer, largest(errors), errors)
        case Layer.TD_ERROR if snapshot.td_errors is not None:
            errors = without_rounding(snapshot, snapshot.td_errors)
            worst = np.where(np.isnan(errors), 0.0, np.abs(errors)).argmax(axis=1)
            found = LayerNumbers(layer, errors[np.arange(len(worst)), worst], errors)
        case _:
            nothing = np.full(snapshot.q.shape, np.nan)
            found = LayerNumbers(layer, nothing[:, 0], nothing, known=False)
    return _where_one_acts(snapshot.world, found)


def _where_one_acts(world: WorldView, found: LayerNumbers) -> LayerNumbers:
    """Leave out what is said of states in which nobody ever acts: nothing is learned there."""
    if world.entered.all():
        return found
    pairs = np.where(world.entered[:, None], found.pairs, np.nan)
    return replace(found, states=np.where(world.entered, found.states, np.nan), pairs=pairs)


def verdict(snapshot: Snapshot, state: int) -> str:
    """Say whether every best action of a state is optimal; nothing where that is not known or nobody ever acts."""
    if snapshot.q_star is None or snapshot.world.terminal[state] or not snapshot.world.entered[state]:
        return ""
    exact = snapshot.q_star[state]
    best = float(np.nanmax(exact))
    optimal = exact >= best - 1e-9 * max(1.0, abs(best))
    return OPTIMAL if (snapshot.greedy[state] <= optimal).all() else WRONG


def errors_of(snapshot: Snapshot, exact: FloatArray) -> FloatArray:
    """Return Q − Q*, both of shape (states, actions), without its rounding."""
    return without_rounding(snapshot, snapshot.q - exact)


def without_rounding(snapshot: Snapshot, errors: FloatArray) -> FloatArray:
    """Return the errors of values, 0 for each that is no larger than what Q* itself may be off by."""
    known_to = snapshot.truth.known_to if snapshot.truth else 0.0
    return np.where(np.abs(errors) <= known_to, 0.0, errors)


def largest(pairs: FloatArray) -> FloatArray:
    """Return the greatest number of each row, shape (states,); NaN where there is none."""
    best = pairs[:, 0].copy()
    for column in pairs.T[1:]:  # many times quicker than one maximum along the short axis
        np.fmax(best, column, out=best)
    return best


def scale_of(values: FloatArray) -> float:
    """Return the value at the end of the colour ramp: the largest |value| rounded up to 1, 2 or 5 times a power of ten.

    Rounded, so that it seldom changes: when it does, every cell has to be drawn anew.
    """
    largest = max(float(np.fmax.reduce(values, axis=None)), -float(np.fmin.reduce(values, axis=None)))
    if np.isinf(largest):
        largest = float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
    if not largest > 0.0:
        return 0.0
    power = 10.0 ** np.floor(np.log10(largest))
    return float(next((step * power for step in (1.0, 2.0, 5.0) if largest <= step * power * 1.0001), 10.0 * power))


def next_layer(layer: Layer, snapshot: Snapshot) -> Layer:
    """Return the layer that comes after one; what only some agents have is left out for the others."""
    layers = [one for one in Layer if one not in REPLAYED or one is layer or replays(snapshot)]
    return layers[(layers.index(layer) + 1) % len(layers)]


def replays(snapshot: Snapshot) -> bool:
    """Return whether the agent keeps transitions and learns from them again."""
    return "replay_capacity" in snapshot.agent.settings


def counted_since(snapshot: Snapshot) -> str:
    """Say since when visits are counted; nothing where it is from the first step, as it is but for some older saves."""
    after = snapshot.agent.counted_after
    return f"visits since step {numbers.count(after)}" if after else ""


def _counted(snapshot: Snapshot, layer: Layer, counts: IntArray) -> LayerNumbers:
    pairs = np.where(np.isnan(snapshot.q), np.nan, counts)
    states = np.where(snapshot.world.terminal, np.nan, counts.sum(axis=1))
    return LayerNumbers(layer, states, pairs)


def _replayed(snapshot: Snapshot, layer: Layer, replay: ReplayView) -> LayerNumbers:
    """Return how many of the transitions that the replay holds were made where, or their mean ages."""
    if layer is Layer.REPLAY:
        return _counted(snapshot, layer, replay.counts)
    states = _means(replay.ages.sum(axis=1), replay.counts.sum(axis=1))
    return LayerNumbers(layer, states, _means(replay.ages, replay.counts))


def _means(sums: IntArray, counts: IntArray) -> FloatArray:
    """Return the mean of each; NaN where nothing was added up."""
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _policy(snapshot: Snapshot) -> LayerNumbers:
    """Return the number of the best action, counted from 1; 0 where several tie and for what is not the best."""
    count, chosen = np.zeros(len(snapshot.greedy)), np.zeros(len(snapshot.greedy))
    for action, best in enumerate(snapshot.greedy.T, start=1):
        count += best
        chosen += action * best
    alone = count == 1.0
    pairs = np.where(snapshot.greedy & alone[:, None], chosen[:, None], 0.0)
    return LayerNumbers(Layer.POLICY, np.where(alone, chosen, 0.0), pairs)
