"""What stands on the screen for a known snapshot, read as text."""

import math
from dataclasses import replace

import numpy as np
import pytest
from textual.theme import BUILTIN_THEMES

from engine.messages import TruthView
from tests.tui.fakes import episodes, grid, learned, names, snapshot, values
from tui.colour import palette
from tui.depth import Depth
from tui.widgets.canvas import Canvas
from tui.widgets.chart import draw_chart
from tui.widgets.episodes import EpisodesPanel, draw_facts, facts
from tui.widgets.layers import Layer, numbers_of
from tui.widgets.map_view import view_following, view_of
from tui.widgets.q_table import QTable
from tui.widgets.series import SERIES
from tui.widgets.status import doing, run_names, wording
from tui.widgets.world_map import draw_map
from tui.widgets.world_names import draw_names, joined_from_the_end

PALETTE = palette(BUILTIN_THEMES["textual-dark"], Depth.TRUE)
COLOURLESS = palette(BUILTIN_THEMES["textual-dark"], Depth.NONE)


def world_text(shown, width, height, row=0, column=0):
    canvas = Canvas(width, height)
    draw_map(canvas, shown, view_of(shown.world, width, height, row, column), PALETTE)
    return canvas.text


def table_canvas(shown, width, height, row=0, column=0, colours=PALETTE):
    class Table(QTable):
        palette = colours

    table = Table()
    table.set_reactive(QTable.snapshot, shown)
    table.row, table.column = row, column
    return table.draw(width, height)


def test_the_2x3_grid_shows_letters_rewards_agent_arrows_values_and_path():
    assert world_text(learned(), 38, 10).split("\n") == [
        "┌───────────┬───────────┬───────────┐",
        "│ S 0,0     │ X 0,1 −10 │ G 0,2 +10 │",
        "│  ·  ↓     │     ←     │     end   │",
        "│   7.29    │   5.53    │           │",
        "├───────────┼───────────┼───────────┤",
        "│ 1,0       │ 1,1       │ 1,2       │",
        "│  ·  →     │  @  →     │     ↑     │",
        "│   8.10    │   9.00    │   10.00   │",
        "└───────────┴───────────┴───────────┘",
        "V −10 ────0──── 10  @ agent  ↑ best",
    ]


def test_before_anything_is_learned_all_actions_tie():
    assert world_text(snapshot(), 38, 10).count("┼") == 5 + 2


def test_a_large_world_is_drawn_in_small_cells_around_the_agent():
    world = grid("S" + "." * 29, *["." * 30] * 19, "." * 29 + "G")
    shown = snapshot(world, state=400)
    view = view_of(world, 38, 10, 0, 0)
    row, column = view_following(shown, view)
    text = world_text(shown, 38, 10, row, column)
    assert "@" in text
    assert "↕0–17/21" in text


def test_a_view_stays_where_it_is_while_the_agent_is_well_inside():
    world = grid("S" + "." * 59, *["." * 60] * 39)
    view = view_of(world, 38, 10, 3, 3)
    assert view_following(snapshot(world, state=6 * 60 + 8), view) == (3, 3)


def test_walls_are_solid_and_outside_is_blank():
    text = world_text(snapshot(grid("S#G", ". .")), 6, 2)
    assert text == "@┼██ G\n ┼   ┼"


def test_a_single_column_a_cell_still_shows_agent_terminal_and_wall():
    world = grid("S" + "." * 17 + "#" + "G")
    assert world_text(snapshot(world), 20, 1) == "@" + "┼" * 17 + "█G"


def test_a_king_has_diagonal_arrows():
    king = ("up", "right", "down", "left", "up-right", "down-right", "down-left", "up-left")
    world = grid("SG", "..", actions=king)
    text = world_text(snapshot(world, values(world, s2=[0, 0, 0, 0, 1.0, 0, 0, 0])), 8, 2)
    assert "↗" in text
    assert "∗" in text


