"""What a DQN of an older save has to be given so that it goes on.

In format 1 its state had no spans, no ages and no n-step; up to format 3 it did not count its visits.
"""

from typing import Any, NamedTuple

import numpy as np

from engine.state import Array, State

RENAMED = {"replay.states": "replay.places", "replay.next_states": "replay.next_places"}


def updated(state: State) -> State:
    """Return the state of a DQN, as `DQN.state` gave it in format 1, as `DQN.load_state` takes it now."""
    arrays = {RENAMED.get(name, name): array for name, array in state.arrays.items() if name != "replay.continues"}
    arrays["replay.spans"] = (state.arrays["replay.continues"] > 0.0).astype(np.int8)
    arrays["replay.made_at"] = _made_at(state.values)
    for name, kind in (("places", np.int64), ("actions", np.int64), ("rewards", np.float64)):
        arrays[f"pending.{name}"] = np.zeros(0, kind)
    update = state.values["update"]
    return State(arrays, {**state.values, "update": {**update, **_unknown(arrays, state.values)} if update else None})


def _made_at(values: dict[str, Any]) -> Array:
    """Number the rows of the ring by their age: the newest was made at the last transition."""
    size, transitions = int(values["replay.size"]), int(values["transitions"])
    oldest_first: Array = np.arange(transitions - size + 1, transitions + 1, dtype=np.int64)
    return np.roll(oldest_first, int(values["replay.next"]))


def _unknown(arrays: dict[str, Array], values: dict[str, Any]) -> dict[str, Any]:
    """Say nothing of the batch, which was not kept, and the ages as they are."""
    ages = int(values["transitions"]) - arrays["replay.made_at"]
    return {
        "next_action": -1,
        "n_step": 1,
        "target_tau": 0.0,
        "oldest_age": int(ages.max(initial=0)),
        "mean_age": float(ages.mean()) if len(ages) else 0.0,
        "replayed": [],
    }


class Transitions(NamedTuple):
    """The last transitions of a run, without a gap: when they were made and from which pairs, shape (transitions,)."""

    made_at: Array
    """The number of each, ascending."""
    places: Array
    actions: Array
    after: int
    """The number of the one before the first of them."""


def transitions_known(state: State, edited_at: int) -> Transitions:
    """Return the transitions that the state of a DQN of format 3 still tells: those in its replay and under way.

    What was made up to the last edit of the world is left out: the replay does not say what an edit took from it.
    """
    made, arrays = int(state.values["transitions"]), state.arrays
    under_way = np.arange(made - len(arrays["pending.actions"]), made) + 1
    made_at = np.concatenate([arrays["replay.made_at"], under_way])
    places = np.concatenate([arrays["replay.places"], arrays["pending.places"][:-1]])
    actions = np.concatenate([arrays["replay.actions"], arrays["pending.actions"]])
    made_at, rows = np.unique(made_at, return_index=True)
    without_gap = made_at == made - np.arange(len(made_at))[::-1]
    first = int(np.flatnonzero(~without_gap).max(initial=-1)) + 1
    first = max(first, int(np.searchsorted(made_at, edited_at, "right")))
    rows = rows[first:]
    return Transitions(made_at[first:], places[rows], actions[rows], made - len(rows))


def counted(state: State, known: Transitions) -> State:
    """Return the state of a DQN of format 3, at some moment of a run, with the visits that are known until then."""
    past = known.made_at <= int(state.values["transitions"])
    pairs, counts = np.unique(np.stack([known.places[past], known.actions[past]]), axis=1, return_counts=True)
    columns = {"visits.places": pairs[0].copy(), "visits.actions": pairs[1].copy(), "visits.counts": counts}
    return State({**state.arrays, **columns}, {**state.values, "visits.counted_after": known.after})
