"""Files of older formats, made into what the present one would hold: pure functions, one a record that changed.

What is derived here is only what the older file says in another place; nothing is guessed. The digests of keyframes
are digests of the older form: those of the moments that the file carries are made anew, the others cannot be and go.
"""

from collections.abc import Callable, Mapping
from typing import Any

from engine.interventions import WorldEdit, from_plain
from engine.migrations import dqn, statistics
from engine.state import Array, State

FORMAT = 4
"""The format that is written."""

READ = (1, 2, 3, FORMAT)
"""The formats that are read."""

Values = Mapping[str, Any]


def upgraded(about: Mapping[str, Any], arrays: Mapping[str, Array]) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the JSON text and the arrays of a file, in any format that is read, as `FORMAT` has them.

    Nothing that is given is changed. A file that lacks what its format has raises `KeyError`, `TypeError`,
    `AttributeError` or `IndexError`.
    """
    about, arrays = dict(about), dict(arrays)
    if about["format"] == 1:
        about = _from_1_to_2(about, arrays)
    if about["format"] == 2:
        about = _from_2_to_3(about, arrays)
    if about["format"] == 3:
        about = _from_3_to_4(about, arrays)
    return about, arrays


def _from_1_to_2(about: dict[str, Any], arrays: dict[str, Array]) -> dict[str, Any]:
    """Upgrade the records of the run and of every mark; of the arrays, which are changed, those of a DQN."""
    agent = about["agent"]
    if agent == "dqn":
        about = _at_every_moment(about, arrays, dqn.updated)
    marks = [{**mark, "values": _values_2(agent, mark["values"])} for mark in about["marks"]]
    return {
        **about,
        "format": 2,
        "values": _values_2(agent, about["values"]),
        "marks": marks,
        "timeline": {**about["timeline"], "keyframes": _keyframes(about["timeline"]["keyframes"], marks, arrays)},
    }


def _from_2_to_3(about: dict[str, Any], arrays: dict[str, Array]) -> dict[str, Any]:
    """Upgrade the statistics of the run and of its marks, and say that nobody was looking at the curves."""
    timeline = about["timeline"]
    branches = [{**branch, "shared": 0, "saves": [], "curves": []} for branch in timeline["branches"]]
    return {
        **statistics.upgraded(about, arrays),
        "format": 3,
        "timeline": {**timeline, "branches": branches},
    }


def _from_3_to_4(about: dict[str, Any], arrays: dict[str, Array]) -> dict[str, Any]:
    """Let a DQN count its visits in a world whose states have numbers; nothing else has changed."""
    about = {**about, "format": 4}
    if about["agent"] != "dqn" or "environment" in about["world"]["definition"]:
        return about
    edits = [entry.step for entry in from_plain(about["log"]) if isinstance(entry, WorldEdit)]
    known = dqn.transitions_known(State(arrays, about["values"]).under("agent"), max(edits, default=0))
    about = _at_every_moment(about, arrays, lambda state: dqn.counted(state, known))
    timeline = about["timeline"]
    return {
        **about,
        "timeline": {**timeline, "keyframes": _keyframes(timeline["keyframes"], about["marks"], arrays)},
    }


def _at_every_moment(
    about: dict[str, Any], arrays: dict[str, Array], upgrade: Callable[[State], State]
) -> dict[str, Any]:
    """Upgrade the state of the agent at every moment of the file."""
    moments = {"agent": about["values"]}
    moments |= {f"mark{number}.agent": mark["values"] for number, mark in enumerate(about["marks"])}
    upgraded = []
    for prefix, values in moments.items():
        before = State(arrays, {f"{prefix.removesuffix('agent')}{key}": value for key, value in values.items()})
        after = upgrade(before.under(prefix))
        for name in [name for name in arrays if name.startswith(f"{prefix}.")]:
            del arrays[name]
        arrays |= {f"{prefix}.{name}": array for name, array in after.arrays.items()}
        upgraded.append({**values, **{f"agent.{key}": value for key, value in after.values.items()}})
    marks = [{**mark, "values": values} for mark, values in zip(about["marks"], upgraded[1:], strict=True)]
    return {**about, "values": upgraded[0], "marks": marks}


def _values_2(agent: str, values: Values) -> dict[str, Any]:
    """Upgrade the plain values of one moment."""
    changed = {} if agent == "dqn" else {"agent.update": _table_update_2(values)}
    return {**values, **changed}


def _table_update_2(values: Values) -> dict[str, Any]:
    """Let the update of a table say which pair it is about: in format 1 always that of the last transition."""
    update, last, step = values["agent.update"], values["interaction.last"], values["interaction.progress"]["step"]
    pair = {"step": step, "state": last["state"], "action": last["action"]}
    reach = {"steps": 1, "trace": 1.0, "pairs": 1}
    if update["step_size"] == 0.0:  # Nothing was learned yet.
        pair, reach = dict.fromkeys(pair, 0), {"steps": 0, "trace": 0.0, "pairs": 0}
    return {**update, **pair, **reach}


def _keyframes(keyframes: list[list[Any]], marks: list[dict[str, Any]], arrays: dict[str, Array]) -> list[list[Any]]:
    """Return those steps and digests of keyframes whose moments the file carries, in the form of their upgrade."""
    known = {step for step, _ in keyframes}
    made: dict[int, str] = {}
    for number, mark in enumerate(marks):
        whole = State(State(arrays, {}).under(f"mark{number}").arrays, mark["values"])
        parts = {name: whole.under(name) for name in ("agent", "interaction")}
        made[mark["values"]["interaction.progress"]["step"]] = State.joined(parts).digest()
    return [[step, made[step]] for step in sorted(known & set(made))]
