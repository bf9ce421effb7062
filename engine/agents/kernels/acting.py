"""How a loop acts: with the action of a person, with the one that was chosen already, or with a new one."""

from engine.agents.kernels.choosing import act
from engine.agents.kernels.compiled import Generator, compiled
from engine.agents.kernels.tables import Tables
from engine.worlds.mdp import BoolArray


@compiled
def take(
    kind: int, tables: Tables, state: int, legal: BoolArray, level: float, by_hand: int, generator: Generator
) -> tuple[int, bool, float]:
    """Return the action of this step, whether it was explored, and the die that decided.

    `by_hand` is the action that a person chose, or -1; it takes the place of one that was chosen already.
    """
    pending = tables.pending[0]
    if by_hand >= 0:
        pending["chosen"] = False
        return by_hand, False, 1.0
    if pending["chosen"]:
        pending["chosen"] = False
        return pending["action"], pending["explored"], pending["die"]
    values = tables.q[state]
    return act(kind, values, values, tables.visits[state], legal, level, generator)


@compiled
def look_ahead(kind: int, tables: Tables, state: int, legal: BoolArray, level: float, generator: Generator) -> int:
    """Choose the action of the next step already, for a rule whose target asks for it; keep it, and return it."""
    values, pending = tables.q[state], tables.pending[0]
    action, explored, die = act(kind, values, values, tables.visits[state], legal, level, generator)
    pending["chosen"], pending["action"], pending["explored"], pending["die"] = True, action, explored, die
    return action
