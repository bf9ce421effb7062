"""Value iteration and policy iteration as agents: backups, sweeps, and the exact optimum at the end of them."""

import numpy as np
import pytest

from engine import planning
from engine.bellman import Model
from engine.derivation import Derivation
from engine.errors import InputError
from engine.interventions import Act, Change, Edit
from engine.messages import Start
from engine.run import Run
from engine.session import Session
from engine.state import State
from engine.timeline import Timeline
from engine.worlds import catalogue
from tests.engine.worlds import CORRIDOR, FIVE_BY_FIVE, SLIPPERY, build

PLANNERS = ["value-iteration", "policy-iteration"]


def make(agent, definition=SLIPPERY, **settings):
    return Run(build(definition), agent, settings, seed=0)


def values(run):
    return run.state().arrays["agent.v"]


def until_done(run, most=5000):
    """Sweep until there is nothing left to plan; return the number of sweeps."""
    for sweep in range(1, most + 1):
        run.advance(episodes=1)
        if run.statistics.last(1)["success"][0]:
            return sweep
    raise AssertionError(f"not settled after {most} sweeps")


@pytest.mark.parametrize("agent", PLANNERS)
@pytest.mark.parametrize("world", catalogue.LIBRARY)
def test_every_world_of_the_library_is_solved_exactly(world, agent):
    run = Run(catalogue.find(world), agent, {}, seed=0)
    solution = planning.solve(run.world)
    until_done(run)
    assert np.nanmax(np.abs(run.agent.q_values() - solution.q)) < 1e-8
    assert run.statistics.last(1)["return"][0] == pytest.approx(solution.start_value, abs=1e-8)


@pytest.mark.parametrize("agent", PLANNERS)
@pytest.mark.parametrize("definition", [SLIPPERY, FIVE_BY_FIVE | {"discount": 1.0}])
def test_each_backup_holds_the_numbers_of_bellmans_equations(agent, definition):
    run = make(agent, definition)
    model = Model(run.world, run.world.discount)
    q = np.full(run.world.legal.shape, np.nan)
    kinds = set()
    for _ in range(600):
        before = values(run)
        q[run.world.legal] = model.q_pairs(before)
        policy = run.agent.policy() if agent == "policy-iteration" else None
        run.advance(steps=1)
        backup = run.agent.update()
        kinds.add(backup.kind)
        row = q[backup.state]
        assert backup.action_values == pytest.approx(row.tolist(), nan_ok=True)
        assert backup.value_before == before[backup.state]
        expected = before.copy()
        if backup.kind == "value iteration":
            expected[backup.state] = np.nanmax(row)
            assert row[backup.action] == np.nanmax(row)
        elif backup.kind == "evaluation":
            expected[backup.state] = row[policy[backup.state]].mean()
        else:
            assert row[backup.action] == pytest.approx(np.nanmax(row))
        assert values(run) == pytest.approx(expected)
        assert values(run)[backup.state] == backup.value_after
    assert kinds == ({"value iteration"} if agent == "value-iteration" else {"evaluation", "improvement"})


def test_value_iteration_sweeps_in_place_in_the_order_of_the_states():
    run = make("value-iteration", CORRIDOR | {"map": "G...S"})
    states = []
    for _ in range(4):
        run.advance(steps=1)
        states.append(run.agent.update().state)
        assert run.interaction.path()[-1] == states[-1]
    assert states == [1, 2, 3, 4]
    assert run.interaction.ended
    assert values(run).tolist() == [0.0, 1.0, 0.5, 0.25, 0.125]
    assert run.interaction.path() == (1, 1, 2, 3, 4)


