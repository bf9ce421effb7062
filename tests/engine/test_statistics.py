"""Statistics: bounded, the same whatever the portions, and with every episode in them."""

import numpy as np
import pytest

from engine import statistics as of_runs
from engine import summaries
from engine.interaction import EPISODE
from engine.statistics import OUTLINED, RECENT, Statistics
from engine.summaries import BLOCK


def rows(count, first=0):
    made = np.zeros(count, EPISODE)
    made["return"] = np.sin(np.arange(first, first + count))
    made["length"] = np.arange(first, first + count) % 7 + 1
    made["terminated"] = made["length"] > 3
    made["success"] = made["length"] > 5
    return made


def filled(*portions):
    statistics = Statistics()
    for portion in portions:
        statistics.append(rows(portion, statistics.episodes))
    return statistics


@pytest.fixture
def small(monkeypatch):
    """Let only the first 8 blocks be outlined, and at most 8 summaries be kept."""
    monkeypatch.setattr(of_runs, "OUTLINED", 8 * BLOCK)
    monkeypatch.setattr(summaries, "MOST", 8)


def test_the_portions_make_no_difference(small):
    whole = filled(40_000)
    cut = filled(1, 999, 24, 4096, 0, 3000, 20_000, 40_000 - 28_120)
    assert whole.state().digest() == cut.state().digest()


def test_every_episode_of_a_hundred_thousand_is_known():
    statistics = filled(100_000)
    assert statistics.known == 100_000
    assert np.array_equal(statistics.returns, rows(100_000)["return"])
    assert np.array_equal(statistics.lengths(), rows(100_000)["length"])


def test_the_last_episodes_are_there_in_whole_rows():
    statistics = filled(40_000)
    assert np.array_equal(statistics.last(RECENT), rows(RECENT, 40_000 - RECENT))
    assert np.array_equal(statistics.last(5), rows(5, 39_995))
    assert len(statistics.last(0)) == 0


def test_beyond_the_outline_the_last_episodes_are_known_and_the_first_stay_outlined(small):
    statistics = filled(40_000)
    assert statistics.known == len(statistics.returns) < 40_000
    assert np.array_equal(statistics.returns, rows(statistics.known, 40_000 - statistics.known)["return"])
    assert np.array_equal(statistics.moment().outline["return"], rows(8 * BLOCK)["return"])


def test_a_million_episodes_take_less_than_sixteen_mebibytes():
    statistics = Statistics()
    portion = rows(2**16)
    for _ in range(OUTLINED // len(portion) + 4):
        statistics.append(portion)
    assert sum(array.nbytes for array in statistics.state().arrays.values()) < 16 * 2**20


@pytest.mark.parametrize("count", [1, 100, BLOCK, 5 * BLOCK + 7, 100_000])
def test_the_summary_is_of_all_episodes(count, small):
    made, said = rows(count), filled(count).summary()
    assert said["episodes"] == count
    assert said["mean_return"] == pytest.approx(made["return"].mean())
    assert said["std_return"] == pytest.approx(made["return"].std())
    assert (said["least_return"], said["most_return"]) == (made["return"].min(), made["return"].max())
    assert said["mean_length"] == pytest.approx(made["length"].mean())
    assert said["std_length"] == pytest.approx(made["length"].std())
    assert said["terminated_rate"] == pytest.approx(made["terminated"].mean())
    assert said["success_rate"] == pytest.approx(made["success"].mean())


def test_the_spread_of_large_returns_is_not_lost():
    statistics, made = Statistics(), rows(5000)
    made["return"] += 1e9
    statistics.append(made)
    assert statistics.summary()["std_return"] == pytest.approx(made["return"].std(), rel=1e-6)


def test_returns_beyond_any_sum_are_no_mistake():
    statistics, made = Statistics(), rows(3000)
    made["return"] = 1e308
    statistics.append(made)
    assert statistics.summary()["mean_return"] is None
    other = Statistics()
    other.load_state(statistics.state())
    assert other.state().digest() == statistics.state().digest()


def test_no_episode_has_no_mean():
    assert Statistics().summary() == {"episodes": 0, "known": 0}


@pytest.mark.parametrize("episodes", [0, BLOCK, 8 * BLOCK, 9 * BLOCK, 16 * BLOCK, 17 * BLOCK, 300 * BLOCK])
def test_the_summaries_stay_few_and_stand_for_all(episodes, small):
    parts = filled(episodes).moment().summaries
    assert len(parts) <= 8
    assert np.array_equal(parts[:, summaries.COUNT], summaries.counts(episodes))
    assert parts[:, summaries.COUNT].sum() == episodes


def test_a_moment_is_come_back_to_and_left_again(small):
    statistics = filled(3000)
    moment, digest = statistics.moment(), statistics.state().digest()
    statistics.append(rows(30_000, 3000))
    later, late_digest = statistics.moment(), statistics.state().digest()
    statistics.return_to(moment)
    assert statistics.state().digest() == digest
    statistics.append(rows(10, 99))
    statistics.return_to(later)
    assert statistics.state().digest() == late_digest


def test_the_mean_is_over_the_last_hundred():
    assert filled(5000).mean("return") == pytest.approx(rows(100, 4900)["return"].mean())
    assert np.isnan(Statistics().mean("return"))


@pytest.mark.parametrize("episodes", [0, 5, BLOCK, 20_000, 40_000])
def test_a_state_is_taken_over(episodes, small):
    statistics, other = filled(episodes), Statistics()
    other.load_state(statistics.state())
    assert other.state().digest() == statistics.state().digest()
    for each in (statistics, other):
        each.append(rows(3000, episodes))
    assert other.state().digest() == statistics.state().digest()


LIES = {
    "a row too few": lambda arrays: arrays.update({"return": arrays["return"][:-1]}),
    "a field too few": lambda arrays: arrays.pop("epsilon"),
    "another dtype": lambda arrays: arrays.update({"return": arrays["return"].astype(np.float32)}),
    "not a number": lambda arrays: arrays.update({"return": arrays["return"] * np.nan}),
    "rows of more episodes": lambda arrays: arrays.update({k: np.tile(arrays[k], 20) for k in EPISODE.names}),
    "rows of fewer than a block": lambda arrays: arrays.update({k: arrays[k][:5] for k in EPISODE.names}),
    "an outline of half a block": lambda arrays: arrays.update(
        {k: v[:5] for k, v in arrays.items() if k.startswith("outline.")}
    ),
    "an outline of more episodes": lambda arrays: arrays.update(
        {k: np.tile(v, 3) for k, v in arrays.items() if k.startswith("outline.")}
    ),
    "no summaries": lambda arrays: arrays.pop("summaries"),
    "summaries of other episodes": lambda arrays: arrays["summaries"].__setitem__((0, 0), 7.0),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_state_that_does_not_fit_is_refused(lie):
    state = filled(2 * BLOCK + 10).state()
    LIES[lie](state.arrays)
    with pytest.raises(ValueError, match=r"the statistics|are missing"):
        Statistics().load_state(state)
