"""The command line: JSON that scripts rely on, exit codes, and mistakes in one line."""

import csv
import json
import os
import pty
import re
import statistics
import subprocess
import sys

import pytest

from engine import saves as engine_saves
from engine.agents import catalogue as agent_catalogue
from engine.interventions import Edit, Rules
from tui.cli import run_command_line

TRAIN = ["train", "seed-2x3", "--agent", "q-learning", "--seed", "0"]


@pytest.fixture
def run(saves, capsys):
    """Run a command line; return exit code, standard output and standard error."""

    def run(*arguments):
        return (run_command_line([*arguments, "--saves", str(saves)]), *capsys.readouterr())

    return run


@pytest.fixture
def run_json(run):
    """Run a command line with --json; return the object, and check that nothing else was printed."""

    def run_json(*arguments):
        code, output, errors = run(*arguments, "--json")
        assert (code, errors) == (0, "")
        return json.loads(output)

    return run_json


def assert_mistake(result, *said):
    """Check that a mistake was told in one line on standard error, with exit code 2 and nothing on standard output."""
    code, output, errors = result
    assert (code, output) == (2, "")
    assert errors.startswith("qscope: ")
    assert errors.count("\n") == 1
    for words in said:
        assert words in errors


def test_on_a_terminal_a_training_tells_how_far_it_is_and_how_fast_it_goes(saves):
    main, terminal = pty.openpty()
    train = ["train", "seed-2x3", "--agent", "q-learning", "--seed", "0", "--steps", "20000", "--saves", str(saves)]
    subprocess.run([sys.executable, "-m", "tui", *train], stdout=subprocess.DEVNULL, stderr=terminal, check=True)
    os.close(terminal)
    told = os.read(main, 65536).decode()
    os.close(main)
    assert re.search(r"\r20,000 of 20,000 steps, [\d,]+ episodes, [\d,]+ steps/s", told)


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


def test_training_the_articles_grid_finds_its_policy(run_json):
    report = run_json(*TRAIN, "--episodes", "500")
    assert report["policy_agreement"] == 1.0
    assert report["episodes"] == len(report["returns"]) == 500
    assert report["steps_per_second"] > 0


def test_training_twice_gives_the_same_digest(run_json):
    assert len({run_json(*TRAIN, "--steps", "300")["digest"] for _ in range(2)}) == 1


def test_returns_can_be_left_out(run_json):
    assert "returns" not in run_json(*TRAIN, "--episodes", "3", "--no-returns")


def test_a_world_that_cannot_be_solved_is_still_learned_in(run_json, tmp_path):
    world = tmp_path / "endless.toml"
    world.write_text('title = "endless"\ndiscount = 1.0\nstep_reward = 1.0\nmax_steps = 10\nmap = "S."\n')
    report = run_json("train", str(world), "--agent", "q-learning", "--seed", "0", "--steps", "50")
    assert report["q_error"] is None
    assert report["steps"] == 50


def test_a_trained_agent_is_evaluated_on_its_own_world(run_json):
    run_json(*TRAIN, "--episodes", "500", "--save", "good")
    report = run_json("evaluate", "good", "--episodes", "50", "--seed", "1")
    assert report["success_rate"] == 1.0
    assert report["mean_return"] == 10.0
    assert report["mean_length"] == 4.0
    assert len(report["returns"]) == 50


@pytest.mark.parametrize("agent", ["q-learning", "dqn"])
def test_a_resumed_run_ends_as_one_that_never_stopped(agent, run_json):
    train = ["train", "frozen-lake-4x4", "--agent", agent, "--seed", "3"]
    whole = run_json(*train, "--steps", "400")
    run_json(*train, "--steps", "150", "--save", "half")
    resumed = run_json("train", "--resume", "half", "--steps", "250", "--save", "whole")
    assert resumed["digest"] == whole["digest"]
    assert run_json("show", "whole")["digest"] == whole["digest"]


def test_a_save_is_replayed_and_found_the_same(run_json, run):
    run_json(*TRAIN, "--steps", "30000", "--save", "mine")
    report = run_json("replay", "mine")
    assert report["same"]
    assert (report["steps"], report["first_difference"]) == (30_000, None)
    assert report["digest"] == run_json("show", "mine")["digest"]
    assert run("replay", "mine")[0] == 0


