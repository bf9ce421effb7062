"""Schedules, step sizes, and the epsilon-greedy choice."""

import numpy as np
import pytest

from engine.agents.exploration import EPSILON_GREEDY, SOFTMAX, UCB, Schedule, StepSize
from engine.agents.kernels.choosing import act, best_action, epsilon_greedy, expected_value, softmax, ucb
from engine.agents.kernels.schedules import schedule_value, step_size_value
from engine.errors import InputError


def rng(seed=0):
    return np.random.default_rng(seed)


def value(text, step):
    return schedule_value(Schedule.parse(text).row, step)


def test_constant_schedule_never_changes():
    assert value("0.1", 0) == value("0.1", 10**9) == 0.1


def test_linear_schedule_goes_in_a_straight_line_and_then_stays():
    assert [value("1.0->0.0/10", step) for step in (0, 5, 10, 99)] == [1.0, 0.5, 0.0, 0.0]


def test_exponential_schedule_falls_by_a_constant_factor():
    values = [value("exp:1.0->0.01/4", step) for step in range(5)]
    assert np.allclose(values, [1.0, 10**-0.5, 0.1, 10**-1.5, 0.01])


@pytest.mark.parametrize("text", ["0.1", "1.0->0.05/10000", "exp:1.0->0.05/10000"])
def test_schedule_is_written_as_it_was_read(text):
    assert str(Schedule.parse(text)) == text


@pytest.mark.parametrize("text", ["", "x", "1->", "1->0/0", "1->0/-5", "exp:1->0/10", "nan", "inf->0/5", "1->0/1.5"])
def test_impossible_schedule_is_refused_in_one_line(text):
    with pytest.raises(InputError) as error:
        Schedule.parse(text)
    assert "\n" not in str(error.value)


def test_step_size_decays_with_the_visits():
    row = StepSize.parse("1/n^0.8").row
    assert step_size_value(row, 1) == 1.0
    assert step_size_value(row, 32) == pytest.approx(1 / 16)


@pytest.mark.parametrize("text", ["0", "1.5", "-0.1", "1/n^2", "1/m", "nan"])
def test_impossible_step_size_is_refused(text):
    with pytest.raises(InputError):
        StepSize.parse(text)


def test_ties_are_broken_uniformly():
    values, legal = np.array([1.0, 2.0, 2.0, 2.0]), np.ones(4, bool)
    generator = rng()
    counts = np.bincount([best_action(values, values, legal, generator) for _ in range(6000)], minlength=4)
    assert counts[0] == 0
    assert np.abs(counts[1:] - 2000).max() < 4 * np.sqrt(6000 * 1 / 3 * 2 / 3)


def test_an_illegal_action_is_never_chosen_though_its_value_is_highest():
    values, legal = np.array([9.0, 0.0, 0.0]), np.array([False, True, True])
    generator = rng()
    assert {epsilon_greedy(values, values, legal, 0.5, generator)[0] for _ in range(500)} == {1, 2}


def test_the_die_decides_between_exploring_and_exploiting():
    values, legal, generator = np.array([0.0, 1.0]), np.ones(2, bool), rng()
    choices = [epsilon_greedy(values, values, legal, 0.3, generator) for _ in range(5000)]
    assert all(explored == (die < 0.3) for _, explored, die in choices)
    assert all(action == 1 for action, explored, _ in choices if not explored)
    assert np.mean([explored for _, explored, _ in choices]) == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / 5000))


def test_exploring_draws_uniformly_among_the_legal_actions():
    values, legal, generator = np.array([0.0, 5.0, 0.0, 0.0]), np.array([True, True, False, True]), rng()
    counts = np.bincount([epsilon_greedy(values, values, legal, 1.0, generator)[0] for _ in range(6000)], minlength=4)
    assert counts[2] == 0
    assert np.abs(counts[[0, 1, 3]] - 2000).max() < 4 * np.sqrt(6000 * 2 / 9)


VALUES, LEGAL = np.array([1.0, 2.0, 0.0, 9.0]), np.array([True, True, True, False])


def softmax_probabilities(temperature):
    weights = np.where(LEGAL, np.exp(VALUES / temperature), 0.0)
    return weights / weights.sum()


@pytest.mark.parametrize("temperature", [0.5, 1.0, 5.0])
def test_softmax_draws_in_proportion_to_the_exponential_of_the_value(temperature):
    generator, draws = rng(), 6000
    choices = [softmax(VALUES, VALUES, LEGAL, temperature, generator) for _ in range(draws)]
    shares = np.bincount([action for action, _, _ in choices], minlength=4) / draws
    expected = softmax_probabilities(temperature)
    assert np.all(np.abs(shares - expected) <= 4 * np.sqrt(expected * (1 - expected) / draws))
    assert all(explored == (action != 1) for action, explored, _ in choices)


def test_softmax_at_temperature_zero_is_greedy():
    generator = rng()
    assert {softmax(VALUES, VALUES, LEGAL, 0.0, generator)[:2] for _ in range(100)} == {(1, False)}


def test_softmax_survives_values_that_are_far_apart():
    values, legal = np.array([-1e6, 1e6]), np.ones(2, bool)
    assert softmax(values, values, legal, 0.001, rng())[0] == 1


def test_ucb_tries_every_legal_action_first_and_then_the_highest_bound():
    generator = rng()
    untried = {ucb(VALUES, VALUES, np.array([5, 0, 0, 0]), LEGAL, 1.0, generator)[0] for _ in range(200)}
    assert untried == {1, 2}
    visits = np.array([10, 100, 1, 0])
    bounds = VALUES[:3] + 2.0 * np.sqrt(np.log(111) / visits[:3])
    action, explored, _ = ucb(VALUES, VALUES, visits, LEGAL, 2.0, generator)
    assert (action, explored) == (int(bounds.argmax()), True)
    assert ucb(VALUES, VALUES, visits, LEGAL, 0.0, generator)[:2] == (1, False)


@pytest.mark.parametrize(("kind", "level"), [(EPSILON_GREEDY, 0.3), (SOFTMAX, 0.7), (SOFTMAX, 0.0), (UCB, 2.0)])
def test_the_expected_value_is_the_mean_of_what_the_behaviour_policy_takes(kind, level):
    generator, visits = rng(), np.array([10, 100, 1, 0])
    taken = [act(kind, VALUES, VALUES, visits, LEGAL, level, generator)[0] for _ in range(6000)]
    mean, error = VALUES[taken].mean(), VALUES[taken].std() / np.sqrt(6000)
    assert expected_value(kind, VALUES, visits, LEGAL, level) == pytest.approx(mean, abs=4 * error + 1e-12)
