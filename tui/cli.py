"""The command line: arguments in, exit code out.

0 done, 1 the run failed, 2 a mistake in what was given: then one line on standard error says what is wrong.
"""

import argparse
import importlib
import io
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from engine.errors import InputError, UnknownWorldError, nearest
from tui.arguments import VERBS, expect_none, parse, told

if TYPE_CHECKING:
    from engine.messages import Load, Start

FIRST_WORLD = "seed-2x3"


def run_command_line(arguments: Sequence[str]) -> int:
    """Do what the arguments say and return the exit code."""
    _prepare_streams()
    try:
        code = _obey(arguments)
        sys.stdout.flush()
        return code
    except InputError as error:
        return _complain(str(error), 2)
    except KeyboardInterrupt:
        return _complain("interrupted", 128 + signal.SIGINT)
    except BrokenPipeError:  # Whoever read has read enough: no failure, and the end that a shell expects.
        _write_no_more(sys.stdout)
        return 128 + signal.SIGPIPE
    except OSError as error:
        _write_no_more(sys.stdout)
        return _complain(f"{error.filename or 'standard output'}: {error.strerror or error}", 1)
    except Exception as error:  # No traceback ever reaches a person.
        return _complain(f"this failed: {type(error).__name__}: {' '.join(str(error).split())}", 1)


def _obey(arguments: Sequence[str]) -> int:
    try:
        options = parse(arguments)
    except SystemExit as leaving:  # The help was printed.
        return int(leaving.code or 0)
    options.saves = _folder_of_saves(options.saves)
    return _verb(options)(options) if options.verb else _open_application(options)


def _prepare_streams() -> None:
    """Let every stream be there, closed ones as empty ones, and let no sign that the terminal lacks be a failure."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - open until the end
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _write_no_more(stream: TextIO) -> None:
    """Let what is still to be written go nowhere, or Python would try again at its end and fail with two lines."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _verb(options: argparse.Namespace) -> Callable[[argparse.Namespace], int]:
    room = "seeds" if getattr(options, "seeds", None) else VERBS[options.verb]
    verb: Callable[[argparse.Namespace], int] = getattr(importlib.import_module(f"tui.verbs.{room}"), options.verb)
    return verb


def _open_application(options: argparse.Namespace) -> int:
    from tui.verbs.opening import open_application

    first = _first(options)
    expect_none(options.unknown, "qscope")
    return open_application(options, first, welcome=options.what is None)


def _first(options: argparse.Namespace) -> "Start | Load":
    """Return the run to begin or to go on with, by the name of a save or of a world."""
    from engine.messages import FIRST_AGENT, Load, Start

    start = Start(options.what or FIRST_WORLD, options.agent or FIRST_AGENT, {}, options.seed or 0)
    if options.what is None:
        return start
    from engine.saves import find
    from engine.worlds import catalogue

    if find(options.saves, options.what):
        for name in ("agent", "seed"):
            if getattr(options, name) is not None:
                raise InputError(f"{options.what} is a save, and its {name} is in it; leave --{name} out")
        return Load(options.what)
    try:
        catalogue.find(options.what)
    except UnknownWorldError:
        raise InputError(_unknown(options.what, options.saves)) from None
    return start


def _unknown(word: str, folder: Path) -> str:
    """Say what a word is not, and what of all that it could have been is near to it."""
    from engine.saves import names
    from engine.worlds import catalogue

    known = {"command": [*VERBS, "--help", "--version"], "world": catalogue.library(), "save": names(folder)}
    near = [f"the {kind} {found!r}" for kind, words in known.items() if (found := nearest(word, words))]
    meant = f"; did you mean {' or '.join(near)}?" if near else ""
    listed = "(qscope --help, qscope worlds and qscope saves list them)"
    return f"{told(word)} is no command, no world and no save in {folder}{meant} {listed}"


def _complain(text: str, code: int) -> int:
    try:
        print(f"qscope: {text}", file=sys.stderr)
    except BrokenPipeError:  # The code says it, too.
        _write_no_more(sys.stderr)
    return code


def _folder_of_saves(given: Path | None) -> Path:
    """Return the folder of saves; raises `InputError` if something else is in its place, or if it cannot be read."""
    folder = _name_of_folder(given)
    try:
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder} is no folder; --saves and QSCOPE_SAVES name the folder of saves")
        readable = not folder.exists() or os.access(folder, os.R_OK | os.X_OK)
    except OSError:
        readable = False
    if not readable:
        raise InputError(f"the folder of saves {folder} cannot be read")
    return folder


def _name_of_folder(given: Path | None) -> Path:
    """Return what was given, what QSCOPE_SAVES names, `./saves` in a checkout, else the user's data folder."""
    if given or os.environ.get("QSCOPE_SAVES"):
        return given or Path(os.environ["QSCOPE_SAVES"])
    if Path("saves").is_dir() and Path("engine/run.py").is_file():
        return Path("saves")
    from platformdirs import user_data_path

    return user_data_path("qscope") / "saves"
