"""Writing what was made to a file, which must not cost anybody another file."""

from pathlib import Path

from engine.errors import InputError


def write_new(path: Path, contents: str | bytes, *, replace: bool = False) -> None:
    """Write a file; raises `InputError` in one line if it cannot be written, or if there is one already."""
    data = contents.encode() if isinstance(contents, str) else contents
    try:
        with path.open("wb" if replace else "xb") as file:
            file.write(data)
    except FileExistsError:
        raise InputError(f"{path} exists already") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"cannot write {path}: {reason}") from None


def expanded(text: str) -> Path:
    """Return the path that a person typed; raises `InputError` if it is none."""
    if not text.strip():
        raise InputError("type the name of a file")
    try:
        return Path(text.strip()).expanduser()
    except RuntimeError:
        raise InputError(f"{text.strip()}: there is no such home folder") from None