def test_colour_is_never_needed():
    canvas = Canvas(38, 10)
    shown = learned()
    draw_map(canvas, shown, view_of(shown.world, 38, 10, 0, 0), COLOURLESS)
    assert canvas.text == world_text(shown, 38, 10)
    assert {style.color for row in canvas.rows for _, style in row} == {None}


def test_a_world_of_names_shows_state_actions_and_path():
    world = names(500)
    canvas = Canvas(38, 9)
    draw_names(canvas, snapshot(world, values(world, s7=[1.5, -2.0]), state=7, path=(0, 3, 7)), 0, PALETTE)
    assert canvas.text.split("\n") == [
        " @  s7  state 7 of 500",
        "",
        " ▸ go       1.50",
        "   stay    −2.00",
        "",
        "",
        "",
        "path of this episode, newest last",
        " s0 → s3 → s7",
    ]


def test_a_long_path_keeps_its_newest_names():
    assert joined_from_the_end([f"s{n}" for n in range(99, 0, -1)], 20) == "… s97 → s98 → s99"


def test_the_table_shows_states_actions_values_the_best_and_where_the_agent_is():
    assert table_canvas(learned(), 38, 7).text.split("\n") == [
        "           up   right    down    left",
        "  0,0    3.28   −6.72 ▸  7.29    0.00",
        "  0,1    0.00    5.00    0.00 ▸  5.53",
        "  0,2       —       —       —       —",
        "  1,0    0.00 ▸  8.10    5.41    3.52",
        "► 1,1   −6.39 ▸  9.00    7.08    5.47",
        "  1,2 ▸ 10.00    4.50    5.62    0.00",
    ]


def test_a_table_with_much_room_has_beside_q_what_is_known_of_each_state():
    shown = learned()
    shown = replace(shown, q_star=shown.q + np.array([1.0, 0.0, -2.0, 0.0]), visits=np.full(shown.q.shape, 3))
    assert [line[53:].split() for line in table_canvas(shown, 98, 4).text.split("\n")] == [
        ["V*", "max|Q−Q*|", "visits"],
        ["5.29", "2.00", "12"],
        ["5.53", "2.00", "12"],
        [],
    ]


def test_the_table_marks_nothing_where_all_actions_tie():
    assert "▸" not in table_canvas(snapshot(), 38, 7).text


def test_the_table_scrolls_sideways_when_the_actions_do_not_fit():
    world = names(3, actions=[f"a{n}" for n in range(20)])
    assert table_canvas(snapshot(world), 38, 4).text.split("\n")[0].endswith("›")
    assert "‹" in table_canvas(snapshot(world), 38, 4, column=16).text


def test_the_table_of_a_very_large_world_draws_only_what_is_seen():
    world = names(90_000)
    text = table_canvas(snapshot(world), 38, 10, row=50_000).text
    assert text.split("\n")[1].split()[0] == "s50000"
    assert len(text.split("\n")) == 10


def test_an_illegal_action_is_a_dash():
    world = names(2)
    assert "—" in table_canvas(snapshot(world, values(world, s0=[1.0, np.nan])), 38, 4).text


def test_values_of_both_signs_have_shades_and_zero_has_none():
    low, zero, high = (PALETTE.value(value, 10.0).bgcolor for value in (-9.0, 0.0, 9.0))
    assert zero is None
    assert len({low, high}) == 2


def test_the_episodes_panel_counts():
    canvas = Canvas(44, 6)
    draw_facts(canvas, learned(), PALETTE)
    assert canvas.text.split("\n") == [
        "episode            41  epsilon           0.1",
        "return so far    0.00  policy optimal    80%",
        "mean of 40       7.00  max |Q−Q*|       2.50",
        "mean discounted  5.10  V*(start)        7.29",
        "mean length       4.0  steps/s             —",
        "last returns   10.00 10.00 10.00 10.00 10.00",
    ]


