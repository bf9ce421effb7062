"""What is measured, as it is heard: why, episodes, charts, comparisons; and files."""

import csv
import io

import pytest

from engine import saves as engine_saves


def rows_of(file):
    return list(csv.DictReader(io.StringIO(file.read_text())))


def test_why_names_every_number(hear):
    told = hear("s s y")
    assert (
        "old 0.00 + alpha 0.5 times open bracket reward -10.00 + gamma 0.9 times best Q(next s) 0.00 "
        "minus old 0.00 close bracket = new -5.00"
    ) in told


def test_the_last_episodes_are_listed_the_newest_first(hear):
    told = hear("u episodes 12", "H")
    numbers = [line.split()[1] for line in told if line.startswith("episode ") and "length" in line]
    assert numbers == [f"{number}," for number in range(12, 2, -1)]
    assert told[-2:] == ["finished: 12 episodes", "H (capital h) 12 tells the last one step by step"]


def test_an_episode_is_told_step_by_step_and_added_up(hear):
    told = hear("e", "H 1", "H 1 20")
    assert "episode 1, 23 steps" in told
    assert "t 1: from 0,0 right to 0,1, reward -10.00, weight 0.9, sum -9.00" in told
    assert told[-5].startswith("t 20: ")
    assert told[-2].startswith("sum of gamma to the t times r = 0.9 times (-10.00) + ")


def test_a_chart_is_told_by_its_last_value_its_extremes_and_its_way(hear):
    assert hear("u episodes 100", "n")[-3:] == [
        "chart 1 of 7, return, episode 1 to 100",
        "last 0.00, mean 6.50, lowest -10.00 at episode 1, highest 10.00 at episode 4",
        "rising; in 10 parts of 10 episodes, the mean of each: "
        "4.00, 6.00, 7.00, 4.00, 6.00, 7.00, 9.00, 6.00, 8.00, 8.00",
    ]


def test_the_last_part_of_a_chart_is_the_mean_of_its_episodes(hear, tmp_path):
    file = tmp_path / "episodes.csv"
    told = hear("u episodes 100", "n", f"X episodes {file}")
    returns = [float(row["return"]) for row in rows_of(file)]
    assert float(told[-2].split(", ")[-1]) == pytest.approx(sum(returns[-10:]) / 10)


def test_charts_go_round_and_back_and_are_smoothed(hear):
    told = hear("u episodes 30", "n n N", "]", "[")
    assert [line.partition(" of ")[0] for line in told if line.startswith("chart ")] == [
        "chart 1",
        "chart 2",
        "chart 1",
        "chart 1",
        "chart 1",
    ]
    assert "the charts show means of 3 episodes" in told
    assert "chart 1 of 7, return, mean of 3, episode 1 to 30" in told


def test_the_twin_is_held_beside_the_run_step_by_step_until_it_is_ended(hear):
    told = hear("e", "c", "dqn", "s", "c more", "c", "s")
    assert "DQN twin, same seed 0, dqn" in told
    beside = [line for line in told if line.startswith("beside it, dqn twin: the same policy in ")]
    assert len(beside) == 3
    assert any(line.startswith("in 1,2: V1 minus V2 ") for line in told)
    assert told[-3] == "no comparison any more"


def test_an_episode_is_told_while_the_run_goes_on_at_full_speed(hear):
    told = hear("e", "f", "H 1", "f")
    assert "episode 1, 23 steps" in told


def test_beside_a_run_at_full_speed_a_twin_that_is_late_is_not_waited_for(hear):
    told = hear("f", "c dqn", "f", "c")
    assert any(line.startswith("beside it, dqn twin") for line in told)
    assert told[-1] == "no comparison any more"


def test_a_save_of_itself_differs_nowhere(hear):
    told = hear("e", "S mine", "c mine")
    assert "their values are the same in every state" in told


def test_tables_are_written_as_the_screen_writes_them(hear, tmp_path):
    file = tmp_path / "q.csv"
    told = hear("s s", f"X q {file}")
    assert told[-1] == f"q written to {file}"
    assert rows_of(file)[0] == {
        "state": "0,0",
        "up": "0.0",
        "right": "-5.0",
        "down": "0.0",
        "left": "0.0",
    }


def test_no_file_is_written_over(hear, tmp_path):
    file = tmp_path / "q.csv"
    file.write_text("mine")
    assert hear(f"X q {file}") == [f"{file} exists already"]
    assert file.read_text() == "mine"


def test_what_can_be_exported_is_listed(hear, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = hear("e", "X", "episodes")
    assert "q: the Q-table (CSV)" in told
    assert told[-1] == "episodes written to qscope-seed-2x3-q-learning-23-episodes.csv"
    assert (tmp_path / "qscope-seed-2x3-q-learning-23-episodes.csv").is_file()


def test_a_save_has_a_name_offered_and_is_listed_to_be_opened(hear, saves):
    told = hear("s s", "S", "", "s", "O", "seed-2x3-q-learning")
    assert engine_saves.load(saves, "seed-2x3-q-learning").run.step == 2
    assert any(line.startswith("seed-2x3-q-learning: q-learning in seed-2x3, 2 steps, 0 episodes") for line in told)
    assert told[-2].startswith("step 2, ")
