"""What a map says about each state: gathered from a snapshot, not yet drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import compress

import numpy as np

from engine.messages import BoolArray, IntArray, Snapshot, WorldView
from tui.widgets import numbers
from tui.widgets.arrows import glyph
from tui.widgets.layers import Layer, LayerNumbers, verdict
from tui.widgets.sight import Sight

START = "S"
"""The letter of a start on a map."""
END, BACK = "end", "back"
"""What a map says of a state in which an episode ends, and of a cell that sends back to a start whoever enters it."""


@dataclass(frozen=True)
class Place:
    """What there is to say about one state on the map."""

    state: int
    letter: str
    """The map's letter where it is a special one, else empty."""
    name: str
    label: str
    policy: str
    """The glyph of the best actions; empty where nobody ever acts."""
    number: float
    """What the layer says of the state, NaN for nothing."""
    text: str
    """What stands where the number would stand, if not the number; empty for the number."""
    undecided: bool
    """Whether all actions tie."""
    terminal: bool
    idle: str
    """What stands in the place of policy and number where nobody ever acts; empty for any other state."""
    start: bool
    """Whether the map marks it as a start."""
    agent: bool
    visited: bool
    """Whether this episode came through here."""
    cursor: bool
    """Whether this state is inspected."""
    chance: float
    """How likely the action that is inspected leads here; 0 where it does not."""
    fallen: bool
    """Whether the agent fell in here a moment ago, and was sent back."""


@lru_cache(maxsize=4)
def states_on_map(world: WorldView) -> IntArray:
    """Return the number of the state at each row and column, -1 where there is none."""
    grid = np.full((len(world.cells), len(world.cells[0])), -1, dtype=np.int64)
    grid[world.places[:, 0], world.places[:, 1]] = np.arange(len(world.places))
    return grid


@lru_cache(maxsize=4)
def starts_on_map(world: WorldView) -> BoolArray:
    """Return which states the map marks as starts, shape (states,)."""
    marked: BoolArray = world.start & (map_codes(world)[world.places[:, 0], world.places[:, 1]] == ord(START))
    return marked


@lru_cache(maxsize=4)
def map_codes(world: WorldView) -> IntArray:
    """Return the code point of the letter at each row and column."""
    return np.array([[ord(letter) for letter in row] for row in world.cells], dtype=np.int64)


@dataclass(frozen=True)
class Gathering:
    """What is the same for all states that are gathered from one snapshot."""

    snapshot: Snapshot
    layer: LayerNumbers
    cursor: int | None
    chances: Mapping[int, float]
    """The states to which the action that is inspected may lead, each with its probability."""

    @cached_property
    def _visited(self) -> frozenset[int]:
        return frozenset(self.snapshot.path)

    def place(self, state: int) -> Place:
        """Gather what the map says about a state."""
        snapshot, world = self.snapshot, self.snapshot.world
        row, column = world.places[state]
        letter = world.cells[row][column]
        idle = idle_word(world, state)
        return Place(
            state=state,
            letter=letter if letter != "." else "",
            name=world.states[state],
            label=world.labels[state].replace("-", "−"),
            policy="" if idle else glyph(best_actions(snapshot, state)),
            number=float(self.layer.states[state]),
            text=verdict(snapshot, state) if self.layer.layer is Layer.POLICY else "",
            undecided=all_tie(snapshot, state),
            terminal=bool(world.terminal[state]),
            idle=idle,
            start=bool(world.start[state]) and letter == START,
            agent=state == snapshot.state,
            visited=state in self._visited,
            cursor=state == self.cursor,
            chance=self.chances.get(state, 0.0),
            fallen=snapshot.fall is not None and state == snapshot.fall.cell,
        )


def idle_word(world: WorldView, state: int) -> str:
    """Return what a map says of a state in which nobody ever acts; nothing of any other."""
    if world.terminal[state]:
        return END
    if world.entered[state]:
        return ""
    return BACK if sends_back(world, state) else numbers.NOTHING


def idle_words(world: WorldView, state: int) -> list[str]:
    """Say the same at length for a table, the longest wording first."""
    if not sends_back(world, state):
        return ["never entered", numbers.NOTHING]
    pays = f", {world.labels[state].replace('-', '−')}" if world.labels[state] else ""
    return [f"{BACK} to start{pays}", f"{BACK}{pays}", BACK]


def sends_back(world: WorldView, state: int) -> bool:
    """Return whether a cell sends back to a start whoever enters it."""
    if world.entered[state] or not world.cells:
        return False
    row, column = world.places[state]
    cell = world.definition.get("cells", {}).get(world.cells[row][column], {})
    return bool(cell.get("to_start"))


def chances_of(snapshot: Snapshot, sight: Sight) -> dict[int, float]:
    """Return where the inspected action may lead and how likely; empty while nothing is inspected or none is known."""
    inspection = snapshot.inspection
    if inspection is None or inspection.state != sight.cursor:
        return {}
    action = inspected_action(snapshot, sight)
    chances: dict[int, float] = {}
    for outcome in inspection.outcomes:
        if outcome.action == action:
            chances[outcome.next_state] = chances.get(outcome.next_state, 0.0) + outcome.probability
    return chances


def inspected_action(snapshot: Snapshot, sight: Sight) -> int | None:
    """Return the action that is looked at: the chosen one, or else the first of the best; None where nobody acts."""
    if sight.cursor is None or idle_word(snapshot.world, sight.cursor):
        return None
    chosen = sight.action
    if chosen is not None and not np.isnan(snapshot.q[sight.cursor, chosen]):
        return chosen
    return int(snapshot.greedy[sight.cursor].argmax())


def best_actions(snapshot: Snapshot, state: int) -> tuple[str, ...]:
    """Return the names of the best actions; several where they tie."""
    return tuple(compress(snapshot.world.actions, snapshot.greedy[state].tolist()))


def legal_actions(snapshot: Snapshot, state: int) -> list[int]:
    """Return the actions that a state allows."""
    return [int(action) for action in np.flatnonzero(~np.isnan(snapshot.q[state]))]


def all_tie(snapshot: Snapshot, state: int) -> bool:
    """Return whether no action is better than another."""
    best = int(snapshot.greedy[state].sum())
    return best > 1 and best == int((~np.isnan(snapshot.q[state])).sum())


def neighbour(world: WorldView, state: int, columns: int, rows: int) -> int:
    """Return the nearest state in that direction on the map, or the state itself; by numbers without a map."""
    if not world.cells:
        return min(max(state + columns + rows, 0), len(world.states) - 1)
    grid = states_on_map(world)
    row, column = (int(number) for number in world.places[state] + (rows, columns))
    while 0 <= row < grid.shape[0] and 0 <= column < grid.shape[1]:
        if grid[row, column] >= 0:
            return int(grid[row, column])
        row, column = row + rows, column + columns
    return state
