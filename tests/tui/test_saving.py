"""What a person sees of saves that cannot be written or read: one clear notice, and nothing lost."""

import os

import pytest

from engine import saves as engine_saves
from engine.messages import Load, Start
from engine.trainer import Trainer
from tests.tui.waiting import seen, until
from tui.app import QScope
from tui.screens.engine_library import EngineLibrary


@pytest.fixture
async def stepping(saves):
    """The application on a real trainer, after one step of a run that is in no save."""
    trainer = Trainer(saves)
    trainer.start(Start("seed-2x3", "q-learning"))
    app = QScope(trainer, EngineLibrary(saves))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: app.main_screen.snapshot is not None)
        await pilot.press("s")
        await until(pilot, lambda: app.main_screen.snapshot.step == 1)
        yield app, pilot
    trainer.close(forget=True)


async def told(pilot, *words):
    """Wait for a notice with all the words in it: an error, in one line."""

    def found():
        return [one for one in pilot.app._notifications if all(word in one.message for word in words)]

    await until(pilot, found)
    assert found()[0].severity == "error"
    assert "\n" not in found()[0].message


async def test_a_full_disk_is_told_and_the_run_stays_unsaved_and_goes_on(stepping, saves, monkeypatch):
    app, pilot = stepping

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    await pilot.press("S", "enter")
    await told(pilot, "cannot save to", "No space left on device")
    assert app.main_screen.snapshot.unsaved
    assert engine_saves.listing(saves) == ()
    monkeypatch.undo()
    await pilot.press("s")
    await until(pilot, lambda: app.main_screen.snapshot.step == 2)
    await pilot.press("S", "enter")
    await until(pilot, lambda: not app.main_screen.snapshot.unsaved)


async def test_a_folder_that_cannot_be_written_is_told(stepping, saves, monkeypatch):
    app, pilot = stepping

    def read_only(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", read_only)  # How the lock of the folder is taken.
    await pilot.press("S", "enter")
    await told(pilot, "cannot save to", "Permission denied")
    assert app.main_screen.snapshot.unsaved


async def test_the_revision_before_a_damaged_save_is_offered_and_opened(stepping, saves):
    app, pilot = stepping
    await pilot.press("S", "enter")
    await until(pilot, lambda: not app.main_screen.snapshot.unsaved)
    await pilot.press("s")
    await until(pilot, lambda: app.main_screen.snapshot.step == 2)
    await pilot.press("S", "enter")
    await until(pilot, lambda: not app.main_screen.snapshot.unsaved)
    (path,) = saves.glob("*.safetensors")
    path.write_bytes(path.read_bytes()[:-1])
    await pilot.press("O")
    await seen(pilot, "seed-2x3-q-learning  damaged: ", "~1 of seed-2x3")
    await pilot.press("down", "enter")
    await until(pilot, lambda: app.main_screen.snapshot.step == 1)


async def test_a_damaged_save_that_is_asked_for_by_name_names_the_revision_before_it(saves):
    trainer = Trainer(saves)
    trainer.start(Start("seed-2x3", "q-learning"))
    app = QScope(trainer, EngineLibrary(saves))
    path = saves / "a.safetensors"
    path.write_bytes(b"gone")
    path.with_name("a.safetensors~1").write_bytes(b"older")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: app.main_screen.snapshot is not None)
        trainer.submit(Load("a"))
        await told(pilot, "not a valid save", "the revision before it is a~1")
    trainer.close(forget=True)


async def test_a_run_that_is_saved_before_it_begins_anew_is_there_to_be_opened(stepping, saves):
    app, pilot = stepping
    await pilot.press("r", "s", "enter")
    await until(pilot, lambda: app.main_screen.snapshot.step == 0)
    assert [(save.name, save.steps) for save in engine_saves.listing(saves)] == [("seed-2x3-q-learning", 1)]
