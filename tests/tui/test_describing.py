"""Numbers for people on the command line: as many digits as they are worth."""

import os
import sys
from pathlib import Path

import pytest

from engine import saves as engine_saves
from engine.interventions import Change
from engine.run import Run
from engine.timeline import Timeline
from engine.worlds import catalogue
from tui.describing import described, number, tell_progress, with_spread


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "unknown"),
        (0.0, "0"),
        (10.0, "10"),
        (8.88291, "8.88"),
        (-31.01, "-31.0"),
        (0.0123456, "0.0123"),
        (-2187.4, "-2,187"),
        (12345678.9, "1.23e+07"),
        (1.5e-9, "1.5e-09"),
        (float("nan"), "nan"),
    ],
)
def test_a_number_has_three_significant_digits_and_all_of_those_before_the_point(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "spread", "text"),
    [
        (8.88291, 3.51364, "8.9 ± 3.5"),
        (8.88291, 0.035, "8.883 ± 0.035"),
        (123.456, 45.6, "123 ± 46"),
        (10.0, 0.0, "10 ± 0"),
        (-2187.4, 1234.5, "-2,187 ± 1,234"),
        (5.25, None, "5.25"),
        (None, None, "unknown"),
    ],
)
def test_a_number_with_a_spread_has_the_digits_that_the_spread_allows(value, spread, text):
    assert with_spread(value, spread) == text


def test_how_long_it_still_takes_is_told_in_two_units(monkeypatch, capsys):
    monkeypatch.setattr(os, "get_terminal_size", lambda stream: os.terminal_size((80, 24)))
    monkeypatch.setattr(sys.stderr, "fileno", lambda: 2, raising=False)
    for left, said in ((59, "59 s"), (61, "1 min 1 s"), (7320, "2 h 2 min")):
        tell_progress(["1 of 9 steps"], 10, 10.0, left)
        assert capsys.readouterr().err == f"\r1 of 9 steps, 1 steps/s, about {said} left\x1b[K"


def test_a_save_that_goes_on_from_an_older_one_says_since_when_its_visits_are_counted(saves):
    older = Path(__file__).parents[1] / "engine" / "fixtures" / "format-3-dqn.safetensors"
    path = engine_saves.save(engine_saves.read(older), saves, "a").path
    lines = list(described("a", path, engine_saves.show(saves, "a")))
    assert "visits  since step 190; the older save that it came from told no more" in lines
    assert not [line for line in described("b", older, engine_saves.show(older.parent, older.stem)) if "since" in line]


def test_a_save_says_with_what_its_branches_began_whichever_of_them_it_stands_on(saves):
    timeline = Timeline(Run(catalogue.find("seed-2x3"), "q-learning", {}, 0))
    timeline.intervene(Change(0, {"epsilon": "0.9"}))
    timeline.advance(steps=20)
    timeline.go_to(9)
    timeline.intervene(Change(9, {"epsilon": "0.2"}))
    for name in ("branch 2", "main"):
        timeline.switch(name)
        path = engine_saves.save(timeline, saves, "a").path
        listed = [line[2:] for line in described("a", path, engine_saves.show(saves, "a")) if " from step " in line]
        told = [line.partition(", saved")[0] for line in listed]
        assert told == [
            "main         from step 0 to 20, 1 intervention",
            "branch 2     from step 9 to 9, began with epsilon 0.2, 2 interventions",
        ]
