"""The gridworld: a text map and a few rules become a Markov decision process."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.errors import InputError
from engine.transition import Transition
from engine.worlds.environment import World
from engine.worlds.fields import Table
from engine.worlds.gridrules import Rules, read_rules
from engine.worlds.layout import Layout, open_cells
from engine.worlds.mdp import BLOCK, BoolArray, FloatArray, IntArray, Outcomes, TabularMDP

MAX_OUTCOMES = 30_000_000


@dataclass(frozen=True)
class Grid:
    """The states of a gridworld on their map; the arrays without a shape have shape (states,)."""

    rows: IntArray
    columns: IntArray
    letters: npt.NDArray[np.str_]
    number: IntArray
    """The state of each cell of the map, shape (rows, columns); -1 where there is none."""
    entry_reward: FloatArray
    """The reward of a move that ends in the state."""
    terminal: BoolArray
    to_start: BoolArray
    is_exit: BoolArray


def from_definition(name: str, definition: Mapping[str, Any]) -> TabularMDP:
    """Build the world of a text map and its rules.

    Raises `InputError`, which names the key or the place on the map, if the definition holds a mistake.
    """
    table = Table(definition)
    rules = read_rules(table)
    grid = _lay_out(rules)
    start = _start_distribution(grid)
    ends = np.cumsum(_numbers_of_outcomes(rules, grid, start))
    return TabularMDP.from_blocks(
        (_return_to_start(grid, start, rows) for rows in _landings(rules, grid, ends)),
        int(ends[-1]),
        states=tuple(f"{row},{column}" for row, column in zip(grid.rows.tolist(), grid.columns.tolist(), strict=True)),
        actions=list(rules.directions),
        name=name,
        title=table.text("title", name),
        source=table.text("source", ""),
        discount=table.number("discount", low=0.0, high=1.0),
        max_steps=table.whole("max_steps", 1000),
        start=start,
        definition=copy.deepcopy(dict(definition)),
        layout=Layout(rules.lines, _labels(rules, grid)),
    )


class Cliff:
    """The cells of a world that send back to a start whoever enters them, and who was sent back by which."""

    def __init__(self, world: World) -> None:
        self._world = world
        cells = world.definition.get("cells", {}) if "map" in world.definition else {}
        self.there = any(cell.get("to_start", False) for cell in cells.values())
        """Whether there is one."""

    def entered(self, last: Transition) -> int:
        """Return the state of the cell that sent the agent back in a transition; -1 if none did, or none has to.

        A move that pays the same and leads to the same state without such a cell is taken for the one that was made.
        """
        if not self.there or not self._world.start[last.next_state] or self._grid.is_exit[last.state]:
            return -1
        found = -1
        for _, way in _slips([*self._rules.directions.values()][last.action], self._rules.slip):
            landed, reward = _move(self._rules, self._grid, np.array([last.state]), way)
            if reward[0] != last.reward:
                continue
            if landed[0] == last.next_state:
                return -1
            if found < 0 and self._grid.to_start[landed[0]]:
                found = int(landed[0])
        return found

    @cached_property
    def _rules(self) -> Rules:
        return read_rules(Table(self._world.definition))

    @cached_property
    def _grid(self) -> Grid:
        return _lay_out(self._rules)


def _lay_out(rules: Rules) -> Grid:
    rows, columns = open_cells(rules.lines).T
    number = np.full((len(rules.lines), len(rules.lines[0])), -1, dtype=np.int64)
    number[rows, columns] = np.arange(len(rows))
    letters = np.array([letter for line in rules.lines for letter in line if letter not in "# "])
    grid = Grid(
        rows=rows,
        columns=columns,
        letters=letters,
        number=number,
        entry_reward=np.full(len(rows), rules.step_reward),
        terminal=np.zeros(len(rows), dtype=np.bool_),
        to_start=np.zeros(len(rows), dtype=np.bool_),
        is_exit=np.zeros(len(rows), dtype=np.bool_),
    )
    for letter, cell in rules.cells.items():
        here = letters == letter
        if cell.reward is not None:
            grid.entry_reward[here] = cell.reward
        grid.terminal[here] = cell.terminal
        grid.to_start[here] = cell.to_start
        grid.is_exit[here] = cell.is_exit
    return grid


def _start_distribution(grid: Grid) -> FloatArray:
    """Return the probability of each state to start in: the cells `S`, or where there is none, all open ones."""
    at_start = grid.letters == "S"
    if not at_start.any():
        at_start = grid.letters == "."
    if not at_start.any():
        raise InputError("map has no cell to start in; mark one with 'S', or leave some open with '.'")
    return np.where(at_start, 1.0 / np.count_nonzero(at_start), 0.0)


def _numbers_of_outcomes(rules: Rules, grid: Grid, start: FloatArray) -> IntArray:
    """Return how many outcomes the moves from each state have, before equal ones are put together; shape (states,).

    Raises `InputError` if they are too many.
    """
    numbers, starts = np.zeros(len(start), np.int64), np.count_nonzero(start)
    for rows in _landings(rules, grid, 3 * len(rules.directions) * np.arange(1, len(start) + 1)):
        np.add.at(numbers, rows.state, np.where(grid.to_start[rows.next_state], starts, 1))
    if (total := int(numbers.sum())) > MAX_OUTCOMES:
        raise InputError(f"map: the moves have {total} outcomes, at most {MAX_OUTCOMES} fit; make the map smaller")
    return numbers


def _landings(rules: Rules, grid: Grid, ends: IntArray) -> Iterator[Outcomes]:
    """List where every action leads, before any return to the start, for as many states at a time as make a block.

    `ends` says how many outcomes there are of all states up to each one, shape (states,).
    """
    cuts = np.searchsorted(ends, np.arange(BLOCK, ends[-1], BLOCK))
    for some in np.split(np.arange(len(ends)), np.unique(cuts)):
        yield Outcomes.joined([*_moves(rules, grid, some), *_exits(rules, grid, some)])


def _moves(rules: Rules, grid: Grid, states: IntArray) -> list[Outcomes]:
    """List where every move from the ordinary cells among the states lands, before any return to the start."""
    acting = states[~grid.terminal[states] & ~grid.is_exit[states]]
    parts = []
    for action, direction in enumerate(rules.directions.values()):
        for probability, turned in _slips(direction, rules.slip):
            landed, reward = _move(rules, grid, acting, turned)
            parts.append(
                Outcomes(
                    state=acting,
                    action=np.full(len(acting), action),
                    probability=np.full(len(acting), probability),
                    next_state=landed,
                    reward=reward,
                    terminated=grid.terminal[landed],
                )
            )
    return parts


def _slips(direction: tuple[int, int], slip: float) -> list[tuple[float, tuple[int, int]]]:
    """List the directions that a chosen one may become, with their probabilities; stay never slips."""
    if direction == (0, 0):
        return [(1.0, direction)]
    down, right = direction
    turned = [(1.0 - slip, direction), (slip / 2.0, (right, -down)), (slip / 2.0, (-right, down))]
    return [(probability, way) for probability, way in turned if probability > 0.0]


def _move(rules: Rules, grid: Grid, states: IntArray, direction: tuple[int, int]) -> tuple[IntArray, FloatArray]:
    """Return where one direction leads from each of the states, and what it pays."""
    height, width = grid.number.shape
    row = np.clip(grid.rows[states] + direction[0] - rules.wind[grid.columns[states]], 0, height - 1)
    column = np.clip(grid.columns[states] + direction[1], 0, width - 1)
    target = grid.number[row, column]
    landed = np.where(target < 0, states, target)
    reward = grid.entry_reward[landed]
    if rules.bump_reward is not None and direction != (0, 0):
        reward[(landed == states) & ~grid.to_start[landed]] = rules.bump_reward
    return landed, reward


def _exits(rules: Rules, grid: Grid, within: IntArray) -> list[Outcomes]:
    """List where every action leads from the exits among the states, before any return to the start."""
    parts = []
    for letter, cell in rules.cells.items():
        states = within[grid.letters[within] == letter]
        if not cell.is_exit or not states.size:
            continue
        landed = states if cell.exit_to is None else np.flatnonzero(grid.letters == cell.exit_to).repeat(len(states))
        ended = grid.terminal[landed] | (cell.exit_to is None)
        parts += [
            Outcomes(
                state=states,
                action=np.full(len(states), action),
                probability=np.ones(len(states)),
                next_state=landed,
                reward=np.full(len(states), cell.exit_reward),
                terminated=ended,
            )
            for action in range(len(rules.directions))
        ]
    return parts


def _return_to_start(grid: Grid, start: FloatArray, rows: Outcomes) -> Outcomes:
    """Where a row lands in a `to_start` cell, put a row for every start cell, with its probability."""
    starts = np.flatnonzero(start > 0.0)
    returns = grid.to_start[rows.next_state]
    if not returns.any():
        return rows
    source = np.repeat(np.arange(len(returns)), np.where(returns, len(starts), 1))
    whole = rows.take(source)
    again = returns[source]
    whole.next_state[again] = np.tile(starts, np.count_nonzero(returns))
    whole.probability[again] *= start[whole.next_state[again]]
    return whole


def _labels(rules: Rules, grid: Grid) -> tuple[str, ...]:
    labels = {letter: cell.label for letter, cell in rules.cells.items()}
    return tuple(labels.get(letter, "") for letter in grid.letters.tolist())
