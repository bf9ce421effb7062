"""How the application begins: it offers to go on where the line broke, and tells why a run cannot be begun."""

import pytest

from engine import messages
from tests.tui.fakes import FakeLibrary, FakeTrainer, Save
from tui.app import QScope
from tui.screens.continue_run import ContinueRun

BROKEN = Save(".autosave/cliff-q-learning-20250301-123000-77", steps=1234)


@pytest.fixture
def broken():
    """An app that begins after a line broke, with its trainer and its library."""
    trainer, library = FakeTrainer(), FakeLibrary(broken=BROKEN)
    return QScope(trainer, library, welcome=True), trainer, library


async def test_it_offers_to_go_on_where_the_line_broke(broken):
    app, trainer, _ = broken
    async with app.run_test() as pilot:
        await pilot.pause()
        assert isinstance(app.screen, ContinueRun)
        assert "q-learning in cliff broke off at step 1,234" in app.screen.question
        await pilot.press("enter")
    assert trainer.commands == [messages.Load(BROKEN.name)]


async def test_what_is_not_wanted_now_stays(broken):
    app, trainer, library = broken
    async with app.run_test() as pilot:
        await pilot.press("escape")
        assert app.screen is app.main_screen
    assert (trainer.commands, library.broken) == ([], BROKEN)


async def test_what_is_to_be_forgotten_goes(broken):
    app, trainer, library = broken
    async with app.run_test() as pilot:
        await pilot.press("f")
    assert (trainer.commands, library.broken) == ([], None)


async def test_nothing_is_offered_where_a_world_or_a_save_was_named(trainer):
    app = QScope(trainer, FakeLibrary(broken=BROKEN))
    async with app.run_test() as pilot:
        await pilot.pause()
        assert app.screen is app.main_screen


async def test_a_first_run_that_cannot_be_begun_ends_the_application(trainer, library):
    trainer.snapshot = None
    app = QScope(trainer, library)
    async with app.run_test() as pilot:
        trainer.complaint = "x.safetensors: not a valid save: it was cut short"
        await pilot.pause(0.1)
    assert app.return_code == 2