def test_another_run_saved_under_the_same_name_does_not_replace_the_first_silently(run_json):
    run_json(*TRAIN, "--steps", "10", "--save", "mine")
    assert run_json(*TRAIN, "--steps", "20", "--save", "mine")["kept"] == "mine.safetensors~2"
    assert run_json("show", "mine~2")["values"]["interaction.progress"]["step"] == 10
    assert "kept" not in run_json("train", "--resume", "mine", "--steps", "5", "--save", "mine")


def test_saves_and_show_tell_what_was_saved(run_json):
    run_json(*TRAIN, "--steps", "10", "--set", "epsilon=0.3", "--save", "mine")
    (entry,) = run_json("saves")["saves"]
    assert (entry["name"], entry["world"], entry["agent"], entry["steps"]) == ("mine", "seed-2x3", "q-learning", 10)
    assert run_json("show", "mine")["settings"]["epsilon"] == "0.3"


def test_a_gymnasium_world_is_learned_by_a_dqn(run_json):
    world = "gym:FrozenLake-v1?is_slippery=false"
    run_json("train", world, "--agent", "dqn", "--steps", "9000", "--seed", "0", "--save", "lake")
    assert run_json("evaluate", "lake", "--episodes", "20", "--seed", "0")["success_rate"] == 1.0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["solve", "clif"], "unknown world 'clif'; did you mean 'cliff'? (qscope worlds lists them all)"),
        (["solve", "/nowhere/a.toml"], "/nowhere/a.toml"),
        (["solve", "cliff", "--discount", "2"], "between 0 and 1"),
        (["train", "cliff", "--agent", "q-lerning", "--seed", "0", "--steps", "1"], "did you mean 'q-learning'"),
        ([*TRAIN, "--steps", "1", "--set", "epsilon=2"], "setting epsilon: 2 is out of range"),
        ([*TRAIN, "--steps", "1", "--set", "epsilom=0.2"], "did you mean 'epsilon'"),
        ([*TRAIN, "--steps", "1", "--set", "epsilon"], "KEY=VALUE"),
        ([*TRAIN, "--steps", "0"], "--steps"),
        ([*TRAIN, "--steps", "1", "--episodes", "1"], "not allowed with"),
        (TRAIN, "--episodes N, --steps N or --actions NAMES"),
        (["train", "cliff", "--agent", "q-learning", "--steps", "1"], "--seed"),
        ([*TRAIN, "--steps", "1", "--save", "../x"], "cannot be the name"),
        (["train", "--resume", "nothing", "--steps", "1"], "no save 'nothing'"),
        (["train", "cliff", "--resume", "nothing", "--steps", "1"], "--resume goes on"),
        (["evaluate", "nothing", "--episodes", "1", "--seed", "0"], "no save 'nothing'"),
        (["show", "nothing"], "no save 'nothing'"),
        (["seed-2x3"], "terminal"),
    ],
)
def test_a_mistake_is_told_in_one_line(run, arguments, said):
    assert_mistake(run(*arguments), said)


def test_a_bad_world_file_is_told_by_its_name_and_key(run, tmp_path):
    world = tmp_path / "bad.toml"
    world.write_text('title = "bad"\ndiscount = 0.9\nslipp = 0.1\nmap = "S."\n')
    assert_mistake(run("solve", str(world)), str(world), "slipp", "did you mean 'slip'")


def test_a_damaged_save_is_told_and_left_as_it_is(run, saves):
    run(*TRAIN, "--steps", "10", "--save", "mine")
    file = saves / "mine.safetensors"
    damaged = file.read_bytes()[:-5] + b"xxxxx"
    file.write_bytes(damaged)
    assert_mistake(run("evaluate", "mine", "--episodes", "1", "--seed", "0"), "mine.safetensors", "not a valid save")
    assert file.read_bytes() == damaged


