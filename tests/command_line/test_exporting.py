"""Tables and worlds of saves, written to new files."""

import csv

import pytest

from engine import saves as engine_saves
from engine.interventions import Edit, Rules
from tests.command_line.mistakes import assert_mistake

TRAIN = ["train", "seed-2x3", "--agent", "q-learning", "--seed", "0"]


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
