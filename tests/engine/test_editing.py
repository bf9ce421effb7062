"""Editing a world while an agent lives in it: what becomes of the world, of what was learned, and of the file."""

import tomllib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import planning, savefile
from engine import saves as engine_saves
from engine.errors import InputError
from engine.interventions import Act, Change, Edit, Rules, told
from engine.messages import EditCell, EditRules, Start
from engine.replaying import first_difference
from engine.run import Run
from engine.session import Session
from engine.timeline import Timeline
from engine.worlds import catalogue
from engine.worlds.brushes import brushed
from engine.worlds.editing import edited, read_rule
from engine.worlds.memory import memory_of
from engine.worlds.writing import as_toml

WALL, OPEN, START, END = {"wall": True}, {}, {"start": True}, {"terminal": True}
GRIDS = [name for name in catalogue.LIBRARY if "map" in catalogue.find(name).definition]


def seed_grid(*edits):
    world = catalogue.find("seed-2x3")
    for edit in edits:
        world = edited(world, edit)
    return world


def start_value(world):
    return planning.solve(world, world.discount).start_value


def cell(row, column, what):
    return Edit(0, row, column, what)


def rules(**changed):
    return Rules(0, changed)


def same_model(one, other):
    """Whether two worlds are the same Markov decision process on the same map, whatever letters it is written with."""
    arrays = ("offsets", "probability", "next_state", "reward", "terminated", "start")
    return (
        all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays)
        and (one.states, one.actions, one.layout.labels) == (other.states, other.actions, other.layout.labels)
        and (one.title, one.source, one.discount, one.max_steps)
        == (other.title, other.source, other.discount, other.max_steps)
    )


# Known answers: the article's grid, S X G above three open cells, discount 0.9, V*(start) = 0.9³ · 10.


@pytest.mark.parametrize(
    ("edits", "value"),
    [
        ([], 7.29),
        ([cell(0, 1, WALL)], 7.29),
        ([cell(1, 1, WALL)], 0.0),  # Through the red square the goal is worth −10 + 0.9 · 10: better to stay.
        ([cell(0, 1, OPEN)], 9.0),
        ([cell(0, 1, {"reward": 2.0, "terminal": True})], 7.29),
        ([cell(0, 1, {"reward": 8.0, "terminal": True})], 8.0),
        ([cell(1, 2, START), cell(0, 0, OPEN)], 10.0),
        ([cell(1, 2, START)], (7.29 + 10.0) / 2),
        ([cell(1, 1, {"to_start": True}), cell(0, 1, WALL)], 0.0),
        ([rules(step_reward=-1.0)], -1.0 - 0.9 - 0.81 + 7.29),
        ([rules(step_reward=-1.0), rules(step_reward=None)], 7.29),
        ([rules(bump_reward=1.0)], 10.0),  # Running into the edge for ever pays 1 / (1 − 0.9).
        ([rules(slip=1.0), cell(0, 1, WALL), cell(1, 1, {"reward": 4.0, "terminal": True})], 0.45 / 0.55 * 2.0 / 0.55),
        ([rules(wind=[0, 1, 0])], 8.1),  # From the middle of the second row right is up, too: into the goal.
    ],
)  # fmt: skip
def test_the_start_is_worth_what_the_edited_world_makes_it_worth(edits, value):
    assert start_value(seed_grid(*edits)) == pytest.approx(value, abs=1e-9)


def test_an_edit_leaves_the_other_cells_of_a_letter_as_they_are():
    cliff = catalogue.find("cliff")
    after = edited(cliff, cell(3, 4, {"terminal": True}))
    assert after.layout.cells[3] == "SCCCGCCCCCCG"
    assert after.layout.labels == tuple(
        "" if s == "3,4" else label for s, label in zip(cliff.states, cliff.layout.labels, strict=True)
    )
    assert after.definition["cells"] == cliff.definition["cells"]
    back = edited(after, cell(3, 4, {"reward": -100.0, "to_start": True}))
    assert same_model(replace(back, title=cliff.title, source=cliff.source), cliff)


