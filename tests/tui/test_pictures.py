"""A handful of whole screens, kept as pictures beside this file."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from rich.terminal_theme import TerminalTheme

from engine import planning, saves
from engine.messages import BranchView, Load, Look, TruthView
from engine.session import Session
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

TRAINED = Path(__file__).parent / "fixtures" / "trained.safetensors"
XTERM = TerminalTheme(
    (0, 0, 0),
    (229, 229, 229),
    [(0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229)],
    [(127,) * 3, (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255), (255,) * 3],
)
"""The 16 colours as xterm shows them (XTerm-col.ad); Rich's own for pictures have a grey for black."""
README = Path(__file__).parents[2] / "README.md"

SIZES = pytest.mark.parametrize("size", [(60, 20), (80, 24), (140, 40)], ids=lambda size: f"{size[0]}x{size[1]}")


def solved(name):
    """The exact optimum of a world that comes with the application, before the first step in it."""
    world = catalogue.find(name)
    solution = planning.solve(world)
    truth = TruthView(0.0, 1.0, solution.start_value, solution.known_to)
    return snapshot(world_view(world), solution.q, greedy=solution.optimal, q_star=solution.q, truth=truth)


def trained(folder, look):
    """What is seen of a DQN that has learned for 3,090 steps: from a save, for another machine may learn otherwise."""
    shutil.copy(TRAINED, folder)
    session = Session(folder, lambda busy: None)
    session.obey(Load(TRAINED.name.removesuffix(saves.SUFFIX)))
    session.obey(look)
    return FakeTrainer(session.snapshot(playing=False, speed=5.0, steps_per_second=float("nan")))


def test_the_first_start(snap_compare):
    assert snap_compare(QScope(FakeTrainer(snapshot()), FakeLibrary()), terminal_size=(80, 24))


@SIZES
def test_the_main_screen(snap_compare, size):
    assert snap_compare(QScope(FakeTrainer(learned(timeline=TIMELINE)), FakeLibrary()), terminal_size=size)


@SIZES
def test_the_help(snap_compare, size):
    assert snap_compare(QScope(FakeTrainer(learned()), FakeLibrary()), press=["?"], terminal_size=size)


def test_the_cliff_in_wedges(snap_compare):
    app = QScope(FakeTrainer(solved("cliff")), FakeLibrary())
    assert snap_compare(app, press=["z"], terminal_size=(140, 36))


def test_the_frozen_lake_of_8x8(snap_compare):
    assert snap_compare(QScope(FakeTrainer(solved("frozen-lake-8x8")), FakeLibrary()), terminal_size=(80, 24))


def test_the_inspector_of_a_dqn(snap_compare, tmp_path):
    trainer = trained(tmp_path, Look(state=7))
    assert snap_compare(QScope(trainer, FakeLibrary()), press=["i"], terminal_size=(80, 24))


def test_what_the_replay_of_a_dqn_holds(snap_compare, tmp_path):
    trainer = trained(tmp_path, Look(replay=True))
    assert snap_compare(QScope(trainer, FakeLibrary()), press=["v"] * 3, terminal_size=(80, 24))


def test_in_16_colours(snap_compare, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("COLORTERM")
    monkeypatch.setattr("rich.console.SVG_EXPORT_THEME", XTERM)
    assert snap_compare(QScope(FakeTrainer(learned(timeline=TIMELINE)), FakeLibrary()), terminal_size=(80, 24))


def test_without_colours(snap_compare, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(QScope(FakeTrainer(learned(timeline=TIMELINE)), FakeLibrary()), terminal_size=(80, 24))


def test_every_picture_of_the_readme_is_there_and_quickly_loaded():
    pictures = [README.parent / path for path in re.findall(r"!\[[^]]*\]\(<([^>]+)>\)", README.read_text("utf-8"))]
    assert len(pictures) >= 10
    assert {picture.name: picture.stat().st_size for picture in pictures if picture.stat().st_size > 200_000} == {}
