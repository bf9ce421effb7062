"""The bytes of a save: one `.safetensors` file a run, versioned, hashed, never executable, and not believed when read.

The file holds the arrays of `Run.state()`, those of the last marks of the timeline, and one JSON text under the
metadata key `qscope` with everything else: format and program versions, the whole definition of the world, agent,
settings, seed, log, branches with their curves, counters, generators, what the statistics come to, the digest of the
run, and a checksum over all of the file's contents.
"""

import json
from collections.abc import Mapping
from importlib import metadata
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from engine import allowance, migrations, savemarks
from engine.agents import catalogue as agents
from engine.errors import InputError
from engine.interventions import Edit, Log, WorldEdit, from_plain
from engine.run import Run
from engine.state import Array, State, canonical_json
from engine.timeline import Timeline
from engine.worlds import catalogue as worlds
from engine.worlds.editing import changed
from engine.worlds.fields import in_line
from engine.worlds.memory import memory_of

LARGEST_HEADER = 2**25
LARGEST_TEXT = LARGEST_HEADER // 2
"""So many bytes of JSON text, whose quotes are escaped in the header."""

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
_PARTS_OF_3 = {**_PARTS, "past": list, "statistics": dict, "checksum": str}
INVALID = (
    safetensors.SafetensorError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    RecursionError,
    OverflowError,
    MemoryError,
)
"""What reading a file that is no save may raise."""


def pack(timeline: Timeline) -> bytes:
    """Return the bytes of the file of a run."""
    run = timeline.run
    state = run.state()
    marks, arrays = savemarks.packed(run, timeline.recent_marks())
    about = {
        "format": migrations.FORMAT,
        "program": program_version(),
        "versions": {"numpy": np.__version__, **_torch_version(run)},
        **run.identity(),
        "timeline": timeline.record(),
        **marks,
        "values": state.values,
        "statistics": run.statistics.summary(),
        "digest": run.digest(),
    }
    return sealed(about, {**state.arrays, **arrays})


def sealed(about: Mapping[str, Any], arrays: Mapping[str, Array]) -> bytes:
    """Return the bytes of a file with these contents, and with the checksum over them.

    Raises `InputError` if the text is longer than a file may have it.
    """
    text = canonical_json({**about, "checksum": _checksum(about, arrays)})
    if len(text) > LARGEST_TEXT:
        raise InputError(f"the run has {len(text):,} bytes of world and log; a save takes {LARGEST_TEXT:,} at most")
    in_order = {name: np.asarray(array, order="C") for name, array in arrays.items()}  # It writes memory as it lies.
    return safetensors.numpy.save(in_order, metadata={"qscope": text})


