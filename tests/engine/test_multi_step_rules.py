"""The rules of several steps: tables worked out by hand, and the rules that they become at their ends."""

import numpy as np
import pytest

from engine import planning
from engine.errors import InputError
from engine.evaluation import evaluate
from engine.interventions import Act, Change, Edit
from engine.run import Run
from engine.worlds import catalogue
from tests.engine.worlds import SLIPPERY, build

MULTI_STEP = ("n-step-sarsa", "sarsa-lambda", "q-lambda", "monte-carlo")
UP, RIGHT, DOWN, LEFT = range(4)

LANE = {
    "title": "a lane",
    "discount": 0.5,
    "max_steps": 4,
    "step_reward": 1.0,
    "map": "S....G",
    "cells": {"G": {"terminal": True, "reward": 8.0}},
}
"""States 0 to 5 in a row; a way of exactly binary numbers, so that sums are exact."""

HALF = {"step_size": "0.5", "epsilon": "0"}


def walked(agent, actions, definition=LANE, **settings):
    """Return the run after these actions by hand, and the update that each left behind."""
    run = Run(build(definition), agent, HALF | settings, seed=0)
    updates = []
    for action in actions:
        run.intervene(Act(run.step, action))
        updates.append(run.agent.update())
    return run, updates


def table(run):
    """Return the values of going right, from left to right."""
    return run.agent.q_values()[:, RIGHT].tolist()[:-1]


class TestNStepSarsa:
    def test_a_pair_is_updated_when_its_n_rewards_are_there(self):
        run, updates = walked("n-step-sarsa", [RIGHT] * 3, n="3")
        assert updates[:2] == [None, None]
        update = updates[2]
        assert (update.step, update.state, update.action, update.steps) == (3, 0, RIGHT, 3)
        assert update.reward == 1.0 + 0.5 + 0.25
        assert update.discount == 0.125
        assert table(run) == [0.875, 0.0, 0.0, 0.0, 0.0]

    def test_the_target_ends_with_the_value_of_the_action_taken_n_steps_on(self):
        run, updates = walked("n-step-sarsa", [RIGHT] * 2, n="2", initial_value="4")
        assert (updates[1].reward, updates[1].discount, updates[1].next_value) == (1.5, 0.25, 4.0)
        assert updates[1].next_action == run.state().values["agent.pending"]["action"]
        assert run.agent.q_values()[0, RIGHT] == 4.0 + 0.5 * (1.5 + 0.25 * 4.0 - 4.0)

    def test_at_the_end_all_that_wait_are_updated_towards_their_rewards_alone(self):
        run, updates = walked("n-step-sarsa", [RIGHT] * 5, LANE | {"max_steps": 9}, n="3")
        g4, g3, g2 = 8.0, 1.0 + 0.5 * 8.0, 1.0 + 0.5 + 0.25 * 8.0
        assert table(run) == [0.875, 0.875, g2 / 2, g3 / 2, g4 / 2]
        assert (updates[4].state, updates[4].steps, updates[4].next_value, updates[4].next_action) == (4, 1, 0.0, -1)

    def test_at_a_truncation_all_that_wait_bootstrap_from_the_last_state(self):
        run, updates = walked("n-step-sarsa", [RIGHT] * 4, n="3", initial_value="8")
        transition = run.interaction.transition()
        assert transition.truncated
        first = 8.0 + 0.5 * (1.75 + 0.125 * 8.0 - 8.0)
        last = [8.0 + 0.5 * (total + power * 8.0 - 8.0) for total, power in ((1.75, 0.125), (1.5, 0.25), (1.0, 0.5))]
        assert table(run) == [first, *last, 8.0]
        assert (updates[3].next_value, updates[3].steps) == (8.0, 1)
        assert updates[3].next_action >= 0

    def test_after_the_end_nothing_waits(self):
        run, _ = walked("n-step-sarsa", [RIGHT] * 4, n="3")
        assert run.state().arrays["agent.waiting.state"].size == 0

    def test_a_smaller_n_updates_those_that_wait_too_long_with_all_the_rewards_since(self):
        run, _ = walked("n-step-sarsa", [RIGHT] * 2, n="4")
        run.intervene(Change(2, {"n": "2"}))
        run.intervene(Act(2, RIGHT))
        assert table(run) == [1.75 / 2, 1.5 / 2, 0.0, 0.0, 0.0]

    def test_a_larger_n_waits_longer(self):
        run, _ = walked("n-step-sarsa", [RIGHT], n="2")
        run.intervene(Change(1, {"n": "3"}))
        run.intervene(Act(1, RIGHT))
        assert run.agent.update() is None
        run.intervene(Act(2, RIGHT))
        assert table(run) == [0.875, 0.0, 0.0, 0.0, 0.0]

    def test_a_pair_whose_cell_became_a_wall_learns_nothing_and_its_reward_counts(self):
        run, _ = walked("n-step-sarsa", [RIGHT] * 2, LANE | {"max_steps": 9}, n="4")
        run.intervene(Edit(2, 0, 1, {"wall": True}))
        for _ in range(3):
            run.intervene(Act(run.step, RIGHT))
        assert table(run) == [(1.0 + 0.5 + 0.25 + 0.125) / 2, 3.5 / 2, 5.0 / 2, 8.0 / 2]