def test_a_sweep_counts_as_an_episode_that_tells_of_the_values():
    run = make("value-iteration", CORRIDOR)
    for sweep, start, change in ((1, 0.0, 1.0), (2, 0.0, 0.5), (3, 0.0, 0.25), (4, 0.125, 0.125), (5, 0.125, 0.0)):
        run.advance(episodes=1)
        row = run.statistics.last(1)[0]
        assert (row["return"], row["discounted_return"], row["length"]) == (start, start, 4)
        assert row["mean_abs_td_error"] == change / 4
        assert row["terminated"] == row["success"] == (sweep == 5)
        assert run.interaction.transition().truncated == (sweep < 5)
        assert run.interaction.memory.progress["return"][0] == start


@pytest.mark.parametrize("agent", PLANNERS)
def test_sweeps_after_the_last_one_change_nothing_that_matters(agent):
    run = make(agent, CORRIDOR)
    until_done(run)
    before, policy = run.agent.q_values(), run.state().arrays["agent.policy"]
    run.advance(steps=1000)
    assert np.array_equal(run.agent.q_values(), before, equal_nan=True)
    assert np.array_equal(run.state().arrays["agent.policy"], policy)


def test_policy_iteration_begins_with_the_values_of_equally_likely_actions():
    run = Run(catalogue.find("gridworld-4.1"), "policy-iteration", {"evaluation_sweeps": "1000"}, seed=0)
    assert run.agent.policy()[~run.world.terminal].all()
    while run.agent.update() is None or run.agent.update().kind == "evaluation":
        run.advance(steps=1)
    expected = [0, -14, -20, -22, -14, -18, -20, -20, -20, -20, -18, -14, -22, -20, -14, 0]
    by_name = dict(zip(run.world.states, values(run), strict=True))
    shown = [by_name.get(f"{row},{column}", 0.0) for row in range(4) for column in range(4)]
    assert shown == pytest.approx(expected, abs=1e-6)


def test_an_improvement_changes_the_policy_and_no_value():
    run = make("policy-iteration", FIVE_BY_FIVE)
    while run.agent.update() is None or run.agent.update().kind == "evaluation":
        run.advance(steps=1)
    before = values(run)
    assert run.agent.update().action_before == -1
    run.advance(episodes=1)
    assert np.array_equal(values(run), before)
    assert (run.agent.policy().sum(axis=1) <= 1).all()
    assert run.statistics.last(1)["mean_abs_td_error"][0] == 0.0
    assert not run.statistics.last(1)["terminated"][0]


def test_the_screen_shows_the_policy_that_is_evaluated_and_a_demonstration_the_greedy_one(saves):
    session = Session(saves, lambda busy: None)
    session.obey(Start("seed-2x3", "policy-iteration"))
    session.advance(20)
    shown = session.snapshot(playing=False, speed=1.0, steps_per_second=0.0)
    assert shown.greedy[~shown.world.terminal].all()
    session.demonstrate()
    shown = session.snapshot(playing=False, speed=1.0, steps_per_second=0.0)
    assert not shown.greedy[~shown.world.terminal].all()


def test_an_evaluation_that_would_never_settle_is_cut_short():
    endless = {"title": "endless", "discount": 1.0, "step_reward": -1.0, "max_steps": 10, "map": "S."}
    run = make("policy-iteration", endless, evaluation_sweeps="7")
    kinds = []
    for _ in range(24):
        run.advance(episodes=1)
        kinds.append(run.agent.update().kind)
    assert kinds == (["evaluation"] * 7 + ["improvement"]) * 3
    assert not run.statistics.last(24)["success"].any()
    assert not run.statistics.last(24)["terminated"].any()


def test_with_discount_1_a_policy_of_the_same_values_that_never_ends_is_not_taken():
    free = {"title": "free", "discount": 1.0, "max_steps": 50, "map": "....\n.S..\n...G"}
    run = make("policy-iteration", free | {"cells": {"G": {"terminal": True, "reward": 1.0}}}, evaluation_sweeps="5000")
    until_done(run, 100_000)
    policy = run.agent.policy().astype(float)
    assert planning.evaluate_policy(run.world, policy) == pytest.approx(np.where(run.world.terminal, 0.0, 1.0))


