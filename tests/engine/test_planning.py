"""The exact truth: answers known by hand, from the books, and from sweeps that are written out plainly here."""

import time
from typing import Any

import gymnasium
import numpy as np
import pytest

from engine import planning
from engine.errors import InputError
from engine.run import Run
from engine.worlds import catalogue
from engine.worlds.explicit import from_definition as read_explicit
from engine.worlds.gridworld import from_definition
from engine.worlds.mdp import FloatArray, TabularMDP
from engine.worlds.reach import entered

NAN = float("nan")


def values_of_model(model: Any, discount: float, sweeps: int = 6000) -> list[float]:
    """Sweep over a Gymnasium model in plain Python until nothing changes: slow, simple and independent of ours."""
    v = [0.0] * len(model)
    for _ in range(sweeps):
        new = [
            max(
                sum(
                    p * (reward + (0.0 if over else discount * v[following])) for p, following, reward, over in outcomes
                )
                for outcomes in model[state].values()
            )
            for state in range(len(model))
        ]
        if max(abs(a - b) for a, b in zip(v, new, strict=True)) == 0.0:
            return new
        v = new
    return v


def uniform(world: TabularMDP) -> FloatArray:
    """Return the policy that takes all legal actions alike."""
    return world.legal / np.maximum(world.legal.sum(axis=1, keepdims=True), 1)


def explicit(rows: list[list[Any]], discount: float = 1.0) -> TabularMDP:
    """Build a world of its transitions; the first state named is the start."""
    states = list(dict.fromkeys([name for row in rows for name in (row[0], row[3])]))
    actions = list(dict.fromkeys(row[1] for row in rows))
    definition = {"discount": discount, "states": states, "actions": actions, "start": {states[0]: 1.0}}
    return catalogue.build("explicit", definition | {"transitions": rows})


class TestSeedGrid:
    """The article's grid, rows `SXG` and `...`, worked out by hand: the way round the red square takes four moves."""

    def test_the_start_is_worth_the_goal_three_moves_later(self):
        assert planning.solve(catalogue.find("seed-2x3")).start_value == pytest.approx(7.29)

    def test_every_value_is_known_by_hand(self):
        solution = planning.solve(catalogue.find("seed-2x3"))
        expected = [  # up, right, down, left
            [0.9 * 7.29, -10 + 0.9 * 10, 0.9 * 8.1, 0.9 * 7.29],
            [-10 + 0.9 * 10, 10, 0.9 * 9, 0.9 * 7.29],
            [NAN, NAN, NAN, NAN],
            [0.9 * 7.29, 0.9 * 9, 0.9 * 8.1, 0.9 * 8.1],
            [-10 + 0.9 * 10, 0.9 * 10, 0.9 * 9, 0.9 * 8.1],
            [10, 0.9 * 10, 0.9 * 10, 0.9 * 9],
        ]
        np.testing.assert_allclose(solution.q, expected, rtol=0, atol=1e-12)

    def test_the_best_way_goes_round_the_red_square(self):
        world = catalogue.find("seed-2x3")
        policy = planning.solve(world).policy
        assert [world.actions[a] if a >= 0 else "" for a in policy] == ["down", "right", "", "right", "right", "up"]

    def test_each_state_has_one_best_action(self):
        assert planning.solve(catalogue.find("seed-2x3")).optimal.sum(axis=1).tolist() == [1, 1, 0, 1, 1, 1]


