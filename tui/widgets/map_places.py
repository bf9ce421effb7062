"""What a map says about each state: gathered from a snapshot, not yet drawn."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import compress

import numpy as np

from engine.messages import FloatArray, IntArray, Snapshot, WorldView
from tui.widgets.arrows import glyph


@dataclass(frozen=True)
class Place:
    """What there is to say about one state on the map."""

    letter: str
    """The map's letter where it is a special one, else empty."""
    name: str
    label: str
    policy: str
    """The glyph of the best actions; empty for a terminal state."""
    value: float
    """The value of the best action, NaN for a terminal state."""
    undecided: bool
    """Whether all actions tie."""
    terminal: bool
    agent: bool
    visited: bool
    """Whether this episode came through here."""


@lru_cache(maxsize=4)
def states_on_map(world: WorldView) -> IntArray:
    """Return the number of the state at each row and column, -1 where there is none."""
    grid = np.full((len(world.cells), len(world.cells[0])), -1, dtype=np.int64)
    grid[world.places[:, 0], world.places[:, 1]] = np.arange(len(world.places))
    return grid


def place(snapshot: Snapshot, state: int, visited: frozenset[int]) -> Place:
    """Gather what the map says about a state."""
    world = snapshot.world
    row, column = world.places[state]
    letter = world.cells[row][column]
    best = best_actions(snapshot, state)
    terminal = bool(world.terminal[state])
    return Place(
        letter=letter if letter != "." else "",
        name=world.states[state],
        label=world.labels[state].replace("-", "−"),
        policy="" if terminal else glyph(best),
        value=best_value(snapshot, state),
        undecided=all_tie(snapshot, state),
        terminal=terminal,
        agent=state == snapshot.state,
        visited=state in visited,
    )


def best_actions(snapshot: Snapshot, state: int) -> tuple[str, ...]:
    """Return the names of the best actions; several where they tie."""
    return tuple(compress(snapshot.world.actions, snapshot.greedy[state].tolist()))


def best_value(snapshot: Snapshot, state: int) -> float:
    """Return the greatest Q of the state; NaN where no action is legal."""
    values = snapshot.q[state]
    legal = values[~np.isnan(values)]
    return float(legal.max()) if legal.size else float("nan")


def all_tie(snapshot: Snapshot, state: int) -> bool:
    """Return whether no action is better than another."""
    best = int(snapshot.greedy[state].sum())
    return best > 1 and best == int((~np.isnan(snapshot.q[state])).sum())


def best_values(snapshot: Snapshot) -> FloatArray:
    """Return the greatest Q of every state, shape (states,); -inf where no action is legal."""
    return np.where(np.isnan(snapshot.q), -np.inf, snapshot.q).max(axis=1)  # type: ignore[no-any-return]


def scale_of(values: FloatArray) -> float:
    """Return the value at the end of the colour ramp: the largest |value| rounded up to 1, 2 or 5 times a power of ten.

    Rounded, so that it seldom changes: when it does, every cell has to be drawn anew.
    """
    largest = float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
    if not largest > 0.0:
        return 0.0
    power = 10.0 ** np.floor(np.log10(largest))
    return float(next((step * power for step in (1.0, 2.0, 5.0) if largest <= step * power * 1.0001), 10.0 * power))
