"""The arrays of a tabular agent, as the compiled loops take and write them."""

import dataclasses
from typing import NamedTuple

import numpy as np

from engine.agents.kernels.compiled import Record, compiled
from engine.transition import TableUpdate
from engine.worlds.mdp import FloatArray, IntArray

UPDATE = np.dtype([(f.name, "i8" if f.type is int else "f8") for f in dataclasses.fields(TableUpdate)])
PENDING = np.dtype([("chosen", "?"), ("action", "i8"), ("explored", "?"), ("die", "f8")])


class Tables(NamedTuple):
    """What a tabular agent knows; the records have shape (1,)."""

    q: FloatArray
    """Shape (states, actions)."""
    other: FloatArray
    """A second table for the rule that needs one, shape (states, actions); else shape (0, 0)."""
    visits: IntArray
    """Shape (states, actions)."""
    pending: Record
    """The action that was chosen already for the next step, by a rule that has to know it."""
    update: Record


@compiled
def note_pair(update: Record, step: int, state: int, action: int, steps: int, trace: float, pairs: int) -> None:
    """Write down which pair the last update was about, and how far it reached; see `TableUpdate`."""
    row = update[0]
    row["step"] = step
    row["state"] = state
    row["action"] = action
    row["steps"] = steps
    row["trace"] = trace
    row["pairs"] = pairs


@compiled
def note_update(
    update: Record,
    before: float,
    step_size: float,
    reward: float,
    discount: float,
    next_value: float,
    next_action: int,
    target: float,
    after: float,
) -> None:
    """Write down the numbers of the last update; see `TableUpdate`."""
    row = update[0]
    row["value_before"] = before
    row["step_size"] = step_size
    row["reward"] = reward
    row["discount"] = discount
    row["next_value"] = next_value
    row["next_action"] = next_action
    row["td_target"] = target
    row["td_error"] = target - before
    row["value_after"] = after
