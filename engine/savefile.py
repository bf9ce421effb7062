"""The bytes of a save: one `.safetensors` file a run, versioned, hashed, never executable, and not believed when read.

The file holds the arrays of `Run.state()`, those of the last marks of the timeline, and one JSON text under the
metadata key `qscope` with everything else: format and program versions, the whole definition of the world, agent,
settings, seed, log, branches, counters, generators, and the digest.
"""

import json
from collections.abc import Mapping
from importlib import metadata
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from engine import migrations
from engine.agents import catalogue as agents
from engine.interventions import Edit, Log, from_plain
from engine.run import Mark, Run
from engine.state import Array, State, canonical_json
from engine.timeline import Timeline
from engine.worlds import catalogue as worlds

LARGEST_HEADER = 2**26
MOST_MARKS = 64
LARGEST_MARKS = 8 * 2**20
"""How many bytes of marks a file carries at most, so that the last steps are near after it is loaded."""

_PARTS = {
    "format": int,
    "program": str,
    "versions": dict,
    "world": dict,
    "agent": str,
    "settings": dict,
    "seed": int,
    "log": list,
    "timeline": dict,
    "marks": list,
    "values": dict,
    "digest": str,
}
INVALID = (
    safetensors.SafetensorError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    RecursionError,
    OverflowError,
)
"""What reading a file that is no save may raise."""


def pack(timeline: Timeline) -> tuple[str, bytes]:
    """Return the digest of the run and the bytes of its file."""
    run = timeline.run
    state, digest = run.state(), run.digest()
    marks = _worth_carrying(timeline.recent_marks())
    states = {f"mark{number}": mark.whole_state for number, mark in enumerate(marks)}
    about = {
        "format": migrations.FORMAT,
        "program": program_version(),
        "versions": {"numpy": np.__version__, **_torch_version(run)},
        **run.identity(),
        "timeline": timeline.record(),
        "marks": [{"log": len(mark.log), "values": mark.whole_state.values} for mark in marks],
        "values": state.values,
        "digest": digest,
    }
    arrays = {**state.arrays, **State.joined(states).arrays}
    return digest, safetensors.numpy.save(arrays, metadata={"qscope": canonical_json(about)})


def unpack(data: bytes) -> Timeline:
    """Rebuild the run of a file; raises one of `INVALID` if it is none, or if its parts do not fit together."""
    said = about(data[: LARGEST_HEADER + 8])
    arrays = safetensors.numpy.load(data)
    if _digest(_own(said, arrays), said) != said["digest"]:
        raise ValueError("the digest does not fit the contents")
    said, arrays = migrations.upgraded(said, arrays)
    _expect_fitting(said, arrays)
    content = _own(said, arrays)
    run = _rebuilt(said, content, from_plain(said["log"]))
    identity = {**run.identity(), "settings": said["settings"]}  # Later versions may know settings that the file lacks.
    if _digest(run.state(), identity) != _digest(content, said):
        raise ValueError("its parts do not fit together")
    timeline = Timeline(run)
    timeline.take_over(said["timeline"])
    timeline.insert(_marks(said, arrays, run))
    return timeline


def about(header: bytes) -> dict[str, Any]:
    """Read the JSON text out of the beginning of a file; raises one of `INVALID` if it is not there."""
    length = int.from_bytes(header[:8], "little")
    if len(header) < 8 or not 2 <= length <= min(LARGEST_HEADER, len(header) - 8):
        raise ValueError("it is no safetensors file, or it was cut short")
    about = json.loads(json.loads(header[8 : 8 + length])["__metadata__"]["qscope"])
    if not isinstance(about, dict) or "format" not in about:
        raise ValueError("it was not saved by qscope")
    if about["format"] not in migrations.READ:
        known = " and ".join(map(str, migrations.READ))
        raise ValueError(f"it has format {about['format']!r}; this version reads the formats {known}")
    if set(about) != set(_PARTS):
        raise ValueError("it lacks a part, or has one too many")
    for key, kind in _PARTS.items():
        if not isinstance(about[key], kind):
            raise ValueError(f"its {key} is of the wrong type")
    if not all(isinstance(text, str) for text in about["settings"].values()):
        raise ValueError("its settings are of the wrong type")
    return about


def _own(said: Mapping[str, Any], arrays: Mapping[str, Array]) -> State:
    """Return the state that the file holds, without those of its marks."""
    return State({name: array for name, array in arrays.items() if not name.startswith("mark")}, said["values"])


def _digest(state: State, identity: Mapping[str, Any]) -> str:
    """Return what `Run.digest` says of a run of that state and that identity."""
    known = {name: identity[name] for name in ("world", "agent", "settings", "seed", "log")}
    return State(state.arrays, {**state.values, "run": known}).digest()


def _rebuilt(said: Mapping[str, Any], state: State, log: Log) -> Run:
    """Return a run in that state; raises `ValueError` if there is an array too many or too few."""
    world = worlds.build(said["world"]["name"], said["world"]["definition"])
    run = Run(world, said["agent"], said["settings"], said["seed"])
    run.load_state(state, log)
    if set(run.state().arrays) != set(state.arrays):
        raise ValueError("it holds arrays that do not belong to this agent")
    return run


def _marks(said: Mapping[str, Any], arrays: Mapping[str, Array], run: Run) -> list[Mark]:
    """Rebuild the marks of the past, each as distrustfully as the run itself."""
    if len(said["marks"]) > MOST_MARKS:
        raise ValueError("it holds more marks than any save")
    marks = []
    for number, mark in enumerate(said["marks"]):
        own = State(dict(arrays), {}).under(f"mark{number}").arrays
        marks.append(_rebuilt(said, State(own, mark["values"]), run.log[: mark["log"]]).mark())
        if _edits(marks[-1].log) == _edits(run.log):
            marks[-1] = marks[-1]._replace(world=run.world)
    names = {f"mark{number}" for number in range(len(marks))}
    if any(name.startswith("mark") and name.partition(".")[0] not in names for name in arrays):
        raise ValueError("it holds arrays of marks that it does not name")
    return marks


def _edits(log: Log) -> int:
    return sum(isinstance(entry, Edit) for entry in log)


def _worth_carrying(marks: list[Mark]) -> list[Mark]:
    """Return the last of the marks, as many as a file carries."""
    carried: list[Mark] = []
    for mark in reversed(marks[-MOST_MARKS:]):
        if sum(other.size for other in carried) + mark.size > LARGEST_MARKS:
            break
        carried.insert(0, mark)
    return carried


def _expect_fitting(about: dict[str, Any], arrays: Mapping[str, Array]) -> None:
    """Raise `ValueError` if the arrays are not those of the world and the agent, before either is built.

    Else a small file could ask for a large world or a large network. An edit changes the number of states by one.
    """
    states, actions = worlds.size_of(about["world"]["definition"])
    map_size = worlds.map_size_of(about["world"]["definition"])
    settings = agents.check(about["agent"], about["settings"])
    edits = sum(entry["kind"] == "edit" for entry in about["log"])
    name, _ = settings.largest_array(states, actions, map_size)
    sizes = {settings.largest_array(states + more, actions, map_size)[1] for more in range(-edits, edits + 1)}
    if arrays[f"agent.{name}"].size not in sizes:
        raise ValueError(f"the array {name!r} does not fit the world and the settings")


def program_version() -> str:
    """Return the version of the program, as it was installed."""
    try:
        return metadata.version("qscope")
    except metadata.PackageNotFoundError:
        return "unknown"


def _torch_version(run: Run) -> dict[str, str]:
    return {"torch": metadata.version("torch")} if run.agent_name == "dqn" else {}