def test_where_an_exit_leads_stays_one_cell_and_may_change_itself():
    world = catalogue.find("gridworld-3.5")
    row, column = 4, 1
    assert world.layout.cells[row][column] == "a"
    changed = edited(world, cell(row, column, {"reward": 3.0}))
    assert changed.layout.cells[row][column] == "a"
    assert changed.definition["cells"]["a"] == {"reward": 3.0}
    twice = edited(changed, cell(0, 0, {"reward": 3.0}))
    assert twice.layout.cells[0][0] not in "a."
    with pytest.raises(InputError, match="it must have exactly one"):
        edited(world, cell(row, column, WALL))


def test_a_lone_start_may_pay_for_being_entered_and_two_pay_the_same():
    world = seed_grid(cell(0, 0, {"start": True, "reward": -2.0}))
    assert world.layout.labels[0] == "-2"
    two = edited(world, cell(1, 0, START))
    assert [label for label, start in zip(two.layout.labels, two.start > 0, strict=True) if start] == ["-2", "-2"]
    with pytest.raises(InputError, match="all starts pay the same"):
        edited(two, cell(1, 0, {"start": True, "reward": 5.0}))
    assert edited(world, cell(0, 0, {"start": True, "reward": None})).layout.labels[0] == ""


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (cell(9, 0, WALL), "outside of the map"),
        (cell(0, 0, {"colour": "red"}), "a cell knows .*, not colour"),
        (cell(0, 0, {"wall": True, "reward": 1.0}), "a wall is nothing else"),
        (cell(0, 0, {"terminal": True, "to_start": True}), "exclude each other"),
        (cell(0, 0, {"reward": float("inf")}), "finite number"),
        (rules(slip=1.5), "slip is 1.5; it must be a finite number from 0 to 1"),
        (rules(slipp=0.5), "unknown rule 'slipp'; did you mean 'slip'"),
        (rules(moves="king"), "unknown rule 'moves'"),
        (rules(wind=[1]), "wind has 1 numbers; it must have 3"),
        (rules(max_steps=0), "max_steps is 0"),
        (rules(step_reward="much"), "step_reward is 'much'"),
    ],
)
def test_an_impossible_edit_is_one_clear_line(edit, said):
    with pytest.raises(InputError, match=said) as error:
        seed_grid(edit)
    assert "\n" not in str(error.value)


def test_a_world_without_a_start_is_refused():
    world = seed_grid(*[cell(r, c, WALL) for r, c in [(1, 0), (1, 1), (1, 2)]])
    with pytest.raises(InputError, match="no cell to start in"):
        edited(world, cell(0, 0, WALL))


@pytest.mark.parametrize("name", ["random-walk", "gym:FrozenLake-v1"])
def test_a_world_that_is_no_gridworld_says_why_it_is_neither_edited_nor_written(name):
    world = catalogue.find(name)
    with pytest.raises(InputError, match="only gridworlds can be edited"):
        edited(world, cell(0, 0, WALL))
    with pytest.raises(InputError, match="only gridworlds are written"):
        as_toml(world.name, world.definition)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("slip", "0.25", 0.25),
        ("slip", "", None),
        ("bump_reward", "none", None),
        ("bump_reward", "−1", -1.0),
        ("wind", "-2", -2),
        ("max_steps", "50", 50),
    ],
)
def test_a_rule_is_read_as_a_person_writes_it(name, text, value):
    assert read_rule(name, text) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [("slip", "2"), ("slip", "x"), ("slip", "nan"), ("wind", "0.5"), ("max_steps", "0"), ("max_steps", "9" * 50),
     ("wall", "1"), ("step_reward", "1e999")],
)  # fmt: skip
def test_an_impossible_rule_is_refused_in_one_line(name, text):
    with pytest.raises(InputError) as error:
        read_rule(name, text)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 200


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (cell(1, 2, OPEN), "cell 1,2: open"),
        (cell(1, 2, {"reward": -5.0, "terminal": True}), "cell 1,2: reward -5, terminal"),
        (rules(slip=0.25, bump_reward=None), "slip 0.25, bump_reward none"),
        (rules(wind=[0] * 300), "wind [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,…"),
    ],
)
def test_an_edit_is_told_in_a_few_words(edit, words):
    assert told(edit) == words


# What the agent has learned.


