"""Settings: read from text, checked, and written as they were read."""

import pytest

from engine.agents import catalogue, fields
from engine.errors import InputError
from engine.interventions import Change
from engine.run import Run
from engine.worlds import catalogue as worlds


@pytest.fixture
def world():
    return worlds.find("seed-2x3")


def test_the_world_proposes_the_discount(world):
    assert catalogue.settings("q-learning", world, {}).discount == 0.9


def test_a_given_discount_wins_over_that_of_the_world(world):
    assert catalogue.settings("q-learning", world, {"discount": "0.5"}).discount == 0.5


@pytest.mark.parametrize("agent", catalogue.names())
def test_settings_are_read_again_as_they_were_written(world, agent):
    settings = catalogue.settings(agent, world, {})
    assert catalogue.settings(agent, world, fields.as_text(settings)) == settings


@pytest.mark.parametrize(
    ("agent", "key", "text"),
    [
        ("q-learning", "epsilon", "1.5"),
        ("q-learning", "epsilon", "-0.1"),
        ("q-learning", "epsilon", "1.0->2.0/10"),
        ("q-learning", "step_size", "0"),
        ("q-learning", "discount", "1.1"),
        ("q-learning", "discount", "nan"),
        ("q-learning", "initial_value", "inf"),
        ("dqn", "batch_size", "0"),
        ("dqn", "batch_size", "3.5"),
        ("dqn", "hidden", "64,0"),
        ("dqn", "hidden", "a"),
        ("dqn", "learning_rate", "0"),
        ("dqn", "replay_capacity", "-1"),
    ],
)
def test_an_impossible_value_is_refused_by_the_name_of_its_setting(agent, key, text):
    with pytest.raises(InputError, match=f"setting {key}: ") as error:
        catalogue.check(agent, {key: text})
    assert "\n" not in str(error.value)


def test_an_unknown_setting_names_its_near_miss():
    with pytest.raises(InputError, match="unknown setting 'epsilom'; did you mean 'epsilon'"):
        catalogue.check("q-learning", {"epsilom": "0.1"})


def test_an_unknown_agent_names_its_near_miss():
    with pytest.raises(InputError, match="unknown agent 'q-lerning'; did you mean 'q-learning'"):
        catalogue.check("q-lerning", {})


def test_every_setting_has_a_meaning_a_range_and_a_default():
    for agent in catalogue.listing():
        for setting in agent.settings:
            assert setting.meaning
            assert setting.range
            assert setting.default


def test_what_is_fixed_for_life_is_listed_as_such():
    listed = {agent.name: [s.name for s in agent.settings if s.fixed] for agent in catalogue.listing()}
    assert {"hidden", "replay_capacity"} <= set(listed["dqn"])
    assert listed["q-learning"] == []


def test_what_is_fixed_for_life_cannot_change_and_changes_nothing():
    run = Run(worlds.find("seed-2x3"), "dqn", {}, 0)
    with pytest.raises(InputError, match="hidden cannot change while the agent lives"):
        run.intervene(Change(0, {"hidden": "8", "epsilon": "0.5"}))
    assert (run.settings["hidden"], run.settings["epsilon"], run.log) == ("64,64", "1.0->0.1/3000", ())
