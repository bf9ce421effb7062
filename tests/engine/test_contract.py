"""What every agent keeps to in every small world; the names come from the catalogue, so a new one is held to it."""

import math
from dataclasses import asdict

import numpy as np
import pytest

from engine.agents import catalogue as agents
from engine.errors import InputError
from engine.interventions import Act
from engine.messages import Backup, TableUpdate
from engine.run import Run
from engine.worlds import catalogue
from tests.engine.driving import go_on
from tests.engine.worlds import CORRIDOR, FIVE_BY_FIVE, PARTLY_LEGAL, SLIPPERY, build

STEPS = 120
LARGEST = 150
"""Worlds of more states are left to the tests of their own."""

WORLDS = [world for world in map(catalogue.find, catalogue.library()) if len(world.states) <= LARGEST]
WORLDS += [build(definition) for definition in (CORRIDOR, FIVE_BY_FIVE, PARTLY_LEGAL, SLIPPERY)]
SMALL = {"dqn": {"replay_capacity": "64", "learning_starts": "20", "batch_size": "8", "hidden": "16"}}

everywhere = pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
everyone = pytest.mark.parametrize("agent", agents.names())


def make(agent, world, seed=0, **settings):
    return Run(world, agent, SMALL.get(agent, {}) | settings, seed)


def walked(agent, world, steps=STEPS, seed=0):
    run = make(agent, world, seed)
    go_on(run, steps)
    return run


@everywhere
@everyone
def test_every_step_is_a_legal_one_and_leaves_sound_numbers(agent, world):
    run = make(agent, world)
    for step in range(1, STEPS + 1):
        ended, before = run.interaction.ended, run.interaction.memory.progress["state"][0]
        assert go_on(run, 1) == 1
        transition, update, q = run.interaction.transition(), run.agent.update(), run.agent.q_values()
        assert (run.step, transition.step) == (step, step)
        if not isinstance(update, Backup):  # A planner goes from state to state in their order.
            assert world.start[transition.state] > 0.0 if ended else transition.state == before
        assert world.legal[transition.state, transition.action]
        assert not (transition.terminated and transition.truncated)
        assert np.array_equal(np.isnan(q), ~world.legal)
        assert np.isfinite(q[world.legal]).all()
        assert math.isfinite(run.agent.epsilon(step))
        if update is not None:
            assert all(math.isfinite(value) for value in asdict(update).values() if isinstance(value, float))
        if isinstance(update, TableUpdate):
            assert 1 <= update.step <= step
            assert world.legal[update.state, update.action]
            moved = update.step_size * update.trace * update.td_error
            assert update.value_after == pytest.approx(update.value_before + moved)
            assert update.td_target == pytest.approx(update.reward + update.discount * update.next_value)


@everywhere
@everyone
def test_the_same_seed_leads_to_the_same_run_to_the_bit_however_it_is_cut(agent, world):
    at_once, in_pieces = walked(agent, world), make(agent, world)
    for piece in (1, 2, 30, 1, STEPS - 34):
        assert go_on(in_pieces, piece) == piece
    assert at_once.digest() == in_pieces.digest()


@everywhere
@everyone
def test_another_seed_leads_to_another_state(agent, world):
    assert walked(agent, world, seed=0).state().digest() != walked(agent, world, seed=1).state().digest()


@everywhere
@everyone
def test_a_state_that_was_taken_over_goes_on_the_same_from_any_step(agent, world):
    run = make(agent, world)
    for _ in range(6):
        go_on(run, 7)
        other = make(agent, world)
        other.load_state(run.state(), run.log)
        assert other.digest() == run.digest()
        go_on(other, 5)
        go_on(run, 5)
        assert other.digest() == run.digest()


@everyone
def test_a_setting_that_says_nothing_is_refused_by_its_name(agent):
    (listing,) = [listing for listing in agents.listing() if listing.name == agent]
    for setting in listing.settings:
        with pytest.raises(InputError, match=f"setting {setting.name}: "):
            agents.check(agent, {setting.name: "nonsense"})
    with pytest.raises(InputError, match="unknown setting 'nonsense'"):
        agents.check(agent, {"nonsense": "1"})


@everyone
def test_its_listing_says_whose_values_it_learns_and_where_it_comes_from(agent):
    (listing,) = [listing for listing in agents.listing() if listing.name == agent]
    assert all((listing.title, listing.learning, listing.behaviour_policy, listing.target_policy, listing.reference))
    has_a_choice = any(setting.name == "exploration" for setting in listing.settings)
    assert has_a_choice == (listing.behaviour_policy == "as the setting exploration says")


WHO_LEARN = [listing.name for listing in agents.listing() if "policy" in listing.learning]


@pytest.mark.parametrize("agent", WHO_LEARN)
def test_who_learns_learns_from_what_a_person_does(agent):
    run = make(agent, build(CORRIDOR | {"max_steps": 10}))
    right, before = run.world.actions.index("right"), run.agent.q_values()
    for step in range(60):
        run.intervene(Act(step, right))
        transition = run.interaction.transition()
        assert (transition.action, transition.by_hand, transition.explored) == (right, True, False)
    learned = run.agent.q_values() - before
    assert np.nanmax(np.abs(learned)) > 0.0
    if agent != "dqn":  # A network generalises.
        assert np.nanmax(np.abs(np.delete(learned, right, axis=1))) == 0.0
    assert run.agent.update() is not None


@pytest.mark.parametrize("agent", [name for name in agents.names() if name not in WHO_LEARN and name != "random"])
def test_a_planner_takes_no_actions_and_says_so(agent):
    run = make(agent, build(CORRIDOR))
    with pytest.raises(InputError, match="plans and takes no actions"):
        run.intervene(Act(0, 1))
