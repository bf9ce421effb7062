"""Writing what was made to a file, which must not cost anybody another file."""

import os
import secrets
from pathlib import Path

from engine.errors import InputError


def write_new(path: Path, contents: str | bytes, *, replace: bool = False) -> None:
    """Write a file, whole or not at all; raises `InputError` in one line if it cannot be, or if there is one already.

    What is written stands first in a temporary beside it. A link to that fails where there is a file by then; where
    links are not possible, what is looked at just before has to do.
    """
    data = contents.encode() if isinstance(contents, str) else contents
    try:
        if path.exists() and not replace:
            raise FileExistsError
        target = path.resolve()  # A link stays one: what it points to is replaced.
        temporary = target.with_name(f".{target.name[:200]}.{secrets.token_hex(4)}.tmp")
        try:
            _write(temporary, data)
            if replace:
                temporary.replace(target)
            else:
                _give_name(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
    except FileExistsError:
        raise InputError(f"{path} exists already") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"cannot write {path}: {reason}") from None


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _give_name(temporary: Path, target: Path) -> None:
    """Let what is written have its name, if nothing has it."""
    try:
        target.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:
        if target.exists():
            raise FileExistsError from None
        temporary.replace(target)


def expanded(text: str) -> Path:
    """Return the path that a person typed; raises `InputError` if it is none."""
    if not text.strip():
        raise InputError("type the name of a file")
    if not text.isprintable():
        raise InputError("a name of a file with signs that cannot be seen is not possible")
    try:
        return Path(text.strip()).expanduser()
    except RuntimeError:
        raise InputError(f"{text.strip()}: there is no such home folder") from None


def world_path(text: str) -> Path:
    """Return the path of a world file that a person typed; raises `InputError` unless `qscope PATH` would open it."""
    path = expanded(text)
    if path.suffix.lower() != ".toml" or path.name.startswith("-"):
        raise InputError(f"{text.strip()!r} is no name of a world file; write one such as my-world.toml")
    return path
