"""States and layers, as they are heard."""

import numpy as np

from engine.messages import AgentView
from tests.tui.fakes import learned
from tui.plain.looking import layer_lines
from tui.widgets.layers import Layer


def test_a_state_is_told_number_by_number_in_words(hear):
    assert hear("s s", "i 0,0")[-8:] == [
        "state 0,0: start, V 0.00, V star 7.29, best is not optimal",
        "Q up 0.00, right -5.00, down 0.00, left 0.00",
        "Q star up 6.56, right -1.00, down 7.29, left 6.56",
        "Q minus Q star up -6.56, right -4.00, down -7.29, left -6.56",
        "visits up 1, right 1, down 0, left 0",
        "mean TD up 0.00, right -5.00, down 0.00, left 0.00",
        "greedy up, down or left",
        "up leads to 0,0, 100%, reward 0",
    ]


def test_the_arrows_go_from_state_to_state_past_walls_and_no_further_than_the_map(hear):
    told = hear("E 1,1 wall", "i 1,2", "left", "h", "o")
    assert [line.partition(":")[0] for line in told if line.startswith("state ")] == ["state 1,2", "state 1,0"]
    assert told[-2] == "no state further that way"
    assert told[-1].startswith("right leads to 1,0, 100%, reward 0")


def test_a_chance_is_told_with_its_share(hear):
    told = hear("E slip 0.2", "i 0,0", "o")
    assert told[-1] == "right leads to 0,1, 80%, reward -10; to 0,0, 10%, reward 0; to 1,0, 10%, reward 0"


def test_the_inspector_is_closed_by_its_key_and_by_escape(hear):
    assert [line for line in hear("i", "i", "i", "escape") if "closed" in line] == ["the inspector is closed"] * 2


def test_the_target_network_is_told_beside_the_one_that_learns(hear):
    told = hear("i", agent="dqn", settings={"hidden": "4"})
    assert [line.split()[0] for line in told[1:4]] == ["online", "target", "differ"]


def test_every_layer_is_told_in_turn(hear):
    told = hear("e", "v v v v v")
    assert [line for line in told if line.startswith("layer ")] == [
        "layer policy: The greedy policy",
        "layer visits: How often the agent acted there",
        "layer max absolute Q minus Q star: How far Q is from the exact Q star.",
        "layer TD error: What the TD error would be on average",
        "layer V: The value of the best action",
    ]
    at = told.index("layer policy: The greedy policy")
    assert told[at + 2] == "row 1: 1,0 all actions tie: not optimal; 1,1 all actions tie: not optimal; 1,2 up: optimal"


def test_of_a_large_world_the_ends_of_a_layer_are_told_and_all_of_it_when_asked_for(hear):
    told = hear("u episodes 50", "v v", "v all", world="cliff")
    assert len([line for line in told if line.startswith("highest ")]) == 1
    assert len([line for line in told if line.startswith("row ")]) == 4
    assert "the line v all tells all states" in told


def test_what_a_replay_holds_is_told(hear):
    told = hear("s s", "v v v", agent="dqn", settings={"hidden": "4"})
    assert "2 of 10,000 held (<1%), mean age 0, oldest 1" in told


def test_where_the_run_stands_is_told_in_few_lines(hear):
    assert hear("e", "home")[-4:] == [
        "The article's 2x3 grid: Q-learning, a table of values, seed 0, branch main, at step 23 of 23, paused",
        "the agent is in 0,2",
        "episode 1, epsilon 0.495, return so far -10.00, policy optimal 20%, mean of 1 -10.00, "
        "max absolute Q minus Q star 10.00, mean discounted -9.68, V star of the start 7.29, mean length 23.0, "
        "step in it 23",
        "not saved",
    ]


def test_what_is_observed_without_a_model_is_told(hear):
    told = hear("i", world="gym:CartPole-v1", agent="dqn", settings={"hidden": "4"})
    assert any("cart position" in line.lower() or "pole" in line.lower() for line in told)


def test_what_was_said_is_said_again(hear):
    told = hear("s", "ctrl+l")
    assert told.count(told[0]) == 2


def test_a_large_world_in_which_nothing_is_learned_is_told_in_one_line(hear):
    told = hear("v v v v v", world="cliff")
    assert told[-3:-1] == ["layer V: The value of the best action", "0.00 in every state"]


def test_a_world_without_a_map_has_layers_of_its_named_states(hear, tmp_path):
    file = tmp_path / "two.json"
    file.write_text(
        '{"title": "two", "discount": 0.9, "max_steps": 9, "states": ["a", "b"], "actions": ["go", "stay"],'
        ' "start": {"a": 1.0}, "transitions": [["a", "go", 1.0, "b", 1.5, false], ["a", "stay", 1.0, "a", 0.0, false],'
        ' ["b", "go", 1.0, "b", 0.0, true]]}'
    )
    assert hear("v", world=str(file)) == [
        "layer policy: The greedy policy",
        "a all actions tie: not optimal; b go: optimal",
    ]


def test_a_world_without_a_model_has_no_layers(hear):
    assert hear("v", world="gym:CartPole-v1", agent="dqn", settings={"hidden": "4"}) == [
        "this world has no states to tell apart, and so no layers"
    ]


def test_a_dqn_tells_its_visits_as_a_table_does(hear):
    told = hear("s s", "i 0,0", "v v", agent="dqn", settings={"hidden": "4"})
    (line,) = [line for line in told if line.startswith("visits ")]
    assert sum(int(part.split()[-1]) for part in line.split(", ")) >= 1
    assert "layer visits: How often the agent acted there" in told


def test_a_run_of_an_older_save_tells_since_when_its_visits_are_counted():
    visits = np.zeros((6, 4), np.int64)
    shown = learned(agent=AgentView("dqn", "", {}, 0, counted_after=190), visits=visits)
    assert list(layer_lines(shown, Layer.VISITS))[1] == "visits since step 190: the save it came from tells no more"