class TestBooks:
    def test_the_cliff_takes_thirteen_steps(self):
        assert planning.solve(catalogue.find("cliff")).start_value == -13.0

    def test_the_windy_gridworld_takes_fifteen_steps(self):
        assert planning.solve(catalogue.find("windy")).start_value == -15.0

    def test_the_windy_gridworld_takes_seven_of_the_kings_steps(self):
        assert planning.solve(catalogue.find("windy-king")).start_value == -7.0

    def test_the_dyna_maze_takes_fourteen_steps(self):
        assert planning.solve(catalogue.find("dyna-maze")).start_value == pytest.approx(0.95**13)

    def test_example_35_under_the_random_policy(self):
        world = catalogue.find("gridworld-3.5")
        table = [
            [3.3, 8.8, 4.4, 5.3, 1.5],
            [1.5, 3.0, 2.3, 1.9, 0.5],
            [0.1, 0.7, 0.7, 0.4, -0.4],
            [-1.0, -0.4, -0.4, -0.6, -1.2],
            [-1.9, -1.3, -1.2, -1.4, -2.0],
        ]
        values = planning.evaluate_policy(world, uniform(world)).reshape(5, 5)
        np.testing.assert_allclose(values, table, rtol=0, atol=0.05)

    def test_example_35_at_its_best(self):
        table = [
            [22.0, 24.4, 22.0, 19.4, 17.5],
            [19.8, 22.0, 19.8, 17.8, 16.0],
            [17.8, 19.8, 17.8, 16.0, 14.4],
            [16.0, 17.8, 16.0, 14.4, 13.0],
            [14.4, 16.0, 14.4, 13.0, 11.7],
        ]
        values = planning.solve(catalogue.find("gridworld-3.5")).v.reshape(5, 5)
        np.testing.assert_allclose(values, table, rtol=0, atol=0.05)

    def test_example_41_under_the_random_policy(self):
        world = catalogue.find("gridworld-4.1")
        table = [[0, -14, -20, -22], [-14, -18, -20, -20], [-20, -20, -18, -14], [-22, -20, -14, 0]]
        np.testing.assert_allclose(planning.evaluate_policy(world, uniform(world)).reshape(4, 4), table, atol=1e-9)

    def test_example_41_at_its_best(self):
        table = [[0, -1, -2, -3], [-1, -2, -3, -2], [-2, -3, -2, -1], [-3, -2, -1, 0]]
        assert planning.solve(catalogue.find("gridworld-4.1")).v.reshape(4, 4).tolist() == table

    def test_the_utilities_of_russell_and_norvig(self):
        world = catalogue.find("russell-norvig-4x3")
        table = [0.812, 0.868, 0.918, 1.0, 0.762, 0.660, -1.0, 0.705, 0.655, 0.611, 0.388]
        np.testing.assert_allclose(planning.solve(world).v, table, rtol=0, atol=0.0005)

    def test_nobody_crosses_a_bridge_so_slippery(self):
        assert planning.solve(catalogue.find("bridge")).start_value == pytest.approx(0.9 * (0.8 * 1 - 0.2 * 100))


class TestGymnasium:
    @pytest.mark.parametrize(
        ("id_", "start_value"), [("FrozenLake-v1", 0.5420259), ("Taxi-v4", 6.32746), ("CliffWalking-v1", -12.24790)]
    )
    def test_the_values_are_those_of_plain_sweeps_over_the_model(self, id_, start_value):
        solution = planning.solve(catalogue.find(f"gym:{id_}"))
        expected = values_of_model(gymnasium.make(id_).unwrapped.P, 0.99)
        np.testing.assert_allclose(solution.v, expected, rtol=0, atol=1e-9)
        assert solution.start_value == pytest.approx(start_value, abs=1e-5)

    @pytest.mark.parametrize("size", ["4x4", "8x8"])
    def test_our_frozen_lake_is_gymnasiums(self, size):
        ours = planning.solve(catalogue.find(f"frozen-lake-{size}"))
        theirs = planning.solve(catalogue.find(f"gym:FrozenLake-v1?map_name={size}"))
        np.testing.assert_allclose(ours.v, theirs.v, rtol=0, atol=1e-12)


