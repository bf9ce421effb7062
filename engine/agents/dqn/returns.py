"""The n-step return: rewards of several steps added up before the value of the place they lead to is asked for."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from engine.agents.dqn.encoding import Encoding, Place
from engine.state import State


class Entry(NamedTuple):
    """One row for the replay; see `engine.agents.dqn.replay.Batch`."""

    place: Place
    action: int
    reward: float
    next_place: Place
    span: int
    steps: int
    """How many rewards were added up; the span, but for what terminated."""


class Pending:
    """The last steps of the episode, whose returns are not complete yet (Sutton & Barto, 2nd ed., section 7.1).

    The return of a step is complete after n steps, or when the episode ends, however it does: then it bootstraps from
    the last place, unless the episode terminated. The actions in between are those that were taken, explored or by
    hand: nothing corrects for what the greedy policy would have done instead (Hessel et al., 2018).
    """

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._places: list[Place] = []
        self._actions: list[int] = []
        self._rewards: list[float] = []

    def add(
        self,
        place: Place,
        action: int,
        reward: float,
        next_place: Place,
        terminated: bool,
        ended: bool,
        n: int,
        discount: float,
    ) -> Iterator[Entry]:
        """Take up a step, and give back what is complete now, the oldest first."""
        self._places = self._places or [place]
        self._places.append(next_place)
        self._actions.append(action)
        self._rewards.append(reward)
        if ended:
            yield from self.flush(discount, terminated)
        elif len(self._actions) == n:
            yield Entry(self._places.pop(0), self._actions.pop(0), self._sum(discount), next_place, n, n)
            del self._rewards[0]
            if not self._actions:
                self._places.clear()

    def flush(self, discount: float, terminated: bool = False) -> Iterator[Entry]:
        """Give back everything as complete, because the episode ended or because the rules change here."""
        while self._actions:
            steps, last = len(self._actions), self._places[-1]
            span = 0 if terminated else steps
            yield Entry(self._places.pop(0), self._actions.pop(0), self._sum(discount), last, span, steps)
            del self._rewards[0]
        self._places.clear()

    def _sum(self, discount: float) -> float:
        total = 0.0
        for reward in reversed(self._rewards):
            total = reward + discount * total
        return total

    def state(self) -> State:
        """Return the steps: one place more than actions and rewards, unless there are none."""
        shape = (len(self._places), *self._encoding.place_shape)
        return State(
            {
                "places": np.array(self._places, self._encoding.place_dtype).reshape(shape),
                "actions": np.array(self._actions, np.int64),
                "rewards": np.array(self._rewards, np.float64),
            },
            {},
        )

    def load_state(self, state: State, states: int, actions: int) -> None:
        """Take over a state; raises `ValueError` unless it fits and names states and actions that exist."""
        places, taken, rewards = (state.arrays.get(name) for name in ("places", "actions", "rewards"))
        if places is None or taken is None or rewards is None:
            raise ValueError("the pending steps are missing")
        kinds = places.dtype == self._encoding.place_dtype and taken.dtype == np.int64 and rewards.dtype == np.float64
        count = len(taken)
        shape = (count + 1 if count else 0, *self._encoding.place_shape)
        if not kinds or places.shape != shape or taken.shape != (count,) or rewards.shape != (count,):
            raise ValueError("the pending steps are of the wrong kind")
        if not np.isfinite(places).all() or not np.isfinite(rewards).all():
            raise ValueError("the pending steps hold a number that is not finite")
        numbered = not self._encoding.place_shape
        if count and not (0 <= taken.min() <= taken.max() < actions):
            raise ValueError("the pending steps took an action that does not exist")
        if count and numbered and not (0 <= places.min() <= places.max() < states):
            raise ValueError("the pending steps name a state that does not exist")
        self._places = places.tolist() if numbered else list(places.copy())
        self._actions, self._rewards = taken.tolist(), rewards.tolist()
