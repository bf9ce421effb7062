"""What goes to the run: steps, the way back, settings, worlds, agents, and mistakes in all of it."""

import pytest


def test_an_episode_is_told_with_its_return(hear):
    assert hear("e")[-1] == "episode 1 ended with a return of -10; mean of the last 1 -10"


def test_a_run_that_goes_on_and_pauses_says_so(hear):
    told = hear("space", "space")
    assert told[0] == "running at 5 steps a second"
    assert told[-1] == "paused"


def test_full_speed_goes_on_until_it_is_stopped(hear):
    told = hear("full_speed", "escape")
    assert told[0] == "running at full speed"
    assert told[-1] == "paused"


def test_speeds_are_told(hear):
    assert hear("-", "-", "-", "+") == [
        "the speed is at 2 steps a second",
        "the speed is at 1 step a second",
        "the speed is at one step in 2 seconds",
        "the speed is at 1 step a second",
    ]


def test_a_greedy_episode_begins_and_ends(hear):
    told = hear("e e g", "g")
    assert "a greedy demonstration begins: the agent is in 0,0; nothing is learned from it" in told


def test_conditions_are_listed_where_none_is_written(hear):
    told = hear("u", "steps 3")
    assert "steps 1000: so many more transitions" in told
    assert "stopped at step 3: steps 3" in told


def test_nothing_to_stop_is_said(hear):
    assert hear("escape") == ["nothing goes on"]


def test_steps_and_episodes_are_taken_back(hear):
    told = hear("e", "s", "b", "B")
    assert [line.partition(",")[0] for line in told if line.startswith("step ")][-3:-1] == ["step 24", "step 23"]
    assert told[-1] == "step 0: the agent is in 0,0; nothing is learned yet"


def test_branches_are_listed_and_gone_to(hear):
    told = hear("s s b", "d up", "t", "main")
    assert "main: begins at step 0, goes to step 2" in told
    assert "branch 2: begins at step 1 with up by hand, goes to step 2, you are on it" in told
    assert told[-2].startswith("step 2, from 0,0 right")


def test_arrows_and_digits_drive_and_so_do_names(hear):
    told = hear("d", "right", "3", "9", "d", "d left, 1")
    moves = [line for line in told if line.startswith("step ")]
    assert [move.partition(", by hand")[0] for move in moves] == [
        "step 1, from 0,0 right to 0,1",
        "step 2, from 0,1 down to 1,1",
        "step 3, from 1,1 left to 1,0",
        "step 4, from 1,0 up to 0,0",
    ]
    assert told[0] == "you drive: arrows, or 1 up, 2 right, 3 down or 4 left; d again stops"
    assert "there is no action 9: 1 up, 2 right, 3 down or 4 left" in told
    assert "the agent drives" in told


def test_an_agent_that_waits_for_the_person_is_driven_at_once(hear):
    assert hear("down", agent="human")[0].startswith("step 1, from 0,0 down to 1,0, by hand")


def test_settings_are_told_with_what_they_are_for_and_changed_several_at_once(hear):
    told = hear("p", "epsilon=0.2 step_size=0.3")
    assert told[1] == (
        "step_size 0.5: how far each update goes towards its target (alpha) (above 0, at most 1, or 1/n^0.8)"
    )
    assert told[-1] == "from step 0 on: epsilon 0.2, step_size 0.3"


def test_a_cell_is_told_by_its_place(hear):
    assert hear("E 0,2") == ["0,2, G, pays 10, ends the episode"]


def test_a_world_without_a_map_cannot_be_edited(hear):
    assert hear("E", world="maximization-bias") == ["only a gridworld, which has a text map, can be edited"]


def test_a_run_is_begun_anew(hear):
    assert hear("e", "r")[-2:] == [
        "begun anew: nothing is learned yet",
        "step 0: the agent is in 0,0; nothing is learned yet",
    ]


def test_worlds_are_listed_and_the_agent_keeps_its_settings_in_the_next_one(hear):
    told = hear("w", "cliff", "p", "", settings={"epsilon": "0.3"})
    assert "cliff: Cliff walking, 48 states, 4 actions, discount 1" in told
    assert "Cliff walking: Q-learning, a table of values, seed 0, at step 0" in told
    assert any(line.startswith("epsilon 0.3: ") for line in told)
    assert any(line.startswith("discount 1") for line in told)


def test_an_agent_is_chosen_with_settings_and_a_seed(hear):
    told = hear("a", "sarsa", "epsilon=0.3 seed=7")
    assert "sarsa: SARSA, learns what it does" in told
    assert "The article's 2x3 grid: SARSA, learns what it does, seed 7, at step 0" in told


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("E 7,7 wall", "'7,7' is no row,column of this map; the top left is 0,0"),
        ("E 0,1 lava", "'lava' is no cell; write wall, open, start, end, back, reward -5, or reward 10 end"),
        ("E slipp 1", "unknown rule 'slipp'; did you mean 'slip'?"),
        ("E wind 9 1", "'9' is no column of this map"),
        ("E file mine", "'mine' is no name of a world file"),
        ("E undo", "not possible: no edit to take back at step 0"),
        ("nonsense", "'nonsense' is no key; ? (question mark) lists them"),
        ("u soon", "'soon' is no condition"),
        (": x", "'x' is no number of a step"),
        ("p epsilon", "'epsilon' is no setting"),
        ("w clif", "unknown world 'clif'; did you mean 'cliff'?"),
        ("a sarsaa", "unknown agent 'sarsaa'; did you mean 'sarsa'?"),
        ("a sarsa epsilon=2", "setting epsilon: 2 is out of range"),
        ("a sarsa seed=x", "'x' is no seed"),
        ("a sarsa soon", "'soon' is no setting"),
        ("i 9,9", "seed-2x3 has no state '9,9'"),
        ("H 5", "no episode is finished yet"),
        ("X screen", "'screen' is nothing to export without a screen"),
        ("L grit", "no lesson 'grit'; did you mean 'grid'?"),
        (".", "no lesson is open; L (capital l) chooses one"),
        ("o", "first i to inspect a state"),
        ("left", "first i to inspect states, or d to drive; then the arrows go"),
        ("c nothing-saved", "not possible: "),
        ("O nothing-saved", "there is no save in "),
        ("S a/b", "'a/b' cannot be the name of a save"),
        ("w", "nothing was asked for"),
    ],
)
def test_a_mistake_is_one_line(hear, line, said):
    assert hear(line)[-1].startswith(said)
