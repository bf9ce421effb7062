"""The rules of gridworlds, one test each; and one line for each mistake in a file."""

import json
import time
import tracemalloc
from typing import Any

import pytest

from engine.errors import InputError
from engine.transition import Transition
from engine.worlds.catalogue import find
from engine.worlds.gridworld import Cliff, from_definition
from engine.worlds.mdp import TabularMDP
from engine.worlds.memory import memory_of

Outcome = tuple[float, str, float, bool]


def grid(map_: str, **keys: Any) -> TabularMDP:
    return from_definition("test", {"discount": 0.9, "map": map_, **keys})


def outcomes(world: TabularMDP, state: str, action: str) -> list[Outcome]:
    pair = world.pair(world.states.index(state), world.actions.index(action))
    span = slice(world.offsets[pair], world.offsets[pair + 1])
    columns = (world.probability[span], world.next_state[span], world.reward[span], world.terminated[span])
    return [
        (round(p, 12), world.states[s], r, t) for p, s, r, t in zip(*(c.tolist() for c in columns), strict=True)
    ]  # fmt: skip


class TestStatesAndActions:
    def test_states_are_the_open_cells_in_row_order(self):
        assert grid("S#.\n ..").states == ("0,0", "0,2", "1,1", "1,2")

    def test_short_lines_are_padded_with_outside(self):
        world = grid("S\n...")
        assert world.layout.cells == ("S  ", "...")
        assert world.states == ("0,0", "1,0", "1,1", "1,2")

    @pytest.mark.parametrize(
        ("moves", "actions"),
        [
            ("cross", "up right down left"),
            ("king", "up right down left up-right down-right down-left up-left"),
            ("king+stay", "up right down left up-right down-right down-left up-left stay"),
            ("cross+stay", "up right down left stay"),
        ],
    )
    def test_actions_stand_in_a_fixed_order(self, moves, actions):
        assert " ".join(grid("S.", moves=moves).actions) == actions

    def test_every_direction_moves_where_its_name_says(self):
        world = grid("...\n.S.\n...", moves="king+stay")
        ends = [outcomes(world, "1,1", action)[0][1] for action in world.actions]
        assert ends == ["0,1", "1,2", "2,1", "1,0", "0,2", "2,2", "2,0", "0,0", "1,1"]


class TestMoves:
    def test_a_move_off_the_map_stays(self):
        assert outcomes(grid("S."), "0,0", "up") == [(1.0, "0,0", 0.0, False)]

    def test_a_move_into_a_wall_stays(self):
        assert outcomes(grid("S#."), "0,0", "right") == [(1.0, "0,0", 0.0, False)]

    def test_a_move_to_the_outside_stays(self):
        assert outcomes(grid("S ."), "0,0", "right") == [(1.0, "0,0", 0.0, False)]

    def test_a_diagonal_off_the_map_is_clipped_in_each_coordinate(self):
        assert outcomes(grid("S.", moves="king"), "0,0", "up-right") == [(1.0, "0,1", 0.0, False)]

    def test_every_move_pays_the_step_reward(self):
        assert outcomes(grid("S.", step_reward=-1), "0,0", "right") == [(1.0, "0,1", -1.0, False)]

    def test_a_cell_with_its_own_reward_pays_that_instead(self):
        world = grid("SX", step_reward=-1.0, cells={"X": {"reward": 3.0}})
        assert outcomes(world, "0,0", "right") == [(1.0, "0,1", 3.0, False)]

    def test_a_cell_pays_its_reward_again_to_who_bumps_in_it(self):
        world = grid("SX", step_reward=-1.0, cells={"X": {"reward": 3.0}})
        assert outcomes(world, "0,1", "right") == [(1.0, "0,1", 3.0, False)]

    def test_the_start_cell_may_have_a_reward(self):
        assert outcomes(grid("S.", cells={"S": {"reward": 2.0}}), "0,1", "left") == [(1.0, "0,0", 2.0, False)]


