"""The verbs for a class: lessons, and two runs held against each other."""

import argparse
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import InputError
from tui.describing import number, print_json
from tui.lessons import shelf
from tui.lessons.lesson import Lesson

if TYPE_CHECKING:
    from engine.run import Run


def lessons(options: argparse.Namespace) -> int:
    """List the lessons, open one, or play one through and say whether all that it claims is so."""
    if options.lesson is None and options.check:
        raise InputError("--check needs the name of a lesson, or a .md file (qscope lessons lists them all)")
    if options.lesson is None:
        return _list_lessons(shelf.shipped(), as_json=options.json)
    lesson = shelf.find(options.lesson)
    if options.check:
        return _check_lesson(lesson, as_json=options.json)
    if options.json:
        raise InputError("--json goes with the list of lessons, or with --check")
    from tui import app, commands, keymap

    commands.use(keymap.load(keymap.path()))
    memory = options.timeline_memory * 2**20
    if options.plain:
        from tui.plain import sitting

        return sitting.run(options.saves, lesson.first, timeline_memory=memory, lesson=lesson)
    return app.run(options.saves, lesson.first, timeline_memory=memory, lesson=lesson)


def _list_lessons(shipped: Sequence[Lesson], *, as_json: bool) -> int:
    rows = [
        {"name": lesson.name, "title": lesson.title, "pages": len(lesson.pages), **vars(lesson.first)}
        for lesson in shipped
    ]
    if as_json:
        return print_json({"lessons": rows})
    for row in rows:
        print(f"{row['name']:<12} {row['pages']:>2} pages  {row['world']:<9} {row['agent']:<11} {row['title']}")
    print("\nqscope lessons NAME opens one, and so does the application; or a .md file of your own")
    return 0


def _check_lesson(lesson: Lesson, *, as_json: bool) -> int:
    from tui.lessons.rehearsal import rehearse  # It loads the engine.

    mistakes = list(rehearse(lesson))
    claims = sum(len(page.expectations) for page in lesson.pages)
    if as_json:
        print_json({"lesson": lesson.name, "pages": len(lesson.pages), "claims": claims, "mistakes": mistakes})
    else:
        print("\n".join(mistakes) or f"{lesson.name}: {len(lesson.pages)} pages, {claims} claims, and all of them hold")
    return 1 if mistakes else 0


def compare(options: argparse.Namespace) -> int:
    """Hold two saves against each other, each where it was saved."""
    from engine import saves
    from engine.comparison import check_worlds, differences
    from engine.view import greedy_actions

    runs = [saves.load(options.saves, name).run for name in (options.first, options.second)]
    check_worlds(*runs)
    tables = [run.q_values() for run in runs]
    apart = differences(tables[0], greedy_actions(tables[0]), tables[1], greedy_actions(tables[1]))
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


def _numbers(name: str, run: "Run") -> dict[str, Any]:
    from engine.view import Truth

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
    print(f"the same greedy actions in {report['same_policy']:.1%} of the states, ", end="")
    print(f"some in common in {report['overlapping_policy']:.1%}")


def _told(key: str, value: float | str | None) -> str:
    """Write a number of a run as the other verbs do."""
    if value is None:
        return "—"
    if key == "policy_agreement":
        return f"{value:.1%}"
    if isinstance(value, float):
        return number(value)
    return f"{value:,}" if key in {"step", "episodes"} else str(value)
