"""The directives of a lesson: lines such as `> run 5 episodes` that drive the screen, each read in one place.

What changes the run becomes Commands of the engine, so that a lesson can do nothing that a person could not.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from engine.errors import InputError, near_miss
from engine.messages import (
    Advance,
    ChangeSettings,
    Command,
    Demonstrate,
    EpisodeBack,
    Faster,
    FinishEpisode,
    PlayOrPause,
    RunAtFullSpeed,
    Slower,
    Start,
    Step,
    StepBack,
)
from tui import commands
from tui.lessons.expectations import Expectation
from tui.widgets.layers import Layer

MOST_STEPS, MOST_EPISODES = 20_000, 2_000
"""How far one directive may run: nobody wants to wait for a page."""

RUNNING: dict[str, Command] = {
    "step": Step(),
    "finish_episode": FinishEpisode(),
    "back": StepBack(),
    "back_episode": EpisodeBack(),
    "demonstrate": Demonstrate(),
    "play": PlayOrPause(),
    "full_speed": RunAtFullSpeed(),
    "faster": Faster(),
    "slower": Slower(),
}
"""The commands of the table that the trainer answers and that ask nothing first."""

LOOKING = (
    "next_chart", "previous_chart", "smooth_more", "smooth_less", "next_layer", "zoom_in", "zoom_out", "next_action",
    "next_panel", "previous_panel", "follow",
)  # fmt: skip
"""The commands of the table that change what is seen and ask nothing."""

LAYERS = {
    "v": Layer.VALUE,
    "policy": Layer.POLICY,
    "visits": Layer.VISITS,
    "error": Layer.ERROR,
    "td": Layer.TD_ERROR,
}
FORMS = {
    "start": "start WORLD AGENT seed=N SETTING=VALUE ...",
    "run": "run N steps, or run N episodes",
    "go": "go to step N",
    "set": "set SETTING=VALUE ...",
    "show": f"show layer {' | '.join(LAYERS)}",
    "inspect": "inspect STATE, or inspect nothing",
    "expect": "expect q(0,0; right) = -5.00",
}
"""How each directive is written, by its first word; beside them stand ids of the table of commands."""


@dataclass(frozen=True)
class Obey:
    """What the trainer is asked for, in this order."""

    commands: tuple[Command, ...]


@dataclass(frozen=True)
class GoOnTo:
    """Go on from where the run is to a step of it."""

    step: int


@dataclass(frozen=True)
class ShowLayer:
    """Show a layer of the map."""

    layer: Layer


@dataclass(frozen=True)
class Inspect:
    """Open the inspector on a state, or close it where the name is empty."""

    state: str


@dataclass(frozen=True)
class Press:
    """Do what a command of the table does to the screen."""

    command: str


Directive = Obey | GoOnTo | ShowLayer | Inspect | Press | Expectation


def read_directive(text: str, first: Start) -> Directive:
    """Read a directive; `first` is how the lesson begins. Raises `InputError` for one that cannot be."""
    word, _, rest = text.strip().partition(" ")
    if word in READERS:
        return READERS[word](rest.strip(), first)
    return _command(text.strip())


def read_start(text: str, first: Start) -> Start:
    """Read how a run begins; what is left out is as `first` has it, but other settings replace its own."""
    words = text.split()
    names = [word for word in words if "=" not in word]
    pairs = _settings([word for word in words if "=" in word], "start")
    if len(names) > 2:
        raise _wrong("start")
    seed = pairs.pop("seed", str(first.seed))
    if not seed.isdecimal() or len(seed) > 18:
        raise InputError(f"seed={seed} is no whole number")
    world, agent = [*names, *(first.world, first.agent)[len(names) :]]
    given = pairs if pairs or names else dict(first.settings)
    return Start(world, agent, given, int(seed))


def _run(text: str) -> Obey:
    found = re.fullmatch(r"([\d,]+) (step|episode)s?", text)
    if found is None:
        raise _wrong("run")
    if found[2] == "step":
        return Obey((Advance(_amount(found[1], MOST_STEPS, "run")),))
    return Obey((Advance(_amount(found[1], MOST_EPISODES, "run"), "episode"),))


def _go(text: str) -> GoOnTo:
    found = re.fullmatch(r"to step ([\d,]+)", text)
    return GoOnTo(_amount(found[1] if found else "", MOST_STEPS, "go", 0))


def _show(text: str) -> ShowLayer:
    name = text.removeprefix("layer ")
    if name not in LAYERS:
        raise _wrong("show")
    return ShowLayer(LAYERS[name])


def _inspect(text: str) -> Inspect:
    if not text:
        raise _wrong("inspect")
    return Inspect("" if text == "nothing" else text)


def _command(text: str) -> Directive:
    if text in RUNNING:
        return Obey((RUNNING[text],))
    if text in LOOKING:
        return Press(text)
    if commands.by_id(text) is not None:
        raise InputError(f"{text} is for the person alone; a lesson names its key in a line `try:`")
    known = [*FORMS, *RUNNING, *LOOKING]
    word = text.partition(" ")[0]
    raise InputError(f"unknown directive {word!r}{near_miss(word, known)} (known: {', '.join(known)})")


def _settings(words: list[str], directive: str) -> dict[str, str]:
    pairs = dict(word.split("=", 1) for word in words if "=" in word)
    if len(pairs) < len(words) or not (words or directive == "start") or not all(pairs.values()):
        raise _wrong(directive)
    return pairs


def _amount(text: str, most: int, directive: str, least: int = 1) -> int:
    digits = text.replace(",", "")
    if not digits.isdecimal():
        raise _wrong(directive)
    if len(digits) > 9 or not least <= int(digits) <= most:
        raise InputError(f"{directive}: {text} must lie between {least} and {most:,}")
    return int(digits)


def _wrong(directive: str) -> InputError:
    return InputError(f"{directive!r} is written: {FORMS[directive]}")


READERS: dict[str, Callable[[str, Start], Directive]] = {
    "start": lambda text, first: Obey((read_start(text, first),)),
    "run": lambda text, first: _run(text),
    "go": lambda text, first: _go(text),
    "set": lambda text, first: Obey((ChangeSettings(_settings(text.split(), "set")),)),
    "show": lambda text, first: _show(text),
    "inspect": lambda text, first: _inspect(text),
    "expect": lambda text, first: Expectation.parse(text),
}
"""Who reads what stands behind the first word of a directive."""
