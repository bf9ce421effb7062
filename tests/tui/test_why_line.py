from dataclasses import asdict, replace

import numpy as np
import pytest

from engine.messages import AgentView, Backup, PlannedUpdate
from tests.tui.fakes import NAN, batch_update, episodes, learned, snapshot, table_update, transition
from tui.widgets.episode_table import cells
from tui.widgets.episodes import facts
from tui.widgets.explanation import explain
from tui.widgets.hints import LEGEND
from tui.widgets.why_large import explain_at_large


def lines(shown, width=140):
    return ["".join(text for text, _ in line) for line in explain(shown, width)]


def test_before_the_first_step_it_says_what_to_press():
    assert lines(snapshot()) == ["press s for one step, e for an episode, space to run, ? for help", LEGEND[0]]


@pytest.mark.parametrize("width", [38, 58])
def test_before_the_first_step_nothing_is_cut_on_narrow_screens(width):
    what, legend = lines(snapshot(), width)
    assert what.endswith("? help")
    assert legend.endswith("· path")
    assert max(len(what), len(legend)) <= width


@pytest.mark.parametrize("width", [38, 58, 140])
@pytest.mark.parametrize(("panel", "sign"), [("world", "@ agent"), ("Q", "► "), ("episodes", "Q*, V*")])
def test_before_the_first_step_the_signs_of_the_panel_that_is_shown_are_explained(width, panel, sign):
    legend = "".join(text for text, _ in explain(snapshot(), width, panel)[1])
    assert sign in legend
    assert len(legend) <= width


@pytest.mark.parametrize("width", [38, 58, 140])
def test_before_the_first_step_of_a_demonstration_it_says_that_it_is_one_and_not_what_to_press(width):
    what, _ = lines(snapshot(playing=True, demonstration=True), width)
    assert what.startswith("demonstration: ")
    assert "press s" not in what
    assert len(what) <= width


def test_an_explored_step_is_told_with_its_die():
    what, _ = lines(learned(last=transition(), update=table_update()))
    assert what == "step 12  1,0 → right → 1,1   explored (die 0.03 < ε 0.1)   reward −1.00"


def test_a_greedy_step_is_told_with_its_die():
    what, _ = lines(learned(last=transition(explored=False, die=0.63), update=table_update()))
    assert "greedy (die 0.63 ≥ ε 0.1)" in what


def test_a_die_that_rounding_would_make_a_liar_keeps_its_digits():
    what, _ = lines(learned(last=transition(die=0.0996)))
    assert "explored (die 0.0996 < ε 0.1)" in what


def test_a_die_between_epsilon_and_its_rounded_form_is_still_seen_to_be_below():
    what, _ = lines(learned(last=transition(explored=True, die=0.49512, epsilon=0.49516)))
    assert "explored (die 0.49512 < ε 0.49516)" in what


@pytest.mark.parametrize(("epsilon", "text"), [(0.5, "0.5"), (0.49516, "0.495")])
def test_epsilon_is_written_the_same_in_the_line_in_the_numbers_and_in_the_table(epsilon, text):
    finished = replace(episodes(1.0), epsilons=np.array([epsilon]))
    shown = learned(last=transition(explored=False, die=0.9, epsilon=epsilon), epsilon=epsilon, episodes=finished)
    assert f"≥ ε {text})" in lines(shown)[0]
    assert ("epsilon", text) in facts(shown)
    assert cells(finished, 0, 1, None)[-1] == text


def test_the_update_is_written_as_arithmetic():
    _, why = lines(learned(last=transition(), update=table_update()), 60)
    assert why == "Q ← 0.00 + 0.5·(−1.00 + 0.9·0.00 − 0.00) = −0.50  a′ up"


def test_the_update_names_its_state_and_action_where_there_is_room():
    _, why = lines(learned(last=transition(), update=table_update(next_value=5.53, value_after=1.99)))
    assert why == "Q(1,0; right) ← 0.00 + 0.5·(−1.00 + 0.9·5.53 − 0.00) = 1.99   5.53 is Q(1,1; up), the best there"