class TestTraces:
    def test_the_td_error_reaches_back_by_discount_and_decay(self):
        for agent in ("sarsa-lambda", "q-lambda"):
            run, _ = walked(agent, [RIGHT] * 3, LANE | {"discount": 1.0}, trace_decay="0.5", initial_value="0")
            # Errors 1, 1, 1 where the next values are still 0; Q-learning's best next value is 0 as well.
            assert table(run)[:3] == [0.5 * (1 + 0.5 + 0.25), 0.5 * (1 + 0.5), 0.5]

    def test_the_traces_shown_are_those_of_the_last_update(self):
        run, updates = walked("sarsa-lambda", [RIGHT] * 3, trace_decay="0.5")
        assert run.agent.traces()[:3, RIGHT].tolist() == [0.0625, 0.25, 1.0]
        assert (updates[2].state, updates[2].trace, updates[2].pairs) == (2, 1.0, 3)

    def test_accumulating_traces_add_up_and_replacing_ones_begin_anew(self):
        for kind, trace in (("accumulating", 1.25), ("replacing", 1.0)):
            run, updates = walked("sarsa-lambda", [UP, UP], trace_decay="0.5", traces=kind)
            assert run.agent.traces()[0, UP] == trace
            first = updates[0].value_after
            target = 1.0 + 0.5 * updates[1].next_value
            assert updates[1].value_after == first + 0.5 * (target - first) * trace
            assert updates[1].trace == trace

    def test_the_traces_are_gone_when_the_next_episode_begins(self):
        run, _ = walked("sarsa-lambda", [RIGHT] * 4, trace_decay="1")
        assert np.count_nonzero(run.agent.traces()) == 4
        run.intervene(Act(4, RIGHT))
        assert np.argwhere(run.agent.traces()).tolist() == [[0, RIGHT]]

    def test_watkins_cuts_the_traces_before_an_action_that_is_not_greedy(self):
        run, _ = walked("q-lambda", [RIGHT] * 4, trace_decay="1")
        run.intervene(Act(4, RIGHT))
        run.intervene(Act(5, LEFT))  # In state 1 going right is known to be better.
        assert np.argwhere(run.agent.traces()).tolist() == [[1, LEFT]]

    def test_watkins_keeps_the_traces_at_a_greedy_action_whoever_chose_it(self):
        run, _ = walked("q-lambda", [RIGHT] * 4, trace_decay="1", epsilon="1")
        run.intervene(Act(4, RIGHT))
        run.intervene(Act(5, RIGHT))
        assert np.argwhere(run.agent.traces()).tolist() == [[0, RIGHT], [1, RIGHT]]

    def test_sarsa_keeps_the_traces_at_any_action(self):
        run, _ = walked("sarsa-lambda", [RIGHT] * 4, trace_decay="1")
        run.intervene(Act(4, RIGHT))
        run.intervene(Act(5, LEFT))
        assert np.argwhere(run.agent.traces()).tolist() == [[0, RIGHT], [1, LEFT]]

    def test_a_trace_too_small_to_count_is_let_go_of(self):
        run, _ = walked("sarsa-lambda", [UP] + [RIGHT] * 3, trace_decay="1", discount="0.00009")
        assert (run.agent.traces()[:3, RIGHT] > 0).tolist() == [True, True, True]
        assert run.agent.traces()[0, UP] == 0.0

    def test_a_changed_decay_holds_from_the_next_step_on(self):
        run, _ = walked("sarsa-lambda", [RIGHT] * 2, trace_decay="1")
        run.intervene(Change(2, {"trace_decay": "0.5"}))
        run.intervene(Act(2, RIGHT))
        assert run.agent.traces()[:3, RIGHT].tolist() == [0.125, 0.25, 1.0]

    def test_traces_move_with_their_states_and_those_of_a_wall_are_dropped(self):
        run, _ = walked("sarsa-lambda", [RIGHT] * 3, LANE | {"max_steps": 9}, trace_decay="1")
        run.intervene(Edit(3, 0, 1, {"wall": True}))
        assert run.agent.traces()[:, RIGHT].tolist() == [0.25, 1.0, 0.0, 0.0, 0.0]
        run.intervene(Act(3, RIGHT))
        assert run.agent.traces()[:, RIGHT].tolist() == [0.125, 0.5, 1.0, 0.0, 0.0]

    def test_values_that_diverge_stay_finite_and_can_be_saved(self):
        loop = {"title": "a loop", "discount": 1.0, "max_steps": 100_000, "step_reward": 1.0, "map": "S"}
        settings = {"traces": "accumulating", "trace_decay": "1", "step_size": "1"}
        run = Run(build(loop), "sarsa-lambda", settings, seed=0)
        run.advance(steps=5000)
        assert np.abs(run.agent.q_values()).max() == 1e100
        assert len(run.digest()) == 64


