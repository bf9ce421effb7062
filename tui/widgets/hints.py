"""What keys and glyphs mean on occasion: while one drives, on the timeline, and on a panel before the first step."""

from collections.abc import Sequence
from typing import NamedTuple

from engine.messages import Snapshot
from tui.commands import key_of
from tui.widgets.timeline import EPISODE, EPISODES, HERE, INTERVENTION, KEYFRAME, LINE, SAVE


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
    Hint("0–9", "go"),
    Hint(EPISODE[0], "episode end", "strong"),
    Hint(EPISODES[0], "many", "muted"),
    Hint(INTERVENTION[0], "by you", "warning"),
    Hint(KEYFRAME[0], "keyframe", "muted"),
    Hint(SAVE[0], "save"),
    Hint(HERE, "here", "agent"),
    Hint(LINE[0], "past", "muted"),
    Hint(LINE[1], "ahead", "muted"),
)
"""The keys of the timeline, and what is seen on it, the most useful first; `by you`: acted, set or edited."""

LEGEND = (
    "@ agent   ↑ best action   ┼ actions tie   · path of this episode",
    "@ agent   ↑ best   ┼ tie   · path",
)
LEGEND_OF_NAMES = ("@ agent   ▸ best action   → path of this episode", "@ agent   ▸ best   → path")
LEGEND_OF_NUMBERS = (
    "● where a number lies on its range   ┼ zero   ▸ best action",
    "● number on its range   ▸ best",
)
LEGEND_OF_TABLE = ("▸ best action   ► where the agent is   — not legal", "▸ best   ► agent   — not legal")
LEGEND_OF_LINES = ("▸ best action   each line: its value over the last steps", "▸ best   lines: values of late")
LEGEND_OF_EPISODES = (
    "policy optimal: states whose best actions are found   Q*, V*: the exact optimum, which the agent does not know",
    "Q*, V*: the exact optimum, which the agent does not know",
    "Q*, V*: the exact optimum",
)
LEGEND_OF_RETURNS = ("return: what an episode pays, added up step by step", "return: the sum of the rewards")
"""What the signs of a panel mean, each in the wordings to choose from, the longest first."""


def legend_of(snapshot: Snapshot, panel: str) -> tuple[str, ...]:
    """Return what the signs of a panel mean: those of a map, of names, of what is observed, or of another tab."""
    if panel == "Q":
        return LEGEND_OF_TABLE if snapshot.observation is None else LEGEND_OF_LINES
    if panel == "episodes":
        return LEGEND_OF_EPISODES if snapshot.truth is not None else LEGEND_OF_RETURNS
    if snapshot.observation is not None:
        return LEGEND_OF_NUMBERS
    return LEGEND if snapshot.world.cells else LEGEND_OF_NAMES


def driving(actions: Sequence[str]) -> list[Hint]:
    """Return how to drive with these actions: by arrows where they are so called, else by digits."""
    arrows = {name: key for names, key in zip(WAYS.values(), KEYS, strict=True) for name in names if name in actions}
    numbered = [Hint(digit, name) for digit, name in zip(DIGITS, actions, strict=False) if name not in arrows]
    ways = " ".join(key_of(key) for key in KEYS if key in arrows.values())
    return [Hint(key_of("drive"), "stop"), *([Hint(ways, "act")] if arrows else []), *numbered]
