"""What charts show, in numbers."""

import re
import struct
import sys
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from engine.errors import InputError
from engine.messages import CurvesView, TruthView
from tests.tui.fakes import episodes, snapshot
from tests.tui.test_drawing import PALETTE
from tui.plots import charts
from tui.widgets.canvas import Canvas
from tui.widgets.chart import draw_chart
from tui.widgets.series import SERIES, available, regrets, smoothed


def curves(**fields):
    steps = np.array([0, 1, 10, 100, 1000])
    first = {
        "steps": steps,
        "q_error": np.array([10.0, 9.0, 5.0, 1.0, 0.0]),
        "policy_agreement": np.array([0.0, 0.2, 0.6, 1.0, 1.0]),
        "loss": np.full(5, np.nan),
        "first_optimal": 100,
    }
    return CurvesView(**(first | fields))


def test_smoothing_is_the_mean_of_the_last_few_and_of_fewer_at_the_beginning():
    assert smoothed(np.array([1.0, 3.0, 5.0, 7.0]), 2).tolist() == [1.0, 2.0, 4.0, 6.0]


def test_regret_is_the_optimal_value_of_the_start_less_the_discounted_return():
    shown = snapshot(episodes=episodes(10.0, 0.0), truth=TruthView(0.0, 1.0, 7.29, 0.0))
    assert regrets(shown) == pytest.approx([0.0, 7.29])


def test_curves_of_the_optimum_are_offered_only_where_it_is_known():
    assert "regret" in available(snapshot(curves=curves()))
    assert available(snapshot(truth=None, curves=curves())) == ["return", "length", "TD error", "epsilon"]


def test_a_loss_is_offered_only_where_there_is_one():
    assert "loss" not in available(snapshot(curves=curves()))
    assert "loss" in available(snapshot(curves=curves(loss=np.array([np.nan, 1.0, 0.5, 0.2, 0.1]))))


@pytest.mark.parametrize("width", [30, 40, 120])
def test_the_chart_of_the_error_points_out_when_the_policy_became_optimal(width):
    canvas = Canvas(width, 7)
    draw_chart(canvas, 0, 0, width, 7, SERIES["max |Q−Q*|"](snapshot(curves=curves()), 1), PALETTE)
    lines = canvas.text.splitlines()
    assert lines[0].startswith("  10.00┤")
    assert "◆" in lines[0]
    assert "1,000" in lines[-1]
    assert ("optimal by step 100" in lines[-1]) == (width == 120)


def test_the_axis_of_the_chart_of_epsilon_writes_it_as_a_setting():
    shown = replace(episodes(1.0, 2.0), epsilons=np.array([0.5, 0.495]))
    canvas = Canvas(40, 7)
    draw_chart(canvas, 0, 0, 40, 7, SERIES["epsilon"](snapshot(episodes=shown), 1), PALETTE)
    lines = canvas.text.splitlines()
    assert (lines[0].split("┤")[0].strip(), lines[5].split("┤")[0].strip()) == ("0.5", "0.495")


def test_a_picture_holds_every_chart_that_there_is():
    shown = snapshot(episodes=episodes(1.0, 2.0, 3.0), curves=curves())
    svg = charts(shown, 1, "svg").decode()
    drawn = set(re.findall("<!-- (.+?) -->", svg))
    assert {"return", "max |Q−Q*|", "policy optimal", "regret", "length", "|TD error|", "epsilon"} <= drawn
    assert ElementTree.fromstring(svg).tag.endswith("svg")


def test_a_picture_of_dots_has_a_size_for_each_chart():
    png = charts(snapshot(episodes=episodes(1.0, 2.0), truth=None), 1, "png")
    assert png.startswith(b"\x89PNG")
    assert struct.unpack(">II", png[16:24]) == (960, 4 * 360)


def test_without_matplotlib_a_chart_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(InputError, match=r"pip install 'qscope\[plots\]'"):
        charts(snapshot(episodes=episodes(1.0, 2.0)), 1, "svg")
