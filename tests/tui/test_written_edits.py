"""Edits of the world as a person writes them in a line."""

import pytest

from engine.errors import InputError
from engine.messages import EditCell, EditRules, UndoEdit
from tests.tui.fakes import names, seed_grid
from tui.written_edits import read_cell, read_edit, read_place

WALL, OPEN, START, END = {"wall": True}, {}, {"start": True}, {"terminal": True}


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("wall", WALL),
        ("open", OPEN),
        ("start", START),
        ("end", END),
        ("back", {"to_start": True}),
        ("reward -5", {"reward": -5.0}),
        ("reward −0.5", {"reward": -0.5}),
        ("reward 10 end", {"reward": 10.0, "terminal": True}),
        ("end  reward 10", {"reward": 10.0, "terminal": True}),
        ("Reward 1e3 END", {"reward": 1000.0, "terminal": True}),
    ],
)
def test_every_kind_of_cell_can_be_written(text, cell):
    assert read_cell(text) == cell


@pytest.mark.parametrize(
    "text",
    ["", "lava", "reward", "reward x", "reward nan", "reward 1e999", "wall end", "end end", "reward 1 reward 2", "-5"],
)
def test_what_is_no_cell_is_none(text):
    assert read_cell(text) is None


@pytest.mark.parametrize("text", ["", "1", "0,3", "2,0", "-1,0", "a,b", "0,1,2", "0,", "9" * 5000 + ",0"])
def test_what_is_no_place_of_the_map_is_none(text):
    assert read_place(text, ("SXG", "...")) is None


def test_a_place_may_be_written_with_blanks():
    assert read_place(" 1 , 2 ", ("SXG", "...")) == (1, 2)


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("1,2 wall", EditCell(1, 2, WALL)),
        (" 0,1  open ", EditCell(0, 1, OPEN)),
        ("slip 0.2", EditRules({"slip": 0.2})),
        ("bump_reward none", EditRules({"bump_reward": None})),
        ("max_steps 20", EditRules({"max_steps": 20})),
        ("wind 1 -2", EditRules({"wind": [0, -2, 0]})),
        ("wind 1 0", EditRules({"wind": None})),
        ("undo", UndoEdit()),
    ],
)
def test_a_line_is_an_edit(text, edit):
    assert read_edit(text, seed_grid()) == edit


@pytest.mark.parametrize(
    "text", ["", "1,2", "1 wall", "9,9 wall", "undo it", "slip 2", "wind", "wind 3 1", "wind x 1", "walls"]
)
def test_what_is_no_edit_is_told_in_one_line(text):
    with pytest.raises(InputError) as error:
        read_edit(text, seed_grid())
    assert "\n" not in str(error.value)


def test_a_world_without_a_map_has_no_places():
    with pytest.raises(InputError, match="no row,column"):
        read_edit("0,0 wall", names(3))
