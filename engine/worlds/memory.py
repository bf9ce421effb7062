"""How much memory making a world takes, estimated from its definition, before it is made."""

from collections.abc import Mapping
from typing import Any

from engine.worlds import catalogue, gridworld

BYTES_A_STATE, BYTES_A_PAIR, BYTES_AN_OUTCOME, BYTES_A_TRANSITION = 120, 30, 70, 450
BYTES_AN_ENVIRONMENT = 2**24
"""What was measured at the height of the making, rounded up."""


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
    return table + BYTES_AN_OUTCOME * _outcomes_of_map(definition, states, actions)


def _outcomes_of_map(definition: Mapping[str, Any], states: int, actions: int) -> int:
    """Return how many outcomes the moves on a map have, at most: one landing in a `to_start` cell has one a start."""
    text: str = definition["map"]
    cells = definition.get("cells", {})
    a_state = actions * (3 if definition.get("slip") else 1)
    back = sum(text.count(letter) for letter, cell in cells.items() if cell.get("to_start"))
    if not back:
        return states * a_state
    anywhere = "wind" in definition or any("exit_reward" in cell for cell in cells.values())
    landing = min(states, states if anywhere else 2 * back) * a_state
    starts = text.count("S") or text.count(".")
    return min(states * a_state + landing * starts, gridworld.MAX_OUTCOMES)