@pytest.mark.parametrize(
    ("returns", "told"),
    [
        ((-20.0, 0.0, 10.0), "last returns               −20.00 0.00 10.00"),
        ((1.0, -200.0, *[-100.0] * 3, 10.0), "last returns   −100.00 −100.00 −100.00 10.00"),
    ],
)
def test_the_last_returns_stand_as_in_a_chart_with_the_newest_at_the_right_end(returns, told):
    canvas = Canvas(44, 6)
    draw_facts(canvas, learned(episodes=episodes(*returns)), PALETTE)
    assert canvas.text.split("\n")[-1] == told


@pytest.mark.parametrize(("paid", "told"), [(10.0, "mean discounted  7.29"), (-100.0, "mean disc.     −72.90")])
def test_the_mean_discounted_return_is_called_a_mean_however_long_its_number_is(paid, told):
    canvas = Canvas(44, 6)
    draw_facts(canvas, learned(episodes=episodes(paid)), PALETTE)
    assert told in canvas.text


def test_without_an_optimum_there_are_dashes():
    canvas = Canvas(44, 6)
    draw_facts(canvas, learned(truth=None), PALETTE)
    assert "policy optimal      —" in canvas.text


def chart_text(returns, width=30, height=5):
    canvas = Canvas(width, height)
    series = SERIES["return"](snapshot(episodes=episodes(*returns)), 1)
    draw_chart(canvas, 0, 0, width, height, series, PALETTE)
    return canvas.text.split("\n")


def test_a_chart_has_its_range_and_the_numbers_of_its_episodes():
    text = chart_text([0.0, 10.0] * 20)
    assert text[0].startswith("  10.00┤")
    assert text[-2].startswith("   0.00┤")
    assert text[-1].split() == ["episode", "1", "return", "40"]


def test_a_rising_line_goes_from_the_lower_left_to_the_upper_right():
    text = chart_text([float(n) for n in range(44)])
    assert text[0].rstrip() != text[0][:8]
    assert text[3][8] != " "
    assert text[0][8:19].strip() == ""


def test_a_constant_line_lies_in_the_middle_with_one_label():
    text = chart_text([5.0] * 10)
    assert sum("5.00" in line for line in text) == 1


def test_more_values_than_dots_are_averaged_and_it_says_so():
    assert "return, 12 a dot" in chart_text([1.0, 2.0] * 500, width=50)[-1]


def test_a_few_outliers_do_not_press_the_chart_flat():
    text = chart_text([-3000.0] + [-20.0] * 21 + [-13.0] * 22)
    assert text[-2].split("┤")[0].strip() == "≤−20.00"


def test_a_chart_without_values_says_what_will_be_there():
    assert "return: nothing yet" in "".join(chart_text([]))


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (5, 2), (12, 3), (200, 60)])
def test_every_panel_draws_at_any_size(size):
    class Panel(EpisodesPanel):
        palette = PALETTE

    panel = Panel()
    panel.set_reactive(EpisodesPanel.snapshot, learned())
    assert panel.draw(*size).width == size[0]
    assert table_canvas(learned(), *size).height == size[1]
    for shown in (learned(), snapshot(grid("S" + "." * 70, *["." * 71] * 70))):
        world_text(shown, *size)
    draw_names(Canvas(*size), snapshot(names(3)), 0, PALETTE)


def test_the_status_names_the_run_and_its_save():
    assert run_names(learned())[0] == "seed-2x3 · q-learning · seed 0 · unsaved"
    assert run_names(learned(save_name="mine"))[0] == "seed-2x3 · q-learning · seed 0 · mine*"
    assert run_names(learned(autosave_failed=True))[0].endswith(" · unsaved, no autosave")
    assert all(name.endswith("mine") for name in run_names(learned(save_name="mine", unsaved=False)))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "paused"),
        ({"playing": True}, "► 5/s"),
        ({"playing": True, "speed": 0.5}, "► 0.5/s"),
        ({"playing": True, "speed": float("inf")}, "►► full speed"),
        ({"demonstration": True}, "greedy demonstration, no learning"),
        ({"busy": "loading torch"}, "loading torch …"),
    ],
)
def test_the_status_says_what_goes_on(fields, words):
    assert words in "".join(text for text, _ in doing(learned(**fields))[0][0])


