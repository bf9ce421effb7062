"""Saves: one `.safetensors` file a run, versioned, hashed, written atomically, never executable.

The file holds the arrays of `Run.state()` and one JSON text under the metadata key `qscope` with everything else:
format and program versions, the whole definition of the world, agent, settings, seed, counters, generators, and the
digest.
"""

import json
import os
import re
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from engine import interventions
from engine.errors import InputError, near_miss
from engine.run import Run
from engine.state import State, canonical_json
from engine.timeline import Timeline
from engine.worlds import catalogue as worlds

FORMAT = 1
SUFFIX = ".safetensors"
AUTOSAVES = ".autosave"
LARGEST_FILE = 2**30
LARGEST_HEADER = 2**26

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
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
    "values": dict,
    "digest": str,
}
_INVALID = (
    safetensors.SafetensorError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    RecursionError,
    OverflowError,
)


@dataclass(frozen=True)
class SaveListing:
    """One file in the folder of saves, for people and for lists."""

    name: str
    world: str
    agent: str
    steps: int
    episodes: int
    modified: datetime
    size: int
    problem: str = ""
    """Why the file is no save; empty if it looks like one."""


def check_name(name: str) -> str:
    """Return the name; raises `InputError` if no save can be called so."""
    if not _NAME.fullmatch(name) or name.endswith(SUFFIX):
        raise InputError(
            f"{name!r} cannot be the name of a save; use 1 to 64 letters, digits, dots, dashes or underscores"
        )
    if name in worlds.library():
        raise InputError(f"{name!r} is the name of a world; choose another name for the save")
    return name


def suggested_name(run: Run) -> str:
    """Return a name to offer for a run: its world and its agent."""
    world = re.sub(r"[^A-Za-z0-9.-]+", "-", run.world.name.removeprefix("gym:")).strip("-.")
    return f"{world[:40] or 'world'}-{run.agent_name}"


def save(timeline: Timeline, folder: Path, name: str) -> Path:
    """Write the run and its branches to `folder/name.safetensors` and return the path; the old file becomes `...~1`.

    The file is written beside its place, flushed to the disk, and then put there in one move, so that a reader finds
    the old file or the new one, whole, whatever happens in between. Raises `InputError` if it cannot be written.
    """
    target = folder / f"{check_name(name)}{SUFFIX}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _replace(target, _pack(timeline))
    except OSError as error:
        raise InputError(f"cannot save to {target}: {error.strerror or error}") from None
    return target


def autosave(timeline: Timeline, folder: Path) -> Path:
    """Write the run among the autosaves of the folder of saves and return the path."""
    moment = datetime.now().strftime("%Y%m%d-%H%M%S")
    return save(timeline, folder / AUTOSAVES, f"{suggested_name(timeline.run)[:48]}-{moment}")


def find(folder: Path, word: str) -> Path | None:
    """Return the save that a word names: in the folder of saves, among its autosaves, or as a path; else None."""
    candidates = [Path(word)] if word.endswith(SUFFIX) else []
    name = word.removeprefix(f"{AUTOSAVES}/")
    if _NAME.fullmatch(name):
        candidates.append((folder if name == word else folder / AUTOSAVES) / f"{name}{SUFFIX}")
    return next((path for path in candidates if path.is_file()), None)


def load(folder: Path, word: str) -> Timeline:
    """Rebuild the run that a word names; raises `InputError` if there is none or it is damaged."""
    path = find(folder, word)
    if path is None:
        names = [entry.name for entry in listing(folder)]
        raise InputError(f"no save {word!r} in {folder}{near_miss(word, names)} (qscope saves lists them all)")
    return read(path)


def read(path: Path) -> Timeline:
    """Rebuild the run of one file; raises `InputError`, in one line, if it is not a valid save."""
    data = _bytes_of(path)
    try:
        about = _about(data[: LARGEST_HEADER + 8])
        arrays = safetensors.numpy.load(data)
        run = Run(
            worlds.build(about["world"]["name"], about["world"]["definition"]),
            about["agent"],
            about["settings"],
            about["seed"],
        )
        run.load_state(State(arrays, about["values"]), interventions.from_plain(about["log"]))
        if set(run.state().arrays) != set(arrays):
            raise ValueError("it holds arrays that do not belong to this agent")
        if run.digest() != about["digest"]:
            raise ValueError("the digest does not fit the contents")
        timeline = Timeline(run)
        timeline.take_over(about["timeline"])
    except _INVALID as error:
        raise InputError(f"{path}: not a valid save: {_reason(error)}") from None
    return timeline


