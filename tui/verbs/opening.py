"""Opening the application, on the screen or in plain lines, with the run that the command line names."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.messages import Load, Start
    from tui.lessons.lesson import Lesson


def open_application(
    options: argparse.Namespace, first: "Start | Load", *, welcome: bool = False, lesson: "Lesson | None" = None
) -> int:
    """Open it and return the exit code; `welcome`: ask whether to go on where the line broke; `lesson`: begin with it.

    Raises `InputError` if the person's own keys cannot be.
    """
    from tui import app, commands, keymap  # They load Textual, for which a list of lessons does not wait.

    commands.use(keymap.load(keymap.path()))
    memory = options.timeline_memory * 2**20
    if options.plain:
        from tui.plain import sitting

        return sitting.run(options.saves, first, timeline_memory=memory, welcome=welcome, lesson=lesson)
    return app.run(options.saves, first, timeline_memory=memory, welcome=welcome, lesson=lesson)
