"""Files that survive: written whole or not at all, one writer in a folder at a time, the revision before kept.

A process that is killed while it writes leaves a temporary, never half a file. Whoever holds the lock of the folder is
its only writer, so every temporary that it finds there was left behind and can be swept away.
"""

import errno
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

TEMPORARY = ".tmp"
LOCK = ".lock"
PATIENCE = 10.0
"""Seconds to wait for the writer before, who may have been stopped while it held the lock."""
RETRY = 0.02
"""Seconds between two tries."""


def replace(target: Path, data: bytes, ours: Callable[[Path], bool]) -> Path | None:
    """Put `data` in the place of `target`, durably and in one move; keep what stood there under another name.

    A reader finds the old file or the new one, whole. `ours` says of the old file whether it is an earlier state of the
    same work: then it becomes `NAME~1` in the place of the one before it. Somebody else's becomes the first free one of
    `NAME~2`, `NAME~3`, ..., and that path is returned. Raises `OSError`, with the old file in its place, if it cannot
    be done.
    """
    with _lock_of(target.parent):
        for left_behind in target.parent.glob(f".*{TEMPORARY}"):
            left_behind.unlink()
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=TEMPORARY, dir=target.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            kept = _keep(target, ours) if target.exists() else None
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync(target.parent)
    return kept


def _keep(target: Path, ours: Callable[[Path], bool]) -> Path | None:
    """Give the file that is about to be replaced a second name; return it if the file is somebody else's."""
    mine = ours(target)
    number = 1
    if not mine:
        number = next(n for n in range(2, 1_000_000) if not target.with_name(f"{target.name}~{n}").exists())
    revision = target.with_name(f"{target.name}~{number}")
    link = target.with_name(f".{target.name}.link{TEMPORARY}")
    try:
        link.hardlink_to(target)
    except OSError:  # Not every file system has two names for a file.
        shutil.copy2(target, link)
    link.replace(revision)
    return None if mine else revision


@contextmanager
def _lock_of(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder; whoever comes later waits. Raises `OSError` if that takes too long."""
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    until = time.monotonic() + PATIENCE
    try:
        while not _locked(descriptor):
            if time.monotonic() > until:
                raise TimeoutError(errno.ETIMEDOUT, f"another process has been writing there for {PATIENCE:g} seconds")
            time.sleep(RETRY)
        yield
    finally:
        os.close(descriptor)


def claimed(path: Path) -> int | None:
    """Make a file of that name and lock it; return the descriptor, with which the lock ends, be it with the process.

    None if somebody holds the lock already. Raises `OSError` if there can be no such file or lock.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if not _locked(descriptor):
        os.close(descriptor)
        return None
    return descriptor


def is_claimed(path: Path) -> bool:
    """Whether somebody holds the lock of a file; also where that cannot be told, as it is somebody else's."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        return not isinstance(error, FileNotFoundError)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _locked(descriptor: int) -> bool:
    """Lock a file, unless somebody else has; return whether it is locked now."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
