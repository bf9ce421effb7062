"""Runs that differ by their seed: learning at once comes to what each comes to alone."""

import numpy as np
import pytest

from engine import together
from engine.agents.dqn.together import Together
from engine.agents.kernels.compiled import compiled
from engine.agents.kernels.streams import Streams, stream, whole_number
from engine.agents.kernels.together import back_through_head
from engine.errors import InputError
from engine.run import UNLIMITED, Run
from engine.state import generator_state
from engine.worlds import catalogue
from tests.engine.worlds import FIVE_BY_FIVE, PARTLY_LEGAL, SLIPPERY, build

QUICK = {"hidden": "16,8", "batch_size": "8", "learning_starts": "20", "target_update_every": "15"}
LAKE = "frozen-lake-8x8"
OPTIONS = (
    {},
    {"double": "true", "loss": "huber", "gradient_clip": "0.5"},
    {"target_network": "false", "replay_capacity": "60"},
    {"target_tau": "0.1", "encoding": "coordinates"},
    {"train_every": "4", "gradient_steps": "3", "hidden": "16"},
    {"encoding": "planes"},
)


def alone(world, settings, seed, **amount):
    run = Run(world, "dqn", settings, seed)
    run.advance(**amount)
    return run


def told_of(told):
    """Return the sums of the steps and of the episodes that were told of."""
    return tuple(map(sum, zip(*told, strict=True)))


def at_once(world, settings, seeds, steps=UNLIMITED, episodes=UNLIMITED):
    runs = together.runs_of(world, "dqn", settings, seeds, steps)
    told = []
    assert together.advance(runs, steps, episodes, lambda *counts: told.append(counts)) == "at once"
    assert told_of(told) == (sum(run.step for run in runs), sum(run.statistics.episodes for run in runs))
    return runs


def assert_alike(run, other):
    """Check that two runs went the same way, and that their networks differ by rounding at most."""
    assert run.step == other.step
    assert run.statistics.returns.tolist() == other.statistics.returns.tolist()
    assert run.statistics.lengths().tolist() == other.statistics.lengths().tolist()
    state, expected = run.state(), other.state()
    assert state.arrays.keys() == expected.arrays.keys()
    for name, array in expected.arrays.items():
        assert state.arrays[name].dtype == array.dtype
        assert np.allclose(state.arrays[name], array, atol=1e-5, equal_nan=True), name
    update, wanted = state.values.pop("agent.update"), expected.values.pop("agent.update")
    assert state.values["agent.generator"] == expected.values["agent.generator"]
    assert state.values["interaction.generator"] == expected.values["interaction.generator"]
    assert update["loss"] == pytest.approx(wanted["loss"], abs=1e-5)
    assert [one["place"] for one in update["replayed"]] == [one["place"] for one in wanted["replayed"]]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_seeds_at_once_go_the_way_that_each_goes_alone(options):
    world, settings = build(SLIPPERY), {**QUICK, **options}
    for run, seed in zip(at_once(world, settings, range(3, 7), steps=301), range(3, 7), strict=True):
        assert_alike(run, alone(world, settings, seed, steps=301))


def test_two_thousand_steps_on_the_frozen_lake_take_the_same_actions():
    world = catalogue.find(LAKE)
    settings = {"batch_size": "32", "epsilon": "1.0->0.1/1000"}
    first, last = at_once(world, settings, (0, 15), steps=2000)
    assert_alike(first, alone(world, settings, 0, steps=2000))
    assert_alike(last, alone(world, settings, 15, steps=2000))


def test_each_seed_stops_after_its_own_last_episode():
    world = build(FIVE_BY_FIVE)
    runs = at_once(world, QUICK, range(3), episodes=6)
    assert len({run.step for run in runs}) > 1
    for run in runs:
        assert run.statistics.episodes == 6
        assert_alike(run, alone(world, QUICK, run.seed, episodes=6))


def test_actions_that_are_not_legal_are_never_taken_at_once_either():
    world = build(PARTLY_LEGAL)
    for run in at_once(world, QUICK, range(3), steps=100):
        assert_alike(run, alone(world, QUICK, run.seed, steps=100))


def test_runs_go_on_at_once_from_where_they_stood_and_stay_real_runs():
    world = build(SLIPPERY)
    runs = at_once(world, QUICK, range(2), steps=90)
    together.advance(runs, 60, UNLIMITED)
    for run in runs:
        run.advance(steps=10)
        assert_alike(run, alone(world, QUICK, run.seed, steps=160))


