"""The greedy policy as glyphs: an arrow for one best action, a junction of lines for several that tie."""

from functools import lru_cache

ARROWS = {(-1, 0): "↑", (-1, 1): "↗", (0, 1): "→", (1, 1): "↘", (1, 0): "↓", (1, -1): "↙", (0, -1): "←", (-1, -1): "↖"}
ROWS = {"up": -1, "north": -1, "down": 1, "south": 1}
COLUMNS = {"right": 1, "east": 1, "left": -1, "west": -1}
STAYS = frozenset({"stay", "noop", "no-op", "wait"})
STAY = "○"
SEVERAL = "∗"
"""Several actions tie that no junction of lines can show."""

UP, RIGHT, DOWN, LEFT = (-1, 0), (0, 1), (1, 0), (0, -1)
JUNCTIONS = {
    frozenset({UP, RIGHT}): "└",
    frozenset({UP, DOWN}): "│",
    frozenset({UP, LEFT}): "┘",
    frozenset({RIGHT, DOWN}): "┌",
    frozenset({RIGHT, LEFT}): "─",
    frozenset({DOWN, LEFT}): "┐",
    frozenset({UP, RIGHT, DOWN}): "├",
    frozenset({UP, RIGHT, LEFT}): "┴",
    frozenset({UP, DOWN, LEFT}): "┤",
    frozenset({RIGHT, DOWN, LEFT}): "┬",
    frozenset({UP, RIGHT, DOWN, LEFT}): "┼",
}


def direction(action: str) -> tuple[int, int] | None:
    """Return the rows and columns by which an action of that name moves; None if its name does not say."""
    words = action.lower().replace("_", "-").replace(" ", "-").split("-")
    rows = [ROWS[word] for word in words if word in ROWS]
    columns = [COLUMNS[word] for word in words if word in COLUMNS]
    if len(rows) + len(columns) != len(words) or len(rows) > 1 or len(columns) > 1:
        return None
    return sum(rows), sum(columns)


@lru_cache(maxsize=1024)
def glyph(actions: tuple[str, ...]) -> str:
    """Return one character for the best actions: an arrow, a junction where several tie, or an initial."""
    if not actions:
        return " "
    directions = frozenset(move for move in map(direction, actions) if move)
    if len(actions) > 1:
        return JUNCTIONS.get(directions, SEVERAL) if len(directions) == len(actions) else SEVERAL
    if directions:
        return ARROWS[next(iter(directions))]
    return STAY if actions[0].lower() in STAYS else actions[0][:1].upper()
