"""The last step at large, for the rules that learn from more than one step."""

import pytest

from engine.messages import Replayed
from tests.tui.fakes import batch_update, learned, table_update, transition
from tui.widgets.why_large import explain_at_large


def text(shown, width=100):
    return "\n".join("".join(piece for piece, _ in line) for line in explain_at_large(shown, width))


@pytest.mark.parametrize("width", [36, 76, 136])
def test_how_old_a_full_replay_is_is_said_whole(width):
    full = batch_update(replay_size=10_000, oldest_age=9_999, mean_age=5_000.0)
    told = text(learned(last=transition(), update=full), width)
    assert "…" not in told
    assert "for each new one the oldest goes" in " ".join(told.split())


def test_before_it_has_room_nothing_goes_wrong():
    assert text(learned(last=transition(), update=batch_update(replay_size=10_000)), 0)


def test_it_names_the_pair_that_was_updated_and_its_rewards():
    update = table_update(state=0, action=2, steps=4, reward=-3.44, discount=0.6561, next_value=2.0, value_after=-1.06)
    told = text(learned(update=update))
    assert "Q(0,0; down) ←" in told
    assert "4 rewards" in told
    assert "γ^4" in told


def test_it_says_when_nothing_was_learned_from_the_step():
    told = text(learned(update=table_update(step=220)))
    assert "the rule waits for the rewards that follow" in told
    assert "TD error" not in told


def test_it_says_when_nothing_was_learned_at_all_yet():
    assert text(learned(update=None)).endswith("Nothing is learned from this step.")


def test_it_names_the_trace_and_how_many_pairs_learned_with_it():
    told = text(learned(update=table_update(trace=1.9, pairs=12)))
    assert "1.9" in told
    assert "trace " in told
    assert "and 11 more by their traces" in told


def test_a_truncated_episode_of_a_rule_that_never_bootstraps_is_not_said_to():
    update = table_update(steps=7, pairs=5, reward=5.31, discount=0.0, next_action=-1)
    told = text(learned(last=transition(step=221, truncated=True), update=update))
    assert "what was seen counts alone" in told
    assert "bootstraps" not in told
    assert "γ" not in told


@pytest.mark.parametrize(("age", "told"), [(1, "made 1 step ago"), (2, "made 2 steps ago")])
def test_the_age_of_the_replay_is_told_in_english(age, told):
    assert told in text(learned(update=batch_update(oldest_age=age)))


@pytest.mark.parametrize("width", [36, 56, 76])
def test_how_the_action_was_chosen_is_never_cut(width):
    lines = text(learned(update=table_update()), width).split("\n")
    assert next(line for line in lines if "ties by lot" in line).endswith("the best action, ties by lot")
    assert all(len(line) <= width for line in lines[:6])


@pytest.mark.parametrize(
    ("explored", "told"),
    [(True, "the die fell below ε: a random action"), (False, "the die did not fall below ε: the best action")],
)
def test_it_says_what_the_die_decided(explored, told):
    assert told in text(learned(last=transition(explored=explored), update=table_update()))


def test_it_says_how_many_of_the_batch_are_listed():
    replayed = (Replayed(0, 1, -1.0, 2, 1, False, 0.25, 1.0),)
    assert "1 of the batch of 16, largest |TD error| first" in text(
        learned(update=batch_update(replayed=replayed, batch_size=16))
    )


def test_only_a_negative_number_behind_an_operator_stands_in_brackets():
    update = table_update(value_before=-5.0, reward=-10.0, next_value=-2.0, td_target=-11.8, td_error=-6.8)
    told = [" ".join(line.split()) for line in text(learned(update=update), 100).split("\n")]
    assert any("0.5 · (−10.00 + 0.9 · (−2.00) − (−5.00)) =" in line for line in told)
    assert "−10.00 + 0.9 · (−2.00) = −11.80" in told
    assert "−11.80 − (−5.00) = −6.80" in told


@pytest.mark.parametrize("width", [20, 36, 56])
def test_no_line_of_a_sum_ends_in_a_sign(width):
    shown = learned(last=transition(terminated=True), update=table_update(next_action=-1, next_value=0.0))
    lines = text(shown, width).split("\n")
    assert not [line for line in lines if line.rstrip().endswith(("+", "·", "−", "=", "("))]


def test_a_name_stands_below_its_number():
    lines = text(learned(update=table_update(reward=-10.0)), 100).split("\n")
    row = next(n for n, line in enumerate(lines) if "(−10.00" in line)
    assert lines[row].index("−10.00") - 1 <= lines[row + 1].index("reward") <= lines[row].index("−10.00") + 1
