"""How much memory making a world takes, estimated from its definition, before it is made."""

from collections.abc import Mapping
from typing import Any

from engine.worlds import catalogue, gridworld
from engine.worlds.mdp import BLOCK

BYTES_A_CELL, BYTES_A_STATE, BYTES_A_PAIR, BYTES_AN_OUTCOME, BYTES_A_TRANSITION = 14, 140, 10, 22, 800
BYTES_IN_WORK = 170
"""Of each outcome of the block that is worked on."""
BYTES_AN_ENVIRONMENT = 2**24
"""What was measured at the height of the making, rounded up; of a transition with its plain form in the definition."""


def memory_of(definition: Mapping[str, Any]) -> int:
    """Return how many bytes making a world of a definition takes, at most.

    The definition may still hold mistakes; one of the wrong types raises `TypeError`, `KeyError` or `AttributeError`.
    """
    if "environment" in definition:
        return BYTES_AN_ENVIRONMENT
    states, actions = catalogue.size_of(definition)[:2]
    table = BYTES_A_STATE * states + BYTES_A_PAIR * states * actions
    if "map" not in definition:
        return table + BYTES_A_TRANSITION * len(definition["transitions"])
    outcomes, of_a_state = _outcomes_of_map(definition, states, actions)
    block = BLOCK + min(of_a_state, outcomes)
    return table + BYTES_A_CELL * len(definition["map"]) + BYTES_AN_OUTCOME * outcomes + BYTES_IN_WORK * block


def _outcomes_of_map(definition: Mapping[str, Any], states: int, actions: int) -> tuple[int, int]:
    """Return how many outcomes the moves on a map have, and those from one state, at most.

    A landing in a `to_start` cell has one outcome for every start.
    """
    text: str = definition["map"]
    cells = definition.get("cells", {})
    a_state = actions * (3 if definition.get("slip") else 1)
    back = sum(text.count(letter) for letter, cell in cells.items() if cell.get("to_start"))
    if not back:
        return states * a_state, a_state
    anywhere = "wind" in definition or any("exit_reward" in cell for cell in cells.values())
    landing = min(states, states if anywhere else 2 * back) * a_state
    starts = text.count("S") or text.count(".")
    return min(states * a_state + landing * starts, gridworld.MAX_OUTCOMES), a_state * starts