def test_negative_numbers_after_an_operator_stand_in_brackets():
    _, why = lines(learned(update=table_update(value_before=-2.0, next_value=-1.5, value_after=-2.18)), 70)
    assert why == "Q ← −2.00 + 0.5·(−1.00 + 0.9·(−1.50) − (−2.00)) = −2.18  a′ up"


def test_a_terminated_step_says_which_term_is_nothing():
    update = table_update(reward=10.0, next_action=-1, value_after=5.0)
    what, why = lines(learned(last=transition(reward=10.0, terminated=True), update=update))
    assert why == "Q(1,0; right) ← 0.00 + 0.5·(10.00 + 0.9·0.00 (ended) − 0.00) = 5.00"
    assert what.endswith("reward 10.00  episode ended")


def test_a_truncated_step_says_that_it_still_bootstraps():
    update = table_update(next_value=2.0, value_after=0.4)
    what, why = lines(learned(last=transition(truncated=True), update=update))
    assert "+ 0.9·2.00 −" in why
    assert "(ended)" not in why
    assert why.endswith("cut short at 100 steps, still bootstraps")
    assert what.endswith("cut short")


@pytest.mark.parametrize("width", [60, 80])
def test_a_truncated_step_says_so_on_narrow_screens(width):
    told = lines(learned(last=transition(truncated=True), update=table_update(next_value=2.0)), width)
    assert any("cut short" in line for line in told)
    assert all(len(line) <= width for line in told)


def test_a_small_step_size_is_not_rounded_to_nothing():
    _, why = lines(learned(update=table_update(step_size=0.0316)))
    assert "0.0316·(" in why


def test_a_dqn_shows_the_target_of_this_transition_and_what_the_batch_did():
    _, why = lines(learned(last=transition(), update=batch_update()), 150)
    assert why == (
        "Q(1,0; right) 0.10 → 0.08, target −1.00 + 0.9·0.52 = −0.53"
        " · loss 0.0123 over 32 replayed · mean |TD| 0.41 · copy to target in 37 updates"
    )


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"target_network": "false", "target_tau": "0.0"}, "no target network: the target moves"),
        ({"target_network": "true", "target_tau": "0.01"}, "the target follows by 0.01 each update"),
    ],
)
def test_a_dqn_says_how_its_target_keeps_up(settings, said):
    shown = learned(last=transition(), update=batch_update(), agent=AgentView("dqn", "DQN", settings, 0))
    assert lines(shown, 150)[1].endswith(said)


def test_a_dqn_fits_into_80_columns():
    _, why = lines(learned(last=transition(), update=batch_update(next_action=0)), 78)
    assert why == "Q 0.10, target −1.00 + 0.9·0.52 (a′ up) = −0.53 · loss 0.0123 · copy in 37"


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (58, "Q 0.10, target −1.00 + 0.9·0.52 = −0.53 · copy in 37"),
        (38, "Q 0.10, target −0.53 · copy in 37"),
    ],
)
def test_on_a_narrow_screen_a_dqn_still_says_when_the_target_is_copied(width, line):
    assert lines(learned(last=transition(), update=batch_update(next_action=0)), width)[1] == line


def test_a_dqn_says_that_the_replay_still_fills():
    update = batch_update(updates=0, loss=0.0, replay_size=12, value_after=0.10)
    _, why = lines(learned(last=transition(), update=update))
    assert why.endswith("the replay holds 12 of the 100 transitions that learning waits for")


def test_a_dqn_does_not_bootstrap_from_an_ended_episode():
    update = batch_update(reward=10.0, next_value=0.0, td_target=10.0)
    _, why = lines(learned(last=transition(terminated=True), update=update), 150)
    assert "target 10.00 + 0.9·0.00 (ended) = 10.00" in why


