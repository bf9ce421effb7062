"""What can be written on the command line: the verbs, their arguments, and what is wrong with one."""

import argparse
import math
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from engine.errors import InputError
from engine.until import EXAMPLES, Until

MOST_SEEDS = 256
"""How many runs one command makes at most."""
MOST = 10**15
"""How many steps or episodes one command makes at most: more than anybody could wait for."""
LONGEST = 60
"""Characters of what was typed that are told again."""
BEFORE_A_WORD = {"--saves", "--agent", "--seed", "--timeline-memory"}
"""The options of the application that take a value."""

VERBS = {
    "worlds": "lists",
    "agents": "lists",
    "solve": "solving",
    "train": "training",
    "evaluate": "saved",
    "saves": "lists",
    "show": "saved",
    "replay": "saved",
    "export": "saved",
    "keys": "lists",
    "lessons": "lessons",
    "compare": "comparing",
}
"""In which module of `tui.verbs` the function of each verb is: loaded when it is wanted, as that takes its time."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line."""

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong, for the one place that prints it."""
        raise InputError(f"{message} ({self.prog} --help explains)")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read a verb's arguments, or those of the application where the first word is no verb."""
    if set(arguments[:1]) & {"-h", "--help", "--version"}:
        return _verb_parser().parse_args(arguments)
    at = _first_word(arguments)
    if at is None or (verb := arguments[at]) not in VERBS:
        options, unknown = _application_parser().parse_known_args(arguments)
        options.unknown = unknown
        return options
    options, unknown = _verb_parser().parse_known_args([verb, *arguments[:at], *arguments[at + 1 :]])
    expect_none(unknown, f"qscope {verb}")
    return options


def _first_word(arguments: Sequence[str]) -> int | None:
    """Return where the first word stands that is neither an option nor the value of one; None if there is none."""
    values = {at + 1 for at, word in enumerate(arguments) if word in BEFORE_A_WORD}
    return next((at for at, word in enumerate(arguments) if not word.startswith("-") and at not in values), None)


def expect_none(unknown: Sequence[str], program: str) -> None:
    """Raise `InputError` if there are arguments that nobody knows; `program` explains those that there are."""
    if unknown:
        raise InputError(f"unrecognized arguments: {' '.join(unknown)} ({program} --help explains)")


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
    from engine.savefile import program_version  # It loads the engine.

    parser = Parser(
        prog="qscope",
        description="A reinforcement-learning microscope for the terminal.",
        usage="qscope [WORLD | SAVE] [--agent NAME] [--seed S] [--saves DIR] [--timeline-memory MIB] [--plain]\n"
        "       qscope VERB ...",
        epilog="Without a verb the application opens: qscope, qscope cliff --agent dqn, qscope my-save. "
        "MIB is the memory for the past of a run (default 64). --plain takes the same keys and answers in lines, "
        "for screen readers and pipes, and draws no screen. Each verb explains itself: qscope train --help.",
    )
    parser.add_argument("--version", action="version", version=f"qscope {program_version()}")
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
    _add_save(evaluate)
    evaluate.add_argument("--episodes", type=_positive, required=True, metavar="N", help="how many")
    evaluate.add_argument("--seed", type=_seed, required=True, metavar="S", help="where all chance comes from")
    add("saves", "list the saved agents")
    _add_save(add("show", "show everything of a save but its arrays"))
    _add_save(add("replay", "derive a saved run again from world, settings, seed and log, and compare"))
    _add_save(add("compare", "hold two saves of one world against each other"), "first", "second")
    _add_lessons(add("lessons", "list the lessons, open one, or check what its pages claim"))
    _add_export(add("export", "write the episodes, the Q-table or the world of a save to a file"))
    add("keys", "list the keys of every command, and the file in which they can be remapped")
    return parser


def _add_save(verb: argparse.ArgumentParser, *names: str) -> None:
    for name in names or ("save",):
        verb.add_argument(name, metavar="SAVE", help="a name of qscope saves, NAME~1 for the revision before, a file")


def _add_lessons(lessons: argparse.ArgumentParser) -> None:
    lessons.add_argument("lesson", nargs="?", metavar="LESSON", help="a name of the list, or a .md file of your own")
    lessons.add_argument("--check", action="store_true", help="play it through without the screen, claim by claim")
    lessons.add_argument("--plain", action="store_true", help="read it in plain lines, without a screen")
    lessons.add_argument(
        "--timeline-memory", type=_positive, default=64, metavar="MIB", help="memory for the past of the run (64)"
    )


def _add_export(export: argparse.ArgumentParser) -> None:
    _add_save(export)
    file = export.add_mutually_exclusive_group(required=True)
    file.add_argument("--csv", type=_path, metavar="FILE", help="a new file for the table")
    file.add_argument(
        "--world", type=_name, metavar="FILE.toml", help="a new file for the world as it is now, edits and all"
    )
    export.add_argument("--what", choices=("episodes", "q"), help="which table (episodes)")


def _add_train(train: argparse.ArgumentParser) -> None:
    train.usage = (
        "qscope train WORLD --agent NAME --seed S [--seeds N] (--episodes N | --steps N | --actions NAMES) "
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
        raise argparse.ArgumentTypeError(f"{told(text)} is not a whole number from 1 to 10^15")
    return value


def _discount(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"{told(text)} is not a number between 0 and 1")
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
        raise argparse.ArgumentTypeError(f"{told(text)} is not a whole number from 1 to {MOST_SEEDS}")
    return value


def _seed(text: str) -> int:
    if (value := _whole(text)) is None or not 0 <= value < 2**63:
        raise argparse.ArgumentTypeError(f"{told(text)} is not a whole number from 0 to 2^63 - 1")
    return value


def told(text: str) -> str:
    """Return what was typed as it may stand in a line."""
    return repr(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")


def _whole(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None