@pytest.mark.parametrize("agent", PLANNERS)
def test_actions_by_hand_make_no_sense(agent):
    run = make(agent)
    before = run.digest()
    with pytest.raises(InputError, match="plans and takes no actions"):
        run.intervene(Act(0, 1))
    assert run.digest() == before


@pytest.mark.parametrize("agent", PLANNERS)
def test_a_world_without_a_model_is_refused(agent):
    with pytest.raises(InputError, match="needs a world with a model"):
        Run(catalogue.find("gym:CartPole-v1"), agent, {}, seed=0)


@pytest.mark.parametrize("agent", PLANNERS)
def test_an_edit_in_the_middle_of_a_sweep_is_planned_for(agent):
    for cut in (3, 17, 39, 41):
        run = make(agent, FIVE_BY_FIVE)
        run.advance(steps=cut)
        run.intervene(Edit(run.step, 4, 3, {"wall": True}))
        assert run.agent.update() is None
        until_done(run)
        assert np.nanmax(np.abs(run.agent.q_values() - planning.solve(run.world).q)) < 1e-8


@pytest.mark.parametrize("agent", PLANNERS)
def test_the_rest_of_a_sweep_that_an_edit_took_away_begins_at_the_front(agent):
    run = make(agent, CORRIDOR | {"map": "S.G."})
    run.advance(steps=2)
    run.intervene(Edit(2, 0, 3, {"wall": True}))
    run.advance(steps=1)
    assert run.agent.update().state == 0
    until_done(run)


@pytest.mark.parametrize("agent", PLANNERS)
def test_another_discount_is_planned_for(agent):
    run = make(agent)
    until_done(run)
    run.intervene(Change(run.step, {"discount": "0.5"}))
    until_done(run)
    assert np.nanmax(np.abs(run.agent.q_values() - planning.solve(run.world, 0.5).q)) < 1e-8


@pytest.mark.parametrize("agent", PLANNERS)
@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("policy", lambda state: state.arrays["agent.policy"].__setitem__(0, 9)),
        ("policy of an end", lambda state: state.arrays["agent.policy"].__setitem__(7, 0)),
        ("place", lambda state: state.values["agent.at"].update(next_state=99)),
        ("kind", lambda state: state.values["agent.at"].update(kind=7)),
        ("backup", lambda state: state.values["agent.backup"].update(state=-1)),
        ("backup of a kind", lambda state: state.values["agent.backup"].update(kind=3)),
    ],
)
def test_a_state_that_fits_no_plan_is_refused(agent, name, change):
    run = make(agent)
    run.advance(steps=30)
    state = run.state()
    changed = State({key: array.copy() for key, array in state.arrays.items()}, dict(state.values))
    change(changed)
    with pytest.raises(ValueError):
        run.load_state(changed)


def test_a_sweep_of_the_past_is_derived_again_backup_by_backup():
    timeline = Timeline(make("value-iteration", CORRIDOR))
    timeline.advance(episodes=5)
    way = Derivation(timeline, 4)
    while not way.done:
        way.advance()
    steps = way.shown.steps
    assert [step.state for step in steps] == ["0,0", "0,1", "0,2", "0,3"]
    assert [step.td_error for step in steps] == [0.125, 0.0, 0.0, 0.0]
    assert [(step.weight * step.reward, step.total) for step in steps] == [(0.125, 0.125)] + [(0.0, 0.125)] * 3


@pytest.mark.parametrize("agent", PLANNERS)
def test_a_planner_tells_the_same_after_another_discount_whether_it_told_before_or_not(agent):
    asked, unasked = make(agent), make(agent)
    for run in (asked, unasked):
        run.advance(steps=20)
    before = asked.agent.q_values()
    for run in (asked, unasked):
        run.intervene(Change(20, {"discount": "0.5"}))
    np.testing.assert_array_equal(asked.agent.q_values(), unasked.agent.q_values())
    assert not np.array_equal(asked.agent.q_values(), before, equal_nan=True)
