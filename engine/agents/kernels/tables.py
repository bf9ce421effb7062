"""The arrays of a tabular agent, as the compiled loops take and write them."""

import dataclasses
from typing import NamedTuple

import numpy as np

from engine.agents.kernels.compiled import Record
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
