"""The map at every rung of the ladder and in every layer, read as text: all is found without colour."""

from dataclasses import replace

import numpy as np
import pytest
from textual.theme import BUILTIN_THEMES

from engine.messages import Inspection, Outcome, ReplayView
from tests.tui.fakes import grid, learned, snapshot, values
from tui.app import LIGHT
from tui.colour import palette, ranks
from tui.depth import Depth
from tui.widgets.canvas import Canvas
from tui.widgets.layers import Layer, numbers_of, scale_of, verdict
from tui.widgets.map_places import Gathering
from tui.widgets.map_view import view_following, view_of
from tui.widgets.sight import Sight
from tui.widgets.world_map import draw_map
from tui.widgets.zoom import HALF, Rung, rungs, wedges

DARK = BUILTIN_THEMES["textual-dark"]
TRUE, NONE = palette(DARK, Depth.TRUE), palette(DARK, Depth.NONE)
KING = ("up", "right", "down", "left", "up-right", "down-right", "down-left", "up-left")


def drawn(shown, width, height, sight=None, colours=TRUE, row=0, column=0):
    sight = sight or Sight()
    canvas = Canvas(width, height)
    view = view_of(shown.world, width, height, row, column, sight.rung, coloured=bool(colours.positive))
    draw_map(canvas, shown, view, colours, sight)
    return canvas


def room():
    """A start, a wall, an end, the agent, and one best action: to the right."""
    world = grid("S.#G", "....")
    return snapshot(world, values(world, s4=[0.0, 1.0, 0.0, -0.5]), state=4, path=(0, 3, 4))


SIZES = {Rung.WEDGES: (70, 12), Rung.VALUES: (40, 12), Rung.ARROWS: (16, 3), Rung.HALVES: (40, 3)}


def test_a_reward_keeps_away_from_the_letter_of_the_next_cell():
    shown = learned()
    text = drawn(shown, 28, 7).text
    assert "−10 G" in text
    assert "+10" in text


@pytest.mark.parametrize("depth", [Depth.TRUE, Depth.MANY, Depth.SIXTEEN, Depth.NONE])
@pytest.mark.parametrize("rung", list(Rung))
def test_agent_best_action_end_wall_and_start_are_found_by_their_glyphs(rung, depth):
    colours = palette(BUILTIN_THEMES["ansi-dark"] if depth == Depth.SIXTEEN else DARK, depth)
    text = drawn(room(), *SIZES[rung], Sight(rung=rung), colours).text
    for glyph in ("@", "→", "G", "S"):
        assert glyph in text, (glyph, text)
    assert "█" in text or "▀" in text


def test_the_text_is_the_same_with_and_without_colours():
    for rung in (Rung.WEDGES, Rung.VALUES, Rung.ARROWS):
        sight = Sight(rung=rung)
        assert drawn(room(), *SIZES[rung], sight, NONE).text == drawn(room(), *SIZES[rung], sight, TRUE).text


def test_without_colours_nothing_has_a_colour():
    for rung in Rung:
        canvas = drawn(room(), *SIZES[rung], Sight(rung=rung), NONE)
        assert {(style.color, style.bgcolor) for row in canvas.rows for _, style in row} == {(None, None)}


def test_a_single_column_a_cell_still_shows_the_start():
    world = grid("." * 17 + "S#G")
    assert drawn(snapshot(world, state=3), 20, 2).text.split("\n")[0] == "┼┼┼@" + "┼" * 13 + "S█G"


def test_a_state_that_is_called_as_its_cell_is_named_once():
    world = grid("S.A")
    world = replace(world, states=("0,0", "0,1", "A"))
    assert drawn(snapshot(world), 50, 6, Sight(rung=Rung.VALUES)).text.count("A") == 1


def test_wedges_hold_the_four_values_each_towards_its_move():
    lines = drawn(learned(), 50, 10, Sight(rung=Rung.WEDGES)).text.split("\n")
    assert lines[1:4] == [
        "│S    3.28      │X    0.00   −10│ G 0,2     +10 │",
        "│0.00  ·↓  −6.72│5.53   ←   5.00│       end     │",
        "│     7.29      │     0.00      │               │",
    ]


