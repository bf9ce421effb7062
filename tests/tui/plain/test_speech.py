"""Signs and keys in words, and the help."""

import pytest

from tui.plain.speech import key_words, spoken


def test_help_says_signs_and_capitals_in_words(hear):
    told = hear("?")
    assert "- (minus): Go one down on the ladder of speeds." in told
    assert "B (capital b): Take back one episode." in told
    assert told[-1].startswith("of the full screen only, and each says what to use in its place: z, Z (capital z), ")


def test_a_command_is_found_by_a_word(hear):
    assert hear("ctrl+p next layer")[0] == "v: Tell the next layer: V, policy, visits, errors."
    assert hear("ctrl+p qwertz") == ["no command speaks of 'qwertz'"]


def test_a_command_is_done_by_its_name_and_takes_its_text(hear):
    assert hear("ctrl+p inspect 0,1")[0].startswith("state 0,1, which pays -10")


@pytest.mark.parametrize(
    ("sign", "words"),
    [
        ("max |Q−Q*| 0.50", "max absolute Q minus Q star 0.50"),
        ("step 2  0,0 → up → 0,1   reward −1.00", "step 2, from 0,0 up to 0,1, reward -1.00"),
        ("Q 0.50·(−1.00 − (−2.00))", "Q 0.50 times (-1.00 minus (-2.00))"),
        ("0.10 → 0.20 · loss 0.5", "0.10 to 0.20, loss 0.5"),
        ("held  ████░░", "held"),
        ("γ-return —", "discounted return unknown"),
    ],
)
def test_signs_become_words(sign, words):
    assert spoken(sign) == words


@pytest.mark.parametrize(
    ("key", "words"),
    [("s", "s"), ("S", "S (capital s)"), ("-", "- (minus)"), ("↑", "up arrow"), ("ctrl+s", "ctrl+s")],
)
def test_keys_are_named(key, words):
    assert key_words(key) == words


def test_what_is_said_of_a_run_has_no_sign_that_a_terminal_may_lack(hear):
    told = hear("e", "y", "i", "v v v v", "n n n n n n n", "H", "H 1", "home", "?", "c dqn", "c", "L cliff", ".", ".")
    assert [line for line in told if not line.isascii()] == []
