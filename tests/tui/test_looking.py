"""The commands that change what is seen and nothing in the run: layers, zoom, and the inspector with its cursor."""

import numpy as np
import pytest

from engine.messages import AgentView, Inspection, Look, Start
from engine.trainer import Trainer
from tests.tui.fakes import FakeLibrary, FakeTrainer, grid, learned, names, snapshot
from tests.tui.test_economy import area, watch_refreshes
from tests.tui.waiting import screen_text, seen, until
from tui.app import QScope
from tui.screens.engine_library import EngineLibrary
from tui.widgets.episodes import EpisodesPanel
from tui.widgets.inspector import Inspector
from tui.widgets.layers import Layer
from tui.widgets.q_table import QTable
from tui.widgets.world import WorldPanel
from tui.widgets.zoom import Rung


@pytest.fixture
def trainer():
    return FakeTrainer(learned())


async def test_v_goes_through_all_layers_and_asks_only_for_what_they_need(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        seen = []
        for _ in range(5):
            await pilot.press("v")
            seen.append(app.main_screen.sight.layer)
        assert seen == [Layer.POLICY, Layer.VISITS, Layer.ERROR, Layer.TD_ERROR, Layer.VALUE]
    assert trainer.commands == [Look(visits=True), Look(), Look(td_errors=True), Look()]


async def test_an_agent_with_a_replay_has_two_layers_more(app, trainer):
    trainer.snapshot = learned(agent=AgentView("dqn", "a network", {"replay_capacity": "100"}, 0))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("v", "v", "v")
        assert app.main_screen.sight.layer is Layer.REPLAY
        await pilot.press("v")
        assert app.main_screen.sight.layer is Layer.REPLAY_AGE
        trainer.show(agent=AgentView("sarsa", "a table", {}, 0))
        await until(pilot, lambda: app.main_screen.snapshot.agent.name == "sarsa")
        await pilot.press("v")
        assert app.main_screen.sight.layer is Layer.ERROR
    assert trainer.commands == [Look(visits=True), Look(replay=True), Look()]


async def test_the_layer_is_named_below_the_map(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("v")
        await seen(pilot, "policy ↑→↓←")


async def test_z_goes_up_the_ladder_and_back_to_what_fits(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        rungs = []
        for key in ("z", "z", "Z", "Z", "Z"):
            await pilot.press(key)
            rungs.append(app.main_screen.sight.rung)
        assert rungs == [Rung.WEDGES, None, Rung.ARROWS, Rung.HALVES, None]
    assert trainer.commands == []


async def test_a_rung_that_was_chosen_is_named_in_the_title(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("z")
        await seen(pilot, "· wedges")
        await pilot.press("z")
        await until(pilot, lambda: "wedges" not in screen_text(app))


async def test_a_world_without_a_map_has_no_layers_and_no_zoom(app, trainer):
    trainer.snapshot = snapshot(names(5))
    async with app.run_test(size=(80, 24)) as pilot:
        sight = app.main_screen.sight
        await pilot.press("z", "Z", "v")
        assert app.main_screen.sight == sight


@pytest.mark.parametrize("key", ["i", "enter"])
async def test_the_inspector_opens_on_the_agent_and_closes_again(key, app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        inspector, episodes = app.main_screen.query_one(Inspector), app.main_screen.query_one(EpisodesPanel)
        assert (inspector.display, episodes.display) == (False, True)
        await pilot.press(key)
        await until(pilot, lambda: (inspector.display, episodes.display) == (True, False))
        await seen(pilot, "1,1 · state 4 of 6 · agent here")
        await pilot.press(key)
        await until(pilot, lambda: (inspector.display, episodes.display) == (False, True))
    assert trainer.commands == [Look(state=4), Look()]


async def test_on_the_map_the_arrows_move_the_cursor_over_walls_and_not_beyond_the_edge():
    app = QScope(FakeTrainer(snapshot(grid("S#.G", "....", " ..."))), FakeLibrary())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i")
        visited = []
        for key in ("right", "down", "left", "left", "left", "down", "up", "up"):
            await pilot.press(key)
            visited.append(app.main_screen.snapshot.world.states[app.main_screen.sight.cursor])
    assert visited == ["0,2", "1,2", "1,1", "1,0", "1,0", "1,0", "0,0", "0,0"]


async def test_in_the_table_the_arrows_go_along_states_and_actions(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab", "i", "up", "right")
        assert isinstance(app.focused, QTable)
        assert (app.main_screen.sight.cursor, app.main_screen.sight.action) == (3, 2)
        await pilot.press("left", "left", "left", "left")
        assert app.main_screen.sight.action == 0
        await pilot.press("up")
        assert (app.main_screen.sight.cursor, app.main_screen.sight.action) == (2, None)


async def test_o_goes_round_the_legal_actions(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i")
        chosen = []
        for _ in range(4):
            await pilot.press("o")
            chosen.append(app.main_screen.sight.action)
        assert chosen == [2, 3, 0, 1]


async def test_home_brings_the_cursor_back_to_the_agent(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i", "up", "home")
        assert app.main_screen.sight.cursor == 4


async def test_the_view_follows_the_cursor_and_then_the_agent_again():
    world = grid("S" + "." * 59, *["." * 60] * 39)
    app = QScope(FakeTrainer(snapshot(world)), FakeLibrary())
    async with app.run_test(size=(80, 24)) as pilot:
        panel = app.main_screen.query_one(WorldPanel)
        await pilot.press("i", *["down"] * 39)
        view = panel.view(panel.size)
        assert view.row + view.rows == 40
        await pilot.press("i")
        assert panel.row == 0


async def test_the_inspector_lives_while_the_run_goes_on(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i")
        q = learned().q.copy()
        q[4, 1] = 3.21
        trainer.show(q=q, inspection=Inspection(4, np.array([1, 777, 3, 4]), None, None, ()))
        app.main_screen.pull()
        await seen(pilot, "3.21", "777")


async def test_in_another_world_the_cursor_goes_to_the_agent(app, trainer):
    trainer.snapshot = snapshot(grid("S" + "." * 30 + "G"), state=30)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i")
        trainer.snapshot = learned()
        app.main_screen.pull()
        assert app.main_screen.sight.cursor == 4
        await seen(pilot, "1,1 · state 4 of 6")
    assert trainer.commands[-1] == Look(state=4)


async def test_while_the_person_drives_the_arrows_drive(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i", "d", "left")
        assert app.main_screen.sight.cursor == 4
        assert len(trainer.commands) == 2


@pytest.mark.parametrize("size", [(40, 12), (60, 20), (80, 24), (140, 40)])
async def test_the_inspector_is_read_at_every_size(size, app):
    async with app.run_test(size=size) as pilot:
        await pilot.press("i")
        await seen(pilot, "1,1 · ", "agent here", "V 9.00", "i close", "@")


async def test_moving_the_cursor_repaints_only_what_changed(app, monkeypatch):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i")
        await seen(pilot, "1,1 · state 4 of 6")
        asked = watch_refreshes(app, monkeypatch)
        await pilot.press("left")
        assert None not in asked
        assert area(asked) < 400


async def test_another_layer_is_asked_of_the_engine_and_inspected_live(saves):
    trainer = Trainer(saves)
    trainer.start(Start("russell-norvig-4x3", "q-learning"))
    app = QScope(trainer, EngineLibrary(saves))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.main_screen
        await until(pilot, lambda: screen.snapshot is not None)
        await pilot.press("e")
        await until(pilot, lambda: screen.snapshot.episodes.finished == 1)
        await pilot.press("v", "v", "i")
        await until(pilot, lambda: screen.snapshot.visits is not None and screen.snapshot.inspection is not None)
        assert screen.snapshot.visits.sum() == screen.snapshot.step
        assert screen.snapshot.inspection.state == screen.sight.cursor
        await pilot.press("up", "up", "left", "left", "left")
        await until(pilot, lambda: screen.snapshot.inspection.state == 0)
        await seen(pilot, "leads to", "90%")
    trainer.close(forget=True)


async def test_an_inspector_opened_right_behind_e_goes_with_the_agent_to_the_end_of_the_episode(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e", "i")
        for fields in ({"state": 4, "playing": True}, {"state": 5, "playing": False}):
            trainer.show(**fields)
            await until(pilot, lambda state=fields["state"]: app.main_screen.sight.cursor == state)
        trainer.show(state=0)
        await until(pilot, lambda: app.main_screen.snapshot.state == 0)
        assert app.main_screen.sight.cursor == 5


@pytest.mark.parametrize("keys", ["space i", "e i down", "i e"])
async def test_an_inspector_stays_where_it_was_opened_while_a_run_plays_and_where_the_arrows_brought_it(
    app, trainer, keys
):
    trainer.show(state=0)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys.split())
        chosen = app.main_screen.sight.cursor
        trainer.show(state=4, playing=True)
        await until(pilot, lambda: app.main_screen.snapshot.state == 4)
        assert app.main_screen.sight.cursor == chosen == (3 if "down" in keys else 0)
