"""Q-learning: its arithmetic, and that it finds the optimum."""

import numpy as np
import pytest

from engine import planning
from engine.run import Run
from engine.worlds import catalogue
from tests.engine.worlds import CORRIDOR, SLIPPERY, build


def steps_of(run, count):
    """Advance one by one and return (transition, update, q before, q after) of each step."""
    rows = []
    for _ in range(count):
        before = run.agent.q_values()
        run.advance(steps=1)
        rows.append((run.interaction.transition(), run.agent.update(), before, run.agent.q_values()))
    return rows


def test_the_recorded_arithmetic_is_that_of_the_update():
    run = Run(catalogue.find("seed-2x3"), "q-learning", {}, seed=3)
    for transition, update, before, after in steps_of(run, 300):
        s, a = transition.state, transition.action
        best = 0.0 if transition.terminated else np.nanmax(before[transition.next_state])
        assert update.value_before == before[s, a]
        assert update.next_value == best
        assert update.td_target == transition.reward + 0.9 * best
        assert update.td_error == update.td_target - update.value_before
        assert update.value_after == after[s, a] == before[s, a] + 0.5 * update.td_error


def test_one_step_changes_one_cell_of_the_table():
    run = Run(catalogue.find("cliff"), "q-learning", {}, seed=0)
    for transition, _, before, after in steps_of(run, 200):
        changed = np.argwhere((before != after) & ~np.isnan(before)).tolist()
        assert changed in ([], [[transition.state, transition.action]])


def test_a_terminated_transition_does_not_bootstrap():
    run = Run(build(CORRIDOR | {"map": "SG"}), "q-learning", {"initial_value": "7", "step_size": "1.0"}, seed=0)
    ends = [row for row in steps_of(run, 50) if row[0].terminated]
    assert ends
    assert all(update.next_value == 0.0 and update.td_target == 1.0 for _, update, _, _ in ends)


def test_a_truncated_transition_still_bootstraps():
    run = Run(build(CORRIDOR), "q-learning", {"initial_value": "7", "step_size": "1.0"}, seed=0)
    cut = [row for row in steps_of(run, 50) if row[0].truncated]
    assert cut
    for transition, update, before, _ in cut:
        assert not transition.terminated
        assert update.next_value == np.nanmax(before[transition.next_state]) > 0.0


def test_the_maximum_is_over_the_legal_next_actions_only():
    definition = {
        "title": "two actions, one of them not everywhere",
        "discount": 1.0,
        "max_steps": 10,
        "states": ["a", "b", "end"],
        "actions": ["go", "stay"],
        "start": {"a": 1.0},
        "transitions": [["a", "go", 1.0, "b", 0.0, False], ["b", "stay", 1.0, "end", -4.0, True]],
    }
    run = Run(build(definition), "q-learning", {"step_size": "1.0"}, seed=0)
    run.advance(steps=4)
    q = run.agent.q_values()
    assert q[0, 0] == q[1, 1] == -4.0
    assert np.isnan(q[0, 1])
    assert np.isnan(q[1, 0])
    assert np.isnan(q[2]).all()


def test_the_table_begins_at_the_initial_value():
    run = Run(catalogue.find("seed-2x3"), "q-learning", {"initial_value": "2.5"}, seed=0)
    assert set(run.agent.q_values()[run.world.legal]) == {2.5}


def test_it_reaches_the_optimum_of_the_articles_grid():
    run = Run(catalogue.find("seed-2x3"), "q-learning", {"epsilon": "0.5"}, seed=0)
    run.advance(episodes=2000)
    assert planning.q_error(run.agent.q_values(), planning.solve(run.world)) < 1e-9


def test_it_reaches_the_optimum_of_a_stochastic_grid_with_decaying_steps():
    run = Run(build(SLIPPERY), "q-learning", {"epsilon": "1.0", "step_size": "1/n^0.8"}, seed=0)
    run.advance(steps=2_000_000)
    solution = planning.solve(run.world)
    assert planning.q_error(run.agent.q_values(), solution) < 0.01
    assert planning.policy_agreement(run.agent.q_values(), solution) == 1.0


@pytest.mark.parametrize("seed", range(5))
def test_it_learns_the_policy_of_the_articles_grid_in_500_episodes(seed):
    run = Run(catalogue.find("seed-2x3"), "q-learning", {}, seed)
    run.advance(episodes=500)
    assert planning.policy_agreement(run.agent.q_values(), planning.solve(run.world)) == 1.0