class TestSolve:
    def test_another_discount_replaces_the_worlds(self):
        assert planning.solve(catalogue.find("seed-2x3"), 0.5).start_value == pytest.approx(10 * 0.5**3)

    def test_without_regard_for_the_future_only_the_reward_counts(self):
        assert planning.solve(catalogue.find("cliff"), 0.0).start_value == -1.0

    def test_a_value_satisfies_its_equation_with_a_discount_near_one(self):
        world = catalogue.find("frozen-lake-8x8")
        solution = planning.solve(world, 0.99999)
        greedy = np.eye(4)[np.maximum(solution.policy, 0)] * world.legal
        np.testing.assert_allclose(planning.evaluate_policy(world, greedy, 0.99999), solution.v, rtol=1e-8)

    def test_worlds_of_chance_are_as_plain_sweeps_say(self):
        generator = np.random.default_rng(5)
        for discount in (0.3, 0.9, 0.99):
            model: dict[int, dict[int, list[Any]]] = {}
            for state in range(8):
                model[state] = {}
                for action in range(3):
                    chances = generator.dirichlet([1.0, 1.0])
                    model[state][action] = [
                        (p, int(generator.integers(8)), float(generator.normal()), bool(generator.random() < 0.1))
                        for p in chances.tolist()
                    ]
            rows = [
                [str(state), str(action), p, str(following), reward, over]
                for state, actions in model.items()
                for action, outcomes in actions.items()
                for p, following, reward, over in outcomes
            ]
            world = explicit(rows, discount)
            expected = dict(enumerate(values_of_model(model, discount)))
            found = planning.solve(world).v
            assert found == pytest.approx([expected[int(name)] for name in world.states], abs=1e-9)

    def test_far_values_are_right_however_small(self):
        corridor = {"discount": 0.5, "map": "S" + "." * 400 + "G", "cells": {"G": {"terminal": True, "reward": 1.0}}}
        solution = planning.solve(catalogue.build("corridor", corridor))
        assert solution.start_value == 0.5**400
        assert (solution.policy[:-1] == 1).all()
        assert solution.optimal.sum() == 401

    def test_far_values_are_right_where_moves_are_uncertain(self):
        corridor = {"discount": 0.5, "map": "." * 60 + "G", "slip": 0.2}
        cells = {"G": {"terminal": True, "reward": 1.0}}
        solution = planning.solve(catalogue.build("corridor", corridor | {"cells": cells}))
        assert solution.v[1:-1] / solution.v[:-2] == pytest.approx(solution.v[1] / solution.v[0])
        assert (solution.optimal.sum(axis=1)[:-1] == 1).all()

    def test_ways_of_equal_worth_are_all_optimal(self):
        grid = {"discount": 0.9, "map": "S..\n...\n..G", "slip": 0.1, "cells": {"G": {"terminal": True, "reward": 1.0}}}
        assert planning.solve(catalogue.build("grid", grid)).optimal[0].tolist() == [False, True, True, False]

    def test_the_maze_is_solved_within_a_second(self):
        world = catalogue.find("maze-50x50")
        started = time.perf_counter()
        assert planning.solve(world).start_value == -368.0
        assert time.perf_counter() - started < 1.0

    @pytest.mark.parametrize("discount", [-0.1, 1.1, NAN])
    def test_a_discount_that_is_none_is_refused(self, discount):
        with pytest.raises(InputError, match="it must lie between 0 and 1"):
            planning.solve(catalogue.find("cliff"), discount)

    def test_rewards_beyond_all_numbers_are_refused(self):
        rows = [["a", "on", 1.0, "a", 1e308, False]]
        with pytest.raises(InputError, match="the rewards are too large"):
            planning.solve(explicit(rows, 0.99))


class TestWithoutDiscount:
    def test_a_loop_that_pays_nothing_is_no_way_to_a_reward(self):
        rows = [["a", "stay", 1.0, "a", 0.0, False], ["a", "go", 1.0, "end", 1.0, True]]
        assert planning.solve(explicit(rows)).v.tolist() == [1.0, 0.0]

    def test_a_loop_that_pays_nothing_is_better_than_a_costly_end(self):
        rows = [["a", "stay", 1.0, "a", 0.0, False], ["a", "go", 1.0, "end", -1.0, True]]
        assert planning.solve(explicit(rows)).v.tolist() == [0.0, 0.0]

    def test_a_loop_that_costs_little_is_left_at_a_great_cost(self):
        rows = [["a", "stay", 1.0, "a", -1e-6, False], ["a", "go", 1.0, "end", -100.0, True]]
        assert planning.solve(explicit(rows)).v.tolist() == [-100.0, 0.0]

    def test_a_long_wait_is_worth_its_whole_length(self):
        rows = [
            ["b", "wait", 1.0, "b", 0.0, False],
            ["b", "go", 1.0, "a", 0.0, False],
            ["a", "go", 0.9999, "a", 1.0, False],
            ["a", "go", 0.0001, "end", 1.0, True],
        ]
        assert planning.solve(explicit(rows)).v == pytest.approx([10_000.0, 10_000.0, 0.0])

    @pytest.mark.parametrize("there_and_back", [(1.0, 1.0), (1.0, -0.5), (1.0, -1.0)])
    def test_an_endless_loop_that_pays_is_told(self, there_and_back):
        there, back = there_and_back
        rows = [
            ["a", "go", 1.0, "b", there, False],
            ["b", "go", 1.0, "a", back, False],
            ["a", "end", 1.0, "end", -100.0, True],
        ]
        with pytest.raises(InputError, match="the values do not settle, because an endless loop pays"):
            planning.solve(explicit(rows))

    def test_a_state_from_which_no_end_can_be_reached_is_told(self):
        with pytest.raises(InputError, match=r"every state must be able to reach an end, but '0,0' cannot"):
            planning.solve(catalogue.find("gridworld-3.5"), 1.0)

    def test_a_walled_off_corner_is_told(self):
        grid = {"discount": 1.0, "map": "SG#.", "cells": {"G": {"terminal": True}}}
        with pytest.raises(InputError, match="'0,3' cannot"):
            planning.solve(catalogue.build("grid", grid))