def test_a_demonstration_learns_nothing_and_says_so():
    what, why = lines(learned(demonstration=True, update=None))
    assert "greedy" in what
    assert "die" not in what
    assert why == "demonstration: always the greedy action, nothing is learned · g ends it"


@pytest.mark.parametrize("width", [38, 58])
@pytest.mark.parametrize(("demonstration", "told"), [(True, "demonstration"), (False, "nothing was learned")])
def test_that_nothing_is_learned_is_said_whole_on_narrow_screens(width, demonstration, told):
    shown = learned(demonstration=demonstration, update=None, agent=AgentView("random", "", {}, 0))
    _, why = lines(shown, width)
    assert why.startswith((told, "this agent"))
    assert why.endswith(("is learned", "is learned · g ends it", "from the step"))


@pytest.mark.parametrize("width", [38, 60, 80, 140])
def test_a_step_of_the_2x3_grid_fits_every_screen(width):
    for line in lines(learned(last=transition(terminated=True, reward=10.0), update=table_update()), width):
        assert len(line) <= width


def test_an_update_names_its_own_pair_and_how_many_rewards_its_target_holds():
    update = table_update(state=0, action=2, steps=4, reward=-3.44, discount=0.6561, next_value=2.0, value_after=-1.06)
    _, why = lines(learned(update=update))
    sum_of = "Q(0,0; down) ← 0.00 + 0.5·(−3.44 + 0.656·2.00 − 0.00) = −1.06"
    assert why == f"{sum_of}   2.00 is Q(1,1; up), the best there; the return of 4 rewards"


def test_a_step_from_which_nothing_was_learned_says_so():
    _, why = lines(learned(update=table_update(step=220)))
    assert why == "nothing was learned from this step: the rule waits for the rewards that follow"


def test_a_pair_with_a_trace_says_its_trace_and_how_many_learned_with_it():
    _, why = lines(learned(update=table_update(trace=1.9, pairs=12, value_after=-0.95)))
    sum_of = "Q(1,0; right) ← 0.00 + 0.5·1.9·(−1.00 + 0.9·0.00 − 0.00) = −0.95"
    assert why == f"{sum_of}   0.00 is Q(1,1; up), the best there; and 11 more by their traces"


def test_a_whole_episode_is_told_by_its_first_pair():
    update = table_update(
        state=0, action=2, steps=7, pairs=5, reward=5.31, discount=0.0, next_action=-1, value_after=5.31
    )
    _, why = lines(learned(last=transition(step=221, terminated=True), update=update))
    assert why.startswith(
        "Q(0,0; down) ← 0.00 + 0.5·(5.31 − 0.00) = 5.31   the return of 7 rewards, the last of 5 pairs"
    )


def backup(**fields):
    first = {
        "kind": "value iteration",
        "state": 3,
        "action_values": (-1.2, 8.1, 6.56, 7.29),
        "action": 1,
        "value_before": 0.0,
        "value_after": 8.1,
        "action_before": -1,
        "sweep": 3,
        "largest_change": 8.1,
    }
    return Backup(**(first | fields))


def test_a_backup_is_written_as_the_best_of_what_the_actions_are_worth():
    what, why = lines(learned(last=transition(), update=backup()))
    assert what == "step 12  backup of 1,0   value iteration, sweep 3   largest change 8.1000"
    assert why == "V(1,0) ← max(up −1.20, right 8.10, down 6.56, left 7.29) = 8.10   it was 0.00"


def test_a_backup_leaves_out_what_is_not_legal():
    _, why = lines(learned(last=transition(), update=backup(action_values=(NAN, 8.1, NAN, 7.29))))
    assert why == "V(1,0) ← max(right 8.10, left 7.29) = 8.10   it was 0.00"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"action": -1, "value_after": 5.19},
            "V(1,0) ← mean(up −1.20, right 8.10, down 6.56, left 7.29) = 5.19   it was 0.00",
        ),
        (
            {"action": 3, "value_after": 7.29},
            "V(1,0) ← left 7.29 of (up −1.20, right 8.10, down 6.56, left 7.29) = 7.29   it was 0.00",
        ),
    ],
)
def test_an_evaluation_says_whose_values_it_takes(fields, said):
    _, why = lines(learned(last=transition(), update=backup(kind="evaluation", **fields)))
    assert why == said


