"""Gymnasium's environments become worlds with nothing lost; our worlds become environments to its liking."""

import json
import sys
import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from engine.errors import InputError
from engine.worlds import catalogue
from engine.worlds.gymnasium import WorldEnv

TWO_STATES = {
    "discount": 0.9,
    "max_steps": 3,
    "states": ["a", "b", "end"],
    "actions": ["go", "stay"],
    "start": {"a": 1.0},
    "transitions": [
        ["a", "go", 1.0, "b", 1.0, False],
        ["b", "stay", 1.0, "b", 0.0, False],
        ["b", "go", 1.0, "end", 5.0, True],
    ],
}


class TestWorldFromId:
    def test_nothing_is_written_to_the_screen(self, capfd):
        catalogue.find("gym:FrozenLake")
        assert capfd.readouterr() == ("", "")

    def test_settings_reach_the_environment(self):
        world = catalogue.find("gym:FrozenLake-v1?map_name=8x8&is_slippery=false&success_rate=0.5")
        assert len(world.states) == 64
        assert (world.probability == 1.0).all()

    def test_the_discount_is_099_or_what_the_query_says(self):
        assert catalogue.find("gym:FrozenLake-v1").discount == 0.99
        assert catalogue.find("gym:FrozenLake-v1?discount=0.5").discount == 0.5

    def test_the_name_is_the_word(self):
        word = "gym:FrozenLake-v1?is_slippery=false"
        assert catalogue.find(word).name == word

    @pytest.mark.parametrize(
        ("word", "steps"), [("gym:FrozenLake-v1", 100), ("gym:Taxi-v4", 200), ("gym:CliffWalking-v1", 1000)]
    )
    def test_episodes_are_as_long_as_the_environment_says(self, word, steps):
        assert catalogue.find(word).max_steps == steps

    @pytest.mark.parametrize(
        ("word", "actions"),
        [
            ("gym:FrozenLake-v1", "left down right up"),
            ("gym:CliffWalking-v1", "up right down left"),
            ("gym:Taxi-v4", "south north east west pickup dropoff"),
        ],
    )
    def test_actions_are_words(self, word, actions):
        assert " ".join(catalogue.find(word).actions) == actions

    @pytest.mark.parametrize("id_", ["FrozenLake-v1", "CliffWalking-v1", "CliffWalkingSlippery-v1", "Taxi-v4"])
    def test_the_model_is_that_of_the_environment(self, id_):
        world = catalogue.find(f"gym:{id_}")
        model = gymnasium.make(id_).unwrapped.P
        for state, action in np.argwhere(world.legal):
            expected: dict[tuple[int, float, bool], float] = {}
            for probability, *outcome in model[state][action]:
                expected[tuple(outcome)] = expected.get(tuple(outcome), 0.0) + probability
            pair = world.pair(state, action)
            found = range(world.offsets[pair], world.offsets[pair + 1])
            assert {
                (world.next_state[i], world.reward[i], world.terminated[i]): pytest.approx(world.probability[i])
                for i in found
            } == expected

    def test_holes_and_the_goal_are_terminal_states(self):
        world = catalogue.find("gym:FrozenLake-v1")
        assert [world.states[state] for state in np.flatnonzero(world.terminal)] == ["1,1", "1,3", "2,3", "3,0", "3,3"]

    def test_the_frozen_lake_lies_on_its_map(self):
        layout = catalogue.find("gym:FrozenLake-v1").layout
        assert layout.cells == ("S...", ".H.H", "...H", "H..G")
        assert layout.labels[-1] == "+1"

    def test_the_cliff_lies_on_its_map(self):
        world = catalogue.find("gym:CliffWalking-v1")
        assert world.layout.cells[3] == "SCCCCCCCCCCG"
        assert world.states[36] == "3,0"
        assert world.start[36] == 1.0

    def test_the_taxi_names_its_states_for_readers(self):
        world = catalogue.find("gym:Taxi-v4")
        taxi = gymnasium.make("Taxi-v4").unwrapped
        assert world.states[taxi.encode(2, 3, 0, 1)] == "2,3 R to G"
        assert world.states[taxi.encode(0, 4, 4, 3)] == "0,4 taxi to B"
        assert len(set(world.states)) == 500
        assert world.layout is None

    def test_the_definition_builds_the_world_without_gymnasium(self):
        world = catalogue.find("gym:FrozenLake-v1")
        again = catalogue.build(world.name, json.loads(json.dumps(world.definition)))
        for name in ("offsets", "probability", "next_state", "reward", "terminated", "start"):
            assert np.array_equal(getattr(world, name), getattr(again, name))

    @pytest.mark.parametrize(
        ("word", "told"),
        [
            ("gym:FrozenLak-v1", "Gymnasium has no environment 'FrozenLak-v1'; did you mean 'FrozenLake-v1'?"),
            ("gym:FrozenLake-v7", "did you mean 'FrozenLake-v1'?"),
            ("gym:Taxi-v3", "did you mean 'Taxi-v4'?"),
            ("gym:", "the id of an environment is missing"),
            ("gym:no_such_module:Thing-v0", "Gymnasium cannot make it (ModuleNotFoundError"),
            ("gym:FrozenLake-v1?map_name=9x9", "Gymnasium cannot make it (KeyError: '9x9')"),
            (
                "gym:FrozenLake-v1?is_slipery=true",
                "unknown setting 'is_slipery'; did you mean 'is_slippery'? (it takes desc, map_name, is_slippery,",
            ),
            ("gym:FrozenLake-v1?is_slippery", "'is_slippery' is no setting; it must be like map_name=8x8"),
            ("gym:FrozenLake-v1?discount=1.5", "discount is 1.5; it must be a finite number from 0 to 1"),
            ("gym:FrozenLake-v1?discount=much", "discount is 'much'"),
            ("gym:FrozenLake-v1?discount=0.9&discount=0.8", "discount is given twice"),
            ("gym:FrozenLake-v1?render_mode=human", "render_mode cannot be set"),
            ("gym:FrozenLake-v1?success_rate=7", "transitions row 1: the probability is "),
            ("gym:Taxi-v4?fickle_passenger=true", "leaves the fickle passenger out"),
        ],
    )
    def test_a_mistake_is_told_in_one_line_that_begins_with_the_word(self, word, told, capfd):
        with pytest.raises(InputError) as caught:
            catalogue.find(word)
        assert str(caught.value).startswith(f"{word}: ")
        assert told in str(caught.value)
        assert "\n" not in str(caught.value)
        assert capfd.readouterr() == ("", "")


