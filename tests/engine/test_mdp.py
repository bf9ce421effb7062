"""A world refuses what is no Markov decision process, and is the same whatever the order of its rows."""

from typing import Any

import numpy as np
import pytest

from engine.errors import InputError
from engine.worlds.mdp import BLOCK, TabularMDP

ROWS = [
    (0, 0, 0.25, 1, 1.0, False),
    (0, 0, 0.75, 0, 0.0, False),
    (1, 1, 1.0, 2, 5.0, True),
]


def world_of(rows: list[tuple[int, int, float, int, float, bool]] = ROWS, **changes: Any) -> TabularMDP:
    fields: dict[str, Any] = {
        "states": ("a", "b", "end"),
        "actions": ("go", "stop"),
        "name": "tiny",
        "title": "Tiny",
        "source": "",
        "discount": 0.9,
        "max_steps": 10,
        "start": np.array([1.0, 0.0, 0.0]),
        "definition": {},
    }
    return TabularMDP.from_outcomes(rows, **(fields | changes))


def test_a_pair_without_outcomes_is_not_legal():
    assert world_of().legal.tolist() == [[True, False], [False, True], [False, False]]


def test_a_state_without_legal_actions_is_terminal():
    assert world_of().terminal.tolist() == [False, False, True]


def test_the_order_of_the_rows_does_not_matter():
    ordered, reversed_ = world_of(), world_of(ROWS[::-1])
    for name in ("offsets", "probability", "next_state", "reward", "terminated"):
        assert np.array_equal(getattr(ordered, name), getattr(reversed_, name))


def test_outcomes_that_differ_only_in_probability_become_one():
    world = world_of([(0, 0, 0.5, 1, 1.0, False), (0, 0, 0.5, 1, 1.0, False), *ROWS[2:]])
    assert world.probability.tolist() == [1.0, 1.0]


def test_outcomes_that_differ_in_reward_stay_apart():
    world = world_of([(0, 0, 0.5, 1, 1.0, False), (0, 0, 0.5, 1, 2.0, False), *ROWS[2:]])
    assert world.reward.tolist() == [1.0, 2.0, 5.0]


def test_cumulative_probabilities_end_at_one_in_each_pair():
    assert world_of().cumulative.tolist() == [0.75, 1.0, 1.0]


def test_the_arrays_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        world_of().reward[0] = 7.0


@pytest.mark.parametrize(
    ("rows", "changes", "told"),
    [
        ([], {}, "no state has a legal action"),
        ([(0, 0, 0.5, 0, 0.0, False)], {}, "state 'a', action 'go' add up to 0.5; they must add up to 1"),
        ([(0, 0, 1.0, 2, 0.0, False)], {}, "'end' has no transitions"),
        ([(0, 0, 1.0, 0, float("nan"), False)], {}, "a reward is not a finite number"),
        ([(0, 0, 0.0, 0, 1.0, False)], {}, "a probability is not a number above 0"),
        ([(0, 0, 1.0, 3, 1.0, False)], {}, "does not exist"),
        (ROWS, {"discount": 1.5}, "discount is 1.5; it must lie between 0 and 1"),
        (ROWS, {"discount": float("nan")}, "discount is nan"),
        (ROWS, {"max_steps": 0}, "max_steps is 0; it must be at least 1"),
        (ROWS, {"start": np.array([0.5, 0.0, 0.0])}, "start probabilities"),
        (ROWS, {"start": np.array([0.0, 0.0, 1.0])}, "start state 'end' is terminal"),
        (ROWS, {"states": ()}, "does not exist"),
    ],
)
def test_what_is_no_decision_process_is_refused(rows, changes, told):
    with pytest.raises(InputError) as caught:
        world_of(rows, **changes)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


class TestLargerThanABlock:
    """A ring of more states than are worked on at a time, each with a likely and an unlikely way on."""

    STATES = 2 * BLOCK + 5

    def ring(self, *, dead_end=False):
        rows = []
        for state in range(self.STATES):
            rows += [(state, 0, 0.75, state // 2, 0.0, False), (state, 0, 0.25, (state + 1) % self.STATES, 0.0, False)]
        names, start = [*map(str, range(self.STATES)), "end"], np.eye(1, self.STATES + 1)[0]
        if dead_end:
            rows[-1] = (*rows[-1][:3], self.STATES, 0.0, False)
        fields = {"name": "", "title": "", "source": "", "discount": 0.9, "max_steps": 9, "definition": {}}
        return TabularMDP.from_outcomes(rows, states=names, actions=["go"], start=start, **fields)

    def test_the_cumulative_probabilities_of_every_pair_begin_anew(self):
        world = self.ring()
        first = world.offsets[: self.STATES]
        np.testing.assert_allclose(world.cumulative[first][1:], world.probability[first][1:], rtol=0, atol=1e-9)
        assert (world.cumulative[world.offsets[1 : self.STATES + 1] - 1] == 1.0).all()

    def test_a_way_to_nowhere_is_found_in_the_last_of_them(self):
        with pytest.raises(InputError, match="every transition into it must be terminated"):
            self.ring(dead_end=True)
