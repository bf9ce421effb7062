"""The dialog in which a world is chosen: from a list that typing narrows down, by its path, or by a Gymnasium id."""

from tui.screens.ports import Library
from tui.screens.search import Search


class ChooseWorld(Search):
    """Answers with the word of a world."""

    TITLE = "Choose a world"
    HINT = "type to search · ↑ ↓ move · enter begin a new run · escape close"
    SEARCH = "search, or a path to a .toml or .json file, or gym:FrozenLake-v1"
    RIGHT = frozenset({2})

    def __init__(self, library: Library, current: str = "") -> None:
        rows = {
            world.id: (world.id, world.title, f"{world.states:,} × {world.actions}", f"γ {world.discount:g}")
            for world in library.worlds()
        }
        super().__init__(rows, current)
        self.library = library

    def check(self, word: str) -> None:
        """Refuse what names no world."""
        self.library.check_world(word)

    def is_outside(self, word: str) -> bool:
        """Return whether the word names a world outside the list: a file or a Gymnasium id."""
        return word.startswith("gym:") or word.lower().endswith((".toml", ".json"))