class TestBumpReward:
    def test_it_is_paid_when_a_move_ends_where_it_began(self):
        assert outcomes(grid("S.", bump_reward=-5.0, step_reward=-1.0), "0,0", "up") == [(1.0, "0,0", -5.0, False)]

    def test_it_replaces_even_the_reward_of_the_cell(self):
        world = grid("SX", bump_reward=-5.0, cells={"X": {"reward": 3.0}})
        assert outcomes(world, "0,1", "right") == [(1.0, "0,1", -5.0, False)]

    def test_it_is_not_paid_by_stay(self):
        world = grid("S.", bump_reward=-5.0, step_reward=-1.0, moves="cross+stay")
        assert outcomes(world, "0,0", "stay") == [(1.0, "0,0", -1.0, False)]

    def test_it_is_paid_when_the_wind_brings_a_move_back(self):
        world = grid(".\nS\n.", bump_reward=-5.0, wind=[1])
        assert outcomes(world, "1,0", "down") == [(1.0, "1,0", -5.0, False)]

    def test_a_return_to_the_start_cell_that_one_came_from_is_no_bump(self):
        world = grid("SC", bump_reward=-5.0, cells={"C": {"reward": -100.0, "to_start": True}})
        assert outcomes(world, "0,0", "right") == [(1.0, "0,0", -100.0, False)]

    def test_a_reward_of_zero_counts_as_given(self):
        assert outcomes(grid("S.", bump_reward=0, step_reward=-1.0), "0,0", "up") == [(1.0, "0,0", 0.0, False)]


class TestSlip:
    def test_half_of_it_goes_to_each_side(self):
        world = grid("...\n.S.\n...", slip=0.2)
        assert outcomes(world, "1,1", "up") == [
            (0.8, "0,1", 0.0, False),
            (0.1, "1,0", 0.0, False),
            (0.1, "1,2", 0.0, False),
        ]

    def test_a_diagonal_slips_to_the_diagonals_beside_it(self):
        world = grid("...\n.S.\n...", slip=0.2, moves="king")
        assert outcomes(world, "1,1", "up-right") == [
            (0.1, "0,0", 0.0, False),
            (0.8, "0,2", 0.0, False),
            (0.1, "2,2", 0.0, False),
        ]

    def test_stay_never_slips(self):
        assert outcomes(grid("S.", slip=0.5, moves="cross+stay"), "0,0", "stay") == [(1.0, "0,0", 0.0, False)]

    def test_equal_ends_become_one_outcome(self):
        assert outcomes(grid("S.", slip=0.5), "0,0", "up") == [(0.75, "0,0", 0.0, False), (0.25, "0,1", 0.0, False)]

    def test_a_slip_of_one_never_goes_where_it_is_told(self):
        assert outcomes(grid("...\n.S.\n...", slip=1), "1,1", "up") == [
            (0.5, "1,0", 0.0, False),
            (0.5, "1,2", 0.0, False),
        ]

    def test_a_slip_that_bumps_pays_the_bump_reward(self):
        world = grid("S.", slip=0.5, bump_reward=-5.0)
        assert outcomes(world, "0,0", "right") == [(0.5, "0,0", -5.0, False), (0.5, "0,1", 0.0, False)]


class TestWind:
    def test_it_pushes_up_by_the_column_that_the_move_leaves(self):
        assert outcomes(grid("..\n..\nS.", wind=[1, 0]), "2,0", "right") == [(1.0, "1,1", 0.0, False)]

    def test_it_does_not_push_by_the_column_that_the_move_enters(self):
        assert outcomes(grid("..\n..\nS.", wind=[0, 1]), "2,0", "right") == [(1.0, "2,1", 0.0, False)]

    def test_it_stops_at_the_edge_of_the_map(self):
        assert outcomes(grid(".\n.\nS", wind=[9]), "2,0", "up") == [(1.0, "0,0", 0.0, False)]

    def test_a_negative_wind_pushes_down(self):
        assert outcomes(grid("S\n.\n.", wind=[-1]), "0,0", "down") == [(1.0, "2,0", 0.0, False)]

    def test_it_blows_on_who_stays(self):
        assert outcomes(grid(".\nS", wind=[1], moves="cross+stay"), "1,0", "stay") == [(1.0, "0,0", 0.0, False)]

    def test_it_blows_over_walls_but_not_onto_them(self):
        assert outcomes(grid(".\n#\nS", wind=[1]), "2,0", "up") == [(1.0, "0,0", 0.0, False)]
        assert outcomes(grid(".\n#\nS", wind=[1]), "2,0", "left") == [(1.0, "2,0", 0.0, False)]