def test_gradient_steps_from_one_state_agree_to_1e_5():
    world, settings = build(SLIPPERY), {**QUICK, "gradient_steps": "40"}
    runs = [alone(world, settings, seed, steps=50) for seed in range(3)]
    learners = Together(world, runs[0].agent.settings, [together.state_of(run) for run in runs], 1)
    learners.advance(1, UNLIMITED)
    for run, state in zip(runs, learners.states(), strict=True):
        before = run.agent.state().arrays["network.online"]
        run.advance(steps=1)
        after = run.agent.state().arrays["network.online"]
        assert not np.allclose(before, after, atol=1e-3)
        assert np.allclose(state.arrays["agent.network.online"], after, atol=1e-5)


def test_slopes_of_single_actions_go_back_through_the_head_as_dense_products_take_them():
    chance = np.random.default_rng(0)
    actions, hidden = chance.integers(0, 4, 32), np.maximum(chance.normal(size=(32, 24)), 0.0).astype(np.float32)
    weight = chance.normal(size=(4, 24)).astype(np.float32)
    slope = np.zeros((32, 4), np.float32)
    slope[np.arange(32), actions] = chance.normal(size=32)
    found = [np.full(shape, 7.0, np.float32) for shape in ((4, 24), (4,), (32, 24), (24,))]
    back_through_head(actions, slope, hidden, weight, *found)
    behind = slope @ weight * (hidden > 0.0)
    for own, wanted in zip(found, (slope.T @ hidden, slope.sum(0), behind, behind.sum(0)), strict=True):
        assert np.allclose(own, wanted, atol=1e-5)


def test_runs_at_different_steps_cannot_learn_together():
    world = build(SLIPPERY)
    runs = [alone(world, QUICK, seed, steps=10 + seed) for seed in range(2)]
    with pytest.raises(ValueError, match="different steps"):
        Together(world, runs[0].agent.settings, [together.state_of(run) for run in runs], 1)


@pytest.mark.parametrize(
    ("agent", "settings", "how"),
    [
        ("q-learning", {}, "side by side"),
        ("value-iteration", {}, "side by side"),
        ("dqn", {**QUICK, "n_step": "3"}, "one after another"),
        ("dqn", {**QUICK, "prioritized": "true"}, "one after another"),
        ("dqn", {**QUICK, "dueling": "true"}, "one after another"),
    ],
)
def test_what_cannot_learn_at_once_learns_as_it_does_alone(agent, settings, how):
    world = build(SLIPPERY)
    runs = together.runs_of(world, agent, settings, range(3), 120)
    told = []
    assert together.advance(runs, 120, UNLIMITED, lambda *counts: told.append(counts)) == how
    assert told_of(told) == (360, sum(run.statistics.episodes for run in runs))
    for run in runs:
        other = Run(world, agent, settings, run.seed)
        other.advance(steps=120)
        assert run.digest() == other.digest()


def test_more_seeds_than_memory_are_refused(monkeypatch):
    monkeypatch.setenv("QSCOPE_MEMORY", "3")
    with pytest.raises(InputError, match="QSCOPE_MEMORY"):
        together.runs_of(build(SLIPPERY), "dqn", QUICK, range(16), 1000)


@compiled
def _draw(streams, number, below, reals, whole):
    generator = stream(streams, number)
    for index in range(reals.shape[0]):
        reals[index] = generator.random()
    for index in range(whole.shape[0]):
        whole[index] = whole_number(generator, below)


@pytest.mark.parametrize("below", [1, 2, 1000, 3_000_000_000])
def test_streams_draw_what_their_generators_would_draw(below):
    ours = [np.random.default_rng(seed) for seed in range(3)]
    theirs = [np.random.default_rng(seed) for seed in range(3)]
    streams = Streams.of(ours)
    for number in (2, 0, 1, 1, 0):
        reals, whole = np.zeros(4), np.zeros(33, np.int64)
        _draw(streams, number, below, reals, whole)
        assert reals.tolist() == theirs[number].random(4).tolist()
        assert whole.tolist() == theirs[number].integers(0, below, 33).tolist()
    assert [generator_state(one) for one in ours] == [generator_state(one) for one in theirs]
