"""The errors that are meant for the person who reads them."""

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """A mistake in what a person gave us: one line that says what is wrong, where, and what would be right."""


def near_miss(wrong: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` for the known word nearest to `wrong`, or nothing where none is near."""
    near = difflib.get_close_matches(wrong, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
