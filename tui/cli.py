"""The command line: arguments in, exit code out.

0 done, 1 the run failed, 2 a mistake in what was given: then one line on standard error says what is wrong.
"""

import argparse
import importlib
import io
import math
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from engine.errors import InputError, UnknownWorldError, nearest
from engine.until import EXAMPLES, Until

if TYPE_CHECKING:
    from engine.messages import Load, Start

FIRST_WORLD = "seed-2x3"
FIRST_AGENT = "q-learning"
MOST_SEEDS = 256
"""How many runs one command makes at most."""
MOST = 10**15
"""How many steps or episodes one command makes at most: more than anybody could wait for."""
LONGEST = 60
"""Characters of what was typed that are told again."""
BEFORE_A_WORD = {"--saves", "--agent", "--seed", "--timeline-memory"}
"""The options of the application that take a value."""

VERBS = {
    "worlds": "verbs",
    "agents": "verbs",
    "solve": "verbs",
    "train": "verbs",
    "evaluate": "verbs",
    "saves": "verbs",
    "show": "verbs",
    "replay": "verbs",
    "export": "verbs",
    "keys": "verbs",
    "lessons": "teaching",
    "compare": "teaching",
}
"""In which module of `tui` the function of each verb is; loaded when it is wanted, as it takes as long as a start."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line."""

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong, for the one place that prints it."""
        raise InputError(f"{message} ({self.prog} --help explains)")


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
    except BrokenPipeError:
        _write_no_more()
        return 1
    except OSError as error:
        _write_no_more()
        return _complain(f"{error.filename or 'standard output'}: {error.strerror or error}", 1)
    except Exception as error:  # No traceback ever reaches a person.
        return _complain(f"this failed: {type(error).__name__}: {' '.join(str(error).split())}", 1)


def _obey(arguments: Sequence[str]) -> int:
    try:
        options = _parse(arguments)
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


def _write_no_more() -> None:
    """Let what is still to be written go nowhere, or Python would try again at its end and fail with two lines."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _verb(options: argparse.Namespace) -> Callable[[argparse.Namespace], int]:
    room = "seeds" if getattr(options, "seeds", None) else VERBS[options.verb]
    verb: Callable[[argparse.Namespace], int] = getattr(importlib.import_module(f"tui.{room}"), options.verb)
    return verb


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read a verb's arguments, or those of the application where the first word is no verb."""
    if set(arguments[:1]) & {"-h", "--help", "--version"}:
        return _verb_parser().parse_args(arguments)
    at = _first_word(arguments)
    if at is None or (verb := arguments[at]) not in VERBS:
        options, unknown = _application_parser().parse_known_args(arguments)
        options.unknown = unknown
        return options
    options, unknown = _verb_parser().parse_known_args([verb, *arguments[:at], *arguments[at + 1 :]])
    _expect_none(unknown, f"qscope {verb}")
    return options


def _first_word(arguments: Sequence[str]) -> int | None:
    """Return where the first word stands that is neither an option nor the value of one; None if there is none."""
    values = {at + 1 for at, word in enumerate(arguments) if word in BEFORE_A_WORD}
    return next((at for at, word in enumerate(arguments) if not word.startswith("-") and at not in values), None)


def _expect_none(unknown: Sequence[str], program: str) -> None:
    if unknown:
        raise InputError(f"unrecognized arguments: {' '.join(unknown)} ({program} --help explains)")


def _open_application(options: argparse.Namespace) -> int:
    from tui import app, commands, keymap

    first = _first(options)
    _expect_none(options.unknown, "qscope")
    commands.use(keymap.load(keymap.path()))
    memory = options.timeline_memory * 2**20
    if options.plain:
        from tui import plain

        return plain.run(options.saves, first, timeline_memory=memory)
    return app.run(options.saves, first, timeline_memory=memory, welcome=options.what is None)


def _first(options: argparse.Namespace) -> "Start | Load":
    """Return the run to begin or to go on with, by the name of a save or of a world."""
    from engine.messages import Load, Start

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

    known = {"command": VERBS, "world": catalogue.library(), "save": names(folder)}
    near = [f"the {kind} {found!r}" for kind, words in known.items() if (found := nearest(word, words))]
    meant = f"; did you mean {' or '.join(near)}?" if near else ""
    listed = "(qscope --help, qscope worlds and qscope saves list them)"
    return f"{_told(word)} is no command, no world and no save in {folder}{meant} {listed}"


def _complain(text: str, code: int) -> int:
    print(f"qscope: {text}", file=sys.stderr)
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


def _common() -> Parser:
    common = Parser(add_help=False)
    common.add_argument("--saves", type=_path, metavar="DIR", help="the folder of saves (or QSCOPE_SAVES)")
    return common


def _application_parser() -> Parser:
    parser = Parser(prog="qscope", parents=[_common()])
    parser.add_argument("what", nargs="?", metavar="WORLD|SAVE")
    parser.add_argument("--agent", metavar="NAME")
    parser.add_argument("--seed", type=_seed, metavar="S")
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--timeline-memory", type=_positive, default=64, metavar="MIB")
    parser.set_defaults(verb="")
    return parser


