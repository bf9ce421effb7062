"""Runs: reproducible to the bit, however they are cut into portions, and rightly counted."""

import numpy as np
import pytest

from engine.evaluation import evaluate
from engine.run import Run
from engine.worlds import catalogue
from tests.engine.worlds import CORRIDOR, SLIPPERY, acting_alone, build

SMALL = {"dqn": {"replay_capacity": "64", "learning_starts": "20", "batch_size": "8", "hidden": "16"}}


def make(agent, seed=0, definition=SLIPPERY):
    return Run(build(definition), agent, SMALL.get(agent, {}), seed)


@pytest.mark.parametrize("agent", acting_alone())
def test_the_same_seed_leads_to_the_same_digest(agent):
    runs = [make(agent), make(agent)]
    for run in runs:
        run.advance(steps=300)
    assert runs[0].digest() == runs[1].digest()


@pytest.mark.parametrize("agent", acting_alone())
def test_another_seed_leads_to_another_digest(agent):
    runs = [make(agent, seed=0), make(agent, seed=1)]
    for run in runs:
        run.advance(steps=300)
    assert runs[0].digest() != runs[1].digest()


@pytest.mark.parametrize("agent", acting_alone())
def test_advancing_by_n_is_n_times_advancing_by_one(agent):
    at_once, one_by_one = make(agent), make(agent)
    at_once.advance(steps=250)
    for _ in range(250):
        assert one_by_one.advance(steps=1) == 1
    assert at_once.digest() == one_by_one.digest()


@pytest.mark.parametrize("agent", acting_alone())
def test_a_state_taken_over_leads_to_the_same_future(agent):
    run, other = make(agent), make(agent)
    run.advance(steps=137)
    other.load_state(run.state())
    assert other.digest() == run.digest()
    run.advance(steps=200)
    other.advance(steps=200)
    assert other.digest() == run.digest()


@pytest.mark.parametrize("agent", acting_alone())
def test_a_kept_state_does_not_change_when_the_run_goes_on(agent):
    run = make(agent)
    run.advance(steps=100)
    state = run.state()
    before = state.digest()
    run.advance(steps=100)
    assert state.digest() == before


@pytest.mark.parametrize("agent", acting_alone())
def test_advancing_by_episodes_stops_at_the_end_of_one(agent):
    run = make(agent)
    run.advance(episodes=3)
    assert run.statistics.episodes == 3
    assert run.interaction.ended
    assert run.statistics.last(3)["length"].sum() == run.step


def test_more_episodes_than_fit_in_one_portion_are_all_counted():
    run = make("q-learning", definition=CORRIDOR | {"map": "SG"})
    run.advance(episodes=10_000)
    assert run.statistics.episodes == 10_000
    assert run.statistics.last(10_000)["length"].sum() == run.step


@pytest.mark.parametrize("agent", acting_alone())
def test_warming_up_changes_nothing(agent):
    run = make(agent)
    before = run.digest()
    run.warm_up()
    assert run.digest() == before


def test_a_run_without_a_limit_is_refused():
    with pytest.raises(ValueError, match="limit"):
        make("q-learning").advance()


def test_the_statistics_of_an_episode_are_those_of_its_transitions():
    run = make("q-learning", seed=4)
    rewards, errors, discount = [], [], 0.9
    while not rewards or not run.interaction.ended:
        run.advance(steps=1)
        rewards.append(run.interaction.transition().reward)
        errors.append(abs(run.agent.update().td_error))
    row = run.statistics.last(1)[0]
    assert row["return"] == pytest.approx(sum(rewards))
    assert row["discounted_return"] == pytest.approx(sum(r * discount**t for t, r in enumerate(rewards)))
    assert row["length"] == len(rewards)
    assert row["mean_abs_td_error"] == pytest.approx(np.mean(errors))
    assert row["terminated"] == run.interaction.transition().terminated
    assert row["epsilon"] == pytest.approx(run.interaction.transition().epsilon)


def test_an_episode_that_reaches_the_step_limit_is_truncated_not_terminated():
    run = make("q-learning", definition=CORRIDOR)
    run.advance(episodes=20)
    rows = run.statistics.last(20)
    assert (rows["length"][~rows["terminated"]] == 3).all()
    assert not rows["terminated"].all()


def test_the_path_begins_at_the_start_and_ends_where_the_agent_is():
    run = Run(catalogue.find("cliff"), "q-learning", {}, seed=0)
    run.advance(steps=40)
    path = run.interaction.path()
    assert run.world.start[path[0]] > 0.0
    assert path[-1] == run.interaction.transition().next_state
    assert len(path) == run.interaction.memory.progress["length"][0] + 1


def test_the_last_state_of_an_episode_stays_until_the_next_step():
    run = Run(catalogue.find("seed-2x3"), "q-learning", {}, seed=0)
    run.advance(episodes=1)
    assert run.world.terminal[run.interaction.path()[-1]]
    run.advance(steps=1)
    assert len(run.interaction.path()) == 2


def test_chance_is_that_of_the_model():
    run = Run(catalogue.find("frozen-lake-4x4"), "q-learning", {"epsilon": "1.0"}, seed=0)
    counts = np.zeros(16)
    for _ in range(30_000):
        run.advance(steps=1)
        transition = run.interaction.transition()
        if (transition.state, transition.action) == (0, 1):
            counts[transition.next_state] += 1
    total = counts.sum()
    expected = {0: 1 / 3, 1: 1 / 3, 4: 1 / 3}
    assert total > 1000
    assert set(np.flatnonzero(counts)) == set(expected)
    for state, p in expected.items():
        assert counts[state] / total == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / total))


def test_greedy_evaluation_of_the_optimum_reaches_the_goal_and_counts_success():
    from engine import planning

    world = catalogue.find("seed-2x3")
    result = evaluate(world, planning.solve(world).q, episodes=5000, seed=0)
    assert (result.returns == 10.0).all()
    assert (result.lengths == 4).all()
    assert result.success.all()


def test_evaluation_does_not_touch_the_run():
    run = make("q-learning")
    run.advance(steps=100)
    before = run.digest()
    evaluate(run.world, run.agent.q_values(), episodes=10, seed=0)
    assert run.digest() == before
