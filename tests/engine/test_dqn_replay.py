"""The replay of deep Q-learning: the ring, n-step returns, priorities."""

import numpy as np
import pytest

from engine.agents.dqn.encoding import Observations, OneHot
from engine.agents.dqn.priorities import Priorities
from engine.agents.dqn.replay import Replay
from engine.agents.dqn.returns import Pending
from engine.interventions import Act, Change, Edit
from engine.run import Run
from engine.worlds import catalogue
from tests.engine.worlds import CORRIDOR, build

FEW = {"learning_starts": "20", "batch_size": "8", "hidden": "16", "replay_capacity": "64"}


def corridor(**settings):
    """A run in four cells and a goal that pays 1.0, cut short after 3 steps; the discount is 0.5."""
    return Run(build(CORRIDOR), "dqn", {**FEW, "learning_starts": "1000", **settings}, seed=0)


def by_hand(run, actions):
    """Take actions by their names, and return the rows of the replay as plain values."""
    for name in actions:
        run.intervene(Act(run.step, run.world.actions.index(name)))
    arrays = run.state().under("agent.replay").arrays
    return list(
        zip(*(arrays[name].tolist() for name in ("places", "rewards", "next_places", "spans", "made_at")), strict=True)
    )


def prioritised(capacity, priorities, exponent=1.0):
    """Return priorities of which the first rows have these values."""
    made = Priorities(capacity, exponent)
    made.priorities[: len(priorities)] = priorities
    made.rebuild(len(priorities))
    return made


def test_the_replay_is_cumulative_up_to_its_capacity():
    replay = Replay(3, OneHot(5))
    for number in range(5):
        replay.add(number, 0, float(number), number, 1, number + 1)
    assert replay.size == 3
    assert sorted(replay.state().arrays["places"].tolist()) == [2, 3, 4]
    assert (replay.oldest, replay.mean_birth) == (3, 4.0)
    assert sorted(replay.filled("made_at").tolist()) == [3, 4, 5]


def test_a_replay_of_observations_gives_back_what_was_seen():
    replay, seen = Replay(4, Observations(3)), np.arange(18, dtype=np.float32).reshape(6, 3)
    for number in range(5):
        replay.add(seen[number], 0, float(number), seen[number + 1], 1, number + 1)
    batch = replay.sample(50, np.random.default_rng(0))
    assert set(batch.rewards.tolist()) == {1.0, 2.0, 3.0, 4.0}
    for place, reward, following in zip(batch.places, batch.rewards, batch.next_places, strict=True):
        assert place.tolist() == seen[int(reward)].tolist()
        assert following.tolist() == seen[int(reward) + 1].tolist()
    other = Replay(4, Observations(3))
    other.load_state(replay.state(), 0, 1)
    assert other.state().digest() == replay.state().digest()


def test_a_return_adds_up_n_rewards_and_bootstraps_with_the_discount_to_the_power_of_n():
    pending, entries = Pending(OneHot(9)), []
    for step in range(4):
        entries += pending.add(step, 0, 10.0**step, step + 1, False, False, 3, 0.5)
    assert [entry[:5] for entry in entries] == [
        (0, 0, 1.0 + 0.5 * 10.0 + 0.25 * 100.0, 3, 3),
        (1, 0, 10.0 + 0.5 * 100.0 + 0.25 * 1000.0, 4, 3),
    ]


def test_at_a_terminated_end_the_returns_under_way_end_without_a_next_value():
    run = Run(build(CORRIDOR | {"max_steps": 9}), "dqn", {**FEW, "n_step": "3"}, seed=0)
    rows = by_hand(run, ["right"] * 4)
    assert rows == [(0, 0.0, 3, 3, 1), (1, 0.25, 4, 0, 2), (2, 0.5, 4, 0, 3), (3, 1.0, 4, 0, 4)]


def test_at_a_truncated_end_the_returns_under_way_bootstrap_from_the_last_state():
    rows = by_hand(corridor(n_step="5"), ["right", "left", "right"])
    assert rows == [(0, 0.0, 1, 3, 1), (1, 0.0, 1, 2, 2), (0, 0.0, 1, 1, 3)]


def test_one_step_returns_are_the_transitions_themselves():
    assert by_hand(corridor(), ["right", "left"]) == [(0, 0.0, 1, 1, 1), (1, 0.0, 0, 1, 2)]


