"""The dialog in which the colours of the screen are chosen."""

from collections.abc import Mapping

from textual.theme import Theme

from engine.errors import InputError
from tui.screens.search import Search

OWN = "qscope-"
"""How the names of our own themes begin, which stand first."""


class ChooseTheme(Search):
    """Answers with the name of a theme."""

    TITLE = "Choose a theme"
    HINT = "type to search · ↑ ↓ move · enter take its colours · escape close"
    WIDTH = 72

    def __init__(self, themes: Mapping[str, Theme], current: str) -> None:
        names = sorted(themes, key=lambda name: (not name.startswith(OWN), name))
        super().__init__({name: (name, "dark" if themes[name].dark else "light") for name in names}, current)

    def check(self, word: str) -> None:
        """Refuse what stands in no name."""
        raise InputError(f"no theme has {word!r} in its name")
