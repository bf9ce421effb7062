"""A handful of whole screens, kept as pictures beside this file."""

import numpy as np
import pytest

from engine import planning
from engine.messages import BranchView, TruthView
from engine.view import world_view
from engine.worlds import catalogue
from tests.tui.fakes import FakeLibrary, FakeTrainer, learned, snapshot, timeline
from tui.app import QScope

TIMELINE = timeline(
    260,
    branch="branch 2",
    branches=(BranchView("main", 0, 240), BranchView("branch 2", 150, 260)),
    keyframes=np.array([0, 150]),
    episode_ends=np.array([18, 43, 66, 90, 112, 131, 149, 170, 190, 205, 219]),
    interventions=np.array([150, 230]),
    saves=np.array([100]),
)


SIZES = pytest.mark.parametrize("size", [(60, 20), (80, 24), (140, 40)], ids=lambda size: f"{size[0]}x{size[1]}")


def solved(name):
    """The exact optimum of a world that comes with the application, before the first step in it."""
    world = catalogue.find(name)
    solution = planning.solve(world)
    truth = TruthView(0.0, 1.0, solution.start_value)
    return snapshot(world_view(world), solution.q, greedy=solution.optimal, q_star=solution.q, truth=truth)


@SIZES
def test_the_main_screen(snap_compare, size):
    assert snap_compare(QScope(FakeTrainer(learned(timeline=TIMELINE)), FakeLibrary()), terminal_size=size)


@SIZES
def test_the_help(snap_compare, size):
    assert snap_compare(QScope(FakeTrainer(learned()), FakeLibrary()), press=["?"], terminal_size=size)


def test_the_cliff_in_wedges(snap_compare):
    app = QScope(FakeTrainer(solved("cliff")), FakeLibrary())
    assert snap_compare(app, press=["z"], terminal_size=(200, 60))


def test_the_frozen_lake_of_8x8(snap_compare):
    assert snap_compare(QScope(FakeTrainer(solved("frozen-lake-8x8")), FakeLibrary()), terminal_size=(80, 24))


def test_without_colours(snap_compare, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(QScope(FakeTrainer(learned(timeline=TIMELINE)), FakeLibrary()), terminal_size=(80, 24))
