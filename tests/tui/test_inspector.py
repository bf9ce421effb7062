"""What the inspector says of the state under the cursor, read as text."""

from dataclasses import replace

import numpy as np
import pytest
from textual.theme import BUILTIN_THEMES

from engine.messages import AgentView, Inspection, Outcome, TruthView
from tests.tui.fakes import NAN, learned, names, snapshot, values
from tui.colour import palette
from tui.depth import Depth
from tui.widgets.canvas import Canvas
from tui.widgets.inspector import draw_state
from tui.widgets.layers import Layer
from tui.widgets.sight import Sight

PALETTE = palette(BUILTIN_THEMES["textual-dark"], Depth.TRUE)


def text(shown, width=78, height=6, **sight):
    canvas = Canvas(width, height)
    draw_state(canvas, shown, Sight(**sight), PALETTE)
    return canvas.text


def inspected(state=4, target=None, **fields):
    """The 2x3 grid with all that can be known of one state."""
    shown = learned()
    inspection = Inspection(
        state,
        np.array([12, 340, 56, 7]),
        np.array([0.5, 0.0, -0.25, 0.0]),
        target,
        (Outcome(1, 0.75, 5, 0.0, False), Outcome(1, 0.25, 1, -10.0, False), Outcome(0, 1.0, 2, 10.0, True)),
    )
    return learned(q_star=shown.q + 1.0, inspection=inspection, **fields)


def test_a_state_is_shown_with_every_value_its_error_visits_and_outcomes():
    assert text(inspected(), cursor=4).split("\n") == [
        "1,1 · state 4 of 6 · agent here · V 9.00 · V* 10.00 · best is optimal",
        "              Q      Q*    Q−Q*  visits mean TD   right leads to",
        "  up      −6.39   −5.39   −1.00      12    0.50   1,2          75% reward 0",
        "▸ right    9.00   10.00   −1.00     340    0.00   0,1          25% reward −10",
        "  down     7.08    8.08   −1.00      56   −0.25",
        "  left     5.47    6.47   −1.00       7    0.00",
    ]


def test_a_mean_td_error_that_is_rounding_and_nothing_else_is_written_as_0():
    shown = inspected(truth=TruthView(0.0, 1.0, 7.29, known_to=1e-10))
    inspection = replace(shown.inspection, td_errors=np.array([2e-15, 2e-9, -2e-15, 0.0]))
    lines = text(replace(shown, inspection=inspection), cursor=4).split("\n")
    assert [line[40:50].split()[-1] for line in lines[2:6]] == ["0.00", "2e−9", "0.00", "0.00"]


def test_another_action_shows_where_it_leads_and_that_it_ends_there():
    lines = text(inspected(), cursor=4, action=0).split("\n")
    assert lines[1].endswith("up leads to")
    assert lines[2].endswith("100% +10 end")


def test_a_network_and_its_target_stand_side_by_side_with_their_difference():
    shown = inspected(target=np.array([-6.0, 8.0, 7.0, 5.0]))
    lines = text(shown, cursor=4).split("\n")
    assert lines[1].split()[:3] == ["online", "target", "differ"]
    assert lines[3].split()[:5] == ["▸", "right", "9.00", "8.00", "1.00"]


def test_beside_both_networks_80_columns_have_room_for_the_error_and_the_visits_in_narrower_columns():
    shown = inspected(target=np.array([-6.0, 8.0, 7.0, 5.0]))
    lines = text(shown, width=76, cursor=4).split("\n")
    assert lines[1] == "        online target differ     Q*   Q−Q* visits   right leads to"
    assert lines[3] == "▸ right   9.00   8.00   1.00  10.00  −1.00    340   0,1      25% reward −10"
    assert "mean TD" in text(shown, width=100, cursor=4)


def test_a_run_of_an_older_save_says_since_when_its_visits_are_counted():
    line = text(inspected(agent=AgentView("dqn", "", {}, 0, counted_after=12_345)), width=110, cursor=4).split("\n")[0]
    assert line.endswith("best is optimal · visits since step 12,345")
    assert "since" not in text(inspected(), width=110, cursor=4)


def test_where_the_map_counts_visits_they_are_told_first_for_not_every_column_may_fit():
    first = text(inspected(), width=29, cursor=4, layer=Layer.VISITS).split("\n")[1]
    assert first.split()[:3] == ["visits", "Q", "Q*"]
    assert "visits" not in text(inspected(), width=29, cursor=4).split("\n")[1]


def test_what_is_not_known_is_left_out():
    lines = text(learned(), cursor=4).split("\n")
    assert lines[1].split() == ["Q"]
    assert "V*" not in lines[0]


def test_what_is_known_of_another_state_is_not_told_of_this_one():
    assert "visits" not in text(inspected(state=3), cursor=4)


def test_where_there_is_no_room_beside_the_actions_the_outcomes_stand_below_them():
    assert text(inspected(), width=36, height=9, cursor=4).split("\n")[6:] == [
        "right leads to",
        "1,2           75% reward 0",
        "0,1           25% reward −10",
    ]


def test_where_it_is_narrow_the_values_go_before_the_number_of_the_state():
    assert text(inspected(), width=42, cursor=4).split("\n")[0] == "1,1 · agent here · V 9.00 · V* 10.00"


def test_actions_that_do_not_fit_are_counted():
    assert text(inspected(), width=78, height=4, cursor=4).split("\n")[1].split()[:3] == ["+2", "more", "Q"]


def test_a_terminal_state_has_no_actions():
    lines = text(inspected(state=2), cursor=2).split("\n")
    assert lines[0] == "0,2 · state 2 of 6 · terminal"
    assert lines[1] == "a terminal state: the episode ends here, its value is 0"


def test_an_action_that_is_not_legal_is_left_out():
    world = names(2, actions=("go", "stay", "jump"))
    lines = text(snapshot(world, values(world, s0=[1.0, NAN, 2.0])), cursor=0).split("\n")
    assert [line.replace("▸", " ").split()[0] for line in lines[2:] if line] == ["go", "jump"]


def test_the_chosen_one_of_many_actions_stays_in_view():
    world = names(2, actions=[f"a{n}" for n in range(30)])
    shown = snapshot(world, values(world, s0=list(range(30))))
    lines = text(shown, cursor=0, action=12).split("\n")
    assert any("a12" in line for line in lines)
    assert len(lines) == 6


def test_many_outcomes_are_counted_where_they_do_not_fit():
    outcomes = tuple(Outcome(1, 0.1, n % 6, 0.0, False) for n in range(10))
    shown = learned(inspection=Inspection(4, None, None, None, outcomes))
    assert "+6 more" in text(shown, cursor=4)


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (12, 2), (36, 3), (58, 6), (200, 40)])
def test_it_draws_at_any_size(size):
    assert all(len(line) <= size[0] for line in text(inspected(), *size, cursor=4).split("\n"))
    for cursor in range(6):
        text(snapshot(), *size, cursor=cursor)


def test_an_error_no_larger_than_that_of_the_optimum_itself_is_none():
    shown = inspected()
    shown = replace(shown, q_star=shown.q + np.array([[4.5e-12, 2.0, -4.5e-12, 4e-9]]))
    lines = text(shown, width=60, cursor=4).split("\n")
    assert [line[23:31].strip() for line in lines[2:]] == ["0.00", "−2.00", "0.00", "−4e−9"]