class TestMonteCarlo:
    def test_nothing_is_learned_before_the_end_of_the_episode(self):
        _, updates = walked("monte-carlo", [RIGHT] * 3)
        assert updates == [None] * 3

    def test_every_pair_moves_towards_its_return(self):
        run, updates = walked("monte-carlo", [RIGHT] * 5, LANE | {"max_steps": 9})
        returns = [1.0 + 0.5 + 0.25 + 0.125 + 0.0625 * 8, 1.0 + 0.5 + 0.25 + 0.125 * 8, 3.5, 5.0, 8.0]
        assert table(run) == [g / 2 for g in returns]
        update = updates[4]
        assert (update.step, update.state, update.action, update.steps, update.pairs) == (5, 0, RIGHT, 5, 5)
        assert update.td_target == update.reward == returns[0]
        assert (update.discount, update.next_value, update.next_action) == (0.0, 0.0, -1)

    def test_only_the_first_visit_of_a_pair_counts(self):
        run, _ = walked("monte-carlo", [UP, RIGHT, LEFT, UP, *[RIGHT] * 5], LANE | {"max_steps": 99})
        rewards = [1.0] * 8 + [8.0]
        g = sum(reward * 0.5**t for t, reward in enumerate(rewards))
        q = run.agent.q_values()
        assert q[0, UP] == g / 2
        assert q[0, RIGHT] == (g - 1.0) * 2 / 2
        assert q[1, LEFT] == (g - 1.5) * 4 / 2
        assert run.state().arrays["agent.updates"].max() == 1

    def test_a_truncated_episode_is_learned_from_with_the_rewards_that_were_seen(self):
        run, _ = walked("monte-carlo", [RIGHT] * 4, initial_value="4")
        assert run.interaction.transition().truncated
        assert table(run)[:4] == [4 + 0.5 * (g - 4) for g in (1.875, 1.75, 1.5, 1.0)]

    def test_a_step_size_of_1_over_n_makes_the_mean_of_the_returns(self):
        run, _ = walked("monte-carlo", [RIGHT] * 4 + [RIGHT, LEFT] * 2 + [UP] * 4 + [RIGHT] * 4, step_size="1/n")
        assert run.agent.q_values()[0, RIGHT] == pytest.approx(1.875)
        walk = {"title": "a coin", "discount": 1.0, "max_steps": 9, "states": ["a", "z"], "actions": ["toss"]}
        tosses = {"start": {"a": 1.0}, "transitions": [["a", "toss", 0.5, "z", v, True] for v in (0.0, 1.0)]}
        run = Run(build(walk | tosses), "monte-carlo", {}, seed=0)
        run.advance(episodes=1000)
        assert run.agent.q_values()[0, 0] == pytest.approx(run.statistics.returns.mean(), abs=1e-12)

    def test_an_episode_keeps_no_more_than_there_are_pairs(self):
        run = Run(build(SLIPPERY | {"max_steps": 100_000, "cells": {"G": {}}}), "monte-carlo", {"epsilon": "1"}, 0)
        run.advance(steps=99_999)
        assert run.state().arrays["agent.episode.pair"].size == run.world.legal.sum()
        run.advance(steps=1)
        assert run.state().arrays["agent.episode.pair"].size == 0
        assert (run.state().arrays["agent.updates"] == 1).all()

    def test_a_changed_discount_holds_for_the_rewards_from_then_on(self):
        run, _ = walked("monte-carlo", [RIGHT] * 2, LANE | {"max_steps": 9})
        run.intervene(Change(2, {"discount": "1"}))
        for _ in range(3):
            run.intervene(Act(run.step, RIGHT))
        assert table(run) == [(1 + 0.5 + 0.25 * 10) / 2, (1 + 0.5 * 10) / 2, 5.0, 4.5, 4.0]

    def test_a_pair_whose_cell_became_a_wall_learns_nothing_and_its_reward_counts(self):
        run, _ = walked("monte-carlo", [RIGHT] * 2, LANE | {"max_steps": 9})
        run.intervene(Edit(2, 0, 1, {"wall": True}))
        for _ in range(3):
            run.intervene(Act(run.step, RIGHT))
        assert table(run) == [(1.0 + 0.5 + 0.25 + 0.125 + 0.5) / 2, 3.5 / 2, 5.0 / 2, 8.0 / 2]


