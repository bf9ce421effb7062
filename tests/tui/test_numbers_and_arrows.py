import pytest

from tests.tui.fakes import CROSS
from tui.depth import Depth, depth
from tui.widgets.arrows import direction, glyph
from tui.widgets.canvas import BLANK, PLAIN, changed_spans, shortened
from tui.widgets.numbers import CERTAIN, coefficient, counted, fitted, number, percent, reward, share, term
from tui.widgets.zoom import HALF, SMALL, best_zoom, window


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.00"),
        (-0.0, "0.00"),
        (-0.5, "−0.50"),
        (7.294, "7.29"),
        (0.0012, "0.0012"),
        (12345.6, "12346"),
        (1.5e7, "1.5e7"),
        (-2e-7, "−2.0e−7"),
        (float("nan"), "—"),
        (float("-inf"), "−∞"),
    ],
)
def test_a_number_has_the_digits_that_say_something(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "width", "text"),
    [
        (7.29, 5, "7.29"),
        (-10.55, 5, "−10.6"),
        (-10.55, 4, "−11"),
        (-0.03, 4, "−.03"),
        (0.0038, 5, "0.004"),
        (123456.0, 4, "1e5"),
    ],
)
def test_a_number_in_a_table_gives_up_digits_for_its_place(value, width, text):
    assert fitted(value, width) == text
    assert len(text) <= width


@pytest.mark.parametrize(
    ("value", "width", "text"),
    [(12.0, 4, "12"), (12345.0, 4, "12k"), (12345.0, 5, "12345"), (9.6e6, 4, "10M"), (float("nan"), 4, "—")],
)
def test_a_count_in_a_table_is_rounded_to_thousands_or_millions(value, width, text):
    assert counted(value, width) == text


@pytest.mark.parametrize(
    ("value", "width", "text"),
    [(1.0, 4, "100%"), (0.8, 4, "80%"), (0.8, 2, "80"), (1.0, 2, "●"), (0.8, 1, "8"), (1.0, 1, "●"), (0.001, 4, "<1%")],
)
def test_a_probability_gives_up_digits_for_its_place(value, width, text):
    assert share(value, width) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.5"),
        (0.495, "0.495"),
        (0.4953, "0.495"),
        (1.0, "1"),
        (0.0, "0"),
        (0.001, "0.001"),
        (0.0316, "0.0316"),
        (1e-5, "1.0e−5"),
        (-0.5, "−0.5"),
        (1500.0, "1500.00"),
    ],
)
def test_a_setting_is_written_as_a_person_writes_it(value, text):
    assert coefficient(value) == text


def test_rewards_have_signs_and_negative_terms_brackets():
    assert (reward(10.0), reward(-1.5), term(-1.0), term(2.0)) == ("+10", "−1.50", "(−1.00)", "2.00")


@pytest.mark.parametrize(
    ("best", "character"),
    [
        (["up"], "↑"),
        (["north"], "↑"),
        (["down-left"], "↙"),
        (["up", "right"], "└"),
        (["up", "down", "left"], "┤"),
        (CROSS, "┼"),
        (["up", "down-left"], "∗"),
        (["stay"], "○"),
        (["pickup"], "P"),
        (["up", "stay"], "∗"),
        ([], " "),
    ],
)
def test_the_best_actions_are_one_glyph(best, character):
    assert glyph(tuple(best)) == character


def test_a_name_with_an_unknown_word_has_no_direction():
    assert direction("pick-up") is None
    assert direction("up-down") is None


def test_the_largest_zoom_that_fits_is_taken():
    assert best_zoom(2, 3, 38, 10).size(2, 3) == (37, 9)
    assert best_zoom(8, 8, 38, 10).height == 1
    assert best_zoom(50, 50, 60, 50).width == 1
    assert best_zoom(12, 12, 38, 9) == SMALL
    assert best_zoom(100, 100, 38, 10) == HALF
    assert best_zoom(100, 100, 38, 10, coloured=False) == SMALL


def test_a_window_moves_only_when_its_target_comes_near_the_edge():
    assert window(0, 10, 100, 5, 2) == 0
    assert window(0, 10, 100, 9, 2) == 4
    assert window(50, 10, 100, 99, 2) == 90
    assert window(0, 10, 5, 3, 2) == 0


def test_changed_cells_are_found_and_near_ones_joined():
    old, new = [BLANK] * 30, [BLANK] * 30
    for x in (3, 5, 20):
        new[x] = ("x", PLAIN)
    assert changed_spans(old, new) == [(3, 6), (20, 21)]
    assert changed_spans(new, new) == []


def test_a_changed_span_never_cuts_a_wide_character():
    old = [BLANK, ("世", PLAIN), ("", PLAIN), BLANK]
    new = [BLANK, BLANK, ("x", PLAIN), BLANK]
    assert changed_spans(old, new) == [(1, 3)]


def test_a_text_is_shortened_with_an_ellipsis():
    assert (shortened("abcdef", 4), shortened("abc", 3), shortened("世界x", 4)) == ("abc…", "abc", "世…")


@pytest.mark.parametrize(
    ("system", "no_color", "expected"),
    [
        ("truecolor", False, Depth.TRUE),
        ("256", False, Depth.MANY),
        ("standard", False, Depth.SIXTEEN),
        (None, False, Depth.NONE),
        ("truecolor", True, Depth.NONE),
    ],
)
def test_the_depth_of_a_terminal(system, no_color, expected):
    assert depth(system, no_color) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0%"),
        (50 / 10_000, "<1%"),
        (0.006, "1%"),
        (0.5, "50%"),
        (0.994, "99%"),
        (2499 / 2500, ">99%"),
        (1.0, "100%"),
    ],
)
def test_none_and_all_are_said_only_where_they_are_true(value, text):
    assert percent(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0.0%"), (2e-4, "<0.1%"), (0.258, "25.8%"), (0.9997, ">99.9%"), (1.0, "100.0%")]
)
def test_so_it_is_with_a_decimal(value, text):
    assert percent(value, 1) == text


@pytest.mark.parametrize("value", [0.0, 0.1 + 0.2 + 0.7, sum([0.1] * 10), 1.0])
def test_what_adds_up_to_the_whole_but_for_rounding_is_all_of_it(value):
    assert share(value, 1) == (CERTAIN if value else "0")
    assert percent(value) == ("100%" if value else "0%")


def test_one_digit_never_makes_a_chance_certain():
    assert [share(value, 1) for value in (0.5, 0.96, 0.999, 1.0)] == ["5", "9", "9", CERTAIN]