@pytest.mark.parametrize(("before", "note"), [(-1, "it was any action"), (2, "it was down"), (1, "as before")])
def test_an_improvement_says_what_the_policy_does_from_now_on(before, note):
    update = backup(kind="improvement", action_before=before, value_after=0.0)
    what, why = lines(learned(last=transition(), update=update))
    assert "backup of 1,0   improvement" in what
    assert why == f"π(1,0) ← argmax(up −1.20, right 8.10, down 6.56, left 7.29) = right   {note}"


@pytest.mark.parametrize("kind", ["value iteration", "evaluation", "improvement"])
@pytest.mark.parametrize("action", [-1, 3])
@pytest.mark.parametrize("width", [38, 58, 78, 138])
def test_a_backup_fits_every_screen(kind, action, width):
    update = backup(kind=kind, action=max(action, 0) if kind != "evaluation" else action)
    for line in lines(learned(last=transition(truncated=True), update=update), width):
        assert 0 < len(line) <= width


def test_the_end_of_a_sweep_says_whether_the_values_have_settled():
    ended, _ = lines(learned(last=transition(truncated=True), update=backup()))
    settled, _ = lines(learned(last=transition(terminated=True), update=backup(largest_change=0.0)))
    assert ended.endswith("largest change 8.1000  sweep ended")
    assert settled.endswith("largest change 0.0000  settled")


def test_planned_updates_are_counted_behind_the_one_from_the_step():
    update = PlannedUpdate(**asdict(table_update(next_value=5.53)), planned=50, planned_pairs=((0, 1),))
    _, why = lines(learned(last=transition(), update=update))
    assert why.endswith("5.53 is Q(1,1; up), the best there; then 50 planned")


@pytest.mark.parametrize(
    ("width", "said"), [(140, "choose an action with ↑ → ↓ ← or digits, and it learns"), (38, "↑ → ↓ ← act")]
)
def test_who_waits_for_a_person_asks_for_the_first_action(width, said):
    waiting = AgentView("human", "You", {"step_size": "0.5"}, 0, waits_for_person=True)
    what, _ = lines(snapshot(agent=waiting), width)
    assert what.startswith(said)
    assert len(what) <= width


@pytest.mark.parametrize("width", [38, 78])
def test_a_backup_at_large_lists_what_each_action_is_worth(width):
    shown = learned(last=transition(truncated=True), update=backup(action_values=(-1.2, 8.1, NAN, 7.29)))
    told = ["".join(text for text, _ in line) for line in explain_at_large(shown, width)]
    assert told[:2] == ["step 12  backup of 1,0", "value iteration: sweep 3  sweep ended"]
    assert [line.split() for line in told[5:9]] == [
        ["up", "−1.20"],
        ["right", "8.10"],
        ["down", "not", "legal"],
        ["left", "7.29"],
    ]
    assert told[-1].startswith(
        "V(1,0) ← max(up −1.20, right 8.10, " if width == 78 else "V(1,0) ← max(right 8.10, …) = 8.10"
    )


def test_planned_pairs_are_listed_at_large():
    update = PlannedUpdate(**asdict(table_update()), planned=50, planned_pairs=((0, 1), (3, 2)))
    told = ["".join(text for text, _ in line) for line in explain_at_large(learned(update=update), 78)]
    assert told[-3:] == ["Planned from memory: 50", "Q(0,0; right)", "Q(1,0; down)"]


def test_an_agent_that_learns_nothing_says_so_at_large():
    told = explain_at_large(learned(update=None), 78)
    assert told[-1] == [("Nothing is learned from this step.", "muted")]
