"""The folder of saves: one file a run, found by name, written so that nothing is lost, listed, and kept by itself."""

import glob
import hashlib
import os
import re
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from engine import allowance, files, savefile
from engine.errors import InputError, near_miss
from engine.run import Run
from engine.savefile import INVALID, LARGEST_HEADER
from engine.timeline import Timeline
from engine.worlds import catalogue as worlds

SUFFIX = ".safetensors"
AUTOSAVES = ".autosave"
LARGEST_FILE = 2**30
LARGEST_CHECKED = 2**21
"""Files up to this size are read whole when they are listed; larger ones when they are shown or opened."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_REVISION = re.compile(r"[0-9]{1,6}")


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
    earlier: tuple[str, ...] = ()
    """What opens the revision before it, and what others saved under its name: `first~1`, `first~2`, ..."""


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


@dataclass(frozen=True)
class Saved:
    """Where a run was written."""

    path: Path
    identity: str
    """What tells the file from every other one, see `identity_of`."""
    kept: Path | None
    """The new name of somebody else's file that stood there, if one did."""

    @property
    def kept_as(self) -> str:
        """The word that opens what stood there, such as `first~2`; empty if nothing did."""
        return self.kept.name.replace(SUFFIX, "") if self.kept else ""


def save(timeline: Timeline, folder: Path, name: str, known: str = "") -> Saved:
    """Write the run and its branches to `folder/name.safetensors`.

    `known` is the identity of the file of that name that this run was saved to or loaded from before; its last
    revision is kept as `...~1`. Any other file that stands there is somebody else's work and keeps a name of its own.
    Raises `InputError`, with the old file in its place, if it cannot be written.
    """
    target = folder / f"{check_name(name)}{SUFFIX}"
    try:
        data = savefile.pack(timeline)
    except ValueError:  # JSON knows no others.
        raise InputError("cannot save: the values of the run are no finite numbers any more") from None
    identity = _identity(BytesIO(data))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        kept = files.replace(target, data, lambda path: identity_of(path) in {known, identity})
    except OSError as error:
        raise InputError(f"cannot save to {target}: {error.strerror or error}") from None
    return Saved(target, identity, kept)


def find(folder: Path, word: str) -> Path | None:
    """Return the save that a word names: in the folder of saves, among its autosaves, or as a path; else None."""
    candidates = [Path(word), folder / word] if word.endswith(SUFFIX) else []
    name, tilde, revision = word.removeprefix(f"{AUTOSAVES}/").partition("~")
    if _NAME.fullmatch(name) and (not tilde or _REVISION.fullmatch(revision)):
        home = folder / AUTOSAVES if word.startswith(f"{AUTOSAVES}/") else folder
        candidates.append(home / f"{name}{SUFFIX}{tilde}{revision}")
    return next((path for path in candidates if path.is_file()), None)


def load(folder: Path, word: str) -> Timeline:
    """Rebuild the run that a word names; raises `InputError` if there is none or it is damaged."""
    return load_from(folder, word)[2]


def load_from(folder: Path, word: str) -> tuple[Path, str | None, Timeline]:
    """Do what `load` does, and return the path of the file and its identity, too."""
    path = _found(folder, word)
    identity = identity_of(path)  # If somebody else writes right now, it is theirs that is not known.
    return path, identity, read(path)


def names(folder: Path) -> list[str]:
    """Return the names of the saves of a folder, without looking into them; an absent folder has none."""
    return sorted(path.name.removesuffix(SUFFIX) for path in folder.glob(f"*{SUFFIX}"))


def _found(folder: Path, word: str) -> Path:
    """Return the save that a word names; raises `InputError` if there is none."""
    path = find(folder, word)
    if path is None:
        raise InputError(f"no save {word!r} in {folder}{near_miss(word, names(folder))} (qscope saves lists them all)")
    return path


def read(path: Path) -> Timeline:
    """Rebuild the run of one file; raises `InputError`, in one line, if it is not a valid save."""
    allowed = allowance.of_environment()
    try:
        return savefile.unpack(_bytes_of(path), allowed)  # Nobody else holds the bytes, so that they can go early.
    except INVALID as error:
        raise InputError(f"{path}: not a valid save: {_reason(error)}{_offer(path)}") from None


