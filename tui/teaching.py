"""The verbs for a class: lessons, and two runs held against each other."""

import argparse
import json
from collections.abc import Sequence
from typing import Any

from engine.errors import InputError
from tui.lessons import shelf
from tui.lessons.lesson import Lesson


def lessons(options: argparse.Namespace) -> int:
    """List the lessons, open one, or play one through and say whether all that it claims is so."""
    if options.lesson is None:
        return _list_lessons(shelf.shipped(), as_json=options.json)
    lesson = shelf.find(options.lesson)
    if options.check:
        return _check_lesson(lesson, as_json=options.json)
    if options.json:
        raise InputError("--json goes with the list of lessons, or with --check")
    from tui import app, commands, keymap

    commands.use(keymap.load(keymap.path()))
    return app.run(options.saves, lesson.first, timeline_memory=options.timeline_memory * 2**20, lesson=lesson)


def _list_lessons(shipped: Sequence[Lesson], *, as_json: bool) -> int:
    rows = [
        {"name": lesson.name, "title": lesson.title, "pages": len(lesson.pages), **vars(lesson.first)}
        for lesson in shipped
    ]
    if as_json:
        return print_json({"lessons": rows})
    for row in rows:
        print(f"{row['name']:<12} {row['pages']:>2} pages  {row['world']:<9} {row['agent']:<11} {row['title']}")
    print("\nqscope lessons NAME opens one; L in the application, too; or a .md file of your own")
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


def print_json(value: dict[str, Any]) -> int:
    """Print one object, and nothing else."""
    print(json.dumps(value, allow_nan=False))
    return 0