class TestEvaluatePolicy:
    def test_the_best_policy_has_the_best_values(self):
        world = catalogue.find("cliff")
        solution = planning.solve(world)
        values = planning.evaluate_policy(world, np.eye(4)[np.maximum(solution.policy, 0)] * world.legal)
        np.testing.assert_allclose(values, solution.v, atol=1e-9)

    def test_a_policy_that_may_never_end_is_told(self):
        world = catalogue.find("gridworld-4.1")
        always_up = np.eye(4)[np.zeros(16, dtype=int)] * world.legal
        with pytest.raises(InputError, match="able to reach an end under this policy, but '0,1' cannot"):
            planning.evaluate_policy(world, always_up)

    def test_a_policy_that_never_ends_has_values_with_a_discount(self):
        world = catalogue.find("gridworld-4.1")
        always_up = np.eye(4)[np.zeros(16, dtype=int)] * world.legal
        assert planning.evaluate_policy(world, always_up, 0.9)[1] == pytest.approx(-10.0)

    @pytest.mark.parametrize(
        "change",
        [lambda p: p * 0.5, lambda p: p * NAN, lambda p: p + 0.25, lambda p: p[:, :3], lambda p: p - [[1, -1, 0, 0]]],
    )
    def test_what_is_no_policy_is_refused(self, change):
        world = catalogue.find("seed-2x3")
        with pytest.raises(InputError, match="the policy"):
            planning.evaluate_policy(world, change(uniform(world)))

    def test_a_world_too_large_is_refused(self):
        world = catalogue.build("large", {"discount": 0.9, "map": "." * 5001})
        with pytest.raises(InputError, match="in worlds of at most 5000"):
            planning.evaluate_policy(world, uniform(world))


class TestReachable:
    def test_what_no_episode_visits_is_not_reachable(self):
        cells = {"C": {"to_start": True}, "G": {"terminal": True}}
        world = catalogue.build("grid", {"discount": 0.9, "map": "S.C\n.G#\n###\n.#.", "cells": cells})
        visited = dict(zip(world.states, planning.reachable(world).tolist(), strict=True))
        assert visited == {"0,0": True, "0,1": True, "0,2": False, "1,0": True, "1,1": True, "3,0": False, "3,2": False}

    def test_a_state_that_is_entered_only_by_an_end_is_not_visited(self):
        world = explicit([["a", "go", 1.0, "b", 1.0, True], ["b", "go", 1.0, "a", 0.0, False]])
        assert planning.reachable(world).tolist() == [True, False]

    @pytest.mark.parametrize("word", ["cliff", "gym:CliffWalking-v1"])
    def test_nobody_ever_stands_on_the_cliff(self, word):
        world = catalogue.find(word)
        assert [world.states[state] for state in np.flatnonzero(~entered(world))] == [f"3,{c}" for c in range(1, 11)]

    def test_a_cell_with_walls_around_is_not_entered_though_all_its_moves_end_there(self):
        world = from_definition("closed", {"discount": 0.9, "map": "S#.\n.G#", "cells": {"G": {"terminal": True}}})
        assert dict(zip(world.states, entered(world).tolist(), strict=True)) == {
            "0,0": True, "0,2": False, "1,0": True, "1,1": True,
        }  # fmt: skip

    def test_all_states_are_reachable_in_the_maze(self):
        assert planning.reachable(catalogue.find("maze-50x50")).all()


