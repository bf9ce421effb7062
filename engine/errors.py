"""The errors that are meant for the person who reads them."""

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """A mistake in what a person gave us: one line that says what is wrong, where, and what would be right."""


class UnknownWorldError(InputError):
    """A word that names no world, and is neither a path nor an address of one."""


def nearest(wrong: str, known: Iterable[str]) -> str:
    """Return the known word nearest to `wrong`, be it in capitals or not, or an empty one where none is near."""
    by_folded = {word.casefold(): word for word in known}
    near = difflib.get_close_matches(wrong.casefold(), list(by_folded), n=1)
    return by_folded[near[0]] if near else ""


def near_miss(wrong: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` for the known word nearest to `wrong`, or nothing where none is near."""
    near = nearest(wrong, known)
    return f"; did you mean {near!r}?" if near else ""