def test_a_king_has_eight_values_around_the_arrow():
    world = grid("S.", ".G", actions=KING)
    q = values(world, s0=[1.0, 2.0, 3.0, 4.0, 5.0, 9.0, 7.0, 8.0])
    lines = drawn(snapshot(world, q), 50, 12, Sight(rung=Rung.WEDGES)).text.split("\n")
    assert [line.split("│")[1] for line in lines[1:5]] == [
        "S                    ",
        "8.00    1.00     5.00",
        "4.00     @↘      2.00",
        "7.00    3.00     9.00",
    ]


def test_actions_without_a_direction_have_no_wedges():
    assert wedges(("go", "stay")) == ()
    assert Rung.WEDGES not in rungs(("pick", "drop"))
    assert [len(wedges(KING)) > 0, len(wedges(("up", "right", "down", "left"))) > 0] == [True, True]


def test_two_rows_of_a_maze_share_a_line():
    world = grid("#..#", "#.#.", "S..G")
    canvas = drawn(snapshot(world, state=5), 4, 3, Sight(rung=Rung.HALVES))
    assert canvas.rows[0][0][0] == "█"
    assert canvas.rows[0][2][0] == "▄"
    assert canvas.rows[0][3][0] == "▀"
    assert canvas.text.split("\n")[1] == "S@ G"


def test_a_half_has_the_colour_of_its_state_and_the_other_half_that_of_the_other():
    world = grid("...S", "....")
    q = values(world, s0=[9.0] * 4, s4=[-9.0] * 4, s1=[9.0] * 4)
    canvas = drawn(snapshot(world, q), 4, 2, Sight(rung=Rung.HALVES))
    above, below = TRUE.value(9.0, 10.0).bgcolor, TRUE.value(-9.0, 10.0).bgcolor
    character, style = canvas.rows[0][0]
    assert (character, style.color.name, style.bgcolor.name) == ("▀", above.name, below.name)
    assert canvas.rows[0][1][0] == "▀"
    assert canvas.rows[0][1][1].bgcolor is None


def test_the_path_is_seen_in_half_blocks_without_colours():
    world = grid("S..", "...")
    shown = snapshot(world, state=5, path=(0, 1, 4, 5))
    assert drawn(shown, 3, 2, Sight(rung=Rung.HALVES), NONE).text.split("\n")[0] == "S:@"


def test_half_blocks_say_what_is_best_where_the_agent_is():
    assert "@ 1,1 best →" in drawn(room(), 60, 4, Sight(rung=Rung.HALVES)).text


def big():
    world = grid("S" + "." * 299, *["." * 300] * 298, "." * 299 + "G")
    return snapshot(world, state=45_150)


def test_a_maze_of_90000_states_is_drawn_without_a_loop_over_them(monkeypatch):
    asked = []
    place = Gathering.place
    monkeypatch.setattr(Gathering, "place", lambda self, state: asked.append(state) or place(self, state))
    shown = big()
    assert view_of(shown.world, 60, 20, 0, 0).zoom == HALF
    drawn(shown, 60, 20)
    assert asked == []
    drawn(shown, 60, 20, Sight(rung=Rung.ARROWS))
    assert len(asked) == 30 * 19


def test_a_large_maze_scrolls_with_the_agent_and_with_the_cursor():
    shown = big()
    view = view_of(shown.world, 60, 20, 0, 0)
    row, column = view_following(shown, view)
    assert "@" in drawn(shown, 60, 20, row=row, column=column).text
    assert view_following(shown, view, cursor=0) == (0, 0)


def test_a_rung_that_was_chosen_is_kept_where_the_map_does_not_fit():
    for rung in Rung:
        assert view_of(big().world, 60, 20, 0, 0, rung).zoom.rung is rung


# Layers.


def with_extras(**fields):
    shown = learned()
    q_star = np.where(np.isnan(shown.q), np.nan, shown.q + 1.0)
    visits = np.where(np.isnan(shown.q), 0, 1234)
    replay = ReplayView(4936, 10_000, visits, visits * 7, 4935, 7.0)
    return learned(q_star=q_star, visits=visits, td_errors=q_star * -0.5, replay=replay, **fields)


