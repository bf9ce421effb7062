"""Worlds without a model: what they show of themselves, and that a moment of an episode is found again exactly."""

import numpy as np
import pytest

from engine import savefile
from engine.agents.loop import Decision, interact
from engine.environment_interaction import EnvironmentInteraction
from engine.errors import InputError
from engine.interventions import Act
from engine.run import Run
from engine.timeline import Timeline
from engine.worlds import catalogue
from engine.worlds.environment import with_model

NAMES = ["gym:CartPole-v1", "gym:Acrobot-v1", "gym:MountainCar-v0"]


class Walker:
    """Acts at random and learns nothing, but remembers what it saw."""

    def __init__(self, actions):
        self.generator, self.actions, self.seen = np.random.default_rng(3), actions, []

    def act(self, place, step, by_hand):
        return Decision(int(self.generator.integers(self.actions)), True, 0.0, 1.0)

    def learn(self, place, action, reward, next_place, terminated, truncated):
        self.seen.append((place.tolist(), action, reward, next_place.tolist(), terminated, truncated))
        return 0.0


def walk(name, steps, seed=5):
    world = catalogue.find(name)
    interaction = EnvironmentInteraction(world, np.random.default_rng(seed))
    walker = Walker(len(world.actions))
    while steps:
        steps -= interact(walker, interaction, world.discount, steps, 10**9, -1)
        interaction.take_finished()
    return interaction, walker


def test_an_environment_says_what_is_seen_and_done_in_it():
    world = catalogue.find("gym:CartPole-v1")
    assert world.features == ("cart position", "cart velocity", "pole angle", "pole velocity")
    assert world.actions == ("left", "right")
    assert world.max_steps == 500
    assert world.high[0] == pytest.approx(4.8)
    assert world.high[1] == np.inf
    again = catalogue.build(world.name, world.definition)
    assert (again.features, again.actions, again.max_steps) == (world.features, world.actions, world.max_steps)


def test_observations_of_several_parts_become_one_row_of_numbers():
    world = catalogue.find("gym:Blackjack-v1")
    assert len(world.features) == 32 + 11 + 2
    interaction, _ = walk("gym:Blackjack-v1", 10)
    assert interaction.observation.shape == (45,)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("steps", [1, 30, 731])
def test_a_moment_of_an_episode_is_found_again_to_the_bit(name, steps):
    interaction, _ = walk(name, steps)
    again = EnvironmentInteraction(catalogue.find(name), np.random.default_rng(99))
    again.load_state(interaction.state())
    assert np.array_equal(again.observation, interaction.observation)
    for one in (interaction, again):
        walker = Walker(2)
        interact(walker, one, 0.9, 600, 10**9, -1)
        one.seen = walker.seen
    assert again.seen == interaction.seen
    assert again.state().digest() == interaction.state().digest()


def test_the_beginning_is_found_again_from_amid_an_episode():
    run = Run(catalogue.find("gym:CartPole-v1"), "random", {}, 0)
    beginning, digest = run.mark(), run.digest()
    run.advance(steps=5)
    run.return_to(beginning)
    assert run.digest() == digest
    assert not run.interaction.place().any()
    assert savefile.unpack(savefile.pack(Timeline(run))).run.digest() == digest


def test_the_step_limit_truncates_and_does_not_terminate():
    interaction, walker = walk("gym:MountainCar-v0", 200)
    assert walker.seen[-1][-2:] == (False, True)
    assert interaction.ended


def test_a_state_that_does_not_fit_is_refused():
    interaction, _ = walk("gym:CartPole-v1", 5)
    good = interaction.state()
    for change in ({"episode_seed": -1}, {"episode_seed": "1"}):
        with pytest.raises(ValueError, match="seed"):
            interaction.load_state(good._replace(values=good.values | change))
    with pytest.raises(ValueError, match="as many"):
        interaction.load_state(good._replace(arrays={"actions": good.arrays["actions"][:-1]}))
    with pytest.raises(ValueError, match="does not have"):
        interaction.load_state(good._replace(arrays={"actions": good.arrays["actions"] + 7}))


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("gym:Pendulum-v1", "finitely many"),
        ("gym:CartPole-v9", "no environment"),
        ("gym:tests.engine:CartPole-v1", "Gymnasium"),
    ],
)
def test_what_no_agent_can_take_is_refused_in_one_line(word, said):
    with pytest.raises(InputError, match=said) as caught:
        catalogue.find(word)
    assert "\n" not in str(caught.value)


def test_a_definition_cannot_name_code_to_run():
    for settings in ({"path": "/etc/passwd"}, {"x": ["y"]}, {"a b": 1}):
        with pytest.raises(InputError):
            catalogue.build("evil", {"title": "", "discount": 1.0, "environment": "CartPole-v1", "settings": settings})
    with pytest.raises(InputError, match="own"):
        catalogue.build("evil", {"title": "", "discount": 1.0, "environment": "os:CartPole-v1"})


@pytest.mark.parametrize("agent", ["q-learning", "human"])
def test_a_table_cannot_learn_where_states_have_no_numbers(agent):
    with pytest.raises(InputError, match=f"{agent} needs a world with a model.* takes: random, dqn .d drives"):
        Run(catalogue.find("gym:CartPole-v1"), agent, {}, 0)


@pytest.mark.parametrize("name", NAMES)
def test_random_acts_uniformly_without_a_model_too_and_learns_nothing(name):
    run = Run(catalogue.find(name), "random", {}, 0)
    run.advance(steps=4000)
    actions = len(run.world.actions)
    assert run.agent.visits().sum() == 4000
    assert np.abs(run.agent.visits() - 4000 / actions).max() < 4 * (4000 / actions) ** 0.5
    assert not run.q_values().any()
    assert run.agent.update() is None
    assert run.statistics.episodes > 5


def test_what_random_earns_is_what_gymnasiums_own_walk_earns():
    run = Run(catalogue.find("gym:CartPole-v1"), "random", {}, 0)
    run.advance(episodes=1000)
    returns = run.statistics.returns
    # 22.3 is the mean of 20,000 episodes of gymnasium.make("CartPole-v1") under action_space.sample().
    assert abs(returns.mean() - 22.3) < 4 * returns.std() / 1000**0.5


def test_a_person_may_drive_where_there_is_no_model():
    run = Run(catalogue.find("gym:CartPole-v1"), "random", {}, 0)
    for action in (1, 1, 0):
        run.intervene(Act(run.step, action))
        assert (run.interaction.transition().action, run.interaction.transition().by_hand) == (action, True)
    assert run.agent.visits().tolist() == [[1, 2]]
    with pytest.raises(InputError, match="shows no model"):
        with_model(catalogue.find("gym:CartPole-v1"))
