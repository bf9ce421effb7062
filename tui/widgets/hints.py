"""What keys and glyphs mean on occasion: while the person drives, and while the timeline has the focus."""

from collections.abc import Sequence
from typing import NamedTuple

from tui.commands import key_of
from tui.widgets.timeline import EPISODE, INTERVENTION, KEYFRAME, SAVE


class Hint(NamedTuple):
    """A key or a glyph, and what it stands for."""

    key: str
    meaning: str
    role: str = "accent"
    """The name of the style of the key in the palette."""


WAYS = {
    (0, -1): ("up", "north"),
    (1, 0): ("right", "east"),
    (0, 1): ("down", "south"),
    (-1, 0): ("left", "west"),
}
"""What the actions are called that an arrow key stands for, by its columns and rows."""

KEYS = ("look_up", "look_right", "look_down", "look_left")
"""The commands whose keys these are, in the same order."""


def action_that_way(actions: Sequence[str], columns: int, rows: int) -> int | None:
    """Return the number of the action that an arrow key stands for; None if none is so called."""
    return next((actions.index(name) for name in WAYS[columns, rows] if name in actions), None)


DIGITS = "123456789"
"""The keys that choose an action by its number."""

SCRUBBING = (
    Hint("← → home end", "scrub"),
    Hint("0–9", "go to"),
    Hint(EPISODE[0], "episode end", "strong"),
    Hint(INTERVENTION[0], "by hand", "warning"),
    Hint(SAVE[0], "save"),
    Hint(KEYFRAME[0], "keyframe", "muted"),
)
"""The keys of the timeline, and what is seen on it."""


def driving(actions: Sequence[str]) -> list[Hint]:
    """Return how to drive with these actions: by arrows where they are so called, else by digits."""
    arrows = {name: key for names, key in zip(WAYS.values(), KEYS, strict=True) for name in names if name in actions}
    numbered = [Hint(digit, name) for digit, name in zip(DIGITS, actions, strict=False) if name not in arrows]
    ways = " ".join(key_of(key) for key in KEYS if key in arrows.values())
    return [Hint(key_of("drive"), "stop"), *([Hint(ways, "act")] if arrows else []), *numbered]
