"""Several seeds at once: each says what one run says, and together their mean with its standard error."""

import statistics

import pytest

from tests.command_line.mistakes import assert_mistake

TRAIN = ["train", "seed-2x3", "--agent", "q-learning", "--seed", "0"]


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
