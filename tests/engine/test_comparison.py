"""Comparison: a second run at the same step, which the first knows nothing of."""

import numpy as np
import pytest

from engine import saves as engine_saves
from engine.comparison import PORTION, Comparison, differences, twin
from engine.errors import InputError
from engine.messages import (
    ActByHand,
    Compare,
    EditCell,
    EpisodeBack,
    GoTo,
    Look,
    Reset,
    Save,
    Start,
    StepBack,
)
from engine.run import Run
from engine.session import Session
from engine.timeline import Timeline
from engine.view import greedy_actions
from engine.worlds import catalogue

NAN = float("nan")


def run_of(world="seed-2x3", agent="q-learning", seed=0, **settings):
    return Run(catalogue.find(world), agent, settings, seed)


@pytest.fixture
def session(saves):
    session = Session(saves, lambda text: None)
    session.obey(Start("seed-2x3", "q-learning"))
    return session


def snapshot_of(session):
    return session.snapshot(playing=False, speed=1.0, steps_per_second=0.0)


def caught_up(session):
    while session.catching_up:
        session.catch_up()
    return snapshot_of(session)


def test_the_second_run_is_kept_at_the_step_of_the_first(session):
    session.obey(Compare(agent="sarsa"))
    session.advance(37)
    assert snapshot_of(session).comparison.step == 37
    for command in (StepBack(), EpisodeBack(), GoTo(30), ActByHand(2)):
        session.obey(command)
        shown = caught_up(session)
        assert shown.comparison.step == shown.step


def test_the_second_run_is_what_it_would_be_alone(session):
    session.obey(Compare(agent="sarsa"))
    session.advance(100)
    session.obey(GoTo(60))
    caught_up(session)
    alone = run_of(agent="sarsa")
    alone.advance(steps=60)
    assert session.comparison.timeline.run.digest() == alone.digest()


def test_the_first_run_is_what_it_would_be_alone(session):
    session.obey(Compare(agent="dqn"))
    session.advance(150)
    alone = run_of()
    alone.advance(steps=150)
    assert session.timeline.run.digest() == alone.digest()


def test_far_behind_the_second_run_comes_nearer_in_portions(session):
    session.advance(2 * PORTION + 1)
    session.obey(Compare(agent="sarsa"))
    session.catch_up()
    assert snapshot_of(session).comparison.step == PORTION
    assert caught_up(session).comparison.step == 2 * PORTION + 1


def test_a_second_run_that_is_stopped_keeps_its_distance_until_one_goes_elsewhere(session):
    session.advance(PORTION + 100)
    session.obey(Compare(agent="sarsa"))
    session.catch_up()
    session.stay_behind()
    assert snapshot_of(session).notices[-1].text == "the second run was stopped at step 500 on the way to 600"
    session.advance(7)
    assert caught_up(session).comparison.step == PORTION + 7
    session.obey(GoTo(550))
    assert caught_up(session).comparison.step == 550


def test_the_second_run_shows_the_layers_that_are_looked_at(session):
    session.advance(37)
    session.obey(Compare(agent="dqn"))
    session.obey(Look(visits=True, td_errors=True, replay=True))
    beside = caught_up(session).comparison
    assert beside.visits.sum() == 37
    assert beside.replay.size == 37
    assert beside.td_errors.shape == beside.q.shape
    session.obey(Compare(agent="value-iteration"))
    assert caught_up(session).comparison.visits is None
    session.obey(Look())
    assert snapshot_of(session).comparison.visits is None


def test_a_run_compared_with_its_like_differs_in_nothing(session):
    session.obey(Compare(agent="q-learning"))
    session.advance(80)
    apart = snapshot_of(session).comparison.differences
    assert (apart.largest, apart.agreement, apart.overlap) == (0.0, 1.0, 1.0)
    assert np.nanmax(np.abs(apart.values)) == 0.0


def test_a_save_is_compared_from_its_beginning_on(session, saves):
    timeline = Timeline(run_of(agent="sarsa"))
    timeline.advance(steps=40)
    engine_saves.save(timeline, saves, "other")
    session.advance(25)
    session.obey(Compare(save="other"))
    shown = caught_up(session).comparison
    assert (shown.name, shown.agent.name, shown.step) == ("other", "sarsa", 25)
    session.advance(30)
    assert snapshot_of(session).comparison.step == 55


def test_other_worlds_are_refused_with_the_reason(session, saves):
    engine_saves.save(Timeline(run_of("cliff")), saves, "other")
    session.obey(Compare(save="other"))
    shown = snapshot_of(session)
    assert shown.comparison is None
    assert shown.notices[-1].text.startswith("the worlds differ: seed-2x3 and cliff")