class TestStart:
    def test_one_start_is_certain(self):
        assert grid(".S.").start.tolist() == [0.0, 1.0, 0.0]

    def test_several_starts_are_equally_likely(self):
        assert grid("S.S").start.tolist() == [0.5, 0.0, 0.5]

    def test_without_a_start_all_open_cells_are_equally_likely(self):
        world = grid(".G.#", cells={"G": {"terminal": True}})
        assert world.start.tolist() == [0.5, 0.0, 0.5]


class TestToStart:
    def test_entering_pays_and_goes_on_at_the_start(self):
        world = grid("S.C", step_reward=-1.0, cells={"C": {"reward": -100.0, "to_start": True}})
        assert outcomes(world, "0,1", "right") == [(1.0, "0,0", -100.0, False)]

    def test_entering_without_a_reward_of_its_own_pays_the_step_reward(self):
        world = grid("S.C", step_reward=-1.0, cells={"C": {"to_start": True}})
        assert outcomes(world, "0,1", "right") == [(1.0, "0,0", -1.0, False)]

    def test_the_start_is_drawn_anew(self):
        world = grid("S.C.S", cells={"C": {"to_start": True}})
        assert outcomes(world, "0,1", "right") == [(0.5, "0,0", 0.0, False), (0.5, "0,4", 0.0, False)]

    def test_no_transition_ends_in_such_a_cell(self):
        world = grid("S.C", slip=0.3, cells={"C": {"to_start": True}})
        assert world.states.index("0,2") not in world.next_state.tolist()

    def test_the_cell_is_a_state_like_any_other(self):
        world = grid("S.C", cells={"C": {"to_start": True}})
        assert outcomes(world, "0,2", "left") == [(1.0, "0,1", 0.0, False)]


class TestTerminalCells:
    def test_entering_one_ends_the_episode(self):
        world = grid("SG", step_reward=-1.0, cells={"G": {"terminal": True}})
        assert outcomes(world, "0,0", "right") == [(1.0, "0,1", -1.0, True)]

    def test_they_have_no_legal_actions(self):
        world = grid("SG", cells={"G": {"terminal": True}})
        assert world.terminal.tolist() == [False, True]


class TestExits:
    @pytest.mark.parametrize("action", ["up", "right", "down", "left"])
    def test_every_action_pays_the_exit_reward_and_jumps(self, action):
        world = grid(
            "SA.B",
            step_reward=-1.0,
            slip=0.5,
            wind=[1] * 4,
            cells={"A": {"exit_reward": 10.0, "exit_to": "B"}, "B": {}},
        )
        assert outcomes(world, "0,1", action) == [(1.0, "0,3", 10.0, False)]

    def test_an_exit_may_end_the_episode_where_it_is(self):
        world = grid("SA", step_reward=-1.0, cells={"A": {"exit_reward": 10.0, "exit_terminal": True}})
        assert outcomes(world, "0,1", "left") == [(1.0, "0,1", 10.0, True)]

    def test_entering_an_exit_is_an_ordinary_move(self):
        world = grid("SA", step_reward=-1.0, cells={"A": {"exit_reward": 10.0, "exit_terminal": True}})
        assert outcomes(world, "0,0", "right") == [(1.0, "0,1", -1.0, False)]

    def test_entering_an_exit_pays_the_reward_that_it_names(self):
        world = grid("SA", cells={"A": {"reward": 2.0, "exit_reward": 10.0, "exit_terminal": True}})
        assert outcomes(world, "0,0", "right") == [(1.0, "0,1", 2.0, False)]

    def test_an_exit_into_a_terminal_cell_ends_the_episode(self):
        world = grid("SAG", cells={"A": {"exit_to": "G"}, "G": {"terminal": True, "reward": 5.0}})
        assert outcomes(world, "0,1", "up") == [(1.0, "0,2", 0.0, True)]

    def test_an_exit_to_the_start_jumps_there(self):
        world = grid("SA", cells={"A": {"exit_reward": 1.0, "exit_to": "S"}})
        assert outcomes(world, "0,1", "up") == [(1.0, "0,0", 1.0, False)]

    def test_an_exit_into_a_cell_that_returns_goes_on_at_the_start(self):
        world = grid("S.AC", cells={"A": {"exit_reward": 1.0, "exit_to": "C"}, "C": {"to_start": True, "reward": -9.0}})
        assert outcomes(world, "0,2", "up") == [(1.0, "0,0", 1.0, False)]

    def test_several_exits_of_one_letter_lead_to_the_same_cell(self):
        world = grid("SAAB", cells={"A": {"exit_to": "B"}, "B": {}})
        assert outcomes(world, "0,1", "up") == outcomes(world, "0,2", "up") == [(1.0, "0,3", 0.0, False)]

    def test_an_exit_pays_no_bump_reward(self):
        world = grid("SA", bump_reward=-5.0, cells={"A": {"exit_terminal": True}})
        assert outcomes(world, "0,1", "right") == [(1.0, "0,1", 0.0, True)]


