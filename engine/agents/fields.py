"""The fields of settings: what a person may choose, with meaning, range and default, read from text in one place.

An agent's settings (`engine.agents.settings`) are a frozen dataclass whose fields are made by the functions of this
file: the command line, the save files and the screen all read and write them through `build` and `as_text`.
"""

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

from engine.agents.exploration import Schedule, StepSize
from engine.errors import InputError, near_miss
from engine.worlds.catalogue import Size


@dataclass(frozen=True)
class Rule:
    """How the text of one setting becomes its value."""

    meaning: str
    type: str
    range: str
    parse: Callable[[str], Any]
    fixed: bool = False
    """Whether it stays as it is as long as the agent lives."""


class Settings(Protocol):
    """A frozen dataclass of settings, each field made by a function of this file."""

    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]

    @property
    def discount(self) -> float:
        """The discount factor (gamma); every agent has one."""

    def largest_array(self, world: Size) -> tuple[str, int]:
        """Return the name of the largest array in the state of such an agent, and how many numbers it holds."""
        ...


S = TypeVar("S", bound=Settings)

FIXED = "cannot change while the agent lives; begin a new run for that"


def number(default: float, meaning: str, low: float, high: float, *, above: bool = False) -> Any:
    """Make a field for a number between `low` and `high`; `above` leaves `low` itself out."""
    span = f"above {low:g}, at most {high:g}" if above else f"{low:g} to {high:g}"

    def parse(text: str) -> float:
        value: float = _convert(float, text, "a number")
        if not (math.isfinite(value) and low <= value <= high) or (above and value == low):
            raise InputError(f"{text} is out of range ({span})")
        return value

    return _field(default, Rule(meaning, "number", span, parse))


def integer(default: int, meaning: str, low: int, high: int) -> Any:
    """Make a field for a whole number between `low` and `high`."""

    def parse(text: str) -> int:
        value: int = _convert(int, text, "a whole number")
        if not low <= value <= high:
            raise InputError(f"{text} is out of range ({low:,} to {high:,})")
        return value

    return _field(default, Rule(meaning, "integer", f"{low:,} to {high:,}", parse))


def schedule(default: str, meaning: str, low: float, high: float) -> Any:
    """Make a field for a number that may change with the steps of the run."""

    def parse(text: str) -> Schedule:
        value = Schedule.parse(text)
        if not (low <= value.start <= high and low <= value.end <= high):
            raise InputError(f"{text} is out of range ({low:g} to {high:g})")
        return value

    span = f"{low:g} to {high:g}, or 1.0->0.05/10000 (steps), or exp:1.0->0.05/10000"
    return _field(parse(default), Rule(meaning, "schedule", span, parse))


def step_size(default: str, meaning: str) -> Any:
    """Make a field for a tabular step size."""
    rule = Rule(meaning, "step size", "above 0, at most 1, or 1/n^0.8", StepSize.parse)
    return _field(StepSize.parse(default), rule)


def widths(default: tuple[int, ...], meaning: str, deepest: int, widest: int) -> Any:
    """Make a field for the widths of the hidden layers, written `64,64`."""
    span = f"1 to {deepest} numbers of 1 to {widest:,}, such as 64,64"

    def parse(text: str) -> tuple[int, ...]:
        value = tuple(_convert(int, part, "a list of whole numbers") for part in text.split(","))
        if len(value) > deepest or not all(1 <= width <= widest for width in value):
            raise InputError(f"{text} is out of range ({span})")
        return value

    return _field(default, Rule(meaning, "widths", span, parse))


def flag(default: bool, meaning: str) -> Any:
    """Make a field for something that is on or off, written `true` or `false`."""
    return choice("true" if default else "false", ("true", "false"), meaning, lambda text: text == "true")


def choice(default: str, options: tuple[str, ...], meaning: str, convert: Callable[[str], Any] = str) -> Any:
    """Make a field for one of a few words."""
    span = " or ".join(options)

    def parse(text: str) -> Any:
        if text.strip().lower() not in options:
            raise InputError(f"{text!r} is not possible ({span})")
        return convert(text.strip().lower())

    return _field(parse(default), Rule(meaning, "choice", span, parse))


def build(kind: type[S], discount: float, given: Mapping[str, str]) -> S:
    """Make settings of the given kind: `given` as text, the rest by default, `discount` as the world proposes it.

    Raises `InputError`, with the name of the setting, for an unknown one and for an impossible value.
    """
    rules = rules_of(kind)
    values: dict[str, Any] = {"discount": discount}
    for key, text in given.items():
        if key not in rules:
            raise InputError(f"unknown setting {key!r}{near_miss(key, rules)} (known: {', '.join(rules)})")
        try:
            values[key] = rules[key].parse(text)
        except InputError as error:
            raise InputError(f"setting {key}: {error}") from None
    return kind(**values)


def fixed(field: Any) -> Any:
    """Make a field one that stays as it is as long as the agent lives."""
    rule = dataclasses.replace(field.metadata["rule"], fixed=True)
    return _field(field.default, rule)


def expect_same_where_fixed(before: Settings, after: Settings) -> None:
    """Raise `InputError` if a setting would change that cannot while the agent lives."""
    for name, rule in rules_of(type(before)).items():
        if rule.fixed and getattr(before, name) != getattr(after, name):
            raise InputError(f"setting {name} {FIXED}")


def rules_of(kind: type[Settings]) -> dict[str, Rule]:
    """Return the rule of each setting, by name, in the order of the dataclass."""
    return {field.name: field.metadata["rule"] for field in dataclasses.fields(kind)}


def defaults_of(kind: type[Settings]) -> dict[str, str]:
    """Return the default of each setting as a person would write it."""
    return {field.name: write(field.default) for field in dataclasses.fields(kind)}


def as_text(settings: Settings) -> dict[str, str]:
    """Write every setting as a person would, such that `build` reads the same value again."""
    return {field.name: write(getattr(settings, field.name)) for field in dataclasses.fields(settings)}


def write(value: Any) -> str:
    """Write one value of a setting as a person would."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    return repr(value) if isinstance(value, float) else str(value)


def _convert(kind: Callable[[str], Any], text: str, what: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise InputError(f"{text!r} is not {what}") from None


def _field(default: Any, rule: Rule) -> Any:
    return dataclasses.field(default=default, metadata={"rule": rule})
