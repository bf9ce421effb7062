"""The application on the real engine, from a first step to a saved agent that is opened again."""

import numpy as np

from engine.messages import Load, Start
from engine.trainer import Trainer
from tui.app import QScope
from tui.screens.engine_library import EngineLibrary


async def until(pilot, condition):
    """Wait for the condition; a test that waits too long is stopped here."""
    for _ in range(1000):
        if condition():
            return
        await pilot.pause(0.02)
    raise AssertionError("waited in vain")


async def test_what_was_saved_is_what_is_opened_again(saves):
    first = Trainer(saves)
    first.start(Start("seed-2x3", "q-learning"))
    app = QScope(first, EngineLibrary(saves))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.main_screen.snapshot is not None)
        for n in range(1, 4):
            await pilot.press("e")
            await until(pilot, lambda n=n: app.main_screen.snapshot.episodes.finished == n)
        await pilot.press("S", "enter")
        await until(pilot, lambda: app.main_screen.snapshot.save_name == "seed-2x3-q-learning")
        left = app.main_screen.snapshot
        await pilot.press("q")
    first.close()
    second = Trainer(saves)
    second.start(Load("seed-2x3-q-learning"))
    app = QScope(second, EngineLibrary(saves))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.main_screen.snapshot is not None)
        found = app.main_screen.snapshot
    second.close()
    assert found.step == left.step > 0
    np.testing.assert_array_equal(found.q, left.q)


async def test_the_dialogs_list_what_the_engine_has(saves):
    library = EngineLibrary(saves)
    assert "seed-2x3" in [world.id for world in library.worlds()]
    assert {"q-learning", "dqn"} <= {agent.name for agent in library.agents()}
    assert list(library.saves()) == []