def contents(data: bytes, most: int = allowance.ALLOWANCE) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the JSON text and the arrays of a file; raises one of `INVALID` if they are not what was written."""
    said = about(data[: LARGEST_HEADER + 8], most)
    arrays = safetensors.numpy.load(data)
    sound = digest_of(said, arrays) == said["digest"]
    if said["format"] >= 3:  # The digest of the run leaves out its marks and branches; older files had no more.
        sound = sound and _checksum(said, arrays) == said["checksum"]
    if not sound:
        raise ValueError("the file is damaged: the digest does not fit the contents")
    return said, arrays


def unpack(data: bytes, most: int = allowance.ALLOWANCE) -> Timeline:
    """Rebuild the run of a file; raises one of `INVALID` if it is none, or if its parts do not fit together.

    It takes no more memory than four times the length of `data` and `most` bytes, see `engine.allowance`.
    """
    size = len(data)
    said, arrays = migrations.upgraded(*contents(data, most))
    del data  # The arrays are copies. So the bytes are in memory no longer, unless the caller keeps them.
    log = from_plain(said.pop("log"))  # Of a long one the plain form is the largest thing there is.
    more_worlds = _expect_fitting(said, log, arrays, size, most)
    run, of_marks = _checked_run(said, log, arrays)
    del arrays  # Those of the run are copied, too, and with the marks there would be too much in memory.
    marks = savemarks.unpacked(said, of_marks, run, more_worlds)
    timeline = Timeline(run)
    timeline.take_over(said["timeline"])
    timeline.insert(marks)
    return timeline


def _checked_run(said: Mapping[str, Any], log: Log, arrays: Mapping[str, Array]) -> tuple[Run, dict[str, Array]]:
    """Rebuild the run of a file, without its marks; return it, and the arrays of these."""
    content = _own(said, arrays)
    run = _rebuilt(said, content, log)
    # Later versions may know settings that the file lacks; the log is the one that was given.
    given: dict[str, Any] = {"settings": said["settings"], "log": []}
    same = _digest(run.state(), {**run.origin(), **given}) == _digest(content, {**said, **given})
    comes_to = said["statistics"] or run.statistics.summary()  # Older formats do not say it.
    if not same or run.statistics.summary() != comes_to:
        raise ValueError("its parts do not fit together")
    return run, {name: array for name, array in arrays.items() if name not in content.arrays}


def about(header: bytes, most: int = allowance.ALLOWANCE) -> dict[str, Any]:
    """Read the JSON text out of the beginning of a file; raises one of `INVALID` if it is not there."""
    length = int.from_bytes(header[:8], "little")
    if len(header) < 8 or not 2 <= length <= min(LARGEST_HEADER, len(header) - 8):
        raise ValueError("it is no safetensors file, or it was cut short")
    text = header[8 : 8 + length]
    allowance.expect(allowance.parsed_size(text), length, most, "its text")
    about = json.loads(json.loads(text)["__metadata__"]["qscope"])
    if not isinstance(about, dict) or "format" not in about:
        raise ValueError("it was not saved by qscope")
    if about["format"] not in migrations.READ:
        known = ", ".join(map(str, migrations.READ))
        raise ValueError(f"it has format {about['format']!r}; this version reads the formats {known}")
    parts = _PARTS if about["format"] < 3 else _PARTS_OF_3
    if set(about) != set(parts):
        raise ValueError("it lacks a part, or has one too many")
    for key, kind in parts.items():
        if not isinstance(about[key], kind):
            raise ValueError(f"its {key} is of the wrong type")
    if not all(isinstance(text, str) for text in about["settings"].values()):
        raise ValueError("its settings are of the wrong type")
    return about


def digest_of(said: Mapping[str, Any], arrays: Mapping[str, Array]) -> str:
    """Return the digest of the run that a file holds, as `Run.digest` says it."""
    return _digest(_own(said, arrays), said)


def _own(said: Mapping[str, Any], arrays: Mapping[str, Array]) -> State:
    """Return the state that the file holds, without those of its marks."""
    return State(
        {name: array for name, array in arrays.items() if not name.startswith(("mark", "past."))}, said["values"]
    )


def _digest(state: State, identity: Mapping[str, Any]) -> str:
    """Return what `Run.digest` says of a run of that state and that identity."""
    known = {name: identity[name] for name in ("world", "agent", "settings", "seed", "log")}
    return State(state.arrays, {**state.values, "run": known}).digest()


def _checksum(about: Mapping[str, Any], arrays: Mapping[str, Array]) -> str:
    """Return the SHA-256 over all that a file holds but this checksum itself."""
    return State(dict(arrays), {key: value for key, value in about.items() if key != "checksum"}).digest()


def _rebuilt(said: Mapping[str, Any], state: State, log: Log) -> Run:
    """Return a run in that state; raises `ValueError` if there is an array too many or too few."""
    world = worlds.build(said["world"]["name"], said["world"]["definition"])
    run = Run(world, said["agent"], said["settings"], said["seed"])
    run.load_state(state, log)
    if set(run.state().arrays) != set(state.arrays):
        raise ValueError("it holds arrays that do not belong to this agent")
    return run


def _expect_fitting(about: dict[str, Any], log: Log, arrays: Mapping[str, Array], size: int, most: int) -> int:
    """Raise `ValueError` if the arrays are not those of the world and the agent, before either is built.

    Else a small file could ask for a large world or a large network. An edit changes the number of states by one.
    Return how many more worlds, as they were before edits, there is memory for.
    """
    needed = _memory_of_worlds(about["world"], log)
    allowance.expect(needed, size, most, "its world")
    world, settings = worlds.size_of(about["world"]["definition"]), agents.check(about["agent"], about["settings"])
    edits = sum(isinstance(entry, Edit) for entry in log)
    name, _ = settings.largest_array(world)
    counts = range(world.states - edits, world.states + edits + 1)
    if arrays[f"agent.{name}"].size not in {settings.largest_array(world._replace(states=n))[1] for n in counts}:
        raise ValueError(f"the array {name!r} does not fit the world and the settings")
    return (allowance.allowed(size, most) - needed) // max(needed, 1)


def _memory_of_worlds(world: dict[str, Any], log: Log) -> int:
    """Return how many bytes making the largest of the worlds takes that the edits of a log lead through."""
    definition = world["definition"]
    needed = memory_of(definition)
    for entry in log:
        if isinstance(entry, WorldEdit):
            definition = changed(str(world["name"]), definition, entry)
            needed = max(needed, memory_of(definition))
    return needed


def made_with_others(about: Mapping[str, Any]) -> str:
    """Say which versions of what decides the digits a file was made with, where they are others than here; or nothing.

    It is read all the same, but what follows may differ in the last digits from what would have followed there.
    """
    made = {
        name: in_line(str(about["versions"][name])[:40]) for name in ("numpy", "torch") if name in about["versions"]
    }
    others = [
        f"{name} {version} (here {here})" for name, version in made.items() if version != (here := _version(name))
    ]
    return f"made with {', '.join(others)}: the last digits of sums may differ" if others else ""


def program_version() -> str:
    """Return the version of the program, as it was installed."""
    return _version("qscope")


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "unknown"


def _torch_version(run: Run) -> dict[str, str]:
    return {"torch": _version("torch")} if run.agent_name == "dqn" else {}
