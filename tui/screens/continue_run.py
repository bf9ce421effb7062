"""The question at the start, when the last sitting ended without a word: whether to go on where the line broke."""

from tui.screens.confirm import Confirm
from tui.screens.ports import SaveEntry

CONTINUE, NOT_NOW, FORGET = "continue", "not now", "forget it"


class ContinueRun(Confirm):
    """Answers with one of three words; escape is as good as not now."""

    def __init__(self, broken_off: SaveEntry) -> None:
        super().__init__("Welcome back", question_about(broken_off), (CONTINUE, NOT_NOW, FORGET), CONTINUE)


def question_about(broken_off: SaveEntry) -> str:
    """Say what broke off, and ask whether to go on with it."""
    return f"{told_of(broken_off)}. Continue where the line broke?"


def told_of(broken_off: SaveEntry) -> str:
    """Say what broke off, where and when."""
    return (
        f"A run of {broken_off.agent} in {broken_off.world} broke off at step {broken_off.steps:,}, "
        f"{broken_off.modified:%Y-%m-%d %H:%M}"
    )