def made_with_others(folder: Path, word: str) -> str:
    """Say which other versions of packages the save was made with that a word names; nothing where there are none."""
    path = find(folder, word)
    return savefile.made_with_others(savefile.about(_header_of(path))) if path else ""


def show(folder: Path, word: str) -> dict[str, Any]:
    """Return everything of a save but the arrays, as plain values; raises `InputError` if it is none or is damaged."""
    path = _found(folder, word)
    data, allowed = _bytes_of(path), allowance.of_environment()
    try:
        return savefile.contents(data, allowed)[0]
    except INVALID as error:
        raise InputError(f"{path}: not a valid save: {_reason(error)}{_offer(path)}") from None


def listing(folder: Path) -> tuple[SaveListing, ...]:
    """Describe every save of the folder, by name, then its autosaves, the newest first; an absent folder has none.

    After a damaged one comes the revision before it, if there is one.
    """
    entries = []
    for path, status in [*sorted(newest_first(folder)), *newest_first(folder / AUTOSAVES)]:
        entries.append(_describe(folder, path, status))
        previous = _previous(path) if entries[-1].problem else None
        if previous and (before := _status(previous)):
            entries.append(_describe(folder, previous, before))
    return tuple(entries)


def newest_first(folder: Path) -> list[tuple[Path, os.stat_result]]:
    """Return the saves of a folder, and what the file system knows of each; an absent folder has none."""
    found = [(path, status) for path in folder.glob(f"*{SUFFIX}") if (status := _status(path))]
    return sorted(found, key=lambda each: -each[1].st_mtime)


def _status(path: Path) -> os.stat_result | None:
    """Return what is known of a file; None if it is none: a link to nothing, or gone since it was found here."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status if stat.S_ISREG(status.st_mode) else None


def _describe(folder: Path, path: Path, status: os.stat_result) -> SaveListing:
    name = _word(folder, path)
    modified = datetime.fromtimestamp(status.st_mtime, UTC).astimezone()
    try:
        whole = status.st_size <= LARGEST_CHECKED
        about = savefile.contents(path.read_bytes())[0] if whole else savefile.about(_header_of(path))
        world, agent, values = str(about["world"]["name"]), str(about["agent"]), about["values"]
        steps, episodes = int(values["interaction.progress"]["step"]), int(values["statistics.episodes"])
    except (*INVALID, OSError) as error:
        return SaveListing(name, "", "", 0, 0, modified, status.st_size, problem=_reason(error))
    earlier = tuple(_word(folder, other) for other in _earlier(path))
    return SaveListing(name, world, agent, steps, episodes, modified, status.st_size, earlier=earlier)


def _word(folder: Path, path: Path) -> str:
    return str(path.relative_to(folder)).replace(SUFFIX, "")


def _earlier(path: Path) -> list[Path]:
    """Return the revision before a file, and what others saved under its name, by their numbers."""
    others = {other.name.rpartition("~")[2]: other for other in path.parent.glob(f"{glob.escape(path.name)}~*")}
    return [others[number] for number in sorted(filter(_REVISION.fullmatch, others), key=int)]


def identity_of(path: Path) -> str | None:
    """Return what tells a file from every other one, as a hash; None if it cannot be read.

    It is that of the text, which holds the checksum over the rest. The digest of the run would not do: two files of one
    run at one step may have different branches.
    """
    try:
        with path.open("rb") as file:
            return _identity(file)
    except OSError:
        return None


def _identity(file: BinaryIO) -> str:
    return hashlib.sha256(_header(file)).hexdigest()


def _header_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return _header(file)


def _header(file: BinaryIO) -> bytes:
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


def _offer(path: Path) -> str:
    """Name what stood in the place of a damaged file before, if that was kept."""
    previous = _previous(path)
    return f"; the revision before it is {previous.name.replace(SUFFIX, '')}" if previous else ""


def _previous(path: Path) -> Path | None:
    """Return what stood in the place of a file before, be it somebody else's: what of all that was kept is newest."""
    kept = [(status.st_mtime_ns, other) for other in _earlier(path) if (status := _status(other))]
    return max(kept)[1] if kept else None


def _reason(error: BaseException) -> str:
    """Say in one line what was wrong with a file."""
    if isinstance(error, KeyError):
        return f"{error.args[0]!r} is missing"
    return " ".join(str(error).split()) or type(error).__name__
