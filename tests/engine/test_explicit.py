"""Explicit worlds: the rows become the world that they describe; and one line for each mistake in a file."""

import copy
import json
from typing import Any

import pytest

from engine.errors import InputError
from engine.worlds.explicit import from_definition

DEFINITION: dict[str, Any] = {
    "title": "Two states",
    "discount": 0.9,
    "max_steps": 100,
    "states": ["a", "b", "end"],
    "actions": ["go", "stay"],
    "start": {"a": 0.25, "b": 0.75},
    "transitions": [
        ["a", "go", 0.7, "b", 1.5, False],
        ["a", "go", 0.3, "a", 0.0, False],
        ["b", "stay", 1, "end", 2, True],
    ],
}


def definition_with(**changes: Any) -> dict[str, Any]:
    """Return the definition with some keys changed, and without those that are None."""
    changed = copy.deepcopy(DEFINITION) | changes
    return {key: value for key, value in changed.items() if value is not None}


def with_row(*row: Any) -> dict[str, Any]:
    return {"transitions": [*DEFINITION["transitions"], list(row)]}


class TestWorld:
    def test_the_rows_stand_where_their_pair_says(self):
        world = from_definition("two", DEFINITION)
        assert world.offsets.tolist() == [0, 2, 2, 2, 3, 3, 3]
        assert world.probability.tolist() == [0.3, 0.7, 1.0]
        assert world.next_state.tolist() == [0, 1, 2]
        assert world.reward.tolist() == [0.0, 1.5, 2.0]
        assert world.terminated.tolist() == [False, False, True]

    def test_an_absent_pair_is_not_legal(self):
        assert from_definition("two", DEFINITION).legal.tolist() == [[True, False], [False, True], [False, False]]

    def test_the_start_is_as_given(self):
        assert from_definition("two", DEFINITION).start.tolist() == [0.25, 0.75, 0.0]

    def test_title_source_and_max_steps_have_defaults(self):
        world = from_definition("two", definition_with(title=None, max_steps=None))
        assert (world.title, world.source, world.max_steps) == ("two", "", 1000)

    def test_rows_that_differ_only_in_probability_become_one(self):
        rows = [["a", "go", 0.5, "end", 1.0, True], ["a", "go", 0.5, "end", 1.0, True]]
        world = from_definition("two", definition_with(transitions=rows, start={"a": 1}))
        assert world.probability.tolist() == [1.0]

    def test_a_state_may_end_the_episode_in_itself(self):
        rows = [["a", "go", 1.0, "a", 0.0, True]]
        assert from_definition("one", definition_with(transitions=rows, start={"a": 1})).terminated.tolist() == [True]

    def test_it_survives_json(self):
        world = from_definition("two", DEFINITION)
        again = from_definition("two", json.loads(json.dumps(world.definition)))
        assert again.definition == DEFINITION

    def test_it_has_no_layout_unless_given(self):
        assert from_definition("two", DEFINITION).layout is None