def living(agent="q-learning", steps=60):
    timeline = Timeline(Run(catalogue.find("cliff"), agent, {}, 3))
    timeline.advance(steps=steps)
    return timeline


def test_other_rules_leave_what_was_learned_and_change_what_comes():
    timeline = living()
    q = timeline.run.agent.q_values()
    timeline.intervene(Rules(60, {"step_reward": -7.0, "max_steps": 400}))
    assert np.array_equal(timeline.run.agent.q_values(), q, equal_nan=True)
    timeline.advance(steps=1)
    assert timeline.run.interaction.transition().reward in (-7.0, -100.0)


def test_a_shorter_limit_truncates_an_episode_that_is_longer_already():
    timeline = living(steps=1)
    while timeline.run.interaction.ended or timeline.run.interaction.memory.progress["length"][0] < 5:
        timeline.advance(steps=1)
    timeline.intervene(Rules(timeline.step, {"max_steps": 2}))
    timeline.advance(steps=1)
    assert timeline.run.interaction.transition().truncated


def test_an_edit_is_saved_and_comes_again_in_a_new_process_and_on_replay(saves):
    timeline = living()
    timeline.intervene(Rules(60, {"slip": 0.2, "wind": [1] * 12}))
    timeline.advance(steps=40)
    loaded = savefile.unpack(savefile.pack(timeline))
    assert loaded.run.world.definition == timeline.run.world.definition
    assert loaded.run.digest() == timeline.run.digest()
    loaded.go_to(59)
    assert "slip" not in loaded.run.world.definition


# Taking back.


@pytest.mark.parametrize("agent", ["q-learning", "sarsa-lambda", "dyna-q", "dqn", "value-iteration"])
def test_what_is_taken_back_at_once_was_never_done(agent):
    timeline = living(agent)
    digest, branches = timeline.run.digest(), timeline.record()["branches"]
    here = timeline.run.world.layout.places[timeline.run.interaction.place()].tolist()
    row, column = (2, 3) if here != [2, 3] else (1, 3)
    for edit in (Edit(60, row, column, WALL), Rules(60, {"slip": 0.5}), Edit(60, row, column, OPEN)):
        timeline.intervene(edit)
    assert timeline.run.digest() != digest
    assert [told(timeline.undo()) for _ in range(3)] == [
        f"cell {row},{column}: open",
        "slip 0.5",
        f"cell {row},{column}: wall",
    ]
    assert timeline.run.digest() == digest
    assert timeline.record()["branches"] == branches
    with pytest.raises(InputError, match=r"no edit to take back at step 60$"):
        timeline.undo()


def test_what_was_done_before_an_edit_stays_when_it_is_taken_back():
    timeline = living()
    timeline.intervene(Change(60, {"epsilon": "0.5"}))
    timeline.intervene(Act(60, 1))
    digest = timeline.run.digest()
    timeline.intervene(Edit(61, 0, 5, WALL))
    timeline.undo()
    assert timeline.run.digest() == digest
    assert timeline.run.settings["epsilon"] == "0.5"
    with pytest.raises(InputError, match="no edit to take back"):
        timeline.undo()


def test_an_edit_in_the_past_that_is_taken_back_leaves_no_branch():
    timeline = living(steps=100)
    end = timeline.run.digest()
    timeline.go_to(50)
    digest = timeline.run.digest()
    timeline.intervene(Edit(50, 0, 5, WALL))
    timeline.intervene(Rules(50, {"slip": 0.1}))
    timeline.undo()
    assert list(timeline.branches) == ["main", "branch 2"]
    timeline.undo()
    assert (list(timeline.branches), timeline.branch.name) == (["main"], "main")
    assert (timeline.run.digest(), timeline.step, timeline.head) == (digest, 50, 100)
    timeline.go_to(100)
    assert timeline.run.digest() == end


def test_an_edit_that_the_agent_has_gone_on_from_is_taken_back_only_where_it_was_made():
    timeline = living()
    before = timeline.run.digest()
    timeline.intervene(Edit(60, 0, 5, WALL))
    timeline.advance(steps=10)
    after = timeline.run.digest()
    with pytest.raises(InputError, match="no edit to take back at step 70; the last one was made at step 60"):
        timeline.undo()
    assert timeline.run.digest() == after
    timeline.go_to(60)
    timeline.undo()
    assert timeline.run.digest() == before
    assert list(timeline.branches) == ["main", "branch 2"]
    timeline.switch("main")
    assert timeline.run.digest() == after