class TestWorldEnv:
    @pytest.mark.parametrize("word", [*catalogue.library(), "gym:Taxi-v4"])
    def test_gymnasium_has_no_quarrel_with_it(self, word):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            check_env(WorldEnv(word))
        assert [str(warning.message) for warning in told] == []

    def test_gymnasium_has_no_quarrel_with_an_explicit_world(self):
        check_env(WorldEnv(catalogue.build("two states", TWO_STATES)))

    def test_an_episode_goes_as_the_world_says(self):
        env = WorldEnv(catalogue.build("two", TWO_STATES))
        assert env.reset(seed=0)[0] == 0
        assert env.step(0)[:4] == (1, 1.0, False, False)
        assert env.step(0)[:4] == (2, 5.0, True, False)

    def test_it_truncates_after_max_steps(self):
        env = WorldEnv(catalogue.build("two", TWO_STATES))
        env.reset(seed=0)
        env.step(0)
        assert env.step(1)[:4] == (1, 0.0, False, False)
        assert env.step(1)[:4] == (1, 0.0, False, True)

    def test_an_end_at_the_last_step_is_no_truncation(self):
        env = WorldEnv(catalogue.build("two", TWO_STATES))
        env.reset(seed=0)
        env.step(0)
        env.step(1)
        assert env.step(0)[:4] == (2, 5.0, True, False)

    def test_an_illegal_action_changes_nothing_and_is_told(self):
        env = WorldEnv(catalogue.build("two", TWO_STATES))
        env.reset(seed=0)
        state, reward, terminated, truncated, info = env.step(1)
        assert (state, reward, terminated, truncated, info["illegal_action"]) == (0, 0.0, False, False, True)

    def test_the_mask_tells_the_legal_actions(self):
        env = WorldEnv(catalogue.build("two", TWO_STATES))
        mask = env.reset(seed=0)[1]["action_mask"]
        assert mask.tolist() == [1, 0]
        assert mask.dtype == np.int8

    def test_the_mask_of_an_ended_episode_allows_nothing(self):
        env = WorldEnv(catalogue.build("two", TWO_STATES))
        env.reset(seed=0)
        env.step(0)
        assert env.step(0)[4]["action_mask"].tolist() == [0, 0]

    def test_a_step_after_the_end_is_refused(self):
        env = WorldEnv(catalogue.build("two", TWO_STATES))
        with pytest.raises(gymnasium.error.ResetNeeded):
            env.step(0)

    @pytest.mark.parametrize("action", [-1, 2, 0.5, "go"])
    def test_what_is_no_action_is_refused(self, action):
        env = WorldEnv(catalogue.build("two", TWO_STATES))
        env.reset()
        with pytest.raises(InputError, match="it must be a whole number below 2"):
            env.step(action)

    def test_outcomes_are_as_likely_as_the_world_says(self):
        env = WorldEnv(catalogue.build("slip", {"discount": 1, "map": "...\n.S.\n...", "slip": 0.5}))
        env.reset(seed=0)
        ends = []
        for _ in range(2000):
            env.reset()
            ends.append(env.step(0)[0])
        assert np.bincount(ends, minlength=9) / 2000 == pytest.approx([0, 0.5, 0, 0.25, 0, 0.25, 0, 0, 0], abs=0.04)

    def test_starts_are_as_likely_as_the_world_says(self):
        env = WorldEnv(catalogue.build("starts", {"discount": 1, "map": "S.S."}))
        env.reset(seed=0)
        starts = [env.reset()[0] for _ in range(2000)]
        assert np.bincount(starts, minlength=4) / 2000 == pytest.approx([0.5, 0, 0.5, 0], abs=0.04)

    def test_the_same_seed_gives_the_same_episode(self):
        def episode() -> list[int]:
            env = WorldEnv("frozen-lake-4x4")
            env.reset(seed=7)
            return [env.step(1)[0] for _ in range(2)]

        assert episode() == episode()

    def test_a_map_is_drawn_with_the_agent_on_it(self):
        env = WorldEnv("seed-2x3", render_mode="ansi")
        env.reset(seed=0)
        assert env.render() == "@XG\n..."

    def test_a_world_without_a_map_is_drawn_as_the_name_of_its_state(self):
        env = WorldEnv(catalogue.build("two", TWO_STATES), render_mode="ansi")
        env.reset(seed=0)
        assert env.render() == "a"

    def test_an_unknown_render_mode_is_refused(self):
        with pytest.raises(InputError, match="render_mode is 'human'; it must be 'ansi' or None"):
            WorldEnv("seed-2x3", render_mode="human")

    def test_its_specification_makes_it_again(self):
        env = WorldEnv("seed-2x3")
        assert env.spec.make(render_mode="ansi").unwrapped.world.name == "seed-2x3"
        assert json.loads(env.spec.to_json())["kwargs"] == {"world": "seed-2x3"}


def test_our_module_does_not_hide_gymnasium():
    assert sys.modules["engine.worlds.gymnasium"].gymnasium is gymnasium
