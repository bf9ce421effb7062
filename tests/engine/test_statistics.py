"""Statistics: bounded, the same whatever the portions, and with every episode in them."""

import numpy as np
import pytest

from engine.interaction import EPISODE
from engine.statistics import BLOCK, RECENT, Statistics


def rows(count, first=0):
    made = np.zeros(count, EPISODE)
    made["return"] = np.sin(np.arange(first, first + count))
    made["length"] = np.arange(first, first + count) % 7 + 1
    made["terminated"] = made["length"] > 3
    return made


def filled(*portions):
    statistics = Statistics()
    for portion in portions:
        statistics.append(rows(portion, statistics.episodes))
    return statistics


def test_the_portions_make_no_difference():
    whole = filled(40_000)
    cut = filled(1, 999, 24, 4096, 0, 3000, 20_000, 40_000 - 28_120)
    assert whole.state().digest() == cut.state().digest()


def test_only_the_last_episodes_are_kept_row_by_row_but_all_are_counted():
    statistics = filled(40_000)
    assert statistics.episodes == 40_000
    assert np.array_equal(statistics.returns, rows(RECENT, 40_000 - RECENT)["return"])


def test_every_full_block_of_episodes_is_averaged():
    statistics = filled(5 * BLOCK + 7)
    expected = rows(5 * BLOCK)["return"].reshape(5, BLOCK).mean(axis=1)
    assert statistics.blocks[:, 0] == pytest.approx(expected)
    assert len(statistics.blocks) == 5


def test_a_moment_is_come_back_to_and_left_again():
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


def test_a_state_is_taken_over():
    statistics, other = filled(20_000), Statistics()
    other.load_state(statistics.state())
    assert other.state().digest() == statistics.state().digest()


def test_a_state_with_a_row_too_few_is_refused():
    state = filled(50).state()
    state.arrays["return"] = state.arrays["return"][:-1]
    with pytest.raises(ValueError, match="'return' are missing or of the wrong kind"):
        Statistics().load_state(state)
