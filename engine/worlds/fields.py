"""Typed reading of the values of a world's definition: every mistake is told by the key it stands under."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import InputError, near_miss

MAX_WHOLE = 1_000_000_000


@dataclass(frozen=True)
class Table:
    """One table of a definition. A getter whose `default` is None asks for a key that must be there."""

    values: Mapping[str, Any]
    path: str = ""
    """What stands before the keys of this table in a message, such as `cells.G.`."""

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def expect_only(self, known: Iterable[str]) -> None:
        """Raise `InputError` for the first key that is not among the `known` ones."""
        known = list(known)
        for key in self.values:
            if key not in known:
                hint = near_miss(str(key), known) or f"; known here: {', '.join(known)}"
                raise InputError(f"unknown key {shown(self.path + str(key))}{hint}")

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text of one line; what is broken over several lines is joined."""
        value = self._get(key, default, wanted := "a text without control characters")
        if not isinstance(value, str) or not (joined := " ".join(value.split())).isprintable():
            raise self.mistake(key, wanted)
        return joined

    def number(
        self, key: str, default: float | None = None, *, low: float = -math.inf, high: float = math.inf
    ) -> float:
        """Return a finite number from `low` to `high`."""
        bounds = f" from {low:g} to {high:g}" if math.isfinite(high) else ""
        value = finite(self._get(key, default, wanted := f"a finite number{bounds}"))
        if value is None or not low <= value <= high:
            raise self.mistake(key, wanted)
        return value

    def whole(self, key: str, default: int | None = None) -> int:
        """Return a whole number from 1 to a thousand million."""
        value = self._get(key, default, wanted := f"a whole number from 1 to {MAX_WHOLE}")
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_WHOLE:
            raise self.mistake(key, wanted)
        return value

    def flag(self, key: str) -> bool:
        """Return true or false, false where the key is absent."""
        value = self._get(key, False, wanted := "true or false")
        if not isinstance(value, bool):
            raise self.mistake(key, wanted)
        return value

    def names(self, key: str) -> list[str]:
        """Return a list of at least one name, each different and in one printable line."""
        value = self._get(key, None, wanted := "a list of different, printable names")
        if not isinstance(value, list) or not value:
            raise self.mistake(key, wanted)
        for number, name in enumerate(value, start=1):
            if not isinstance(name, str) or not name or not name.isprintable():
                raise InputError(f"{self.path}{key}: entry {number} is {shown(name)}; it must be a printable name")
        if (twice := first_double(value)) is not None:
            raise InputError(f"{self.path}{key} names {shown(twice)} twice; each name must be different")
        return value

    def mistake(self, key: str, wanted: str) -> InputError:
        """Return the error that the value under `key` is not what is `wanted`."""
        return InputError(f"{self.path}{key} is {shown(self.values.get(key))}; it must be {wanted}")

    def _get(self, key: str, default: Any, wanted: str) -> Any:
        if key not in self.values and default is None:
            raise InputError(f"{self.path}{key} is missing; it must be {wanted}")
        return self.values.get(key, default)


def first_double(names: Iterable[str]) -> str | None:
    """Return the first name that has stood there before."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def finite(value: Any) -> float | None:
    """Return the value as a float if it is a finite number (a truth value is none), else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def shown(value: Any, width: int = 40) -> str:
    """Return the value as it may stand in a message: in one line and not too long."""
    try:
        text = repr(value)
    except ValueError:  # Python writes out no whole number of more than some thousand digits
        return "a number of very many digits"
    return text if len(text) <= width else f"{text[: width - 3]}..."


def in_line(word: str) -> str:
    """Return the word as it may begin a message: as it is, unless it holds what would break the line."""
    return word if word.isprintable() else shown(word)
