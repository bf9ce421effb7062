"""The application on the real engine, from a first step to a saved agent that is opened again."""

import numpy as np
import pytest

from engine.messages import Load, Start
from engine.trainer import Trainer
from tests.tui.waiting import seen, until
from tui.app import QScope
from tui.screens.engine_library import EngineLibrary
from tui.widgets.editor import EditorPanel
from tui.widgets.panel import Drawing
from tui.widgets.timeline import Timeline


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


@pytest.fixture
async def session(saves):
    """The application on a real trainer, in the middle of the third episode of the 2x3 grid."""
    trainer = Trainer(saves)
    trainer.start(Start("seed-2x3", "q-learning"))
    app = QScope(trainer, EngineLibrary(saves))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.main_screen.snapshot is not None)
        for n in (1, 2):
            await pilot.press("e")
            await until(pilot, lambda n=n: app.main_screen.snapshot.episodes.finished == n)
        boundary = app.main_screen.snapshot.step
        for n in (1, 2, 3):
            await pilot.press("s")
            await at_step(pilot, boundary + n)
        yield pilot, boundary
    trainer.close(forget=True)


async def at_step(pilot, step):
    """Wait until the screen shows the step."""
    await until(pilot, lambda: pilot.app.main_screen.snapshot.step == step)
    await pilot.pause()


def panes(app):
    """What the panels of the screen and the lines of the why say, which know nothing of the future."""
    drawings = app.main_screen.query(Drawing).exclude("Status, Timeline, KeyLine")
    return [drawing.draw(*drawing.size).text for drawing in drawings]


async def test_stepping_back_across_the_end_of_an_episode_shows_what_was_seen_before(session):
    pilot, boundary = session
    app, there = pilot.app, boundary + 3
    seen = {there: panes(app)}
    for step in range(there - 1, boundary - 4, -1):
        await pilot.press("b")
        await at_step(pilot, step)
        seen[step] = panes(app)
    assert "episode ended" in seen[boundary][-1]
    assert "episode ended" not in seen[boundary + 1][-1]
    assert "episode ended" not in seen[boundary - 1][-1]
    for step in range(boundary - 2, there + 1):
        await pilot.press("s")
        await at_step(pilot, step)
        assert panes(app) == seen[step]
    await pilot.press("B")
    await at_step(pilot, boundary)
    assert panes(app) == seen[boundary]


async def test_another_epsilon_in_the_past_is_a_branch_and_the_old_future_is_kept(session):
    pilot, boundary = session
    app, screen = pilot.app, pilot.app.main_screen
    future = panes(app)
    await pilot.press("B")
    await at_step(pilot, boundary)
    await pilot.press("p", "tab", "tab", "tab", "ctrl+u", *"0.9", "enter")
    await until(pilot, lambda: screen.snapshot.timeline.branch == "branch 2")
    assert screen.snapshot.epsilon == 0.9
    assert f"branch 2 begins at step {boundary}; main is kept" in [told.text for told in screen.snapshot.notices]
    assert "on branch 2 (2 branches)" in app.main_screen.query_one(Timeline).draw(78, 1).text
    await pilot.press("s")
    await at_step(pilot, boundary + 1)
    await pilot.press("t", "up", "enter")
    await until(pilot, lambda: screen.snapshot.timeline.branch == "main")
    await at_step(pilot, boundary + 3)
    assert panes(app) == future
    await pilot.press("t", "down", "enter")
    await until(pilot, lambda: screen.snapshot.timeline.branch == "branch 2")
    assert (screen.snapshot.step, screen.snapshot.epsilon) == (boundary + 1, 0.9)


async def test_an_action_by_hand_and_an_edited_cell_are_learned_from(session):
    pilot, boundary = session
    app, screen = pilot.app, pilot.app.main_screen
    await pilot.press("d", "left")
    await at_step(pilot, boundary + 4)
    assert screen.snapshot.last.by_hand
    assert screen.snapshot.world.actions[screen.snapshot.last.action] == "left"
    assert "by hand" in panes(app)[-1]
    await pilot.press("d", "E", *["up"] * 3, *["left"] * 3, "right", "r", *"-5", "enter", "escape")
    await until(pilot, lambda: "-5" in " ".join(screen.snapshot.world.labels).replace("−", "-"))
    assert screen.snapshot.timeline.interventions.tolist() == [boundary + 3, boundary + 4]


async def test_the_world_is_edited_taken_back_and_written_while_the_agent_lives(session, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pilot, _ = session
    app, trainer = pilot.app, pilot.app.main_screen.trainer
    values, step = trainer.snapshot.q, trainer.snapshot.step
    await pilot.press("E", "home")
    row, column = app.screen.query_one(EditorPanel).cursor
    await pilot.press("number_sign")
    await seen(pilot, "not possible: the agent stands there; let it go on first")
    await pilot.press("right", "number_sign")
    assert (row, column) == (0, 1)
    await seen(pilot, f"from step {step:,} on: cell 0,2: wall", "# wall")
    await pilot.press("u")
    await seen(pilot, "taken back: cell 0,2: wall")
    np.testing.assert_array_equal(trainer.snapshot.q, values)
    assert len(trainer.snapshot.timeline.interventions) == 0
    await pilot.press("u")
    await seen(pilot, f"not possible: no edit to take back at step {step:,}")
    await pilot.press("p", *"0.25", "enter")
    await seen(pilot, f"from step {step:,} on: slip 0.25")
    await pilot.press("n")
    await until(pilot, lambda: trainer.snapshot.step == step + 1)
    await pilot.press("u")
    await seen(pilot, f"the last one was made at step {step:,}")
    await pilot.press("W", "enter")
    await seen(pilot, "written to seed-2x3-edited.toml: qscope seed-2x3-edited.toml opens it")
    assert "slip = 0.25" in (tmp_path / "seed-2x3-edited.toml").read_text()
