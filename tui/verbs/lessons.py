"""`qscope lessons`: it lists the lessons, opens one, or checks what its pages claim."""

import argparse
from collections.abc import Sequence

from engine.errors import InputError
from tui.describing import print_json, print_wrapped
from tui.lessons import shelf
from tui.lessons.lesson import Lesson
from tui.verbs.opening import open_application


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
    return open_application(options, lesson.first, lesson=lesson)


def _list_lessons(shipped: Sequence[Lesson], *, as_json: bool) -> int:
    rows = [
        {"name": lesson.name, "title": lesson.title, "pages": len(lesson.pages), **vars(lesson.first)}
        for lesson in shipped
    ]
    if as_json:
        return print_json({"lessons": rows})
    for row in rows:
        told = f"{row['name']:<12} {row['pages']:>2} pages  {row['world']:<9} {row['agent']:<11} {row['title']}"
        print_wrapped(told, 13)
    print()
    print_wrapped("qscope lessons NAME opens one, and so does the application; or a .md file of your own", 0)
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
