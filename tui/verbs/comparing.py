"""`qscope compare`: two saves of one world, each where it was saved, held against each other."""

import argparse
import math
from typing import Any

import numpy as np

from engine import saves
from engine.comparison import check_worlds, differences, visited_in
from engine.run import Run
from engine.view import Truth, greedy_actions
from tui.describing import number, print_json
from tui.widgets.numbers import percent


def compare(options: argparse.Namespace) -> int:
    """Hold two saves against each other, each where it was saved."""
    runs = [saves.load(options.saves, name).run for name in (options.first, options.second)]
    check_worlds(*runs)
    first, second = [run.q_values() for run in runs]
    visited = visited_in(run.world for run in runs)
    apart = differences(first, greedy_actions(first), second, greedy_actions(second), visited)
    world = runs[0].world
    report = {
        "world": world.name,
        "same_step": runs[0].step == runs[1].step,
        "max_difference": apart.largest,
        "at": [world.states[apart.state], world.actions[apart.action]],
        "same_policy": apart.agreement,
        "overlapping_policy": apart.overlap,
        "max_value_difference": float(np.nanmax(np.abs(apart.values))),
        "runs": [_numbers(name, run) for name, run in zip((options.first, options.second), runs, strict=True)],
    }
    if options.json:
        return print_json(report)
    _print_comparison(report)
    return 0


def _numbers(name: str, run: Run) -> dict[str, Any]:
    mean, beside = run.statistics.mean("return"), Truth(run).beside(run.q_values())
    return {
        "save": name,
        "agent": run.agent_name,
        "seed": run.seed,
        "step": run.step,
        "episodes": run.statistics.episodes,
        "mean_return_100": None if math.isnan(mean) else mean,
        "q_error": beside.q_error if beside else None,
        "policy_agreement": beside.policy_agreement if beside else None,
    }


def _print_comparison(report: dict[str, Any]) -> None:
    """Print a line a number, the first run on the left."""
    first, second = report["runs"]
    print(f"{first['save']} and {second['save']} in {report['world']}")
    for key in ("agent", "seed", "step", "episodes", "mean_return_100", "q_error", "policy_agreement"):
        print(f"  {key:<18} {_told(key, first[key]):>17} {_told(key, second[key]):>17}")
    print(f"max |Q1 - Q2| {number(report['max_difference'])} at {' '.join(report['at'])}, ", end="")
    print(f"max |V1 - V2| {number(report['max_value_difference'])}")
    print(f"the same greedy actions in {percent(report['same_policy'], 1)} of the states, ", end="")
    print(f"some in common in {percent(report['overlapping_policy'], 1)}")


def _told(key: str, value: float | str | None) -> str:
    """Write a number of a run as the other verbs do."""
    if value is None:
        return "—"
    if isinstance(value, float):
        return percent(value, 1) if key == "policy_agreement" else number(value)
    return f"{value:,}" if key in {"step", "episodes"} else str(value)