def show(folder: Path, word: str) -> dict[str, Any]:
    """Return everything of a save but the arrays, as plain values; raises `InputError` if it is none."""
    path = find(folder, word)
    if path is None:
        raise InputError(f"no save {word!r} in {folder} (qscope saves lists them all)")
    try:
        return _about(_header_of(path))
    except (*_INVALID, OSError) as error:
        raise InputError(f"{path}: not a valid save: {_reason(error)}") from None


def listing(folder: Path) -> tuple[SaveListing, ...]:
    """Describe every save of the folder, by name, then its autosaves, the newest first; an absent folder has none."""
    own = sorted(folder.glob(f"*{SUFFIX}"))
    autosaves = sorted((folder / AUTOSAVES).glob(f"*{SUFFIX}"), key=lambda path: -path.stat().st_mtime)
    return tuple(_describe(folder, path) for path in [*own, *autosaves])


def _describe(folder: Path, path: Path) -> SaveListing:
    name = str(path.relative_to(folder)).removesuffix(SUFFIX)
    status = path.stat()
    modified = datetime.fromtimestamp(status.st_mtime, UTC).astimezone()
    try:
        about = _about(_header_of(path))
        world, agent, values = str(about["world"]["name"]), str(about["agent"]), about["values"]
        steps, episodes = int(values["interaction.progress"]["step"]), int(values["statistics.episodes"])
    except (*_INVALID, OSError) as error:
        return SaveListing(name, "", "", 0, 0, modified, status.st_size, problem=_reason(error))
    return SaveListing(name, world, agent, steps, episodes, modified, status.st_size)


def _pack(timeline: Timeline) -> bytes:
    run = timeline.run
    state = run.state()
    about = {
        "format": FORMAT,
        "program": program_version(),
        "versions": {"numpy": np.__version__, **_torch_version(run)},
        **run.identity(),
        "timeline": timeline.record(),
        "values": state.values,
        "digest": run.digest(),
    }
    return safetensors.numpy.save(state.arrays, metadata={"qscope": canonical_json(about)})


def _about(header: bytes) -> dict[str, Any]:
    """Read the JSON text out of the beginning of a file; raises one of `_INVALID` if it is not there."""
    length = int.from_bytes(header[:8], "little")
    if len(header) < 8 or not 2 <= length <= min(LARGEST_HEADER, len(header) - 8):
        raise ValueError("it is no safetensors file, or it was cut short")
    about = json.loads(json.loads(header[8 : 8 + length])["__metadata__"]["qscope"])
    if not isinstance(about, dict) or "format" not in about:
        raise ValueError("it was not saved by qscope")
    if about["format"] != FORMAT:
        raise ValueError(f"it has format {about['format']!r}; this version reads format {FORMAT}")
    if set(about) != set(_PARTS):
        raise ValueError("it lacks a part, or has one too many")
    for key, kind in _PARTS.items():
        if not isinstance(about[key], kind):
            raise ValueError(f"its {key} is of the wrong type")
    if not all(isinstance(text, str) for text in about["settings"].values()):
        raise ValueError("its settings are of the wrong type")
    return about


def _header_of(path: Path) -> bytes:
    with path.open("rb") as file:
        first = file.read(8)
        return first + file.read(min(int.from_bytes(first, "little"), LARGEST_HEADER))


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise InputError(f"{path}: not a valid save: {size:,} bytes are more than any save has")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None


def _replace(target: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _keep_previous(target)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    directory = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _keep_previous(target: Path) -> None:
    """Give the file that is about to be replaced a second name, `...~1`, in the place of the one before it."""
    if target.exists():
        link = target.with_name(f".{target.name}.{os.getpid()}.link")
        link.unlink(missing_ok=True)
        link.hardlink_to(target)
        link.replace(target.with_name(f"{target.name}~1"))


def _torch_version(run: Run) -> dict[str, str]:
    return {"torch": metadata.version("torch")} if run.agent_name == "dqn" else {}


def program_version() -> str:
    """Return the version of the program, as it was installed."""
    try:
        return metadata.version("qscope")
    except metadata.PackageNotFoundError:
        return "unknown"


def _reason(error: BaseException) -> str:
    """Say in one line what was wrong with a file."""
    if isinstance(error, KeyError):
        return f"{error.args[0]!r} is missing"
    return " ".join(str(error).split()) or type(error).__name__