class TestLabels:
    def test_cells_with_a_reward_say_it_with_its_sign(self):
        cells = {"A": {"reward": 10}, "B": {"reward": -0.5}, "C": {"exit_reward": 1.0, "exit_terminal": True}}
        assert grid("S.ABC", cells=cells).layout.labels == ("", "", "+10", "-0.5", "+1")

    def test_places_stand_in_the_order_of_the_states(self):
        assert grid("S#\n..").layout.places.tolist() == [[0, 0], [1, 0], [1, 1]]


class TestDefinition:
    def test_what_is_not_said_has_a_default(self):
        world = grid("S.")
        assert (world.title, world.source, world.max_steps, len(world.actions)) == ("test", "", 1000, 4)

    def test_it_survives_json(self):
        cells = {"G": {"terminal": True, "reward": 1}}
        world = grid("S.G", wind=[0, 1, 0], slip=0.1, cells=cells)
        again = from_definition("test", json.loads(json.dumps(world.definition)))
        assert again.probability.tolist() == world.probability.tolist()
        assert again.definition == world.definition

    def test_it_does_not_change_with_the_callers_values(self):
        cells: dict[str, Any] = {"G": {"reward": 1}}
        world = grid("SG", cells=cells)
        cells["G"]["reward"] = 2
        assert world.definition["cells"]["G"]["reward"] == 1

    def test_a_table_for_a_letter_that_is_not_on_the_map_is_fine(self):
        assert grid("S.", cells={"A": {"exit_to": "B"}}).states == ("0,0", "0,1")

    def test_a_large_map_is_built_in_a_few_seconds(self):
        row, gap = "." * 300, "#" * 299 + "."
        started = time.perf_counter()
        world = grid("\n".join([row, gap] * 150), slip=0.2)
        assert time.perf_counter() - started < 5.0
        assert len(world.states) == 150 * 301