class TestQError:
    def test_the_truth_has_no_error(self):
        solution = planning.solve(catalogue.find("cliff"))
        assert planning.q_error(solution.q, solution) == 0.0

    def test_it_is_the_largest_difference(self):
        solution = planning.solve(catalogue.find("seed-2x3"))
        assert planning.q_error(np.zeros((6, 4)), solution) == pytest.approx(10.0)

    def test_what_is_no_more_than_the_optimum_itself_may_be_off_by_is_no_error(self):
        solution = planning.solve(catalogue.find("seed-2x3"))
        assert solution.known_to == pytest.approx(1e-10)
        assert planning.q_error(solution.q + 0.9e-10, solution) == 0.0
        assert planning.q_error(solution.q + 1.1e-10, solution) == pytest.approx(1.1e-10, rel=0.01)

    def test_pairs_that_are_not_legal_do_not_count(self):
        solution = planning.solve(catalogue.find("seed-2x3"))
        q = np.nan_to_num(solution.q, nan=99.0)
        assert planning.q_error(q, solution) == 0.0

    def test_states_that_nobody_visits_do_not_count(self):
        world = catalogue.find("cliff")
        solution = planning.solve(world)
        q = solution.q.copy()
        q[world.states.index("3,5")] = 99.0
        assert planning.q_error(q, solution) == 0.0


class TestPolicyAgreement:
    def test_the_truth_agrees_everywhere(self):
        for word in catalogue.library():
            solution = planning.solve(catalogue.find(word))
            best = np.where(solution.optimal, 1.0, 0.0)
            assert planning.policy_agreement(best, solution) == 1.0

    def test_a_tie_that_holds_a_wrong_action_does_not_agree(self):
        solution = planning.solve(catalogue.find("seed-2x3"))
        assert planning.policy_agreement(np.zeros((6, 4)), solution) == 0.0

    def test_a_tie_of_optimal_actions_agrees(self):
        solution = planning.solve(catalogue.find("gridworld-4.1"))
        assert planning.policy_agreement(solution.q, solution) == 1.0

    def test_one_wrong_state_of_five_leaves_four_fifths(self):
        solution = planning.solve(catalogue.find("seed-2x3"))
        q = solution.q.copy()
        q[0] = [0.0, 9.0, 0.0, 0.0]
        assert planning.policy_agreement(q, solution) == pytest.approx(0.8)

    def test_actions_that_are_not_legal_are_never_greedy(self):
        rows = [["a", "go", 1.0, "end", 1.0, True], ["b", "stop", 1.0, "end", 1.0, True]]
        solution = planning.solve(explicit(rows))
        assert planning.policy_agreement(np.array([[0.0, 9.0], [9.0, 0.0], [0.0, 0.0]]), solution) == 1.0

    def test_states_that_nobody_visits_do_not_count(self):
        world = catalogue.find("cliff")
        solution = planning.solve(world)
        q = solution.q.copy()
        q[world.states.index("3,5")] = [0.0, 0.0, 9.0, 0.0]
        assert planning.policy_agreement(q, solution) == 1.0

    def test_values_that_are_no_numbers_do_not_agree(self):
        solution = planning.solve(catalogue.find("seed-2x3"))
        assert planning.policy_agreement(np.full((6, 4), np.nan), solution) == 0.0


def walk(*further):
    """A walk between -1 and 1: the middle is worth nothing; `further` are more transitions, from the state `far`."""
    names = [str(place) for place in range(21)]
    rows = [
        [names[place], "go", 0.5, names[beside], {0: -1.0, 20: 1.0}.get(beside, 0.0), beside in {0, 20}]
        for place in range(1, 20)
        for beside in (place - 1, place + 1)
    ]
    states = [*names, *dict.fromkeys(row[0] for row in further)]
    definition = {"title": "A walk", "discount": 0.99, "max_steps": 100, "states": states, "actions": ["go"]}
    return read_explicit("walk", {**definition, "start": {"far": 1.0}, "transitions": [*rows, *further]})


def test_a_value_that_is_zero_but_for_rounding_is_zero_and_so_is_what_leads_there():
    world = walk(["far", "go", 1.0, "near", 0.0, False], ["near", "go", 1.0, "10", 0.0, False])
    v = dict(zip(world.states, planning.solve(world).v.tolist(), strict=True))
    assert (v["10"], v["near"], v["far"]) == (0.0, 0.0, 0.0)


def test_a_value_that_is_small_because_its_reward_is_far_off_stays_as_it_is():
    world = walk(["far", "go", 1.0, "11", 0.0, False])
    v = dict(zip(world.states, planning.solve(world, 0.1).v.tolist(), strict=True))
    assert v["far"] == pytest.approx(0.1 * v["11"])
    assert 0.0 < v["far"] < 1e-9


def test_a_planner_tells_of_a_value_that_is_zero_but_for_rounding_that_it_is_zero():
    run = Run(walk(["far", "go", 1.0, "10", 0.0, False]), "policy-iteration", {"discount": "0.9"}, 0)
    run.advance(steps=3000)
    assert run.q_values()[10, 0] == 0.0