def test_a_return_never_reaches_across_the_end_of_an_episode():
    rows = by_hand(corridor(n_step="2"), ["right", "right", "right", "right", "right"])
    assert [row[:4] for row in rows] == [(0, 0.0, 2, 2), (1, 0.0, 3, 2), (2, 0.0, 3, 1), (0, 0.0, 2, 2)]


def test_another_number_of_steps_closes_the_returns_under_way():
    run = corridor(n_step="3")
    by_hand(run, ["right", "right"])
    run.intervene(Change(run.step, {"n_step": "1"}))
    assert [row[:4] for row in by_hand(run, ["right"])] == [(0, 0.0, 2, 2), (1, 0.0, 2, 1), (2, 0.0, 3, 1)]


def test_an_edited_world_closes_the_returns_under_way():
    run = corridor(n_step="3")
    by_hand(run, ["right"])
    run.intervene(Edit(run.step, 0, 3, {"reward": -5.0}))
    assert by_hand(run, ["left", "right"])[0][:4] == (0, 0.0, 1, 1)


def test_rows_are_drawn_in_proportion_to_their_priorities():
    priorities = prioritised(6, [1.0, 2.0, 0.5, 4.0, 2.5])
    rows, weights = np.zeros(10_000, np.int64), np.zeros(10_000, np.float32)
    priorities.draw(5, 1.0, np.random.default_rng(0), rows, weights)
    assert np.allclose(np.bincount(rows, minlength=5) / 10_000, [0.1, 0.2, 0.05, 0.4, 0.25], atol=2e-4)


def test_the_exponent_bends_the_priorities():
    priorities = prioritised(2, [1.0, 9.0], exponent=0.5)
    rows, weights = np.zeros(1000, np.int64), np.zeros(1000, np.float32)
    priorities.draw(2, 0.4, np.random.default_rng(0), rows, weights)
    assert rows.mean() == pytest.approx(0.75, abs=2e-3)


@pytest.mark.parametrize("correction", [0.0, 0.4, 1.0])
def test_importance_weights_make_up_for_the_draw_and_the_largest_is_one(correction):
    priorities = prioritised(4, [1.0, 3.0, 4.0])
    rows, weights = np.zeros(64, np.int64), np.zeros(64, np.float32)
    priorities.draw(3, correction, np.random.default_rng(0), rows, weights)
    expected = (3.0 * np.array([0.125, 0.375, 0.5])[rows]) ** -correction
    assert np.allclose(weights, expected / expected.max(), rtol=1e-6)


def test_a_new_row_has_the_highest_priority_that_there_ever_was():
    priorities = prioritised(4, [1.0, 1.0])
    priorities.learn(np.array([0, 1, 0]), np.array([0.5, -7.0, 0.25], np.float32))
    priorities.learn(np.array([1]), np.array([0.125], np.float32))
    priorities.enter(2)
    assert np.allclose(priorities.priorities[:3], [0.25, 0.125, 7.0], atol=1e-5)


def test_a_tree_that_was_changed_row_by_row_is_the_tree_of_its_rows():
    generator, priorities = np.random.default_rng(0), Priorities(37, 0.6)
    for row in range(37):
        priorities.enter(row)
    for _ in range(50):
        priorities.learn(generator.integers(0, 37, 8), generator.normal(size=8).astype(np.float32))
    before = priorities._tree.copy()
    priorities.rebuild(37)
    assert np.array_equal(priorities._tree, before)


def test_a_tree_that_is_made_of_fewer_rows_forgets_the_others():
    priorities, fewer = (prioritised(37, np.arange(1.0, rows + 1.0)) for rows in (37, 11))
    priorities.rebuild(11)
    assert np.array_equal(priorities._tree, fewer._tree)
    assert priorities._tree[1] == sum(range(1, 12))


def test_what_surprises_is_replayed_more_often():
    run = Run(catalogue.find("seed-2x3"), "dqn", {**FEW, "prioritized": "true", "target_update_every": "5"}, 0)
    run.advance(steps=400)
    shown = run.agent.update().replayed
    assert max(one.weight for one in shown) <= 1.0
    assert len({one.weight for one in shown}) > 1
    priorities = run.state().arrays["agent.replay.priorities"]
    assert len(priorities) == 64
    assert priorities.std() > 0.0
