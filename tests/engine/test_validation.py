"""The table of `make validate`: what passes, what fails, and a few of its claims that take no time."""

import json
from functools import partial

import numpy as np
import pytest

from tests.validation import __main__ as command
from tests.validation import registry
from tests.validation.exact import gymnasium_world, library
from tests.validation.prediction import expected_squared_error, truth
from tests.validation.registry import Claim
from tests.validation.rows import bound_row, every_row, mean_row, near_row
from tests.validation.runner import Finding, measure
from tests.validation.tabular import cliff

AROUND_TEN = np.random.default_rng(0).normal(10.0, 1.0, 400).tolist()


class TestVerdicts:
    def test_a_mean_within_four_errors_passes(self):
        assert mean_row("claim", 10.1, "", AROUND_TEN).verdict

    def test_a_wrong_reference_fails(self):
        assert not mean_row("claim", 10.5, "", AROUND_TEN).verdict
        assert not near_row("claim", 1.0, "", 1.0 + 2e-8, 1e-8).verdict
        assert not bound_row("claim", "", 1.1, most=1.0).verdict

    def test_the_error_of_the_reference_counts(self):
        assert mean_row("claim", 10.5, "", AROUND_TEN, reference_error=0.2).verdict

    def test_what_is_claimed_of_every_run_fails_by_one_that_differs(self):
        assert every_row("claim", "", 5, 5).verdict
        assert not every_row("claim", "", 4, 5).verdict
        assert not every_row("claim", "", 0, 0).verdict

    @pytest.mark.parametrize("samples", [[], [1.0], [1.0, float("nan")]])
    def test_no_mean_comes_of_too_few_samples_or_of_no_numbers(self, samples):
        with pytest.raises(ValueError, match="at least two samples"):
            mean_row("claim", 1.0, "", samples)

    def test_no_number_is_within_no_bound(self):
        assert not bound_row("claim", "", float("nan"), most=1.0).verdict
        assert not near_row("claim", 1.0, "", float("nan"), 1.0).verdict


class TestClaims:
    def test_the_worlds_of_the_library_have_the_values_of_the_linear_programme(self):
        assert all(row.verdict for row in library())

    def test_frozen_lake_has_its_known_value(self):
        assert all(row.verdict for row in gymnasium_world("FrozenLake-v1"))

    def test_the_random_walk_has_its_known_values(self):
        assert all(row.verdict for row in truth())

    def test_the_cliff_pays_what_was_published_and_nothing_else(self):
        assert all(row.verdict for row in cliff("expected-sarsa", -20.8))
        assert not cliff("expected-sarsa", -26.9)[0].verdict

    def test_the_expected_error_of_prediction_begins_at_the_first_guess_and_falls(self):
        guess = np.mean((0.5 - np.arange(1, 6) / 6.0) ** 2)
        assert expected_squared_error(0.1, 0) == pytest.approx(guess)
        assert expected_squared_error(0.1, 50) < 0.2 * guess


class TestRunning:
    def test_every_claim_has_a_name_of_its_own(self):
        names = [claim.name for family in registry.FAMILIES for claim in registry.claims(family)]
        assert len(set(names)) == len(names)

    def test_claims_are_chosen_by_family_and_by_the_beginning_of_a_name(self):
        assert list(registry.chosen(["dyna"])) == [claim.name for claim in registry.claims("dyna")]
        assert set(registry.chosen(["windy", "bias"])) == {"windy-sarsa", "bias-q-learning", "bias-double-q-learning"}
        assert registry.chosen([]) == registry.everything()

    def test_an_unknown_claim_is_a_mistake_of_one_line(self, capsys):
        assert command.main(["nonsense"]) == 2
        assert capsys.readouterr().err.count("\n") == 1

    def test_a_claim_that_breaks_is_a_row_that_fails(self, monkeypatch):
        broken = Claim("broken", partial(cliff, "no-such-agent", 0.0), 1)
        monkeypatch.setattr(registry, "everything", lambda: {"broken": broken})
        (row,) = measure("broken").rows
        assert not row.verdict
        assert "unknown agent 'no-such-agent'" in row.note

    def test_it_prints_a_table_and_exits_well_when_all_rows_pass(self, capsys):
        assert command.main(["walk-truth", "--processes", "1"]) == 0
        told = capsys.readouterr()
        assert "pass  random walk: the values are i/6" in told.out
        assert "1 rows, 0 failed" in told.out
        assert "1/1  pass" in told.err

    def test_it_exits_with_one_when_a_row_fails(self, monkeypatch, capsys):
        wrong = Finding("wrong", [near_row("two is three", 3.0, "nowhere", 2.0, 0.1)], 0.0)
        monkeypatch.setattr(command.registry, "chosen", lambda words: {"wrong": Claim("wrong", list, 1)})
        monkeypatch.setattr(command, "measure_all", lambda claims, processes: iter([wrong]))
        assert command.main(["--json"]) == 1
        found = json.loads(capsys.readouterr().out)
        assert found["failed"] == 1
        assert found["rows"][0]["reference"] == "3 ± 0.1"