@pytest.mark.parametrize(
    ("layer", "legend", "number"),
    [
        (Layer.VALUE, "V −10 ────0──── 10", "7.29"),
        (Layer.POLICY, "policy ↑→↓←", "✓"),
        (Layer.VISITS, "visits 0──── 5000", "4936"),
        (Layer.REPLAY, "replay 0──── 5000  4,936 of 10,000, age 7, at most 4,935", "4936"),
        (Layer.REPLAY_AGE, "replay age 0──── 10  4,936 of 10,000, age 7, at most 4,935", "7"),
        (Layer.ERROR, "max|Q−Q*| 0──── 1", "1.00"),
        (Layer.TD_ERROR, "TD error −10 ────0──── 10", "−5.50"),
    ],
)
def test_every_layer_names_itself_and_its_range_and_shows_its_numbers(layer, legend, number):
    text = drawn(with_extras(), 70, 10, Sight(layer=layer, rung=Rung.VALUES)).text
    assert legend in text.split("\n")[-1]
    assert number in text


@pytest.mark.parametrize(("rung", "told"), [(Rung.WEDGES, True), (Rung.VALUES, True), (Rung.ARROWS, False)])
def test_the_legend_of_the_policy_says_what_its_marks_are_where_there_are_any(rung, told):
    text = drawn(with_extras(), 70, 12, Sight(layer=Layer.POLICY, rung=rung)).text
    assert ("✓ optimal  ✗ not" in text) == told
    assert (text.count("✓") > 1) == told


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (Layer.VISITS, "this agent counts no visits"),
        (Layer.REPLAY, "this agent has no replay"),
        (Layer.ERROR, "Q* is not known here"),
        (Layer.TD_ERROR, "no model, no TD error"),
    ],
)
def test_a_layer_that_there_is_not_says_why(layer, words):
    assert words in drawn(learned(), 60, 10, Sight(layer=layer)).text


def test_zero_is_marked_between_the_two_halves_of_the_ramp():
    row = drawn(learned(), 70, 10, Sight(rung=Rung.VALUES)).rows[-1]
    zero = "".join(character for character, _ in row).index("0────")
    assert row[zero][1].bgcolor is None
    assert row[zero - 1][1].bgcolor == TRUE.negative[1].bgcolor
    assert row[zero + 4][1].bgcolor == TRUE.positive[-1].bgcolor


def test_a_greedy_action_that_is_not_optimal_is_marked():
    world = grid("S.G")
    shown = snapshot(world, values(world, s0=[1.0, 0, 0, 0], s1=[0, 1.0, 0, 0]))
    exact = values(world, s0=[0, 1.0, 0, 0], s1=[0, 1.0, 0, 0])
    with_truth = snapshot(world, shown.q, q_star=exact)
    assert [verdict(with_truth, state) for state in range(3)] == ["✗", "✓", ""]
    assert verdict(shown, 0) == ""


@pytest.mark.parametrize("layer", list(Layer))
@pytest.mark.parametrize("colours", [TRUE, palette(LIGHT, Depth.TRUE), NONE], ids=["dark", "light", "none"])
def test_the_colours_of_many_states_are_those_of_one_by_one(layer, colours):
    shown = with_extras()
    numbers = numbers_of(shown, layer)
    shades = numbers.shades(colours)
    for state, rank in enumerate(numbers.state_ranks(np.arange(6), colours).tolist()):
        one = numbers.shade(float(numbers.states[state]), numbers.state_scale, colours)
        assert shades.get(rank, colours.plain) == one


def test_ranks_rise_with_the_value_and_zero_has_none():
    values = np.array([-10.0, -0.1, 0.0, np.nan, 0.1, 5.0, 10.0])
    assert ranks(values, 10.0, 8).tolist() == [-8, -1, 0, 0, 1, 5, 8]
    assert not ranks(values, 0.0, 8).any()


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("depth", [Depth.TRUE, Depth.MANY])
def test_the_ramp_of_amounts_changes_its_brightness_all_the_way(theme, depth):
    triplets = [style.bgcolor.triplet for style in palette(theme, depth).amounts]
    brightness = [0.299 * red + 0.587 * green + 0.114 * blue for red, green, blue in triplets]
    assert brightness == sorted(brightness, reverse=not theme.dark)
    assert len(set(brightness)) == len(brightness)


def test_a_value_without_bounds_does_not_hide_the_others():
    assert scale_of(np.array([1.0, np.inf, -3.0, np.nan])) == 5.0
    assert scale_of(np.array([np.nan, np.nan])) == 0.0


# Where an action may lead.


