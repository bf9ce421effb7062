"""A handful of whole screens, kept as pictures beside this file."""

import pytest

from tests.tui.fakes import FakeLibrary, FakeTrainer, learned
from tui.app import QScope


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (140, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_main_screen(snap_compare, size):
    assert snap_compare(QScope(FakeTrainer(learned()), FakeLibrary()), terminal_size=size)
