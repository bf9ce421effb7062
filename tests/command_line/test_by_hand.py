"""A person's actions on the command line."""

import json

import pytest

from tests.command_line.mistakes import assert_mistake

TRAIN = ["train", "seed-2x3", "--agent", "q-learning", "--seed", "0"]


HUMAN = ["train", "seed-2x3", "--agent", "human", "--seed", "0"]


def test_a_person_drives_by_names_of_actions_and_the_save_replays(run_json):
    report = run_json(*HUMAN, "--actions", "down right, right,up", "--save", "mine")
    assert (report["steps"], report["episodes"], report["returns"]) == (4, 1, [10.0])
    assert report["q"][5][0] == 5.0
    assert [entry["kind"] for entry in run_json("show", "mine")["log"]] == ["act"] * 4
    assert run_json("replay", "mine")["same"]
    assert run_json("train", "--resume", "mine", "--actions", "down")["steps"] == 5


def test_actions_by_hand_come_first_and_any_agent_goes_on_from_there(run_json):
    report = run_json(*TRAIN, "--actions", "down right right up", "--episodes", "3")
    assert report["episodes"] == 4
    assert report["returns"][0] == 10.0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (HUMAN, "waits for a person: give its actions"),
        ([*HUMAN, "--steps", "5"], "waits for a person: give its actions"),
        ([*HUMAN, "--actions", "up", "--episodes", "5"], "waits for a person: give its actions"),
        (
            [*HUMAN, "--actions", "up rihgt"],
            "unknown action 'rihgt'; did you mean 'right'? (legal: up, right, down, left)",
        ),
        (["train", "seed-2x3", "--agent", "value-iteration", "--seed", "0", "--actions", "up"], "takes no actions"),
    ],
)
def test_what_no_person_can_do_is_told_in_one_line(run, arguments, said):
    assert_mistake(run(*arguments), said)


def test_an_action_that_is_not_legal_here_names_those_that_are(run, tmp_path):
    world = tmp_path / "fork.json"
    rows = [["a", "go", 1.0, "b", 0.0, False], ["b", "stop", 1.0, "b", 1.0, True], ["b", "wait", 1.0, "b", 0.0, False]]
    definition = {"discount": 0.9, "states": ["a", "b"], "actions": ["go", "stop", "wait"], "start": {"a": 1.0}}
    world.write_text(json.dumps({**definition, "transitions": rows}))
    result = run("train", str(world), "--agent", "human", "--seed", "0", "--actions", "go go")
    assert_mistake(result, "--actions, action 2 (go): this action is not legal here; legal: stop, wait")