def slippery(cursor=4, action=1):
    shown = room()
    outcomes = (
        Outcome(1, 0.8, 5, 0.0, False),
        Outcome(1, 0.2, 1, 0.0, False),
        Outcome(0, 1.0, 1, 0.0, False),
    )
    inspection = Inspection(4, None, None, None, outcomes)
    return snapshot(shown.world, shown.q, state=4, path=shown.path, inspection=inspection), Sight(
        cursor=cursor, action=action
    )


@pytest.mark.parametrize(
    ("rung", "size", "likely", "unlikely"),
    [
        (Rung.WEDGES, (70, 15), "80%", "20%"),
        (Rung.WEDGES, (70, 9), "┼8", "┼2"),
        (Rung.VALUES, SIZES[Rung.VALUES], "80%", "20%"),
        (Rung.ARROWS, (16, 3), "┼80", "┼20"),
        (Rung.ARROWS, (12, 3), "┼8", "┼2"),
        (Rung.ARROWS, (8, 3), "8┼", "2┼"),
        (Rung.ARROWS, (4, 3), "8", "2"),
    ],
)
def test_the_map_shows_where_the_inspected_action_may_lead(rung, size, likely, unlikely):
    shown, sight = slippery()
    text = drawn(shown, *size, Sight(rung=rung, cursor=sight.cursor, action=sight.action)).text
    assert likely in text
    assert unlikely in text


@pytest.mark.parametrize("size", [(70, 15), (70, 9), (40, 12), (16, 3), (12, 3), (8, 3)])
def test_where_an_action_may_lead_hides_no_best_action(size):
    shown, _ = slippery()
    rung = Rung.WEDGES if size[0] == 70 else None
    without, shows = (
        drawn(shown, *size, Sight(rung=rung, cursor=4, action=action)).text.rpartition("\n")[0] for action in (2, 1)
    )
    assert [shows.count(arrow) for arrow in "┼→"] == [without.count(arrow) for arrow in "┼→"]


def test_the_agent_stays_where_an_action_may_lead_back_to_it():
    shown, sight = slippery()
    stay = Inspection(4, None, None, None, (Outcome(1, 1.0, 4, 0.0, False),))
    assert "@●" in drawn(replace(shown, inspection=stay), 8, 3, sight).text
    assert "@" in drawn(replace(shown, inspection=stay), 4, 3, sight).text


def test_another_action_leads_elsewhere():
    shown, _ = slippery()
    text = drawn(shown, *SIZES[Rung.VALUES], Sight(rung=Rung.VALUES, cursor=4, action=0)).text
    assert "┼100" in text
    assert "80%" not in text


@pytest.mark.parametrize("size", [(70, 14), (40, 12), (42, 7), (26, 5)])
def test_where_an_action_may_lead_the_value_stays(size):
    shown, sight = slippery()
    shown = replace(shown, q=values(shown.world, s4=[0.0, 1.0, 0.0, -0.5], s5=[0.0, 0.0, 7.5, 0.0]))
    text = drawn(shown, *size, replace(sight, rung=Rung.VALUES)).text
    assert "7.50" in text
    assert "80%" in text


@pytest.mark.parametrize(
    ("rung", "size", "words"),
    [
        (Rung.VALUES, (70, 14), "% how likely right leads there"),
        (Rung.VALUES, (38, 12), "% where right leads"),
        (Rung.VALUES, (33, 5), "V −1 ──0── 1  % where right leads"),
        (Rung.VALUES, (26, 5), "% by right"),
        (Rung.WEDGES, (70, 12), "% how likely right leads there"),
        (Rung.HALVES, (40, 3), "0–9 ● where right leads"),
    ],
)
def test_the_legend_says_what_the_numbers_of_an_inspected_action_are(rung, size, words):
    shown, sight = slippery()
    assert words in drawn(shown, *size, replace(sight, rung=rung)).text.split("\n")[-1]
    assert "right" not in drawn(shown, *size, Sight(rung=rung)).text


def test_what_is_known_of_another_state_is_not_shown():
    shown, sight = slippery(cursor=5)
    assert "%" not in drawn(shown, *SIZES[Rung.VALUES], sight).text


def test_the_inspected_cell_has_a_double_frame():
    shown, sight = slippery()
    assert drawn(shown, *SIZES[Rung.WEDGES], sight).text.count("╔") == 1


def test_an_inspected_half_has_a_sign():
    shown, _ = slippery()
    assert "□" in drawn(shown, 40, 3, Sight(rung=Rung.HALVES, cursor=0)).text
