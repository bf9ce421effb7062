"""The explicit world: states, actions and a list of transitions become a Markov decision process."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from engine.errors import InputError, near_miss
from engine.worlds.fields import Table, finite, shown
from engine.worlds.layout import Layout, open_cells
from engine.worlds.mdp import FloatArray, TabularMDP

WORLD_KEYS = ("title", "source", "discount", "max_steps", "states", "actions", "start", "transitions", "layout")
MAX_PAIRS = 10_000_000


class Row(NamedTuple):
    """One row of `transitions`, its states and its action as numbers."""

    state: int
    action: int
    probability: float
    next_state: int
    reward: float
    terminated: bool


def from_definition(name: str, definition: Mapping[str, Any]) -> TabularMDP:
    """Build the world of a list of transitions.

    `layout`, which may be absent, is a list of map rows whose open cells are the states in their order. Raises
    `InputError`, which names the key or the row of `transitions`, counted from 1, if the definition holds a mistake.
    """
    table = Table(definition)
    table.expect_only(WORLD_KEYS)
    states, actions = table.names("states"), table.names("actions")
    if len(states) * len(actions) > MAX_PAIRS:
        raise InputError(f"states times actions are {len(states) * len(actions)}; at most {MAX_PAIRS} pairs fit")
    rows = _read_transitions(table, states, actions)
    return TabularMDP.from_outcomes(
        rows,
        states=states,
        actions=actions,
        name=name,
        title=table.text("title", name),
        source=table.text("source", ""),
        discount=table.number("discount", low=0.0, high=1.0),
        max_steps=table.whole("max_steps", 1000),
        start=_read_start(table, states),
        definition=copy.deepcopy(dict(definition)),
        layout=_read_layout(table, len(states), rows),
    )


def _given(table: Table, key: str, kind: type, wanted: str) -> Any:
    """Return the value of a key; raises `InputError` if it is missing, of another kind, or empty."""
    if key not in table:
        raise InputError(f"{key} is missing; it must be {wanted}")
    value = table.values[key]
    if not isinstance(value, kind) or not value:
        raise table.mistake(key, wanted)
    return value


def _read_transitions(table: Table, states: Sequence[str], actions: Sequence[str]) -> list[Row]:
    wanted = "a list of rows [state, action, probability, next state, reward, terminated]"
    values = _given(table, "transitions", list, wanted)
    numbers = ({name: number for number, name in enumerate(states)}, {name: n for n, name in enumerate(actions)})
    rows = [_read_row(f"transitions row {number}", value, *numbers) for number, value in enumerate(values, start=1)]
    acting = {row.state for row in rows}
    for number, row in enumerate(rows, start=1):
        if row.next_state not in acting and not row.terminated:
            raise InputError(
                f"transitions row {number}: terminated is false, but {shown(states[row.next_state])} is a terminal "
                "state, which has no rows; make it true"
            )
    return rows


def _read_row(where: str, value: Any, states: Mapping[str, int], actions: Mapping[str, int]) -> Row:
    if not isinstance(value, list) or len(value) != len(Row._fields):
        raise InputError(
            f"{where} is {shown(value)}; it must be [state, action, probability, next state, reward, terminated]"
        )
    probability, reward, terminated = finite(value[2]), finite(value[4]), value[5]
    if probability is None or not 0.0 < probability <= 1.0:
        raise InputError(f"{where}: the probability is {shown(value[2])}; it must be a number above 0 and at most 1")
    if reward is None:
        raise InputError(f"{where}: the reward is {shown(value[4])}; it must be a finite number")
    if not isinstance(terminated, bool):
        raise InputError(f"{where}: terminated is {shown(terminated)}; it must be true or false")
    return Row(
        _number(where, "state", value[0], states),
        _number(where, "action", value[1], actions),
        probability,
        _number(where, "state", value[3], states),
        reward,
        terminated,
    )


def _number(where: str, kind: str, name: Any, numbers: Mapping[str, int]) -> int:
    if not isinstance(name, str) or name not in numbers:
        hint = near_miss(str(name), numbers) or f"; it must be one of the {kind}s"
        raise InputError(f"{where}: unknown {kind} {shown(name)}{hint}")
    return numbers[name]


def _read_start(table: Table, states: Sequence[str]) -> FloatArray:
    wanted = "a table from states to their probabilities of being the first, which add up to 1"
    given = _given(table, "start", Mapping, wanted)
    start = np.zeros(len(states))
    chances = Table(given, "start.")
    numbers = {name: number for number, name in enumerate(states)}
    for name in given:
        start[_number("start", "state", name, numbers)] = chances.number(name, low=0.0, high=1.0)
    return start


def _read_layout(table: Table, states: int, rows: Sequence[Row]) -> Layout | None:
    if "layout" not in table:
        return None
    lines = table.values["layout"]
    if not isinstance(lines, list) or not all(isinstance(line, str) and line.isprintable() for line in lines):
        raise table.mistake("layout", "a list of the rows of a map, each a printable text")
    width = max(map(len, lines), default=0)
    cells = tuple(line.ljust(width) for line in lines) if len(lines) * width <= MAX_PAIRS else ()
    if len(open_cells(cells)) != states:
        raise InputError(
            f"layout has {len(open_cells(cells))} open cells; it must have one for each of the {states} states"
        )
    return Layout(cells, _labels(states, rows))


def _labels(states: int, rows: Sequence[Row]) -> tuple[str, ...]:
    """Label each terminal state with the reward of entering it, where that is always the same and not zero."""
    acting = {row.state for row in rows}
    paid: list[set[float]] = [set() for _ in range(states)]
    for row in rows:
        if row.next_state not in acting:
            paid[row.next_state].add(row.reward)
    return tuple(f"{rewards.pop():+g}" if len(rewards) == 1 and rewards != {0.0} else "" for rewards in paid)