def test_a_world_without_a_model_is_refused():
    minatar = run_of("gym:CartPole-v1", "dqn")
    with pytest.raises(InputError, match="nothing to compare"):
        Comparison(minatar, Timeline(minatar), "itself")


def test_a_wall_that_parts_the_worlds_ends_the_comparison(session):
    session.obey(Compare(agent="sarsa"))
    session.advance(5)
    session.obey(EditCell(0, 1, {"wall": True}))
    shown = snapshot_of(session)
    assert shown.comparison is None
    assert "a cell was edited" in snapshot_of(session).notices[-1].text


def test_another_run_ends_the_comparison_and_a_reset_does_not(session):
    session.obey(Compare(agent="sarsa"))
    session.advance(20)
    session.obey(Reset())
    assert caught_up(session).comparison.step == 0
    session.obey(Start("seed-2x3", "sarsa"))
    assert snapshot_of(session).comparison is None


def test_asking_for_nothing_ends_it(session):
    session.obey(Compare(agent="sarsa"))
    session.obey(Compare())
    assert snapshot_of(session).comparison is None


def test_a_demonstration_shows_no_comparison(session):
    session.obey(Compare(agent="sarsa"))
    session.demonstrate()
    assert snapshot_of(session).comparison is None
    session.leave_demonstration()
    assert snapshot_of(session).comparison is not None


def test_a_twin_that_waits_for_a_person_is_given_up(session):
    session.obey(Compare(agent="human"))
    session.advance(3)
    shown = snapshot_of(session)
    assert shown.comparison is None
    assert shown.notices[-1].text.startswith("no comparison any more: ")
    assert session.advance(3) == 3


def test_a_twin_has_the_world_the_seed_and_the_discount_of_the_run():
    first = run_of(seed=5, discount="0.7")
    second = twin(first, "sarsa")
    assert (second.seed, second.settings["discount"], second.world) == (5, "0.7", first.world)


def test_the_differences_of_two_tables_by_hand():
    first = np.array([[1.0, 0.0], [2.0, 2.0], [0.0, 3.0], [NAN, NAN]])
    second = np.array([[4.0, 0.0], [1.0, 2.0], [5.0, NAN], [NAN, NAN]])
    greedy = [np.array(rows, bool) for rows in ([[1, 0], [1, 1], [0, 1], [0, 0]], [[1, 0], [0, 1], [1, 0], [0, 0]])]
    apart = differences(first, greedy[0], second, greedy[1], np.ones(4, bool))
    assert (apart.largest, apart.state, apart.action) == (5.0, 2, 0)
    assert apart.same.tolist() == [True, False, False, False]
    assert apart.overlapping.tolist() == [True, True, False, False]
    assert (apart.agreement, apart.overlap) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    np.testing.assert_array_equal(apart.values[[0, 1, 3]], [-3.0, 0.0, NAN])


def test_states_that_no_episode_can_visit_are_not_counted():
    first = np.array([[1.0, 0.0], [0.0, 0.0], [7.0, 0.0]])
    second = np.array([[0.0, 1.0], [0.0, 0.0], [0.0, 9.0]])
    apart = differences(first, greedy_actions(first), second, greedy_actions(second), np.array([True, True, False]))
    assert (apart.largest, apart.agreement, apart.overlap) == (1.0, 0.5, 0.5)
    np.testing.assert_array_equal(apart.values, [0.0, 0.0, NAN])


def test_the_cliff_where_nobody_ever_stands_makes_no_two_policies_alike(session):
    session.obey(Start("cliff", "q-learning"))
    session.obey(Compare(agent="sarsa"))
    values = caught_up(session).comparison.differences.values
    assert np.flatnonzero(~np.isnan(values)).tolist() == list(range(37))
    session.obey(EditCell(3, 5, {"to_start": False}))
    values = caught_up(session).comparison.differences.values
    assert np.flatnonzero(~np.isnan(values)).tolist() == [*range(37), 41]


def test_a_state_counts_that_an_episode_can_visit_in_the_world_of_the_second_run_alone(session):
    session.obey(Start("cliff", "q-learning"))
    session.obey(EditCell(3, 5, {"to_start": False}))
    session.obey(Save("edited"))
    session.obey(Start("cliff", "q-learning"))
    session.obey(Compare(save="edited"))
    values = caught_up(session).comparison.differences.values
    assert np.flatnonzero(~np.isnan(values)).tolist() == [*range(37), 41]


def test_a_planner_is_held_against_by_its_own_policy(session):
    session.obey(Compare(agent="policy-iteration"))
    session.advance(4)
    view, planner = snapshot_of(session).comparison, session.comparison.timeline.run.agent
    assert view.step == 4
    np.testing.assert_array_equal(view.greedy, planner.policy())
    assert not np.array_equal(view.greedy, greedy_actions(planner.q_values()))