def test_where_no_folder_of_saves_can_be_it_is_told(run, saves):
    saves.rmdir()
    saves.write_text("a file, no folder")
    for arguments in (["saves"], [*TRAIN, "--steps", "10", "--save", "mine"], ["cliff", "--plain"]):
        assert_mistake(run(*arguments), f"{saves} is no folder; --saves and QSCOPE_SAVES name the folder of saves")


def test_a_save_that_cannot_be_written_is_told(saves, capsys):
    (saves / "file").write_text("a file, no folder")
    code = run_command_line([*TRAIN, "--steps", "10", "--save", "mine", "--saves", str(saves / "file" / "saves")])
    assert_mistake((code, *capsys.readouterr()), "cannot save to")


def test_a_name_that_cannot_be_is_told_before_the_training(run):
    code, _, errors = run(
        "train", "cliff", "--agent", "q-learning", "--seed", "0", "--steps", str(10**15), "--save", "a b"
    )
    assert code == 2
    assert "cannot be the name" in errors


def test_help_names_every_verb(run):
    code, output, _ = run("--help")
    assert code == 0
    for verb in ("worlds", "agents", "solve", "train", "evaluate", "saves", "show", "replay"):
        assert verb in output


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


def test_episodes_are_exported_with_every_digit_and_their_regret(run, run_json, tmp_path):
    report = run_json(*TRAIN, "--episodes", "40", "--save", "first")
    path = tmp_path / "first.csv"
    assert run("export", "first", "--csv", str(path))[0] == 0
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert [float(row["return"]) for row in rows] == report["returns"]
    assert all(float(row["regret"]) == pytest.approx(7.29 - float(row["discounted_return"])) for row in rows)


def test_the_q_table_is_exported_with_every_digit(run, run_json, tmp_path):
    report = run_json(*TRAIN, "--episodes", "40", "--save", "first")
    path = tmp_path / "q.csv"
    assert run_json("export", "first", "--csv", str(path), "--what", "q")["rows"] == 6
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert [[float(row[a]) if row[a] else None for a in ("up", "right", "down", "left")] for row in rows] == report["q"]


def test_an_export_replaces_no_file_and_says_so(run, run_json, tmp_path):
    run_json(*TRAIN, "--episodes", "4", "--save", "first")
    path = tmp_path / "mine"
    path.write_text("mine")
    assert_mistake(run("export", "first", "--csv", str(path)), "exists already")
    assert path.read_text() == "mine"


def test_the_world_of_a_save_is_exported_as_it_was_edited_and_opens(run, run_json, saves, tmp_path):
    run_json(*TRAIN, "--episodes", "4", "--save", "first")
    timeline = engine_saves.load(saves, "first")
    timeline.intervene(Edit(timeline.step, 0, 1, {"wall": True}))
    timeline.intervene(Rules(timeline.step, {"step_reward": -1.0}))
    engine_saves.save(timeline, saves, "edited")
    path = tmp_path / "mine.toml"
    assert run_json("export", "edited", "--world", str(path)) == {"save": "edited", "what": "world", "file": str(path)}
    assert run_json("solve", str(path))["start_value"] == pytest.approx(-1.0 - 0.9 - 0.81 + 7.29)
    assert_mistake(run("export", "first", "--world", str(path)), "exists already")
    assert_mistake(run("export", "first", "--world", str(tmp_path / "mine.txt")), "is no name of a world file")


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


@pytest.mark.parametrize("agent", ["value-iteration", "policy-iteration"])
def test_a_planner_is_trained_saved_and_evaluated_like_any_agent(agent, run_json):
    report = run_json("train", "seed-2x3", "--agent", agent, "--seed", "0", "--episodes", "50", "--save", "plan")
    assert (report["steps"], report["q_error"], report["policy_agreement"]) == (250, 0.0, 1.0)
    assert report["returns"][-1] == pytest.approx(7.29)
    assert run_json("evaluate", "plan", "--episodes", "10", "--seed", "1")["mean_length"] == 4.0


def test_the_random_agent_is_evaluated_as_the_random_walk_that_it_is(run_json):
    report = run_json("train", "seed-2x3", "--agent", "random", "--seed", "0", "--episodes", "2000", "--save", "dice")
    walk = run_json("evaluate", "dice", "--episodes", "2000", "--seed", "1")
    error = (2 * walk["std_return"] ** 2 / 2000) ** 0.5
    trained = sum(report["returns"]) / 2000
    assert abs(trained - walk["mean_return"]) < 4 * error


