"""Sentences of the screen as they are said: words for the signs that a voice leaves out or spells."""

import re
import string

from textual.keys import _character_to_key

from tui.commands import by_id, with_keys

ARROWS = {"↑": "up arrow", "↓": "down arrow", "←": "left arrow", "→": "right arrow"}
_BARS = re.compile("[█░]+")
_SPOKEN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"(\S+(?: \S+)*) → (\S+(?: \S+)*) → ", r"from \1 \2 to "),
        (r" ?→ ", " to "),
        (r" ←( |$)", r" becomes\1"),
        (r"Σ γ\^t·r", "sum of gamma to the t times r"),
        (r"(?<=[\d)rp])·(?=[\d(])", " times "),
        (r"·\(", " times ("),
        (r"; ·\)", ")"),
        (r" · ", ", "),
        (r"max\|", "max |"),
        (r"\|([^|]+)\|", r"absolute \1"),
        (r"(Q\w*)−(Q)", r"\1 minus \2"),
        (r"(V\w*)−(V)", r"\1 minus \2"),
        (r"\b([QV])\*\(start\)", r"\1 star of the start"),
        (r"\b([QV])\*", r"\1 star"),
        (r" − ", " minus "),
        (r" ≥ ", " is at least "),
        (r" ≤ ", " is at most "),
        (r"(?<=\d) < (?=ε)", " is below "),
        (r"γ-return", "discounted return"),
        (r"ε", "epsilon"),
        (r"γ", "gamma"),
        (r"α", "alpha"),
        (r"λ", "lambda"),
        (r"π", "policy"),
        (r"a′", "next action"),
        (r"([sQV])′", r"next \1"),
        (r"∞", "infinity"),
        (r"≈", "about"),
        (r"—", "unknown"),
        (r"−", "-"),
        (r"…", "..."),
        (r"[ \u00a0]{2,}", ", "),
        (r",(, )+", ", "),
    )
)
"""Each sign, in this order, and what is said in its place."""


def spoken(text: str) -> str:
    """Return a sentence of the screen as a voice can read it, in signs that every terminal has."""
    text = _BARS.sub("", text)
    for pattern, words in _SPOKEN:
        text = pattern.sub(words, text)
    return text.strip(" ,")


def listed(words: list[str]) -> str:
    """Return the words one after the other, the last after an `or`."""
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def key_words(shown: str) -> str:
    """Return a key with the words for it where a voice leaves the sign out, or lets a capital sound like a letter."""
    if len(shown) > 1:
        return shown
    if shown in ARROWS:
        return ARROWS[shown]
    if shown in string.ascii_uppercase:
        return f"{shown} (capital {shown.lower()})"
    return shown if shown.isalnum() else f"{shown} ({_character_to_key(shown).replace('_', ' ')})"


def key(name: str) -> str:
    """Return the first key of a command, for a sentence that is heard."""
    command = by_id(name)
    assert command is not None
    return key_words(command.keys_shown[0])


def keyed(text: str) -> str:
    """Return a sentence with the keys of the commands that it names in braces."""
    return with_keys(text, key)
