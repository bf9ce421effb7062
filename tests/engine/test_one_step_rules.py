"""The one-step rules: what each bootstraps from, and the numbers that were published for them."""

from itertools import pairwise

import numpy as np
import pytest

from engine.evaluation import evaluate
from engine.run import Run
from engine.worlds import catalogue
from tests.engine.worlds import SLIPPERY, build

SETTINGS = {"epsilon": "0.3", "step_size": "0.5"}


def steps_of(agent, count=400, world=SLIPPERY, **settings):
    """Advance one by one and return (transition, update, state before, state after) of each step."""
    run = Run(build(world), agent, SETTINGS | settings, seed=2)
    rows = []
    for _ in range(count):
        before = run.state()
        run.advance(steps=1)
        rows.append((run.interaction.transition(), run.agent.update(), before, run.state()))
    return rows


@pytest.mark.parametrize("agent", ["q-learning", "sarsa", "expected-sarsa", "double-q-learning"])
def test_every_rule_goes_a_step_towards_its_target_and_ends_at_nothing(agent):
    ended = 0
    for transition, update, _, _ in steps_of(agent):
        assert update.td_target == transition.reward + 0.9 * update.next_value
        assert update.value_after == update.value_before + 0.5 * (update.td_target - update.value_before)
        if transition.terminated:
            ended += 1
            assert (update.next_value, update.next_action) == (0.0, -1)
    assert ended


def test_sarsa_bootstraps_from_the_action_that_it_takes_next():
    rows = steps_of("sarsa")
    pairs = list(pairwise(rows))
    assert len({following[0].explored for _, following in pairs}) == 2
    for (transition, update, before, _), (following, _, _, _) in pairs:
        if not (transition.terminated or transition.truncated):
            assert update.next_action == following.action
            q = before.arrays["agent.q"].copy()
            assert update.next_value == q[transition.next_state, following.action]


def test_expected_sarsa_bootstraps_from_the_mean_under_its_policy():
    for transition, update, before, _ in steps_of("expected-sarsa"):
        if not transition.terminated:
            values = before.arrays["agent.q"][transition.next_state]
            policy = np.full(4, 0.3 / 4)
            best = values == values.max()
            policy[best] += 0.7 / best.sum()
            assert update.next_value == pytest.approx(policy @ values)


def test_double_q_learning_lets_the_other_table_judge():
    learned = {"agent.q": 0, "agent.other": 0}
    for transition, update, before, after in steps_of("double-q-learning"):
        changed = [name for name in learned if not np.array_equal(before.arrays[name], after.arrays[name])]
        assert len(changed) <= 1
        if changed and not transition.terminated:
            (mine,) = changed
            (judge,) = set(learned) - set(changed)
            learned[mine] += 1
            row = before.arrays[mine][transition.next_state]
            assert row[update.next_action] == row.max()
            assert update.next_value == before.arrays[judge][transition.next_state, update.next_action]
    assert min(learned.values()) > 20


def test_an_action_by_hand_takes_the_place_of_the_one_that_sarsa_had_chosen():
    run = Run(build(SLIPPERY), "sarsa", SETTINGS, seed=0)
    for _ in range(20):
        run.advance(steps=1)
        chosen = run.state().values["agent.pending"]
        if chosen["chosen"]:
            break
    other = (chosen["action"] + 1) % 4
    run.agent.advance(run.interaction, 1, 1, by_hand=other)
    assert run.interaction.transition().action == other
    assert run.interaction.transition().by_hand


@pytest.mark.parametrize("exploration", ["softmax", "ucb"])
@pytest.mark.parametrize("agent", ["q-learning", "sarsa", "expected-sarsa", "double-q-learning"])
def test_every_behaviour_policy_learns_the_way(agent, exploration):
    settings = {"exploration": exploration, "temperature": "1.0->0.02/5000", "confidence": "0.5", "step_size": "0.2"}
    run = Run(build(SLIPPERY), agent, settings, seed=1)
    run.advance(steps=20_000)
    walk = evaluate(run.world, run.agent.q_values(), 100, 0)
    assert walk.success.mean() == 1.0
    assert walk.lengths.mean() < 8


PUBLISHED = {"q-learning": -50.1, "sarsa": -26.9, "expected-sarsa": -20.8}
"""Mean online return of episodes 401 to 500 of cliff walking at epsilon 0.1 and step size 0.5."""


@pytest.mark.parametrize("agent", PUBLISHED)
def test_cliff_walking_pays_what_was_published(agent):
    means, lengths = [], []
    for seed in range(100):
        run = Run(catalogue.find("cliff"), agent, {"epsilon": "0.1", "step_size": "0.5"}, seed)
        run.advance(episodes=500)
        means.append(run.statistics.last(100)["return"].mean())
        lengths.append(int(evaluate(run.world, run.agent.q_values(), 1, 0).lengths[0]))
    error = np.std(means, ddof=1) / np.sqrt(len(means))
    assert abs(np.mean(means) - PUBLISHED[agent]) < 4 * error
    if agent != "sarsa":
        assert set(lengths) == {13 if agent == "q-learning" else 15}
