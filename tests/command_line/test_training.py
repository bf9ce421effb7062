"""Training from the command line: what is reported, where it stops, and that a run can be gone on with."""

import os
import pty
import re
import subprocess
import sys

import pytest

from tests.command_line.mistakes import assert_mistake
from tui.cli import run_command_line
from tui.verbs import training

TRAIN = ["train", "seed-2x3", "--agent", "q-learning", "--seed", "0"]


def progress_of(*amount):
    """Let a table learn the cliff on a terminal; return what was told of its progress."""
    main, terminal = pty.openpty()
    train = ["train", "cliff", "--agent", "q-learning", "--seed", "0", *amount]
    subprocess.run([sys.executable, "-m", "tui", *train], stdout=subprocess.DEVNULL, stderr=terminal, check=True)
    os.close(terminal)
    told = os.read(main, 65536).decode()
    os.close(main)
    return told


def test_on_a_terminal_a_training_tells_how_far_it_is_and_how_fast_it_goes():
    told = progress_of("--steps", "20000")
    assert re.search(r"\r1,000 of 20,000 steps, [\d,]+ episodes, [\d,]+ steps/s, about \d+ s left", told)
    assert re.search(r"\r20,000 of 20,000 steps, [\d,]+ episodes, [\d,]+ steps/s\x1b", told)


def test_a_training_of_several_seeds_tells_of_all_their_episodes():
    told = progress_of("--seeds", "3", "--episodes", "40")
    assert re.search(r"\r3 seeds, [\d,]+ steps, 120 of 120 episodes, [\d,]+ steps/s\x1b", told)


def test_training_the_articles_grid_finds_its_policy(run_json):
    report = run_json(*TRAIN, "--episodes", "500")
    assert report["policy_agreement"] == 1.0
    assert report["episodes"] == len(report["returns"]) == 500
    assert report["steps_per_second"] > 0


def test_training_twice_gives_the_same_digest(run_json):
    assert len({run_json(*TRAIN, "--steps", "300")["digest"] for _ in range(2)}) == 1


def test_training_stops_where_a_condition_first_holds(run_json):
    report = run_json(*TRAIN, "--steps", "100000", "--until", "return >= 9")
    assert (report["stopped_by"], report["steps"], report["episodes"]) == ("return>=9", 52, 4)
    assert report["returns"][-1] == 10.0
    assert run_json(*TRAIN, "--steps", "52")["digest"] == report["digest"]


def test_returns_can_be_left_out(run_json):
    assert "returns" not in run_json(*TRAIN, "--episodes", "3", "--no-returns")


def test_a_world_that_cannot_be_solved_is_still_learned_in(run_json, tmp_path):
    world = tmp_path / "endless.toml"
    world.write_text('title = "endless"\ndiscount = 1.0\nstep_reward = 1.0\nmax_steps = 10\nmap = "S."\n')
    report = run_json("train", str(world), "--agent", "q-learning", "--seed", "0", "--steps", "50")
    assert report["q_error"] is None
    assert report["steps"] == 50


@pytest.mark.parametrize("agent", ["q-learning", "dqn"])
def test_a_resumed_run_ends_as_one_that_never_stopped(agent, run_json):
    train = ["train", "frozen-lake-4x4", "--agent", agent, "--seed", "3"]
    whole = run_json(*train, "--steps", "400")
    run_json(*train, "--steps", "150", "--save", "half")
    resumed = run_json("train", "--resume", "half", "--steps", "250", "--save", "whole")
    assert resumed["digest"] == whole["digest"]
    assert run_json("show", "whole")["digest"] == whole["digest"]


def test_another_run_saved_under_the_same_name_does_not_replace_the_first_silently(run_json):
    run_json(*TRAIN, "--steps", "10", "--save", "mine")
    assert run_json(*TRAIN, "--steps", "20", "--save", "mine")["kept"] == "mine.safetensors~2"
    assert run_json("show", "mine~2")["values"]["interaction.progress"]["step"] == 10
    assert "kept" not in run_json("train", "--resume", "mine", "--steps", "5", "--save", "mine")


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


def test_a_name_that_cannot_be_is_told_before_the_training(run):
    code, _, errors = run(
        "train", "cliff", "--agent", "q-learning", "--seed", "0", "--steps", str(10**15), "--save", "a b"
    )
    assert code == 2
    assert "cannot be the name" in errors


def test_the_usage_of_train_tells_what_is_needed(capsys):
    assert run_command_line(["train", "--help"]) == 0
    assert "qscope train WORLD --agent NAME --seed S [--seeds N] (--episodes N | --steps N" in " ".join(
        capsys.readouterr().out.split()
    )


def test_a_mean_says_of_how_many_episodes_it_is(capsys):
    assert run_command_line(["train", "seed-2x3", "--agent", "q-learning", "--seed", "0", "--episodes", "4"]) == 0
    assert "mean return of the last 4 episodes" in capsys.readouterr().out


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


def test_a_trained_agent_is_evaluated_on_its_own_world(run_json):
    run_json(*TRAIN, "--episodes", "500", "--save", "good")
    report = run_json("evaluate", "good", "--episodes", "50", "--seed", "1")
    assert report["success_rate"] == 1.0
    assert report["mean_return"] == 10.0
    assert report["mean_length"] == 4.0
    assert len(report["returns"]) == 50


def test_a_gymnasium_world_is_learned_by_a_dqn(run_json):
    world = "gym:FrozenLake-v1?is_slippery=false"
    run_json("train", world, "--agent", "dqn", "--steps", "9000", "--seed", "0", "--save", "lake")
    assert run_json("evaluate", "lake", "--episodes", "20", "--seed", "0")["success_rate"] == 1.0


def test_one_step_and_one_episode_are_told_in_the_singular(run):
    _, told, _ = run("train", "random-walk", "--agent", "random", "--seed", "0", "--episodes", "1")
    assert re.search(r" steps, 1 episode\nreturn of the only episode: ", told)
    assert ": 1 step, 0 episodes\n" in run(*TRAIN, "--steps", "1")[1]


def test_agreement_is_told_as_whole_only_where_it_is(capsys):
    report = {
        "agent": "q-learning",
        "world": "maze",
        "steps": 1,
        "episodes": 0,
        "mean_return_100": None,
        "seconds": 1.0,
    }
    report |= {"steps_per_second": 1.0, "digest": "0" * 64, "q_error": 0.5, "policy_agreement": 0.9997}
    training._print_report(report, stopped=False)
    assert "policy agreement: >99.9%" in capsys.readouterr().out
