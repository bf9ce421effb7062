"""How much memory reading a file may take: four times its size and a fixed allowance, estimated before it is taken.

A small file can name a large world, and a short text can hold many small values. Both are estimated here from above,
by what was measured, so that a file which is not worth its memory is refused before it costs any.
"""

import os

from engine.errors import InputError

MEBIBYTE = 2**20
TIMES = 4
ALLOWANCE = 48 * MEBIBYTE
"""Bytes that any file may take, however small: enough for a slippery map of 300 by 300 cells."""

VARIABLE = "QSCOPE_MEMORY"
"""The environment variable that allows more, in MiB."""
LONGEST = 7
"""Digits of what it may say: no computer has more."""

OBJECT, LIST, ITEM = 200, 120, 72
"""Bytes of a parsed JSON object; of a list; of what one comma separates."""
TEXTS = 4
"""How often the text itself is in memory while it is parsed."""


def of_environment(default: int = ALLOWANCE) -> int:
    """Return how many bytes may be taken beside what follows from a size: as the environment says, or the default.

    Raises `InputError` if the environment says no such number.
    """
    said = os.environ.get(VARIABLE, "")
    if said and not (said.isascii() and said.isdecimal() and len(said) <= LONGEST):
        raise InputError(f"{VARIABLE} is {said!r}; it must be a whole number of MiB, such as 1024")
    return int(said) * MEBIBYTE if said else default


def allowed(size: int, allowance: int = ALLOWANCE) -> int:
    """Return how many bytes reading a file of so many bytes may take."""
    return TIMES * size + allowance


def parsed_size(text: bytes) -> int:
    """Return how many bytes parsing a JSON text takes, at most."""
    marks = OBJECT * text.count(b"{") + LIST * text.count(b"[") + ITEM * text.count(b",")
    return TEXTS * len(text) + marks


def expect(needed: int, size: int, allowance: int, what: str) -> None:
    """Raise `ValueError` if something needs more memory than reading a file of that size may take."""
    if needed > allowed(size, allowance):
        raise ValueError(
            f"{what} takes up to {needed / MEBIBYTE:,.0f} MiB of memory, but reading a file of this size may take"
            f" {allowed(size, allowance) / MEBIBYTE:,.0f};"
            f" if you trust it, {VARIABLE}={-(-needed // MEBIBYTE)} allows that many MiB"
        )
