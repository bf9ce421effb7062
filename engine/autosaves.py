"""The autosaves: what is in no save yet, kept by itself, and offered by the next sitting where one broke off."""

import os
from contextlib import suppress
from datetime import datetime
from itertools import count
from pathlib import Path

from engine import files, saves
from engine.errors import InputError
from engine.run import Run
from engine.saves import AUTOSAVES, SUFFIX, SaveListing
from engine.timeline import Timeline

KEPT = 8
"""How many are kept of sittings that have ended."""


class Sitting:
    """Keeps one run of one process among the autosaves of a folder of saves.

    As long as it goes on it holds a lock beside what it keeps, so that no other one offers that or removes it. The lock
    ends with the process, however that ends; its number alone would not do, for another process gets it in time.
    """

    def __init__(self, folder: Path, run: Run) -> None:
        self._home = folder / AUTOSAVES
        self._stem = f"{saves.suggested_name(run)[:36]}-{datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}"
        self._place: tuple[Path, int] | None = None
        """Where the run is written, and the descriptor of the lock; None before the first time."""

    def keep(self, timeline: Timeline) -> Path:
        """Write the run, and let go of the oldest of those that others left behind; return where it is.

        Raises `InputError` if it cannot be written.
        """
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            self._place = self._place or self._free_place()
        except OSError as error:
            raise InputError(f"cannot save to {self._home}: {error.strerror or error}") from None
        own, _ = self._place
        saves.save(timeline, self._home, own.name.removesuffix(SUFFIX))
        left = [path for path, _ in saves.newest_first(self._home) if was_left_behind(path)]
        for path in [*left[KEPT:], *self._home.glob(f"*{SUFFIX}~*")]:
            remove(path)
        return own

    def end(self) -> None:
        """Let another one go on with what was kept."""
        if self._place is None:
            return
        (path, lock), self._place = self._place, None
        os.close(lock)
        if not path.exists():
            remove(path)

    def _free_place(self) -> tuple[Path, int]:
        """Return a path that no other sitting has, also not one of this very second, and its lock, which is held."""
        for number in count(1):
            path = self._home / f"{self._stem}{f'-{number}' if number > 1 else ''}{SUFFIX}"
            if not path.exists() and (lock := files.claimed(_lock_of(path))) is not None:
                return path, lock
        raise AssertionError("a count that ends")


def broken_off(folder: Path) -> SaveListing | None:
    """Return the newest autosave whose sitting has ended without a word."""
    for entry in saves.listing(folder):
        autosaved = entry.name.startswith(f"{AUTOSAVES}/") and not entry.problem
        if autosaved and was_left_behind(folder / f"{entry.name}{SUFFIX}"):
            return entry
    return None


def word_of(path: Path) -> str:
    """Return the word that opens an autosave, as the listing gives it."""
    return f"{AUTOSAVES}/{path.name.removesuffix(SUFFIX)}"


def forget(folder: Path, name: str) -> None:
    """Remove an autosave, by the name that the listing gives it."""
    path = saves.find(folder, name)
    if path is not None and path.parent.name == AUTOSAVES:
        remove(path)


def remove(path: Path) -> None:
    """Remove an autosave that is needed no more; one that cannot be removed, or is gone already, harms nobody."""
    lock = _lock_of(path)
    with suppress(OSError):
        path.unlink(missing_ok=True)
        if not files.is_claimed(lock):
            lock.unlink(missing_ok=True)


def was_left_behind(path: Path) -> bool:
    """Whether the sitting that an autosave is of has ended."""
    return not files.is_claimed(_lock_of(path))


def _lock_of(path: Path) -> Path:
    return path.with_name(f".{path.name}{files.LOCK}")
