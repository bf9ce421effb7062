"""What a run may go on until: a condition as a plain value, in the words that the screen and the command line share."""

import math
import re
from dataclasses import dataclass

from engine.errors import InputError

EXAMPLES = ("steps 1000", "episodes 50", "return>=9", "optimal", "error<=0.1", "state 0,2", "td>=5")
"""One of each kind, as a person writes it."""

MEANINGS = {
    "steps": "so many more transitions",
    "episodes": "so many more finished episodes",
    "return": "an episode ends with at least this return (undiscounted)",
    "optimal": "the greedy policy is optimal; looked at now and at the end of each episode",
    "error": "max |Q−Q*| is at most this; looked at now and at the end of each episode",
    "state": "a move leads into this state",
    "td": "the |TD errors| of a step add up to this (DQN: the mean of its batch)",
}
"""What each kind waits for; the run stops at the very step where it first holds."""

_WORDS = re.compile(r"(?P<name>[a-z|]+(?: [a-z|]+)*)\s*(?P<sign>>=|<=)?\s*(?P<rest>.*)")
_NAMES = {
    "step": "steps",
    "episode": "episodes",
    "optimal policy": "optimal",
    "max error": "error",
    "|td|": "td",
    "|td error|": "td",
    "td error": "td",
}
_SIGNS = {"return": ">=", "td": ">=", "error": "<="}
_LARGEST_COUNT = 10**15


@dataclass(frozen=True)
class Until:
    """A condition at which a run stops by itself."""

    kind: str
    """One of `MEANINGS`."""
    amount: float = 0.0
    """The number that the condition names, where it names one."""
    state: str = ""
    """The name of the state that is to be entered."""

    def __str__(self) -> str:
        """Write it such that `parse` reads the same again."""
        if self.kind == "state":
            return f"state {self.state}"
        if self.kind in _SIGNS:
            return f"{self.kind}{_SIGNS[self.kind]}{self.amount:g}"
        return self.kind if self.kind == "optimal" else f"{self.kind} {int(self.amount)}"

    @classmethod
    def parse(cls, text: str) -> "Until":
        """Read a condition such as `return>=9` or `500 steps`; raises `InputError` if it is none."""
        words = " ".join(text.replace("≥", ">=").replace("≤", "<=").replace("−", "-").split())
        if words.lower().startswith("state "):
            return cls("state", state=words[len("state ") :])
        number, _, unit = words.partition(" ")
        if number.replace(",", "").isdecimal():
            words = f"{unit} {number}"
        found = _WORDS.fullmatch(words.lower())
        kind = _NAMES.get(found["name"], found["name"]) if found else ""
        if not found or kind not in MEANINGS or kind == "state":
            raise InputError(f"{text.strip()!r} is no condition; write one such as {', '.join(EXAMPLES)}")
        if kind == "optimal" and not found["sign"] and not found["rest"]:
            return cls(kind)
        amount = _amount(found["rest"])
        if (found["sign"] or "") != _SIGNS.get(kind, "") or not _possible(kind, amount):
            example = next(example for example in EXAMPLES if example.startswith(kind))
            raise InputError(f"{text.strip()!r} is not possible; write {kind} as in {example!r}")
        return cls(kind, amount)


def _amount(text: str) -> float:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return math.nan


def _possible(kind: str, amount: float) -> bool:
    """Whether there may be such an amount: a count from 1 on, a size from 0 on, any return."""
    if not math.isfinite(amount) or kind == "optimal":
        return False
    if kind in {"steps", "episodes"}:
        return amount == int(amount) and 1 <= amount <= _LARGEST_COUNT
    return kind == "return" or amount >= 0.0