# The world as a file.


@pytest.mark.parametrize("name", GRIDS)
def test_a_world_of_the_library_reads_back_as_it_was_written(name):
    world = catalogue.find(name)
    assert same_model(catalogue.build(name, tomllib.loads(as_toml(name, world.definition))), world)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
cells = st.one_of(
    st.sampled_from([WALL, OPEN, START, END, {"to_start": True}]),
    st.fixed_dictionaries({"reward": st.floats(-1e6, 1e6)}, optional={"terminal": st.just(True)}),
    st.fixed_dictionaries({"exit_reward": st.integers(-9, 9), "exit_terminal": st.just(True)}),
)
edits = st.one_of(
    st.builds(cell, st.integers(0, 3), st.integers(0, 3), cells),
    st.builds(lambda **changed: Rules(0, changed), slip=st.floats(0, 1), step_reward=st.floats(-1e300, 1e300)),
    st.builds(lambda **changed: Rules(0, changed), wind=st.lists(st.integers(-3, 3), min_size=4, max_size=4)),
    st.builds(lambda **changed: Rules(0, changed), bump_reward=st.one_of(st.none(), st.integers(-5, 5))),
)


@settings(max_examples=150, deadline=None)
@given(
    title=texts,
    letter=st.characters(exclude_categories=["Cs", "Cc"]).filter(lambda c: c.isprintable() and c not in "#. S"),
    moves=st.sampled_from(["cross", "king+stay"]),
    made=st.lists(edits, max_size=8),
)
def test_whatever_was_edited_reads_back_as_it_was_written(title, letter, moves, made):
    definition = {
        "discount": 0.9,
        "moves": moves,
        "map": f"S.{letter}.\n    \n#..{letter}\n....",
        "cells": {letter: {"reward": -1, "terminal": True}},
    }
    try:
        world = catalogue.build("any", {**definition, "title": title})
    except InputError:  # A title may hold nothing that cannot be printed.
        world = catalogue.build("any", definition)
    for edit in made:
        try:
            world = edited(world, edit)
        except InputError:
            continue
    assert same_model(catalogue.build("any", tomllib.loads(as_toml("any", world.definition))), world)


# Files.


@pytest.mark.parametrize("step", [0, 100])
def test_the_keyframes_of_a_run_that_was_edited_at_one_are_those_of_its_replay(saves, step):
    timeline = living(steps=step)
    engine_saves.save(timeline, saves, "a")
    timeline = engine_saves.load(saves, "a")
    timeline.intervene(Edit(step, 0, 5, WALL))
    timeline.run.agent.keyframe_every = 1  # So many keyframes that a save tells of only some.
    timeline.advance(steps=70)
    engine_saves.save(timeline, saves, "a")
    run, about = engine_saves.load(saves, "a").run, engine_saves.show(saves, "a")
    assert first_difference(run, about["timeline"]["keyframes"], about["digest"]) is None


def test_a_file_whose_edits_lead_through_a_world_too_large_for_it_is_refused_before_that_is_made():
    row = "." * 400
    definition = {"discount": 0.9, "map": "\n".join(["S" + row[1:], *[row] * 399])}
    run = Run(catalogue.build("large", definition), "random", {}, 0)
    timeline = Timeline(run)
    timeline.intervene(Rules(0, {"slip": 0.5}))
    data = savefile.pack(timeline)
    needed = memory_of(run.world.definition)
    assert needed > memory_of(definition) * 1.5
    with pytest.raises(ValueError, match="its world takes up to"):
        savefile.unpack(data, needed - 4 * len(data) - 1)
    assert savefile.unpack(data, needed).run.digest() == run.digest()


