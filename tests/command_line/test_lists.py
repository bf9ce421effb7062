"""The lists of worlds, agents and saves, what is shown of a save, and the exact solution of a world."""

import re
import sys

import pytest

from engine.agents import catalogue as agent_catalogue

TRAIN = ["train", "seed-2x3", "--agent", "q-learning", "--seed", "0"]


def test_worlds_lists_the_library(run_json):
    worlds = run_json("worlds")["worlds"]
    assert worlds[0]["id"] == "seed-2x3"
    assert {"cliff", "frozen-lake-8x8", "russell-norvig-4x3"} <= {world["id"] for world in worlds}


def test_agents_lists_every_setting_with_its_default(run_json):
    agents = {agent["name"]: agent for agent in run_json("agents")["agents"]}
    assert set(agents) == set(agent_catalogue.names()) > {"q-learning", "sarsa", "monte-carlo", "dqn"}
    assert {setting["name"] for setting in agents["sarsa-lambda"]["settings"]} > {"trace_decay", "traces"}
    assert agents["sarsa"]["learning"] == "on-policy"
    epsilon = next(setting for setting in agents["q-learning"]["settings"] if setting["name"] == "epsilon")
    assert epsilon["default"] == "0.5->0.05/2000"
    assert epsilon["type"] == "schedule"


def test_solve_gives_the_exact_optimum_of_the_articles_grid(run_json):
    solution = run_json("solve", "seed-2x3")
    assert solution["start_value"] == pytest.approx(7.29)
    assert solution["policy"] == ["down", "right", None, "right", "right", "up"]
    assert solution["q"][2] == [None] * 4
    assert solution["q"][5] == pytest.approx([10.0, 9.0, 9.0, 8.1])
    assert len(solution["v"]) == len(solution["states"]) == 6


def test_saves_and_show_tell_what_was_saved(run_json):
    run_json(*TRAIN, "--steps", "10", "--set", "epsilon=0.3", "--save", "mine")
    (entry,) = run_json("saves")["saves"]
    assert (entry["name"], entry["world"], entry["agent"], entry["steps"]) == ("mine", "seed-2x3", "q-learning", 10)
    assert run_json("show", "mine")["settings"]["epsilon"] == "0.3"


def test_a_save_is_replayed_and_found_the_same(run_json, run):
    run_json(*TRAIN, "--steps", "30000", "--save", "mine")
    report = run_json("replay", "mine")
    assert report["same"]
    assert (report["steps"], report["first_difference"]) == (30_000, None)
    assert report["digest"] == run_json("show", "mine")["digest"]
    assert run("replay", "mine")[0] == 0


def test_help_names_every_verb(run):
    code, output, _ = run("--help")
    assert code == 0
    for verb in ("worlds", "agents", "solve", "train", "evaluate", "saves", "show", "replay"):
        assert verb in output


def test_the_list_of_saves_says_what_else_a_name_opens(run, run_json):
    for steps in (10, 20, 30, 40, 50, 60):
        run(*TRAIN, "--steps", str(steps), "--save", "mine")
    assert run("saves")[1].rstrip().endswith("· also mine~2, mine~3, mine~4 and 2 more")
    assert run_json("saves")["saves"][0]["earlier"] == [f"mine~{number}" for number in range(2, 7)]


@pytest.mark.parametrize("verb", ["worlds", "agents", "saves"])
def test_without_json_the_lists_are_for_people(run, verb):
    code, output, errors = run(verb)
    assert (code, errors) == (0, "")
    assert output


def test_a_report_for_people_names_the_numbers(run):
    run(*TRAIN, "--episodes", "500", "--save", "good")
    for arguments, said in [
        ([*TRAIN, "--episodes", "500"], "policy agreement: 100.0%"),
        (["solve", "seed-2x3"], "V*(start) = 7.29"),
        (["evaluate", "good", "--episodes", "5", "--seed", "0"], "success 100.0%"),
        (["show", "good"], "q-learning in seed-2x3"),
        (["saves"], "seed-2x3 · q-learning"),
    ]:
        code, output, _ = run(*arguments)
        assert code == 0
        assert said in output


@pytest.mark.parametrize("listed", ["worlds", "agents", "lessons", "keys"])
def test_on_a_narrow_terminal_a_list_breaks_no_word(run, monkeypatch, listed):
    words = run(listed)[1].split()
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    _, told, _ = run(listed)
    assert told.split() == words
    assert max(len(line) for line in told.splitlines() if not line.startswith("Remap")) <= 60


def test_the_columns_of_saves_stand_below_each_other_whatever_they_are_called(run, run_json):
    for name in ("a", "b" * 50):
        run_json(*TRAIN, "--steps", "10", "--save", name)
    assert len({re.search(r" \d{4}-\d\d-\d\d ", line).start() for line in run("saves")[1].splitlines()}) == 1
