"""Which claims there are, by name and family; a family is a file of this folder, read when it is asked for."""

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.validation.rows import Row

FAMILIES = ("exact", "tabular", "prediction", "dyna", "convergence", "dqn", "moving_target", "peers")


@dataclass(frozen=True)
class Claim:
    """One or several rows that are measured together."""

    name: str
    rows: Callable[[], list[Row]]
    seconds: float
    """About how long it takes on one core; the longest begin first."""


def claims(family: str) -> tuple[Claim, ...]:
    """Return the claims of a family in the order of its file."""
    found: tuple[Claim, ...] = importlib.import_module(f"tests.validation.{family}").CLAIMS
    return found


def everything() -> dict[str, Claim]:
    """Return all claims by name, in the order of the families."""
    return {claim.name: claim for family in FAMILIES for claim in claims(family)}


def chosen(words: Iterable[str]) -> dict[str, Claim]:
    """Return the claims that the words name: a family or the beginning of a claim's name; all, if there are no words.

    Raises `ValueError` for a word that names nothing.
    """
    known = everything()
    found: dict[str, Claim] = {}
    for word in words:
        if word in FAMILIES:
            these = {claim.name: claim for claim in claims(word)}
        else:
            these = {name: claim for name, claim in known.items() if name.startswith(word)}
        if not these:
            raise ValueError(f"no claim {word!r}; there are {', '.join(FAMILIES)} with {', '.join(known)}")
        found |= these
    return {name: claim for name, claim in known.items() if not found or name in found}