G = {"terminal": True}


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"map": None}, "map"),
        ({"map": 7}, "map"),
        ({"map": ""}, "map is empty"),
        ({"map": " \n  \n"}, "map is empty"),
        ({"map": "###"}, "map has no cell to start in"),
        ({"map": "G", "cells": {"G": G}}, "map has no cell to start in"),
        ({"map": "S.\n.Q"}, "map row 2, column 2 (counted from 1): 'Q'"),
        ({"map": "S.\t"}, "map row 1, column 3 (counted from 1): '\\t'"),
        ({"map": ".\n" * 500 + "." * 10_000}, "map has 501 rows of 10000 cells; it may hold at most 1000000"),
        ({"map": "." * 6000 + "C" * 6000, "cells": {"C": {"to_start": True}}}, "outcomes"),
        ({"discount": None}, "discount is missing"),
        ({"discount": 1.5}, "discount is 1.5; it must be a finite number from 0 to 1"),
        ({"discount": "0.9"}, "discount is '0.9'"),
        ({"discount": True}, "discount is True"),
        ({"discount": float("nan")}, "discount is nan"),
        ({"step_reward": float("inf")}, "step_reward is inf; it must be a finite number"),
        ({"step_reward": 10**400}, "step_reward is 1000"),
        ({"step_reward": 10**5000}, "step_reward is a number of very many digits"),
        ({"bump_reward": []}, "bump_reward is []"),
        ({"max_steps": 0}, "max_steps is 0; it must be a whole number from 1"),
        ({"max_steps": 2.5}, "max_steps is 2.5"),
        ({"max_steps": True}, "max_steps is True"),
        ({"max_steps": 10**18}, "max_steps is 1"),
        ({"slip": 1.1}, "slip is 1.1; it must be a finite number from 0 to 1"),
        ({"slip": -0.1}, "slip is -0.1"),
        ({"moves": "diagonal"}, "moves is 'diagonal'; it must be 'cross' or 'king' or 'king+stay' or 'cross+stay'"),
        ({"moves": 4}, "moves is 4"),
        ({"wind": [1]}, "wind has 1 numbers; it must have 2"),
        ({"wind": [1, 2, 3]}, "wind has 3 numbers; it must have 2"),
        ({"wind": [1, 0.5]}, "wind is [1, 0.5]"),
        ({"wind": [1, True]}, "wind is [1, True]"),
        ({"wind": "up"}, "wind is 'up'"),
        ({"title": 3}, "title is 3"),
        ({"title": "a\x1b[2Jb"}, "title is"),
        ({"source": ["x"]}, "source is ['x']"),
        ({"step_rewrd": -1}, "unknown key 'step_rewrd'; did you mean 'step_reward'?"),
        ({"colour": "red"}, "unknown key 'colour'; known here: title,"),
        ({"cells": []}, "cells is []"),
        ({"cells": {"GG": G}}, "cells names 'GG'; it must be one printable character"),
        ({"cells": {"": G}}, "cells names ''"),
        ({"cells": {"#": G}}, "cells names '#'"),
        ({"cells": {".": G}}, "cells names '.'"),
        ({"cells": {" ": G}}, "cells names ' '"),
        ({"cells": {"\n": G}}, "cells names '\\n'"),
        ({"cells": {"G": 1}}, "cells.G is 1; it must be a table"),
        ({"cells": {"G": {"terminl": True}}}, "unknown key 'cells.G.terminl'; did you mean 'terminal'?"),
        ({"cells": {"G": {"slip": 0.1}}}, "unknown key 'cells.G.slip'; 'slip' belongs above the first table"),
        ({"cells": {"G": {"terminal": "yes"}}}, "cells.G.terminal is 'yes'; it must be true or false"),
        ({"cells": {"G": {"reward": "ten"}}}, "cells.G.reward is 'ten'; it must be a finite number"),
        ({"cells": {"G": {"reward": float("nan")}}}, "cells.G.reward is nan"),
        ({"cells": {"G": {"terminal": True, "to_start": True}}}, "cells.G.terminal and cells.G.to_start exclude"),
        ({"cells": {"G": {"terminal": True, "exit_reward": 1}}}, "cells.G.terminal and cells.G.exit_reward exclude"),
        ({"cells": {"G": {"to_start": True, "exit_to": "S"}}}, "cells.G.to_start and cells.G.exit_to exclude"),
        ({"cells": {"G": {"exit_to": "S", "exit_terminal": True}}}, "cells.G.exit_to or cells.G.exit_terminal"),
        ({"cells": {"G": {"exit_reward": 1.0}}}, "neither is given; an exit needs one of them"),
        ({"map": "SG", "cells": {"G": {"exit_to": "B"}}}, "cells.G.exit_to is 'B', of which the map has 0"),
        ({"map": "SG..", "cells": {"G": {"exit_to": "."}}}, "cells.G.exit_to is '.', of which the map has 2"),
        ({"cells": {"G": {"exit_to": "#"}}}, "cells.G.exit_to is '#'"),
        ({"cells": {"G": {"exit_to": "BB"}}}, "cells.G.exit_to is 'BB'"),
        ({"cells": {"G": {"exit_to": 5}}}, "cells.G.exit_to is 5"),
        ({"cells": {"S": {"terminal": True}}}, "cells.S.terminal is true, but S is where episodes start"),
        ({"cells": {"S": {"to_start": True}}}, "cells.S.to_start is true, but S is where episodes start"),
    ],
)
def test_a_mistake_is_told_in_one_line_that_names_its_place(keys, told):
    definition = {"discount": 0.9, "map": "S.", **keys}
    with pytest.raises(InputError) as caught:
        from_definition("test", {key: value for key, value in definition.items() if value is not None})
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "map_, keys",
    [
        ("\n".join(["S" + "." * 149] * 150), {"slip": 0.2}),
        ("\n".join(["." * 150] * 149 + ["S" * 150]), {"moves": "king+stay", "slip": 0.2}),
        ("\n".join(["SCSC" * 6] * 24), {"cells": {"C": {"to_start": True}}}),
        ("\n".join([*["S" * 101] * 50, "S" * 50 + "C" + "S" * 50]), {"cells": {"C": {"to_start": True}}, "slip": 0.2}),
        ("\n".join(["S" + "#" * 999, *["#" * 1000] * 299]), {}),
    ],
    ids=["slippery", "nine moves", "back to any start", "back from one cell", "walls"],
)
def test_making_a_large_map_takes_no_more_memory_than_is_estimated_beforehand(map_: str, keys: dict[str, Any]):
    definition = {"discount": 0.9, "map": map_, **keys}
    tracemalloc.start()
    from_definition("large", definition)
    _, height = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert memory_of(definition) / 4 < height < memory_of(definition)