def test_an_edit_that_changes_nothing_is_told_and_not_logged(tmp_path):
    session = Session(tmp_path, lambda text: None)
    session.obey(Start("seed-2x3", "q-learning"))
    for _ in range(2):
        session.obey(EditCell(1, 1, {"wall": True}))
    for _ in range(2):
        session.obey(EditRules({"slip": 0.25}))
    assert [type(entry).__name__ for entry in session.timeline.run.log] == ["Edit", "Rules"]
    snapshot = session.snapshot(playing=False, speed=0.0, steps_per_second=0.0)
    assert snapshot.notices[-1].text == "nothing changes, it is so already: slip 0.25"


@pytest.mark.parametrize(
    "rule", [{"slip": 0.0}, {"step_reward": 0}, {"bump_reward": None}, {"wind": [0, 0, 0]}, {"max_steps": 100}]
)
def test_a_rule_that_holds_already_is_no_change_be_it_named_in_the_file_or_not(tmp_path, rule):
    session = Session(tmp_path, lambda text: None)
    session.obey(Start("seed-2x3", "q-learning"))
    session.obey(EditRules(rule))
    session.obey(EditRules({**rule, "slip": 0.5}))
    assert [dict(entry.rules) for entry in session.timeline.run.log] == [{"slip": 0.5}]


# Brushes.

BOARD = {
    "discount": 0.9,
    "map": "SXG\n.A#",
    "cells": {
        "X": {"reward": -10.0},
        "G": {"reward": 10.0, "terminal": True},
        "A": {"exit_reward": 1.0, "exit_to": "S"},
    },
}


@pytest.mark.parametrize(
    ("place", "brush", "after"),
    [
        ((0, 0), ("start",), {}),
        ((0, 0), ("terminal",), {"terminal": True}),
        ((0, 1), ("terminal",), {"reward": -10.0, "terminal": True}),
        ((0, 1), ("start",), {"start": True}),
        ((0, 1), ("reward", None), {}),
        ((0, 2), ("terminal",), {"reward": 10.0}),
        ((0, 2), ("to_start",), {"reward": 10.0, "to_start": True}),
        ((0, 2), ("reward", -0.5), {"terminal": True, "reward": -0.5}),
        ((1, 0), ("to_start",), {"to_start": True}),
        ((1, 1), ("reward", 4.0), {"exit_reward": 4.0, "exit_to": "S"}),
        ((1, 2), ("reward", 2.0), {"reward": 2.0}),
    ],
)
def test_a_brush_changes_one_thing_of_a_cell_and_leaves_the_others(place, brush, after):
    assert brushed(BOARD, *place, *brush) == after


def test_the_first_start_of_a_map_keeps_its_reward_and_further_ones_pay_what_it_pays():
    assert brushed({**BOARD, "map": ".XG"}, 0, 1, "start") == {"start": True, "reward": -10.0}


@pytest.mark.parametrize(
    ("place", "brush", "said"),
    [((1, 1), "terminal", "is an exit"), ((2, 0), "start", "outside of the map"), ((0, 0), "lava", "no brush 'lava'")],
)
def test_a_brush_that_can_do_nothing_here_says_why(place, brush, said):
    with pytest.raises(InputError, match=said):
        brushed(BOARD, *place, brush)


# What an edited world says of itself.


def test_an_edited_world_says_what_it_was_edited_from_and_claims_no_source_as_its_own():
    cliff = catalogue.find("cliff")
    world = edited(edited(cliff, cell(0, 0, WALL)), rules(slip=0.5))
    assert world.title == "Cliff walking (edited)"
    assert world.source == f"edited from Cliff walking ({cliff.source})"
    again = catalogue.build("mine", tomllib.loads(as_toml("mine", world.definition)))
    assert (again.title, again.source) == (world.title, world.source)
    assert edited(again, cell(0, 1, WALL)).source == world.source


def test_a_world_of_ones_own_is_edited_from_its_own_title():
    world = edited(catalogue.build("mine", {"discount": 0.9, "map": "S.."}), cell(0, 1, WALL))
    assert (world.title, world.source) == ("mine (edited)", "edited from mine")


def test_an_edit_that_is_taken_back_gives_the_world_its_title_back():
    timeline = living()
    timeline.intervene(Rules(60, {"slip": 0.5}))
    assert timeline.run.world.title == "Cliff walking (edited)"
    timeline.undo()
    assert timeline.run.world.title == "Cliff walking"
