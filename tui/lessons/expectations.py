"""What a page of a lesson claims of the run, such as `q(0,0; right) = -5.00`, held against a snapshot."""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.errors import InputError, near_miss
from engine.messages import BatchUpdate, Snapshot, TableUpdate, Transition

Value = float | str
"""What can be measured: a number, or a word such as the name of a state."""

_CLAIM = re.compile(r"(?P<left>.+?)\s*(?P<sign><=|>=|=|<|>)\s*(?P<right>[^<>=]+)")
_QUANTITY = re.compile(r"(?P<name>[a-z][a-z_]*)(?P<star>\*(?=\())?(?:\((?P<given>[^()]*)\))?")
_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Expectation:
    """A claim: a sum of measured quantities, and the number or the word that it is said to be."""

    text: str
    left: str
    sign: str
    right: str

    @classmethod
    def parse(cls, text: str) -> "Expectation":
        """Read a claim; raises `InputError` if it is none, or names what nobody measures."""
        found = _CLAIM.fullmatch(text.replace("−", "-").strip())
        if found is None:
            raise InputError(f"{text!r} claims nothing; write one such as q(0,0; right) = -5.00 or episodes > 3")
        for name, *_ in _quantities(found["left"]):
            if name not in QUANTITIES:
                raise InputError(f"nobody measures {name!r}{near_miss(name, QUANTITIES)} (known: {_known()})")
        return cls(text.strip(), found["left"], found["sign"], found["right"].strip())

    @property
    def quantities(self) -> frozenset[str]:
        """The names of what it claims something of."""
        return frozenset(name for name, *_ in _quantities(self.left))

    @property
    def numbers(self) -> tuple[float, ...]:
        """Every number that stands in the claim, and that a text may therefore say."""
        plain = _QUANTITY.sub(lambda found: f" {found['given'] or ''} ".replace(",", "_"), self.left)
        return tuple(float(number) for number in re.findall(r"(?<!\w)-?\d+(?:\.\d+)?(?!\w)", f"{plain} {self.right}"))

    def failure(self, snapshot: Snapshot) -> str:
        """Return what is wrong with the claim here, empty if it holds; raises `InputError` where nothing is measured.

        An equal number has to be equal as far as it is written: 7.29 stands for 7.285 up to 7.295.
        """
        actual = _measure(self.left, snapshot)
        if isinstance(actual, str):
            return "" if self.sign == "=" and actual == self.right else f"{self.text}: it is {actual}"
        claimed = _number(self.right)
        if self.sign == "=":
            holds = abs(actual - claimed) <= 0.5 * 10.0 ** -_decimals(self.right) + 1e-9
        else:
            holds = _COMPARED[self.sign](actual, claimed)
        return "" if holds else f"{self.text}: it is {actual:.6g}"


def _measure(text: str, snapshot: Snapshot) -> Value:
    """Return what a sum of quantities is in a snapshot; a word only where it is the only one."""
    alone = _QUANTITY.fullmatch(text)
    if alone is not None:
        return _quantity(alone, snapshot)
    numbers = _QUANTITY.sub(lambda found: f"({_as_number(_quantity(found, snapshot), text)!r})", text)
    return _calculated(numbers.replace("^", "**"), text)


def _quantity(found: re.Match[str], snapshot: Snapshot) -> Value:
    name, *given = _split(found)
    try:
        return QUANTITIES[name](snapshot, *given)
    except TypeError:
        raise InputError(f"{name} is not measured of ({'; '.join(given)})") from None


def _quantities(text: str) -> list[tuple[str, ...]]:
    return [_split(found) for found in _QUANTITY.finditer(text)]


def _split(found: re.Match[str]) -> tuple[str, ...]:
    """Return the name of a quantity and what it is measured of."""
    given = found["given"]
    parts = [part.strip() for part in given.split(";")] if given is not None else []
    return found["name"] + (found["star"] or ""), *parts


def _calculated(expression: str, text: str) -> float:
    """Return the value of an expression of numbers, without running anything that is none."""
    try:
        return _node(ast.parse(expression, mode="eval").body)
    except (SyntaxError, KeyError, ValueError, ZeroDivisionError, OverflowError):
        raise InputError(f"{text!r} cannot be calculated") from None


