"""What a DQN of a save of format 1 has to be given so that it goes on: its state had no spans, no ages, no n-step."""

from typing import Any

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