def _verb_parser() -> Parser:
    from tui import verbs

    parser = Parser(
        prog="qscope",
        description="A reinforcement-learning microscope for the terminal.",
        usage="qscope [WORLD | SAVE] [--agent NAME] [--seed S] [--saves DIR] [--timeline-memory MIB] [--plain]\n"
        "       qscope VERB ...",
        epilog="Without a verb the application opens: qscope, qscope cliff --agent dqn, qscope my-save. "
        "MIB is the memory for the past of a run (default 64). --plain writes a line for each thing "
        "that happens and draws no screen. Each verb explains itself: qscope train --help.",
    )
    parser.add_argument("--version", action="version", version=verbs.version_line())
    subparsers = parser.add_subparsers(dest="verb", metavar="VERB", parser_class=Parser, prog="qscope")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        verb = subparsers.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.", parents=[_common()])
        verb.add_argument("--json", action="store_true", help="one JSON object on standard output, and nothing else")
        return verb

    add("worlds", "list what can be learned in")
    add("agents", "list who can learn, with every setting, its default, range and meaning")
    solve = add("solve", "compute the exact V*, Q* and greedy policy of a world")
    solve.add_argument("world", metavar="WORLD", help="an id, a .toml or .json file, or gym:ID")
    solve.add_argument(
        "--discount", type=_discount, metavar="X", help="instead of the discount that the world proposes"
    )
    _add_train(add("train", "let an agent learn, without the screen"))
    evaluate = add("evaluate", "walk through episodes by the greedy policy of a saved agent, on its own world")
    evaluate.add_argument("save", metavar="SAVE")
    evaluate.add_argument("--episodes", type=_positive, required=True, metavar="N")
    evaluate.add_argument("--seed", type=_seed, required=True, metavar="S")
    add("saves", "list the saved agents")
    add("show", "show everything of a save but its arrays").add_argument("save", metavar="SAVE")
    add("replay", "derive a saved run again from world, settings, seed and log, and compare").add_argument(
        "save", metavar="SAVE"
    )
    compare = add("compare", "hold two saves of one world against each other")
    compare.add_argument("first", metavar="SAVE")
    compare.add_argument("second", metavar="SAVE")
    _add_lessons(add("lessons", "list the lessons, open one, or check what its pages claim"))
    _add_export(add("export", "write the episodes, the Q-table or the world of a save to a file"))
    add("keys", "list the keys of every command, and the file in which they can be remapped")
    return parser


def _add_lessons(lessons: argparse.ArgumentParser) -> None:
    lessons.add_argument("lesson", nargs="?", metavar="LESSON", help="a name of the list, or a .md file of your own")
    lessons.add_argument("--check", action="store_true", help="play it through without the screen, claim by claim")
    lessons.add_argument("--timeline-memory", type=_positive, default=64, metavar="MIB")


def _add_export(export: argparse.ArgumentParser) -> None:
    export.add_argument("save", metavar="SAVE")
    file = export.add_mutually_exclusive_group(required=True)
    file.add_argument("--csv", type=_path, metavar="FILE", help="a new file for the table")
    file.add_argument(
        "--world", type=_name, metavar="FILE.toml", help="a new file for the world as it is now, edits and all"
    )
    export.add_argument("--what", choices=("episodes", "q"), help="which table (episodes)")


def _add_train(train: argparse.ArgumentParser) -> None:
    train.usage = (
        "qscope train WORLD --agent NAME --seed S (--episodes N | --steps N | --actions NAMES) "
        "[--until WHAT] [--set KEY=VALUE ...] [--save NAME] [--no-returns] [--json] [--saves DIR]\n"
        "       qscope train --resume SAVE (--episodes N | --steps N | --actions NAMES) "
        "[--until WHAT] [--save NAME] [--no-returns] [--json] [--saves DIR]"
    )
    train.add_argument("world", nargs="?", metavar="WORLD", help="an id, a .toml or .json file, or gym:ID")
    train.add_argument("--agent", metavar="NAME", help="who learns (qscope agents lists them all)")
    amount = train.add_mutually_exclusive_group()
    amount.add_argument("--episodes", type=_positive, metavar="N", help="until N more episodes are finished")
    amount.add_argument("--steps", type=_positive, metavar="N", help="for N more transitions")
    train.add_argument(
        "--actions", type=_actions, metavar="NAMES", help="actions by hand that come first, such as 'right right up'"
    )
    train.add_argument(
        "--until", type=_until, metavar="WHAT", help=f"stop before, where this first holds: {', '.join(EXAMPLES)}"
    )
    train.add_argument("--seed", type=_seed, metavar="S", help="where all chance comes from")
    train.add_argument(
        "--seeds", type=_seeds, metavar="N", help="N runs, from the seeds S, S+1, ...; --save adds the seed to the name"
    )
    train.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of the agent")
    train.add_argument("--resume", type=_name, metavar="SAVE", help="go on with a saved run instead of beginning one")
    train.add_argument("--save", type=_name, metavar="NAME", help="save the run under this name when it is done")
    train.add_argument("--no-returns", action="store_true", help="leave the list of returns out of the JSON")


def _until(text: str) -> Until:
    try:
        return Until.parse(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _positive(text: str) -> int:
    if (value := _whole(text)) is None or not 1 <= value <= MOST:
        raise argparse.ArgumentTypeError(f"{_told(text)} is not a whole number from 1 to 10^15")
    return value


def _discount(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"{_told(text)} is not a number between 0 and 1")
    return value


def _name(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is no name")
    return text


def _path(text: str) -> Path:
    return Path(_name(text))


def _actions(text: str) -> str:
    if not text.replace(",", " ").strip():
        raise argparse.ArgumentTypeError(f"{text!r} names no action; write them as in 'right right up'")
    return text


def _seeds(text: str) -> int:
    if (value := _whole(text)) is None or not 1 <= value <= MOST_SEEDS:
        raise argparse.ArgumentTypeError(f"{_told(text)} is not a whole number from 1 to {MOST_SEEDS}")
    return value


def _seed(text: str) -> int:
    if (value := _whole(text)) is None or not 0 <= value < 2**63:
        raise argparse.ArgumentTypeError(f"{_told(text)} is not a whole number from 0 to 2^63 - 1")
    return value


def _told(text: str) -> str:
    """Return what was typed as it may stand in a line."""
    return repr(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")


def _whole(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None