def test_training_stops_where_a_condition_first_holds(run_json):
    report = run_json(*TRAIN, "--steps", "100000", "--until", "return >= 9")
    assert (report["stopped_by"], report["steps"], report["episodes"]) == ("return>=9", 52, 4)
    assert report["returns"][-1] == 10.0
    assert run_json(*TRAIN, "--steps", "52")["digest"] == report["digest"]


@pytest.mark.parametrize("limit", ["steps", "episodes"])
def test_where_the_limit_comes_first_it_is_named(run_json, limit):
    report = run_json(*TRAIN, f"--{limit}", "5", "--until", "return>=1000")
    assert (report["stopped_by"], report[limit]) == (limit, 5)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--steps", "5", "--until", "soon"], "'soon' is no condition"),
        (["--steps", "5", "--until", "state 9,9"], "no state '9,9'"),
        (["--actions", "right", "--until", "return>=9"], "--until needs"),
    ],
)
def test_an_end_that_cannot_be_is_told_in_one_line(run, arguments, said):
    assert_mistake(run(*TRAIN, *arguments), said)


def test_lessons_lists_them_in_the_order_of_the_story(run_json):
    lessons = run_json("lessons")["lessons"]
    assert [lesson["name"] for lesson in lessons][:2] == ["grid", "return"]
    assert lessons[-1]["agent"] == "dqn"


def test_a_lesson_of_ones_own_is_checked_claim_by_claim(run, run_json, tmp_path):
    path = tmp_path / "mine.md"
    path.write_text("---\ntitle: Mine\nworld: seed-2x3\n---\nSix states.\n> expect states = 6\n")
    assert run_json("lessons", str(path), "--check") == {"lesson": "mine", "pages": 1, "claims": 1, "mistakes": []}
    path.write_text(path.read_text().replace("= 6", "= 7"))
    assert run("lessons", str(path), "--check") == (1, f"{path}:6: states = 7: it is 6\n", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("---\ntitle: Mine\nworld: clif\n---\nA page.\n", "mine.md:3: unknown world 'clif'"),
        ("---\ntitle: Mine\nworld: cliff\n---\nA page.\n> jump\n", "mine.md:6: unknown directive 'jump'"),
        ("---\ntitle: Mine\nworld: cliff\n---\nA page.\n> start cliff dqm\n", "mine.md:6: unknown agent 'dqm'"),
    ],
)
def test_a_mistake_in_a_lesson_is_told_with_file_and_line(run, tmp_path, text, said):
    path = tmp_path / "mine.md"
    path.write_text(text)
    assert_mistake(run("lessons", str(path)), said)


def test_a_lesson_that_is_not_there_is_a_mistake(run):
    assert_mistake(run("lessons", "clif"), "no lesson 'clif'; did you mean 'cliff'?")
    assert_mistake(run("lessons", "nowhere.md"), "cannot read nowhere.md")


def test_two_saves_are_held_against_each_other(run, run_json):
    for name, agent in (("table", "q-learning"), ("other", "sarsa")):
        run("train", "seed-2x3", "--agent", agent, "--seed", "0", "--steps", "50", "--save", name)
    report = run_json("compare", "table", "other")
    assert report["same_step"]
    assert [one["agent"] for one in report["runs"]] == ["q-learning", "sarsa"]
    assert 0.0 < report["same_policy"] <= report["overlapping_policy"] <= 1.0
    same = run_json("compare", "table", "table")
    assert (same["max_difference"], same["same_policy"]) == (0.0, 1.0)
    code, output, _ = run("compare", "table", "other")
    assert code == 0
    assert "max |Q1 - Q2|" in output


def test_saves_of_two_worlds_are_not_compared(run):
    for name, world in (("here", "seed-2x3"), ("there", "cliff")):
        run("train", world, "--agent", "q-learning", "--seed", "0", "--steps", "5", "--save", name)
    assert_mistake(run("compare", "here", "there"), "the worlds differ: seed-2x3 and cliff")