@pytest.mark.parametrize(
    ("width", "fields", "left", "right"),
    [
        (78, {}, "qscope  seed-2x3 · q-learning · seed 0 · unsaved", "││ paused   step 221"),
        (62, {}, "seed-2x3 · q-learning · seed 0 · unsaved", "││ paused   step 221"),
        (58, {}, "seed-2x3 · q-learning · unsaved", "││ paused   step 221"),
        (62, {"demonstration": True}, "seed-2x3 · q-learning · seed 0 · unsaved", " greedy   ││ paused"),
        (38, {"demonstration": True}, "seed-2x3*", " greedy   ││ paused"),
        (42, {}, "seed-2x3 · unsaved", "││ paused   step 221"),
        (38, {"save_name": "mine"}, "seed-2x3 · mine*", "││ paused   step 221"),
        (38, {"step": 123_456_789, "playing": True, "speed": math.inf}, "seed-2x3*", "►►   step 123,456,789"),
        (38, {"step": 123_456, "save_name": "a-very-long-name"}, "a-very-long-name*", "││   step 123,456"),
        (38, {"busy": "going to step 1,000,000: 45%, escape stops"}, "", "going to step 1,000,000: 45%, escape …"),
    ],
)
def test_where_the_line_is_short_it_keeps_whether_the_run_is_saved_and_what_it_does(width, fields, left, right):
    title, name, now = wording(learned(**fields), width)
    assert (title + name, "".join(text for text, _ in now)) == (left, right)


@pytest.mark.parametrize("width", [78, 58, 38])
def test_a_demonstration_hides_nothing_of_the_name_of_the_run(width):
    _, name, now = wording(learned(demonstration=True, playing=True), width)
    assert name.endswith("unsaved")
    assert "greedy" in now[0][0]


def test_control_characters_in_names_never_reach_the_terminal():
    canvas = Canvas(10, 1)
    canvas.put(0, 0, "a\x1b[2Jb\n")
    assert canvas.text == "a�[2Jb�"


def test_wide_characters_take_two_cells():
    canvas = Canvas(6, 1)
    assert canvas.put(0, 0, "世界") == 4
    assert [character for character, _ in canvas.rows[0]] == ["世", "", "界", "", " ", " "]


def test_a_start_value_that_is_rounding_and_nothing_else_is_written_as_0():
    shown = learned(truth=TruthView(0.0, 1.0, -4.5e-12, 7e-11))
    assert dict(facts(shown))["V*(start)"] == "0.00"
    assert dict(facts(learned(truth=TruthView(0.0, 1.0, -4.5e-12, 1e-12))))["V*(start)"] == "−4.5e−12"


def test_the_errors_of_the_map_count_as_the_largest_error_does():
    exact = learned().q - np.array([0.02, 0.0, -0.01, 0.0])
    shown = learned(truth=TruthView(0.02, 1.0, 7.29, known_to=0.015), q_star=exact)
    assert np.nanmax(numbers_of(shown, Layer.ERROR).states) == pytest.approx(0.02)
    assert np.nanmax(numbers_of(replace(shown, truth=replace(shown.truth, known_to=0.03)), Layer.ERROR).states) == 0.0


def test_td_errors_that_are_rounding_and_nothing_else_leave_the_map_blank():
    shown = learned(truth=TruthView(0.0, 1.0, 7.29, known_to=1e-10), td_errors=np.full((6, 4), -2e-15))
    assert not numbers_of(shown, Layer.TD_ERROR).states.any()