class TestLayout:
    def test_open_cells_are_the_states_in_order(self):
        layout = from_definition("two", definition_with(layout=["A#", "B G"])).layout
        assert layout.cells == ("A# ", "B G")
        assert layout.places.tolist() == [[0, 0], [1, 0], [1, 2]]

    def test_a_terminal_state_says_what_entering_it_pays(self):
        assert from_definition("two", definition_with(layout=["ABG"])).layout.labels == ("", "", "+2")

    def test_a_terminal_state_that_pays_nothing_says_nothing(self):
        rows = [["a", "go", 1.0, "end", 0.0, True]]
        world = from_definition("two", definition_with(transitions=rows, start={"a": 1}, layout=["ABG"]))
        assert world.layout.labels == ("", "", "")

    def test_a_terminal_state_that_pays_now_this_now_that_says_nothing(self):
        world = from_definition("two", definition_with(**with_row("a", "stay", 1.0, "end", 3.0, True), layout=["ABG"]))
        assert world.layout.labels == ("", "", "")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"states": None}, "states is missing; it must be a list of different, printable names"),
        ({"states": []}, "states is []"),
        ({"states": "ab"}, "states is 'ab'"),
        ({"states": ["a", 2]}, "states: entry 2 is 2; it must be a printable name"),
        ({"states": ["a", ""]}, "states: entry 2 is ''"),
        ({"states": ["a", "b\n"]}, "states: entry 2 is 'b\\n'"),
        ({"states": ["a", "b", "a"]}, "states names 'a' twice"),
        ({"actions": None}, "actions is missing"),
        ({"actions": ["go", "go"]}, "actions names 'go' twice"),
        ({"states": [str(n) for n in range(4000)], "actions": [str(n) for n in range(4000)]}, "16000000"),
        ({"start": None}, "start is missing"),
        ({"start": "a"}, "start is 'a'; it must be a table"),
        ({"start": {}}, "start is {}"),
        ({"start": {"aa": 1.0}}, "start: unknown state 'aa'; did you mean 'a'?"),
        ({"start": {"a": "1"}}, "start.a is '1'; it must be a finite number from 0 to 1"),
        ({"start": {"a": 0.5}}, "start probabilities must be positive and add up to 1"),
        ({"start": {"end": 1.0}}, "start state 'end' is terminal"),
        ({"discount": None}, "discount is missing"),
        ({"discount": float("nan")}, "discount is nan"),
        ({"max_steps": "many"}, "max_steps is 'many'"),
        ({"map": "S."}, "unknown key 'map'"),
        ({"transition": []}, "unknown key 'transition'; did you mean 'transitions'?"),
        ({"transitions": None}, "transitions is missing; it must be a list of rows"),
        ({"transitions": []}, "transitions is []"),
        ({"transitions": {"a": 1}}, "transitions is {'a': 1}"),
        ({"transitions": [7]}, "transitions row 1 is 7; it must be [state, action, probability, next state"),
        (with_row("a", "stay", 1.0, "b", 0.0), "transitions row 4 is ['a', 'stay'"),
        (with_row("c", "stay", 1.0, "b", 0.0, False), "transitions row 4: unknown state 'c'"),
        (with_row("a", "sty", 1.0, "b", 0.0, False), "transitions row 4: unknown action 'sty'; did you mean 'stay'?"),
        (with_row("a", "stay", 1.0, "ned", 0.0, False), "transitions row 4: unknown state 'ned'; did you mean 'end'?"),
        (with_row("a", "stay", 1.0, 1, 0.0, False), "transitions row 4: unknown state 1; it must be one of the states"),
        (with_row("a", "stay", 0.0, "b", 0.0, False), "transitions row 4: the probability is 0.0"),
        (with_row("a", "stay", 1.5, "b", 0.0, False), "transitions row 4: the probability is 1.5"),
        (with_row("a", "stay", "1", "b", 0.0, False), "transitions row 4: the probability is '1'"),
        (with_row("a", "stay", 1.0, "b", float("inf"), False), "transitions row 4: the reward is inf"),
        (with_row("a", "stay", 1.0, "b", None, False), "transitions row 4: the reward is None"),
        (with_row("a", "stay", 1.0, "b", 0.0, 0), "transitions row 4: terminated is 0; it must be true or false"),
        (with_row("a", "stay", 1.0, "end", 0.0, False), "transitions row 4: terminated is false, but 'end' is a term"),
        (with_row("a", "stay", 0.9, "b", 0.0, False), "state 'a', action 'stay' add up to 0.9; they must add up to 1"),
        ({"layout": "ABG"}, "layout is 'ABG'; it must be a list"),
        ({"layout": ["AB", 3]}, "layout is ['AB', 3]"),
        ({"layout": ["AB"]}, "layout has 2 open cells; it must have one for each of the 3 states"),
        ({"layout": []}, "layout has 0 open cells"),
    ],
)
def test_a_mistake_is_told_in_one_line_that_names_its_place(changes, told):
    with pytest.raises(InputError) as caught:
        from_definition("test", definition_with(**changes))
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300