def test_a_seed_that_is_no_number_is_told_to_be_none(capsys):
    for arguments in (["--seed", "x"], ["train", "seed-2x3", "--agent", "q-learning", "--steps", "1", "--seed", "x"]):
        assert run_command_line(arguments) == 2
        assert "argument --seed: 'x' is not a whole number from 0 to 2^63 - 1" in capsys.readouterr().err


def test_the_usage_of_train_tells_what_is_needed(capsys):
    assert run_command_line(["train", "--help"]) == 0
    assert "qscope train WORLD --agent NAME --seed S [--seeds N] (--episodes N | --steps N" in " ".join(
        capsys.readouterr().out.split()
    )


def test_a_mean_says_of_how_many_episodes_it_is(capsys):
    assert run_command_line(["train", "seed-2x3", "--agent", "q-learning", "--seed", "0", "--episodes", "4"]) == 0
    assert "mean return of the last 4 episodes" in capsys.readouterr().out


SEEDS = ["train", "seed-2x3", "--seed", "4", "--seeds", "3"]


@pytest.mark.parametrize(
    ("agent", "how"),
    [(["q-learning"], "side by side"), (["dqn", "--set", "hidden=8", "--set", "batch_size=8"], "at once")],
)
def test_several_seeds_say_of_each_what_one_run_says(agent, how, run_json):
    whole = run_json(*SEEDS, "--agent", *agent, "--steps", "150")
    one = run_json("train", "seed-2x3", "--seed", "5", "--agent", *agent, "--steps", "150")
    assert (whole["world"], whole["seeds"], whole["how"]) == ("seed-2x3", [4, 5, 6], how)
    assert whole["runs"][1].keys() == one.keys()
    for key in ("seed", "steps", "episodes", "returns", "mean_return_100", "policy_agreement"):
        assert whole["runs"][1][key] == one[key]
    means = [row["mean_return_100"] for row in whole["runs"]]
    assert whole["mean_return_100"]["mean"] == pytest.approx(statistics.mean(means))
    assert whole["mean_return_100"]["standard_error"] == pytest.approx(statistics.stdev(means) / 3**0.5)


def test_several_seeds_are_saved_each_under_its_own_name(run, run_json):
    code, output, _ = run(*SEEDS, "--agent", "q-learning", "--episodes", "20", "--save", "several")
    assert code == 0
    assert "over 3 seeds" in output
    assert [row["name"] for row in run_json("saves")["saves"]] == ["several-4", "several-5", "several-6"]
    assert run_json("show", "several-5")["seed"] == 5
    assert run_json("replay", "several-6")["same"]


def test_several_seeds_may_leave_the_returns_out(run_json):
    whole = run_json(*SEEDS, "--agent", "q-learning", "--steps", "50", "--no-returns")
    assert all("returns" not in row for row in whole["runs"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--agent", "q-learning", "--steps", "9", "--until", "optimal"], "--until"),
        (["--agent", "q-learning", "--actions", "up"], "--actions"),
        (["--resume", "first", "--steps", "9"], "--resume"),
        (["--agent", "q-learning"], "--episodes N or --steps N"),
        (["--steps", "9"], "--agent"),
        (["--agent", "human", "--steps", "9"], "waits for a person"),
        (["--agent", "q-learning", "--steps", "9", "--seeds", "257"], "from 1 to 256"),
        (["--agent", "q-learning", "--steps", "9", "--save", "a/b"], "cannot be the name"),
    ],
)
def test_what_does_not_go_with_several_seeds_is_told_in_one_line(arguments, said, run):
    assert_mistake(run(*SEEDS, *arguments), said)


def test_a_comparison_writes_numbers_as_the_other_verbs_do(run):
    for name, seed in (("one", "0"), ("two", "1")):
        run("train", "seed-2x3", "--agent", "q-learning", "--seed", seed, "--steps", "5000", "--save", name)
    lines = {line.split()[0]: line.split()[1:] for line in run("compare", "one", "two")[1].splitlines()}
    assert lines["step"] == ["5,000", "5,000"]
    assert lines["policy_agreement"] == ["100.0%", "100.0%"]
    assert lines["mean_return_100"] == ["9.80", "9.90"]