def learned(agent, definition=SLIPPERY, steps=3000, **settings):
    run = Run(build(definition), agent, {"epsilon": "0.3", "step_size": "1/n^0.7"} | settings, seed=5)
    run.advance(steps=steps)
    return run


@pytest.mark.parametrize("exploration", ["epsilon-greedy", "softmax", "ucb"])
@pytest.mark.parametrize(
    ("agent", "settings", "one_step"),
    [
        ("n-step-sarsa", {"n": "1"}, "sarsa"),
        ("sarsa-lambda", {"trace_decay": "0", "traces": "accumulating"}, "sarsa"),
        ("sarsa-lambda", {"trace_decay": "0", "traces": "replacing"}, "sarsa"),
        ("q-lambda", {"trace_decay": "0"}, "q-learning"),
    ],
)
def test_at_their_shortest_they_are_the_one_step_rules_to_the_bit(agent, settings, one_step, exploration):
    run = learned(agent, exploration=exploration, **settings)
    other = learned(one_step, exploration=exploration)
    assert np.array_equal(run.agent.q_values(), other.agent.q_values(), equal_nan=True)
    assert np.array_equal(run.statistics.returns, other.statistics.returns)
    assert run.agent.update() == other.agent.update()


def test_n_step_sarsa_with_n_beyond_the_episode_learns_the_returns_of_every_visit():
    path = [RIGHT, RIGHT, LEFT, RIGHT, RIGHT, RIGHT, RIGHT]
    run, _ = walked("n-step-sarsa", path, LANE | {"max_steps": 50}, n="100")
    expected = np.zeros((6, 4))
    places, rewards = [0, 1, 2, 1, 2, 3, 4], [1.0] * 6 + [8.0]
    for t, (place, action) in enumerate(zip(places, path, strict=True)):
        g = sum(reward * 0.5**k for k, reward in enumerate(rewards[t:]))
        expected[place, action] += 0.5 * (g - expected[place, action])
    assert np.array_equal(run.agent.q_values()[:5], expected[:5])


def test_where_no_pair_comes_twice_n_beyond_the_episode_is_monte_carlo():
    far, _ = walked("n-step-sarsa", [RIGHT] * 5, LANE | {"max_steps": 9}, n="100")
    whole, _ = walked("monte-carlo", [RIGHT] * 5, LANE | {"max_steps": 9})
    assert np.array_equal(far.agent.q_values(), whole.agent.q_values(), equal_nan=True)