class TestFalls:
    """Which cell sent the agent back to a start."""

    @staticmethod
    def entered(world: TabularMDP, state: str, action: str, reward: float, next_state: str) -> str | None:
        states = world.states
        numbers = states.index(state), world.actions.index(action), reward, states.index(next_state)
        cell = Cliff(world).entered(Transition(1, *numbers, False, False, False, 1.0, 0.0))
        return states[cell] if cell >= 0 else None

    def test_it_is_the_cell_that_the_move_leads_into(self):
        world = grid("...\nSCG", cells={"C": {"to_start": True, "reward": -9.0}, "G": {"terminal": True}})
        assert self.entered(world, "0,1", "down", -9.0, "1,0") == "1,1"
        assert self.entered(world, "1,0", "right", -9.0, "1,0") == "1,1"

    def test_an_ordinary_move_to_a_start_is_none(self):
        world = grid("...\nSCG", cells={"C": {"to_start": True, "reward": -9.0}, "G": {"terminal": True}})
        assert self.entered(world, "0,0", "down", 0.0, "1,0") is None
        assert self.entered(world, "1,0", "left", 0.0, "1,0") is None

    def test_a_slip_into_a_cell_is_told_from_the_move_that_was_chosen(self):
        world = grid("...\nSCG", slip=0.2, cells={"C": {"to_start": True, "reward": -9.0}, "G": {"terminal": True}})
        assert self.entered(world, "0,1", "right", -9.0, "1,0") == "1,1"
        assert self.entered(world, "0,1", "right", 0.0, "0,2") is None

    def test_of_two_cells_it_is_the_one_that_pays_what_was_paid(self):
        cells = {"C": {"to_start": True, "reward": -9.0}, "D": {"to_start": True, "reward": -5.0}}
        world = grid("SC\nD.", slip=0.2, cells=cells)
        assert self.entered(world, "0,0", "right", -9.0, "0,0") == "0,1"
        assert self.entered(world, "0,0", "right", -5.0, "0,0") == "1,0"

    def test_a_jump_to_a_start_is_none(self):
        cells = {"C": {"to_start": True, "reward": -9.0}, "A": {"exit_reward": -9.0, "exit_to": "S"}}
        assert self.entered(grid("SAC", cells=cells), "0,1", "right", -9.0, "0,0") is None

    def test_what_cannot_be_told_from_a_bump_is_taken_for_one(self):
        world = grid("CS\n..", slip=0.2, cells={"C": {"to_start": True}})
        assert self.entered(world, "0,1", "up", 0.0, "0,1") is None
        assert self.entered(world, "0,1", "left", 0.0, "0,1") is None

    def test_a_world_without_such_cells_has_no_falls(self):
        assert not Cliff(grid("S.")).there
        assert self.entered(grid("S."), "0,0", "right", 0.0, "0,1") is None

    def test_the_cliff_is_told_apart_in_every_transition_of_it(self):
        world = find("cliff")
        cliff, falls = Cliff(world), 0
        for pair in range(len(world.offsets) - 1):
            state, action = divmod(pair, len(world.actions))
            for row in range(world.offsets[pair], world.offsets[pair + 1]):
                last = (state, action, float(world.reward[row]), int(world.next_state[row]))
                fell = cliff.entered(Transition(1, *last, False, False, False, 1.0, 0.0)) >= 0
                assert fell == (world.reward[row] == -100.0)
                falls += fell
        assert falls > 10
