"""An episode that was looked up is the episode that happened, and the samples on the way do not disturb the run."""

import numpy as np
import pytest

from engine.breakpoints import Breakpoint
from engine.curves import is_sampled, next_sampled
from engine.derivation import Derivation
from engine.errors import InputError
from engine.interventions import Act, Change
from engine.run import Run
from engine.timeline import Timeline
from engine.until import Until
from engine.view import Truth, curves_view
from engine.worlds import catalogue


def timeline(agent="q-learning", world="seed-2x3"):
    return Timeline(Run(catalogue.find(world), agent, {}, 0))


def derived(of, episode):
    derivation = Derivation(of, episode)
    while not derivation.done:
        derivation.advance()
    return derivation.shown


def watched(of):
    of.watch(lambda run: Truth(run).sample(run))
    return of


@pytest.mark.parametrize("agent", ["q-learning", "sarsa", "double-q-learning"])
def test_every_derived_episode_adds_up_to_the_return_that_was_counted(agent):
    line = timeline(agent)
    line.advance(2000)
    rows = line.run.statistics.last(10**6)
    for episode in (1, 2, len(rows) // 2, len(rows)):
        shown, row = derived(line, episode), rows[episode - 1]
        assert len(shown.steps) == row["length"]
        assert shown.steps[-1].total == row["discounted_return"]
        assert sum(step.reward for step in shown.steps) == row["return"]
        assert shown.terminated == row["terminated"]


def test_the_terms_of_an_episode_are_its_discounted_return():
    line = timeline()
    line.advance(episodes=5)
    steps = derived(line, 5).steps
    assert [step.weight for step in steps] == pytest.approx([0.9**t for t in range(len(steps))])
    assert sum(step.weight * step.reward for step in steps) == pytest.approx(steps[-1].total)


def test_looking_an_episode_up_leaves_the_run_alone():
    line = timeline()
    line.advance(500)
    before = line.run.digest()
    derived(line, 3)
    assert line.run.digest() == before


def test_an_episode_with_a_hand_in_it_is_derived_with_it():
    line = timeline()
    line.advance(episodes=3)
    line.intervene(Act(line.step, 2))
    line.intervene(Change(line.step, {"epsilon": "0.9"}))
    line.advance(episodes=1)
    shown = derived(line, 4)
    assert [step.by_hand for step in shown.steps][:2] == [True, False]
    assert shown.steps[-1].total == line.run.statistics.last(1)["discounted_return"][0]


def test_an_episode_that_is_not_finished_is_refused():
    line = timeline()
    line.advance(episodes=2)
    with pytest.raises(InputError, match="episode 3 is none of those that are kept: 1 to 2"):
        Derivation(line, 3)


def test_sampling_does_not_change_the_run():
    plain, sampled = timeline(), watched(timeline())
    for line in (plain, sampled):
        line.advance(5000)
    assert plain.run.digest() == sampled.run.digest()


def test_the_samples_do_not_depend_on_the_portions():
    whole, cut = watched(timeline()), watched(timeline())
    whole.advance(1000)
    while cut.step < 1000:
        cut.advance(min(7, 1000 - cut.step))
    assert whole.branch.samples == cut.branch.samples
    assert sorted(whole.branch.samples) == [step for step in range(1001) if is_sampled(step)]


def test_samples_lie_ever_further_apart_and_are_few():
    steps, step = 0, 0
    while (step := next_sampled(step)) <= 10**12:
        assert is_sampled(step)
        steps += 1
    assert steps < 1300


def test_going_back_shows_the_curves_up_to_there():
    line = watched(timeline())
    line.advance(1000)
    line.go_to(100)
    assert curves_view(line).steps[-1] == 100
    line.go_to(1000)
    assert curves_view(line).steps[-1] == 992


def test_the_first_optimal_step_is_the_first_sample_at_which_all_agree():
    line = watched(timeline())
    line.advance(5000)
    curves = curves_view(line)
    assert curves.first_optimal == curves.steps[np.flatnonzero(curves.policy_agreement == 1.0)[0]]


def test_a_run_that_stops_because_the_policy_is_optimal_was_optimal_by_that_very_step():
    line = watched(timeline())
    Breakpoint(Until.parse("optimal"), line).advance(20_000)
    stopped = line.step
    assert not is_sampled(stopped)
    line.advance(5000)
    assert curves_view(line).first_optimal == stopped
    line.go_to(stopped - 1)
    assert curves_view(line).first_optimal is None
    samples = len(line.branch.samples)
    line.go_to(stopped + 100)
    assert Breakpoint(Until.parse("optimal"), line).met
    assert len(line.branch.samples) == samples


def test_a_step_from_which_nothing_was_learned_has_no_td_error():
    of = timeline("monte-carlo")
    of.advance(episodes=3)
    errors = [step.td_error for step in derived(of, 3).steps]
    assert np.isnan(errors[:-1]).all()
    assert np.isfinite(errors[-1])