def _node(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_node(operand)
        case ast.BinOp(left=left, op=sign, right=right):
            return _OPERATORS[type(sign)](_node(left), _node(right))
    raise ValueError("no arithmetic")


def _as_number(value: Value, text: str) -> float:
    if isinstance(value, str):
        raise InputError(f"{text!r} adds up words")
    return value


def _number(text: str) -> float:
    try:
        return float(text.rstrip("%").replace(",", "")) / (100.0 if text.endswith("%") else 1.0)
    except ValueError:
        raise InputError(f"{text!r} is no number") from None


def _decimals(text: str) -> int:
    return len(text.rstrip("%").partition(".")[2]) + (2 if text.endswith("%") else 0)


# What is measured. Each takes the snapshot and what stands in the brackets.


def _state(snapshot: Snapshot, name: str) -> int:
    if name not in snapshot.world.states:
        raise InputError(f"{snapshot.world.name} has no state {name!r}")
    return snapshot.world.states.index(name)


def _action(snapshot: Snapshot, name: str) -> int:
    if name not in snapshot.world.actions:
        raise InputError(f"{snapshot.world.name} has no action {name!r}{near_miss(name, snapshot.world.actions)}")
    return snapshot.world.actions.index(name)


def _q(snapshot: Snapshot, state: str, action: str) -> float:
    return float(snapshot.q[_state(snapshot, state), _action(snapshot, action)])


def _v(snapshot: Snapshot, state: str) -> float:
    return float(np.nanmax(snapshot.q[_state(snapshot, state)]))


def _q_star(snapshot: Snapshot, state: str, action: str) -> float:
    return float(_optimum(snapshot)[_state(snapshot, state), _action(snapshot, action)])


def _v_star(snapshot: Snapshot, state: str) -> float:
    return float(np.nanmax(_optimum(snapshot)[_state(snapshot, state)]))


def _optimum(snapshot: Snapshot) -> Any:
    if snapshot.q_star is None:
        raise InputError(f"the exact optimum of {snapshot.world.name} is not known")
    return snapshot.q_star


def _greedy(snapshot: Snapshot, state: str) -> str:
    best = snapshot.greedy[_state(snapshot, state)]
    return " ".join(name for name, is_best in zip(snapshot.world.actions, best, strict=True) if is_best)


def _label(snapshot: Snapshot, state: str) -> float:
    """Return the reward that the map shows at a state."""
    text = snapshot.world.labels[_state(snapshot, state)].replace("−", "-")
    return _number(text) if text else 0.0


def _setting(snapshot: Snapshot, name: str) -> Value:
    text = snapshot.agent.settings.get(name)
    if text is None:
        raise InputError(f"{snapshot.agent.name} has no setting {name!r}{near_miss(name, snapshot.agent.settings)}")
    try:
        return float(text)
    except ValueError:
        return text


def _last(snapshot: Snapshot) -> Transition:
    if snapshot.last is None:
        raise InputError("no step has been made yet")
    return snapshot.last


def _table(snapshot: Snapshot) -> TableUpdate:
    if not isinstance(snapshot.update, TableUpdate):
        raise InputError("no table was updated yet")
    return snapshot.update


def _batch(snapshot: Snapshot) -> BatchUpdate:
    if not isinstance(snapshot.update, BatchUpdate):
        raise InputError("no network was updated yet")
    return snapshot.update


def _update(snapshot: Snapshot) -> TableUpdate | BatchUpdate:
    return _batch(snapshot) if isinstance(snapshot.update, BatchUpdate) else _table(snapshot)


def _truth(snapshot: Snapshot) -> Any:
    if snapshot.truth is None:
        raise InputError(f"the exact optimum of {snapshot.world.name} is not known")
    return snapshot.truth


def _episode(values: Any, number: str) -> float:
    """Return the value of a finished episode, counted from 1; a snapshot knows the last ones only."""
    place = int(_number(number)) - 1
    if not 0 <= place < len(values):
        raise InputError(f"there is no finished episode {number}")
    return float(values[place])


def _mean(values: Any, count: str) -> float:
    """Return the mean of the last `count` episodes."""
    many = int(_number(count))
    if not 0 < many <= len(values):
        raise InputError(f"there are no {count} finished episodes")
    return float(values[-many:].mean())


QUANTITIES: Mapping[str, Callable[..., Value]] = {
    "q": _q,
    "v": _v,
    "q*": _q_star,
    "v*": _v_star,
    "greedy": _greedy,
    "label": _label,
    "setting": _setting,
    "states": lambda s: float(len(s.world.states)),
    "actions": lambda s: float(len(s.world.actions)),
    "max_steps": lambda s: float(s.world.max_steps),
    "step": lambda s: float(s.step),
    "state": lambda s: s.world.states[s.state],
    "epsilon": lambda s: s.epsilon,
    "agent": lambda s: s.agent.name,
    "episodes": lambda s: float(s.episodes.finished),
    "length": lambda s, number: _episode(s.episodes.lengths, number),
    "mean_return": lambda s, count: _mean(s.episodes.returns, count),
    "episode_return": lambda s, number: _episode(s.episodes.returns, number),
    "discounted_return": lambda s, number: _episode(s.episodes.discounted_returns, number),
    "q_error": lambda s: float(_truth(s).q_error),
    "agreement": lambda s: float(_truth(s).policy_agreement),
    "start_value": lambda s: float(_truth(s).start_value),
    "action": lambda s: s.world.actions[_last(s).action],
    "reward": lambda s: _last(s).reward,
    "die": lambda s: _last(s).die,
    "choice": lambda s: "explored" if _last(s).explored else "greedy",
    "ended": lambda s: "terminated" if _last(s).terminated else "truncated" if _last(s).truncated else "no",
    "value_before": lambda s: _update(s).value_before,
    "value_after": lambda s: _update(s).value_after,
    "next_value": lambda s: _update(s).next_value,
    "td_target": lambda s: _update(s).td_target,
    "td_error": lambda s: _table(s).td_error,
    "loss": lambda s: _batch(s).loss,
    "updates": lambda s: float(_batch(s).updates),
    "replay": lambda s: float(_batch(s).replay_size),
    "until_copy": lambda s: float(_batch(s).updates_until_copy),
}
"""What can be claimed, by its name."""


def _known() -> str:
    return ", ".join(QUANTITIES)
