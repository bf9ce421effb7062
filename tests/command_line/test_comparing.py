"""Two saves held against each other."""

import pytest

from tests.command_line.mistakes import assert_mistake

TRAIN = ["train", "seed-2x3", "--agent", "q-learning", "--seed", "0"]


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


def test_a_comparison_writes_numbers_as_the_other_verbs_do(run):
    for name, seed in (("one", "0"), ("two", "1")):
        run("train", "seed-2x3", "--agent", "q-learning", "--seed", seed, "--steps", "5000", "--save", name)
    lines = {line.split()[0]: line.split()[1:] for line in run("compare", "one", "two")[1].splitlines()}
    assert lines["step"] == ["5,000", "5,000"]
    assert lines["policy_agreement"] == ["100.0%", "100.0%"]
    assert lines["mean_return_100"] == ["9.80", "9.90"]


def test_a_comparison_counts_the_states_that_an_episode_can_visit_as_the_screen_does(run, run_json):
    for name, agent in (("table", "q-learning"), ("other", "sarsa")):
        run("train", "cliff", "--agent", agent, "--seed", "0", "--steps", "2000", "--save", name)
    counted = 37 * run_json("compare", "table", "other")["same_policy"]  # Nobody ever stands in the ten of the cliff.
    assert counted == pytest.approx(round(counted))
    assert 0 < counted < 37
