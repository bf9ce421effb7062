"""The table of `make bench`: its rows, its bars and its exit code. Nothing is timed here."""

import importlib

from tests.benchmarks.speed.__main__ import FAMILIES, as_line, benches, main
from tests.benchmarks.speed.measuring import Bench, Measured, alternating, ratios, unmeasured

FAST = Measured("ours", "theirs", (3.0, 1.0, 2.0), "x", 2.0, 3.0)


def bench(*rows: Measured) -> dict[str, Bench]:
    return {"one": Bench("one", lambda: rows)}


def broken() -> list[Measured]:
    raise OSError("no such file")


def test_a_row_tells_median_least_most_and_which_bars_are_reached():
    assert as_line(FAST).split() == ["ours", "/", "theirs", "2", "1", "3", "x", "2", "✓", "3", "✗"]


def test_where_less_is_better_a_bar_is_reached_from_above():
    slow = Measured("ours", "theirs", (1.5,), "x", 1.6, 1.25, more_is_better=False)
    assert (slow.holds(slow.reach), slow.holds(slow.aim)) == (True, False)


def test_all_bars_reached_is_success(capsys):
    assert main([], bench(FAST)) == 0
    assert "1 bars reached, 0 missed, 0 rows without" in capsys.readouterr().out


def test_a_missed_bar_fails():
    assert main([], bench(Measured("ours", "theirs", (1.0,), "x", 2.0))) == 1


def test_what_cannot_be_measured_says_why_and_fails_nothing(capsys):
    assert main([], bench(unmeasured("ours", "C", "this machine has no C compiler"))) == 0
    assert "not measured: this machine has no C compiler" in capsys.readouterr().out


def test_a_bench_that_breaks_is_told_and_the_others_go_on(capsys):
    assert main([], {"two": Bench("two", broken), **bench(FAST)}) == 1
    output = capsys.readouterr().out
    assert "OSError: no such file" in output
    assert "ours / theirs" in output


def test_only_what_is_named_is_measured(capsys):
    assert main(["on"], {"two": Bench("two", broken), **bench(FAST)}) == 0


def test_a_name_of_nothing_is_a_mistake(capsys):
    assert main(["on", "three"], bench(FAST)) == 2
    assert "no bench 'three'; there are one" in capsys.readouterr().err


def test_every_bench_can_be_found_by_the_name_of_its_family():
    assert [family for family in FAMILIES if not any(name.startswith(family) for name in benches())] == []
    count = sum(len(importlib.import_module(f"tests.benchmarks.speed.{family}").BENCHES) for family in FAMILIES)
    assert len(benches()) == count  # No name hides another.


def test_both_sides_run_in_turn():
    calls: list[str] = []
    pairs = alternating(lambda: calls.append("ours") or 6.0, lambda: calls.append("theirs") or 2.0, rounds=2)
    assert calls == ["ours", "theirs"] * 2
    assert ratios(pairs) == (3.0, 3.0)
