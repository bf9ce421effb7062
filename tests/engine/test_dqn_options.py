"""The options of deep Q-learning: each resumes to the bit, in whatever portions; what cannot be is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
import safetensors
import safetensors.numpy

from engine.agents.dqn.encoding import Coordinates, Planes, encoding_of
from engine.agents.dqn.learner import QLearner
from engine.errors import InputError
from engine.interventions import Act, Change, Edit
from engine.migrations import dqn as migrated
from engine.run import Run
from engine.state import State
from engine.worlds import catalogue
from tests.engine.worlds import build

FEW = {"learning_starts": "20", "batch_size": "8", "hidden": "16", "replay_capacity": "64", "target_update_every": "7"}
OPTIONS = [
    {},
    {"double": "true"},
    {"dueling": "true"},
    {"loss": "huber"},
    {"gradient_clip": "1"},
    {"target_network": "false"},
    {"target_tau": "0.02"},
    {"train_every": "3"},
    {"train_every": "5", "gradient_steps": "4"},
    {"n_step": "4"},
    {"prioritized": "true"},
    {"encoding": "coordinates"},
    {"encoding": "planes"},
    {"encoding": "planes", "network": "cnn"},
    {"double": "true", "dueling": "true", "n_step": "3", "prioritized": "true", "loss": "huber", "train_every": "2"},
]
LINE = {
    "title": "line",
    "discount": 0.9,
    "max_steps": 9,
    "states": ["a", "b"],
    "actions": ["go"],
    "start": {"a": 1.0},
} | {"transitions": [["a", "go", 1.0, "b", 1.0, True]]}


def make(options):
    return Run(catalogue.find("seed-2x3"), "dqn", {**FEW, **options}, 0)


def through_json(state):
    """Return a state as a save gives it back."""
    return State(state.arrays, json.loads(json.dumps(state.values)))


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_n_steps_at_once_are_n_times_one_step(options):
    at_once, one_by_one = make(options), make(options)
    at_once.advance(steps=110)
    for _ in range(110):
        one_by_one.advance(steps=1)
    assert at_once.digest() == one_by_one.digest()


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_a_run_goes_on_exactly_from_its_state(options):
    run, other = make(options), make(options)
    run.advance(steps=61)
    other.load_state(through_json(run.state()))
    assert other.agent.update() == run.agent.update()
    np.testing.assert_equal(other.agent.target_values(), run.agent.target_values())
    for one in (run, other):
        one.advance(steps=40)
    assert run.digest() == other.digest()


def test_it_makes_so_many_updates_each_time_it_trains():
    run = make({"train_every": "5", "gradient_steps": "4"})
    run.advance(steps=34)
    assert run.agent.update().updates == 3 * 4


def test_a_run_goes_on_exactly_from_the_middle_of_its_returns_after_interventions():
    run = make({"n_step": "5", "prioritized": "true", "train_every": "2"})
    run.advance(steps=50)
    run.intervene(Act(run.step, 1 if run.interaction.may_act(1) else 0))
    run.intervene(Change(run.step, {"priority_exponent": "0.9", "n_step": "4", "discount": "0.8"}))
    run.advance(steps=3)
    free = next(s for s in range(6) if s != run.interaction.memory.progress["state"][0] and not run.world.terminal[s])
    row, column = run.world.layout.places[free].tolist()
    run.intervene(Edit(run.step, row, column, {"wall": True}))
    run.advance(steps=1)
    other = make({"n_step": "5", "prioritized": "true", "train_every": "2"})
    other.load_state(through_json(run.state()), run.log)
    for one in (run, other):
        one.advance(steps=40)
    assert run.digest() == other.digest()


@pytest.mark.parametrize("options", [{"dueling": "true"}, {"prioritized": "true"}, {"n_step": "2"}], ids=str)
def test_the_options_learn_the_articles_grid(options):
    from engine import planning

    run = Run(catalogue.find("seed-2x3"), "dqn", options, 0)
    run.advance(steps=2500)
    assert planning.policy_agreement(run.agent.q_values(), planning.solve(run.world)) == 1.0


@pytest.mark.parametrize("encoding", ["coordinates", "planes"])
def test_a_network_that_sees_the_map_goes_on_in_an_edited_one(encoding):
    run = make({"encoding": encoding})
    run.advance(steps=40)
    before = run.state().arrays["agent.network.online"]
    here = int(run.interaction.memory.progress["state"][0])
    row, column = run.world.layout.places[0 if here else 3].tolist()
    run.intervene(Edit(run.step, row, column, {"reward": -2.0}))
    assert np.array_equal(run.state().arrays["agent.network.online"], before)


def test_coordinates_lie_between_0_and_1():
    world = catalogue.find("seed-2x3")
    seen = Coordinates(world.layout).observe(_all(world)).tolist()
    assert seen == [[0.0, 0.0], [0.0, 0.5], [0.0, 1.0], [1.0, 0.0], [1.0, 0.5], [1.0, 1.0]]


def test_planes_show_agent_walls_rewards_and_goals():
    cells = {"G": {"terminal": True, "reward": 10.0}, "X": {"reward": -5.0}}
    world = build({"title": "planes", "discount": 0.9, "max_steps": 9, "map": "S#G\n.X.", "cells": cells})
    images = Planes(world, world.layout).observe(_all(world))[3].tolist()
    assert images == [
        [[0, 0, 0], [0, 1, 0]],
        [[0, 1, 0], [0, 0, 0]],
        [[0, 0, 1], [0, -0.5, 0]],
        [[0, 0, 1], [0, 0, 0]],
    ]


@pytest.mark.parametrize("name", ["coordinates", "planes"])
def test_a_world_without_a_map_has_no_coordinates(name):
    with pytest.raises(InputError, match=f"encoding: {name} needs a world with a map, .* use one-hot"):
        Run(build(LINE), "dqn", {"encoding": name}, 0)
    assert encoding_of("one-hot", build(LINE)).observation_shape == (2,)


@pytest.mark.parametrize("encoding", ["one-hot", "coordinates"])
def test_convolutions_of_what_is_no_image_are_refused_before_anything_is_built(encoding, monkeypatch):
    monkeypatch.setattr(QLearner, "__init__", lambda *_: pytest.fail("a network was built"))
    with pytest.raises(InputError, match=r"network: cnn .* set encoding=planes"):
        make({"network": "cnn", "encoding": encoding})


@pytest.mark.parametrize(
    "changed",
    [{"dueling": "true"}, {"prioritized": "true"}, {"encoding": "planes"}, {"hidden": "8"}, {"replay_capacity": "9"}],
    ids=str,
)
def test_what_shapes_the_network_or_the_replay_cannot_change_under_way(changed):
    run = make({})
    run.advance(steps=30)
    before = run.digest()
    with pytest.raises(InputError, match="cannot change while the agent lives"):
        run.intervene(Change(run.step, changed))
    assert run.digest() == before


def test_the_update_tells_of_the_batch_that_was_replayed():
    run = make({})
    run.advance(steps=60)
    update, arrays = run.agent.update(), run.state().under("agent.replay").arrays
    rows = set(zip(*(arrays[name].tolist() for name in ("places", "actions", "next_places")), strict=True))
    assert len(update.replayed) == 8
    assert {(one.place, one.action, one.next_place) for one in update.replayed} <= rows
    assert np.mean([abs(one.td_error) for one in update.replayed]) == pytest.approx(update.mean_abs_td_error, rel=1e-5)
    assert (update.oldest_age, update.mean_age) == (59, 29.5)


def test_the_update_names_the_action_that_the_target_network_prefers():
    run = make({})
    run.advance(steps=25)
    while run.interaction.ended or run.agent.update().updates_until_copy == 0:
        run.advance(steps=1)
    target = run.agent.target_values()
    run.advance(steps=1)
    update, following = run.agent.update(), run.interaction.transition().next_state
    if update.next_action >= 0:
        assert update.next_action == np.nanargmax(target[following])
        assert update.next_value == pytest.approx(np.nanmax(target[following]), abs=1e-5)


def test_the_target_network_can_be_looked_at_beside_the_one_that_learns():
    run = make({})
    assert np.array_equal(run.agent.target_values(), run.agent.q_values(), equal_nan=True)
    run.advance(steps=22)
    assert not np.array_equal(run.agent.target_values(), run.agent.q_values(), equal_nan=True)


def test_a_target_network_from_which_nothing_learns_is_not_shown():
    run = make({"target_network": "false"})
    run.advance(steps=22)
    assert run.agent.target_values() is None


def test_what_the_replay_holds_can_be_looked_at_and_is_no_part_of_it():
    run = make({"replay_capacity": "30"})
    run.advance(steps=40)
    digest, arrays = run.digest(), run.state().arrays
    states, actions, ages = run.agent.replayable()
    assert states.tolist() == arrays["agent.replay.places"].tolist()
    assert actions.tolist() == arrays["agent.replay.actions"].tolist()
    assert sorted(ages.tolist()) == list(range(30))
    for shown in (states, actions, ages):
        shown[:] = 0
    assert run.digest() == digest


def _all(world):
    import torch

    return torch.arange(len(world.states))


def test_the_dqn_of_a_file_of_format_1_goes_on_with_what_it_had():
    path = Path(__file__).parent / "fixtures" / "format-1-dqn.safetensors"
    with safetensors.safe_open(path, "numpy") as file:
        about = json.loads(file.metadata()["qscope"])
    old = State(safetensors.numpy.load_file(path), about["values"]).under("agent")
    world = catalogue.build(about["world"]["name"], about["world"]["definition"])
    run = Run(world, "dqn", about["settings"], about["seed"])
    updated = migrated.updated(old)
    run.agent.load_state(migrated.counted(updated, migrated.transitions_known(updated, 0)))
    arrays = run.agent.state().arrays
    assert set(arrays) == set(Run(world, "dqn", about["settings"], 0).agent.state().arrays)
    assert np.array_equal(arrays["replay.places"], old.arrays["replay.states"])
    assert np.array_equal(arrays["replay.spans"], old.arrays["replay.continues"])
    rows = np.argsort(arrays["replay.made_at"])
    assert rows[-1] == (old.values["replay.next"] - 1) % len(rows)
    assert run.agent.update().loss == old.values["update"]["loss"]


def test_a_world_without_a_model_is_learned_from_and_gone_on_with_exactly():
    options = {**FEW, "n_step": "3", "prioritized": "true", "dueling": "true"}
    run, other = (Run(catalogue.find("gym:CartPole-v1"), "dqn", options, 0) for _ in range(2))
    run.advance(steps=70)
    other.load_state(through_json(run.state()))
    for one in (run, other):
        one.advance(steps=30)
    assert run.digest() == other.digest()
    assert run.agent.update().replayed[0].place == -1
    assert run.state().arrays["agent.replay.places"].shape == (64, 4)


def test_what_is_observed_in_a_world_without_a_model_has_no_coordinates():
    with pytest.raises(InputError, match="encoding: coordinates needs a world with a map"):
        Run(catalogue.find("gym:CartPole-v1"), "dqn", {"encoding": "coordinates"}, 0)