@pytest.mark.parametrize("exploration", ["epsilon-greedy", "softmax"])
@pytest.mark.parametrize("agent", MULTI_STEP)
def test_they_find_the_optimal_policy_of_a_slippery_grid(agent, exploration):
    settings = {"exploration": exploration, "epsilon": "0.5->0.02/60000", "temperature": "0.5->0.02/60000"}
    run = learned(agent, steps=150_000, step_size="1/n^0.6", **settings)
    assert planning.policy_agreement(run.agent.q_values(), planning.solve(run.world)) == 1.0


@pytest.mark.parametrize("agent", MULTI_STEP)
def test_upper_confidence_bounds_lead_them_to_the_goal_by_a_shortest_way(agent):
    run = learned(agent, steps=20_000, exploration="ucb", confidence="0.5", step_size="0.1")
    walk = evaluate(run.world, run.agent.q_values(), 100, 0)
    assert walk.success.mean() == 1.0
    assert walk.lengths.mean() < 8


@pytest.mark.parametrize("traces", ["accumulating", "replacing"])
@pytest.mark.parametrize("agent", ["sarsa-lambda", "q-lambda"])
def test_only_the_pairs_that_have_a_trace_are_gone_through(agent, traces):
    settings = {"traces": traces, "step_size": "0.1", "epsilon": "0.5"}
    run = Run(catalogue.find("frozen-lake-8x8"), agent, settings, seed=0)
    for _ in range(300):
        run.advance(steps=1)
        assert run.agent.update().pairs == np.count_nonzero(run.agent.traces())


LIES = {
    "n-step-sarsa": {
        "a state that is none": ("waiting.state", 99),
        "a state below any": ("waiting.state", -2),
        "a wall of an action": ("waiting.action", 9),
        "an endless reward": ("waiting.reward", np.inf),
        "fewer updates than none": ("updates", -1),
    },
    "q-lambda": {
        "a trace below 0": ("trace", -0.5),
        "a trace that is no number": ("trace", np.nan),
        "a pair that was never visited": ("visits", 0),
    },
    "monte-carlo": {
        "a pair that is none": ("episode.pair", 999),
        "a pair below any": ("episode.pair", -1),
        "one pair again and again": ("episode.pair", 0),
        "a time before the episode": ("episode.began", -1),
        "a power above 1": ("episode.power", 1.5),
        "fewer updates than none": ("updates", -1),
    },
}


@pytest.mark.parametrize(("agent", "lie"), [(agent, lie) for agent, lies in LIES.items() for lie in lies])
def test_a_state_that_cannot_be_is_refused(agent, lie):
    run = Run(catalogue.find("frozen-lake-8x8"), agent, {"n": "5"} if agent == "n-step-sarsa" else {}, seed=0)
    run.advance(steps=7)
    state = run.agent.state()
    name, value = LIES[agent][lie]
    assert state.arrays[name].size
    state.arrays[name][...] = value
    with pytest.raises(ValueError, match=r"pair|episode|finite"):
        run.agent.load_state(state)


@pytest.mark.parametrize("agent", ["n-step-sarsa", "monte-carlo"])
def test_columns_of_unequal_length_are_refused(agent):
    run = Run(catalogue.find("frozen-lake-8x8"), agent, {}, seed=0)
    run.advance(steps=3)
    state = run.agent.state()
    name = next(name for name in state.arrays if name.startswith(("waiting.", "episode.")))
    state.arrays[name] = state.arrays[name][:-1]
    with pytest.raises(ValueError, match="not int64"):
        run.agent.load_state(state)


@pytest.mark.parametrize(
    ("agent", "key", "text"),
    [
        ("n-step-sarsa", "n", "0"),
        ("n-step-sarsa", "n", "101"),
        ("n-step-sarsa", "n", "1.5"),
        ("sarsa-lambda", "trace_decay", "1.1"),
        ("q-lambda", "trace_decay", "nan"),
        ("q-lambda", "traces", "dutch"),
    ],
)
def test_an_impossible_setting_is_refused(agent, key, text):
    with pytest.raises(InputError, match=f"setting {key}: "):
        Run(build(SLIPPERY), agent, {key: text}, 0)
