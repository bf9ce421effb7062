"""The line below a map: whatever the layer and the size, its range is whole and right."""

import re
from dataclasses import replace

import numpy as np
import pytest

from engine.messages import AgentView, ReplayView
from tests.tui.fakes import grid, learned, snapshot
from tests.tui.test_map import NONE, TRUE, drawn
from tui.widgets.layers import Layer, numbers_of
from tui.widgets.map_legend import legend
from tui.widgets.map_view import view_of
from tui.widgets.sight import Sight
from tui.widgets.zoom import Rung

NARROW, LOW = 18, 7
"""What a panel with a map has at least inside its frame."""


def of_size(size, replay_size=10):
    """A cliff whose numbers are of that size in every layer."""
    world = grid("............", "............", "............", "SCCCCCCCCCCG", to_start="C")
    shown = snapshot(world, state=36, path=(36,))
    q = np.where(np.isnan(shown.q), np.nan, size)
    counts = np.where(np.isnan(q), 0, round(size)).astype(np.int64)
    replay = ReplayView(replay_size, 100, counts, counts * 3, 3, 3.0)
    return replace(shown, q=q, q_star=q * 0.0, visits=counts, td_errors=q, replay=replay)


@pytest.mark.parametrize("size", [(NARROW, LOW), (28, 8), (38, 9)])
@pytest.mark.parametrize("largest", [0.005, 0.3, 1.0, 113.0, 200.0, 4e4, 4e5, 3e6])
@pytest.mark.parametrize("layer", [layer for layer in Layer if layer is not Layer.POLICY])
def test_the_range_of_a_layer_is_whole_and_holds_its_numbers(layer, largest, size):
    line = drawn(of_size(largest), *size, Sight(layer=layer)).text.split("\n")[-1]
    if largest < 0.5 and layer in {Layer.VISITS, Layer.REPLAY, Layer.REPLAY_AGE}:
        assert re.match(r"(visits|replay|replay age|age) (all 0|nothing yet)", line)
        return
    found = re.match(r"\S+(?: age)?(?: error)? (?:(?P<least>[−±]\S+) ─+)?0─+(?: (?P<most>\S+))?", line)
    assert found, line
    most = found["most"] or found["least"].lstrip("±")
    end = float(most.replace("k", "e3").replace("M", "e6").replace("−", "-"))
    a_state = {Layer.VISITS: 4 * round(largest), Layer.REPLAY: 4 * round(largest), Layer.REPLAY_AGE: 3}
    number = a_state.get(layer, largest)
    assert number <= end <= number * 5.0
    assert found["least"] in (None, f"−{most}", f"±{most}")


@pytest.mark.parametrize("layer", [Layer.VISITS, Layer.REPLAY, Layer.REPLAY_AGE, Layer.ERROR, Layer.TD_ERROR])
def test_why_there_is_no_such_layer_is_told_whole(layer):
    line = drawn(snapshot(grid("." * 12, "SCCCCCCCCCCG")), NARROW, LOW, Sight(layer=layer)).text.split("\n")[-1]
    assert line.split("  ")[0] in {"visits not counted", "no replay", "Q* is not known", "TD error: no model"}


@pytest.mark.parametrize(("width", "words"), [(70, "visits since step 1,900: 0──── 500"), (NARROW, "visits 0──── 500")])
def test_of_a_run_of_an_older_save_it_says_since_when_visits_are_counted_where_there_is_room(width, words):
    shown = replace(of_size(113.0), agent=AgentView("dqn", "", {}, 0, counted_after=1900))
    assert drawn(shown, width, LOW, Sight(layer=Layer.VISITS)).text.split("\n")[-1].startswith(words)


@pytest.mark.parametrize("colours", [TRUE, NONE], ids=["colours", "none"])
@pytest.mark.parametrize("width", range(NARROW, 60))
def test_no_word_of_a_legend_is_cut(width, colours):
    shown = of_size(113.0)
    for layer in Layer:
        numbers = numbers_of(shown, layer)
        view = view_of(shown.world, width, LOW, 0, 0, Rung.VALUES)
        pieces = legend(width, shown, view, numbers, Sight(layer=layer), colours)
        assert sum(len(text) for text, _ in pieces[:-1]) <= width


def test_a_part_of_a_map_is_told_before_the_ramp_is_long():
    line = drawn(of_size(1.0), 28, LOW, Sight(rung=Rung.VALUES)).text.split("\n")[-1]
    assert line == "V −1 ──0── 1  ↕0–2/4 ↔0–4/12"


def test_the_legend_of_a_narrow_map_is_written_over_its_frame():
    world = grid("S", ".", "G")
    shown = snapshot(world, q_star=np.zeros((3, 4)))
    text = drawn(replace(shown, q=np.where(np.isnan(shown.q), np.nan, 4e4)), 18, 13, Sight(layer=Layer.ERROR)).text
    assert text.split("\n")[-1] == " |Q−Q*| 0── 50000"


def test_before_anything_is_replayed_the_age_is_not_nought():
    nothing = np.zeros((6, 4), np.int64)
    shown = learned(replay=ReplayView(0, 100, nothing, nothing, 0, 0.0))
    assert "replay age nothing yet" in drawn(shown, 60, 12, Sight(layer=Layer.REPLAY_AGE)).text
