"""A handful of whole screens, kept as pictures beside this file."""

import numpy as np
import pytest

from engine.messages import BranchView
from tests.tui.fakes import FakeLibrary, FakeTrainer, learned, timeline
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


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (140, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_main_screen(snap_compare, size):
    assert snap_compare(QScope(FakeTrainer(learned(timeline=TIMELINE)), FakeLibrary()), terminal_size=size)
