"""The cells of a cliff send back to a start: nobody ever acts there, and nothing on the screen looks as if one did."""

from dataclasses import replace

import numpy as np
import pytest

from engine.messages import Fall, Inspection
from tests.tui.fakes import grid, learned, snapshot, transition, values
from tests.tui.test_comparing import compared
from tests.tui.test_drawing import PALETTE, table_canvas
from tests.tui.test_inspector import text
from tests.tui.test_map import SIZES, drawn
from tui.widgets.canvas import Canvas
from tui.widgets.difference import draw_differences
from tui.widgets.explanation import move_of
from tui.widgets.layers import Layer, numbers_of
from tui.widgets.sight import Sight
from tui.widgets.zoom import Rung

CLIFF = 4


def cliff(**fields):
    """A start, a cliff of two cells and an end below three open cells; a network has an opinion of the cliff, too."""
    world = grid("....", "SCCG", to_start="C", labels={"C": "-100"})
    q = values(world, s0=[-9.0, -3.0, -7.0, -9.0])
    q[[5, 6]] = 900.0
    return snapshot(world, q, state=CLIFF, path=(CLIFF,), **({"q_star": np.zeros_like(q)} | fields))


@pytest.mark.parametrize("rung", list(Rung))
def test_the_map_shows_the_letters_of_a_cliff(rung):
    assert drawn(cliff(), *SIZES[rung], Sight(rung=rung)).text.count("C") == 2


def test_a_cliff_has_no_policy():
    assert drawn(cliff(), 16, 3, Sight(rung=Rung.ARROWS)).text.split("\n")[:2] == [" →   ┼   ┼   ┼", "@┼S  C   C   G"]


@pytest.mark.parametrize(("size", "words"), [((40, 12), "back"), ((20, 6), "−100")])
def test_the_map_says_what_a_cliff_does_where_there_is_room(size, words):
    assert drawn(cliff(), *size, Sight(rung=Rung.VALUES)).text.count(words) == 2


def test_the_cells_of_a_cliff_have_no_tint_and_change_no_scale():
    for layer in (Layer.VALUE, Layer.ERROR, Layer.POLICY):
        found = numbers_of(cliff(), layer)
        assert np.isnan(found.states[[5, 6]]).all()
        assert np.isnan(found.pairs[[5, 6]]).all()
    assert numbers_of(cliff(), Layer.VALUE).pair_scale == 10.0


def test_the_policy_of_a_cliff_is_neither_right_nor_wrong():
    cells, _, _ = drawn(cliff(), 40, 12, Sight(layer=Layer.POLICY)).text.rpartition("\n")
    assert cells.count("✓") + cells.count("✗") == 5


@pytest.mark.parametrize(("width", "words"), [(50, "back to start, −100"), (18, "back, −100")])
def test_the_table_says_what_a_cliff_does_instead_of_its_values(width, words):
    lines = table_canvas(cliff(), width, 9).text.split("\n")
    assert [line.split(maxsplit=1)[1] for line in lines if line.lstrip().startswith(("1,1", "1,2"))] == [words, words]


@pytest.mark.parametrize("size", [(78, 6), (36, 3)])
def test_the_inspector_says_what_a_cliff_does_instead_of_its_values(size):
    nothing = Inspection(5, np.zeros(4, int), np.zeros(4), None, ())
    lines = " ".join(text(cliff(inspection=nothing), *size, cursor=5).split())
    assert "entering it pays −100 and leads back to start: nobody ever acts here" in lines
    assert "V " not in lines
    assert "Q" not in lines


def test_a_state_that_nothing_leads_to_is_no_cliff():
    shown = learned()
    world = replace(shown.world, entered=np.arange(6) != 3)
    assert "no action leads here" in text(replace(shown, world=world), cursor=3)
    assert "never entered" in table_canvas(replace(shown, world=world), 40, 8).text
    assert drawn(replace(shown, world=world), 40, 12).text.count("—") == 1


def test_two_runs_do_not_differ_on_a_cliff():
    shown = compared()
    shown = replace(shown, world=replace(shown.world, entered=np.arange(6) != 3))
    canvas = Canvas(40, 4)
    draw_differences(canvas, 40, shown, shown.comparison, PALETTE)
    assert canvas.text.split("\n")[1].split() == ["=", "0.00", "=", "0.00"]


@pytest.mark.parametrize("rung", list(Rung))
def test_the_cell_into_which_the_agent_fell_is_marked_and_the_legend_says_so(rung):
    shown = drawn(cliff(fall=Fall(7, 6)), *SIZES[rung], Sight(rung=rung)).text
    before, _, below = shown.rpartition("\n")
    assert before.count("!") == 1
    assert "! fell in here" in below or rung is Rung.ARROWS
    assert "!" not in drawn(cliff(), *SIZES[rung], Sight(rung=rung)).text


def test_the_line_of_a_fall_names_the_cell_and_that_it_leads_back():
    last = transition(step=7, state=2, action=2, next_state=CLIFF, reward=-100.0)
    told = move_of(cliff(fall=Fall(7, 6)), last)
    assert told == "0,2 → down → 1,2 → back to 1,0"
    assert move_of(cliff(fall=Fall(6, 6)), last) == "0,2 → down → 1,0"
