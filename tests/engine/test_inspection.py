"""Looking more closely: one state in full, visits and expected TD errors, without touching the run."""

import numpy as np
import pytest

from engine import planning
from engine.inspection import BellmanErrors, Microscope, outcomes_of
from engine.messages import GoTo, Look, Start
from engine.run import Run
from engine.session import Session
from engine.worlds import catalogue


@pytest.fixture
def cliff():
    run = Run(catalogue.find("cliff"), "q-learning", {}, 0)
    run.advance(3000)
    return run


def test_what_nobody_asks_for_is_not_copied(cliff):
    assert set(Microscope(cliff).extras(cliff, cliff.agent.q_values(), Look()).values()) == {None}


def test_the_visits_add_up_to_the_steps_of_the_run(cliff):
    extras = Microscope(cliff).extras(cliff, cliff.agent.q_values(), Look(visits=True))
    assert extras["visits"].sum() == 3000


def test_visits_that_were_shown_stay_as_they_were(cliff):
    shown = Microscope(cliff).extras(cliff, cliff.agent.q_values(), Look(visits=True))["visits"]
    cliff.advance(10)
    assert shown.sum() == 3000


@pytest.mark.parametrize("world", ["cliff", "frozen-lake-4x4", "windy-king", "russell-norvig-4x3"])
def test_the_optimum_has_no_td_error_anywhere(world):
    mdp = catalogue.find(world)
    errors = BellmanErrors(mdp, mdp.discount).td_errors(planning.solve(mdp).q)
    assert np.nanmax(np.abs(errors)) < 1e-6


def test_a_td_error_is_reward_plus_discounted_best_next_value_minus_value():
    world = catalogue.find("seed-2x3")
    errors = BellmanErrors(world, 0.9).td_errors(np.where(world.legal, 1.0, np.nan))
    state, right = world.states.index("0,0"), world.actions.index("right")
    up_into_goal = errors[world.states.index("1,2"), world.actions.index("up")]
    assert errors[state, right] == pytest.approx(-10.0 + 0.9 * 1.0 - 1.0)
    assert up_into_goal == pytest.approx(10.0 - 1.0)


def test_one_state_in_full_agrees_with_the_tables_of_all(cliff):
    q = cliff.agent.q_values()
    microscope = Microscope(cliff)
    state = cliff.world.states.index("2,5")
    seen = microscope.extras(cliff, q, Look(visits=True, td_errors=True, state=state))
    np.testing.assert_array_equal(seen["inspection"].visits, seen["visits"][state])
    np.testing.assert_allclose(seen["inspection"].td_errors, seen["td_errors"][state])


def test_the_outcomes_of_each_action_add_up_to_one_and_the_likeliest_comes_first():
    world = catalogue.find("russell-norvig-4x3")
    outcomes = outcomes_of(world, world.states.index("2,0"))
    for action in range(4):
        chances = [outcome.probability for outcome in outcomes if outcome.action == action]
        assert sum(chances) == pytest.approx(1.0)
        assert chances == sorted(chances, reverse=True)
    assert (outcomes[0].probability, world.states[outcomes[0].next_state]) == (pytest.approx(0.8), "1,0")


def test_a_state_that_the_world_does_not_have_is_not_inspected(cliff):
    assert Microscope(cliff).extras(cliff, cliff.agent.q_values(), Look(state=10_000))["inspection"] is None


def test_an_agent_that_counts_nothing_and_has_no_target_shows_neither(cliff):
    cliff.agent = object()
    q = np.zeros((48, 4))
    seen = Microscope(cliff).extras(cliff, q, Look(visits=True, state=0))
    assert (seen["visits"], seen["inspection"].visits, seen["inspection"].target) == (None, None, None)


def test_the_replay_is_shown_by_pairs_with_counts_and_ages(cliff):
    class Agent:
        def replayable(self):
            return np.array([3, 3, 3, 47]), np.array([1, 1, 0, 2]), np.array([10, 20, 5, 1])

    cliff.agent = Agent()
    cliff.settings = {"replay_capacity": "8", "discount": "1.0"}
    seen = Microscope(cliff).extras(cliff, np.zeros((48, 4)), Look(replay=True, state=3))
    replay = seen["replay"]
    assert (replay.size, replay.capacity, replay.oldest, replay.mean_age) == (4, 8, 20, 9.0)
    assert (replay.counts[3].tolist(), replay.counts.sum(), replay.counts[47, 2]) == ([1, 2, 0, 0], 4, 1)
    assert (replay.ages[3].tolist(), replay.ages.sum()) == ([5, 30, 0, 0], 36)
    assert seen["inspection"].replayed.tolist() == [1, 2, 0, 0]


def test_what_has_no_number_is_counted_but_on_no_pair(cliff):
    class Agent:
        def replayable(self):
            return np.array([-1, -1]), np.array([1, 1]), np.array([0, 1])

    cliff.agent = Agent()
    cliff.settings = {"replay_capacity": "8", "discount": "1.0"}
    replay = Microscope(cliff).extras(cliff, np.zeros((48, 4)), Look(replay=True))["replay"]
    assert (replay.size, replay.counts.sum()) == (2, 0)


def test_a_target_network_is_shown_beside(cliff):
    class Agent:
        def target_values(self):
            return np.arange(48.0 * 4).reshape(48, 4)

    cliff.agent = Agent()
    seen = Microscope(cliff).extras(cliff, np.zeros((48, 4)), Look(state=2))
    assert seen["inspection"].target.tolist() == [8.0, 9.0, 10.0, 11.0]


def test_in_a_world_without_a_model_there_is_nothing_more_to_see(cliff):
    cliff.world = object()
    assert Microscope(cliff).extras(cliff, np.zeros((1, 4)), Look(visits=True, td_errors=True, state=0)) == {}


def snapshot_of(session):
    return session.snapshot(playing=False, speed=5.0, steps_per_second=0.0)


def test_looking_changes_nothing_in_the_run_and_holds_for_the_next_run(saves):
    session = Session(saves, lambda text: None)
    session.obey(Look(state=3))
    session.obey(Start("seed-2x3", "q-learning"))
    session.advance(20)
    digest = session.timeline.run.digest()
    session.obey(Look(visits=True, td_errors=True, state=4))
    assert snapshot_of(session).inspection.state == 4
    assert session.timeline.run.digest() == digest
    assert not snapshot_of(session).notices
    session.obey(GoTo(10))
    assert snapshot_of(session).visits.sum() == 10


def test_the_optimum_is_one_object_in_every_snapshot(saves):
    session = Session(saves, lambda text: None)
    session.obey(Start("seed-2x3", "q-learning"))
    first = snapshot_of(session).q_star
    session.advance(1)
    assert snapshot_of(session).q_star is first is not None
