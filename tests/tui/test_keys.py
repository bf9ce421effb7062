"""Each key of the table does what the table says, and nothing else."""

import asyncio
import gc
import weakref

import pytest

from engine import messages
from tests.tui.fakes import (
    FakeLibrary,
    FakeTrainer,
    grid,
    snapshot,
    values,
)
from tests.tui.waiting import seen, until
from tui.app import QScope
from tui.commands import COMMANDS
from tui.pen import Shown
from tui.screens.choose_agent import AgentSettings, ChooseAgent
from tui.screens.choose_theme import ChooseTheme
from tui.screens.choose_world import ChooseWorld
from tui.screens.editor import Editor
from tui.screens.episodes import EpisodesScreen
from tui.screens.export import Export
from tui.screens.help import Help, HelpText
from tui.screens.journey import ChooseBranch, GoToStep
from tui.screens.run_until import RunUntil
from tui.screens.save import OpenSave, SaveRun
from tui.screens.why import WhyScreen
from tui.widgets.panel import Panel
from tui.widgets.timeline import Timeline
from tui.widgets.world import WorldPanel

SENT = {
    "step": messages.Step(),
    "finish_episode": messages.FinishEpisode(),
    "play": messages.PlayOrPause(),
    "full_speed": messages.RunAtFullSpeed(),
    "stop": messages.Pause(),
    "faster": messages.Faster(),
    "slower": messages.Slower(),
    "demonstrate": messages.Demonstrate(),
    "reset": messages.Reset(),
    "back": messages.StepBack(),
    "back_episode": messages.EpisodeBack(),
}
OPENED = {
    "choose_world": ChooseWorld,
    "choose_agent": ChooseAgent,
    "save": SaveRun,
    "open": OpenSave,
    "help": Help,
    "run_until": RunUntil,
    "go_to_step": GoToStep,
    "branches": ChooseBranch,
    "change_settings": AgentSettings,
    "edit_world": Editor,
    "why": WhyScreen,
    "episodes": EpisodesScreen,
    "export": Export,
    "change_theme": ChooseTheme,
}
MOVED = {
    "look_up": (4, 5),
    "look_down": (6, 5),
    "look_left": (5, 4),
    "look_right": (5, 6),
    "page_up": (0, 5),
    "page_down": (12, 5),
}
TRIED_BY_LOOKING = {"inspect", "next_action", "next_layer", "zoom_in", "zoom_out"}
"""In `test_looking.py`."""
TRIED_BY_LESSONS = {"lessons", "next_page", "previous_page"}
"""In `test_lessons.py`."""
TRIED_BY_COMPARING = {"compare"}
"""In `test_comparing.py`."""
TRIED_ALONE = {"one_panel"}
"""In `test_one_panel.py`."""
KEYS = [(command.id, key) for command in COMMANDS for key in command.keys]


def keys_of(ids):
    return [(name, key) for name, key in KEYS if name in ids]


def big_world():
    return grid("S" + "." * 59, *["." * 60] * 39)


def test_every_key_of_the_table_is_tried_in_this_file():
    tried = {
        *SENT,
        *OPENED,
        *MOVED,
        *TRIED_BY_LOOKING,
        *TRIED_BY_LESSONS,
        *TRIED_BY_COMPARING,
        *TRIED_ALONE,
        "next_panel",
        "previous_panel",
        "follow",
        "next_chart",
        "previous_chart",
        "smooth_more",
        "smooth_less",
        "drive",
        "redraw",
        "suspend",
        "command_palette",
        "quit",
    }
    assert tried == {command.id for command in COMMANDS}


@pytest.mark.parametrize(("name", "key"), keys_of(SENT))
async def test_a_key_sends_its_command_to_the_trainer(name, key, app, trainer):
    trainer.show(step=3)
    async with app.run_test() as pilot:
        await pilot.press(key)
    assert trainer.commands == [SENT[name]]


async def test_a_key_goes_to_the_shell(app, monkeypatch):
    gone = []
    monkeypatch.setattr(app, "action_suspend_process", lambda: gone.append(True))
    async with app.run_test() as pilot:
        await pilot.press("ctrl+z")
    assert gone == [True]


async def test_a_key_sends_the_whole_screen_again(app, monkeypatch):
    shown = Shown()
    monkeypatch.setattr(QScope, "shown", shown)
    async with app.run_test() as pilot:
        shown.rows(1, 1)[0][0] = "known"
        await pilot.press("ctrl+l")
        assert shown.rows(1, 1) == [[None]]


@pytest.mark.parametrize(("name", "key"), keys_of(OPENED))
async def test_a_key_opens_its_dialog_and_escape_closes_it(name, key, app, trainer):
    async with app.run_test() as pilot:
        await pilot.press(key)
        assert isinstance(app.screen, OPENED[name])
        await pilot.press("escape")
        assert app.screen is app.main_screen
    assert trainer.commands == []


@pytest.mark.parametrize(("name", "key"), keys_of(MOVED))
async def test_a_key_moves_the_view_of_the_focused_panel(name, key):
    app = QScope(FakeTrainer(snapshot(big_world())), FakeLibrary())
    async with app.run_test(size=(80, 24)) as pilot:
        panel = app.main_screen.query_one(WorldPanel)
        panel.look(5, 5)
        await pilot.press(key)
        assert (panel.row, panel.column) == MOVED[name]


async def test_home_lets_the_view_follow_the_agent_again():
    app = QScope(FakeTrainer(snapshot(big_world())), FakeLibrary())
    async with app.run_test(size=(80, 24)) as pilot:
        panel = app.main_screen.query_one(WorldPanel)
        panel.look(5, 5)
        assert not panel.following
        await pilot.press("home")
        assert (panel.row, panel.column, panel.following) == (0, 0, True)


async def test_tab_goes_round_the_panels_and_back(app):
    async with app.run_test() as pilot:
        shown = [panel for panel in app.main_screen.query(Panel) if panel.display]
        panels = [*shown, app.main_screen.query_one(Timeline)]
        focused = []
        for _ in panels:
            focused.append(app.focused)
            await pilot.press("tab")
        assert focused == panels
        assert app.focused is panels[0]
        await pilot.press("shift+tab")
        assert app.focused is panels[-1]


async def test_the_palette_offers_the_commands_and_runs_them(app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("ctrl+p")
        await pilot.press(*"transition")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await pilot.pause()
    assert trainer.commands == [messages.Step()]


@pytest.mark.parametrize("key", ["question_mark", "O", "w", "y"])
async def test_above_a_dialog_no_palette_without_commands_is_opened(app, key):
    async with app.run_test() as pilot:
        await pilot.press(key)
        dialog = app.screen
        await pilot.press("ctrl+p")
        await pilot.pause()
        assert app.screen is dialog is not app.main_screen


async def test_a_click_on_a_key_of_the_footer_does_the_same(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click("KeyLine", offset=(1, 0))
        await pilot.click("KeyLine", offset=(9, 0))
    assert trainer.commands == [messages.Step(), messages.FinishEpisode()]


async def test_a_theme_is_chosen_in_a_dialog_like_the_others(app):
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("T")
        await seen(pilot, "Choose a theme", "qscope-dark", "enter take its colours", "escape close")
        await pilot.press(*"scope light", "enter")
        await until(pilot, lambda: app.theme == "qscope-light")
        assert not app.main_screen.query_one(WorldPanel).palette.dark


async def test_a_dialog_for_themes_that_is_closed_leaves_the_colours_as_they_are(app):
    async with app.run_test() as pilot:
        before = app.theme
        await pilot.press("T", "down", "escape")
        assert (app.theme, app.screen) == (before, app.main_screen)


async def test_a_flood_of_keys_is_a_queue_of_commands(app, trainer):
    async with app.run_test() as pilot:
        await pilot.press(*["s"] * 50)
    assert trainer.commands == [messages.Step()] * 50


async def test_keys_are_answered_while_the_trainer_is_busy(app, trainer):
    trainer.show(busy="loading torch")
    async with app.run_test() as pilot:
        await pilot.press("question_mark")
        assert isinstance(app.screen, Help)


async def test_nothing_is_sent_before_there_is_a_run(app, trainer):
    trainer.snapshot = None
    async with app.run_test() as pilot:
        await pilot.press("s", "e", "S", "r")
        assert app.screen is app.main_screen
    assert trainer.commands == []


async def test_reset_asks_when_something_would_be_lost(app, trainer):
    trainer.show(step=3, unsaved=True)
    async with app.run_test() as pilot:
        await pilot.press("r", "escape")
        await pilot.press("r", "c")
        assert trainer.commands == []
        await pilot.press("r", "d")
    assert trainer.commands == [messages.Reset()]


async def test_the_view_rests_while_the_run_goes_at_full_speed(trainer):
    world = big_world()
    trainer.snapshot = snapshot(world, values(world))
    app = QScope(trainer, FakeLibrary())
    async with app.run_test(size=(80, 24)):
        panel = app.main_screen.query_one(WorldPanel)
        trainer.show(state=2000, playing=True, speed=float("inf"))
        app.main_screen.pull()
        assert panel.row == 0
        trainer.show(playing=False)
        app.main_screen.on_main_screen_answered()
        assert panel.row > 0


async def test_what_comes_of_a_command_is_drawn_without_waiting_for_the_timer(app, trainer, monkeypatch):
    async with app.run_test() as pilot:
        await until(pilot, lambda: trainer.told is not None)
        monkeypatch.setattr(app.main_screen, "pull", lambda: None)
        app.main_screen._update_timer.stop()
        drawn = []
        monkeypatch.setattr(
            app, "_display", lambda screen, update: drawn.append(update.render_segments(app.console) if update else "")
        )
        trainer.show(step=4711)
        trainer.told()
        async with asyncio.timeout(5):
            while "4,711" not in "".join(drawn):  # A pause of the pilot draws.
                await asyncio.sleep(0.005)


async def test_a_dialog_that_was_closed_is_let_go_of(app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("question_mark")
        shown = weakref.ref(app.screen)
        cached = weakref.ref(app.screen.query_one(HelpText)._styles_cache)
        await pilot.press("escape")
        await until(pilot, lambda: (gc.collect(), shown(), cached())[1:] == (None, None))


async def test_the_run_gives_way_where_a_dialog_comes_and_goes(app, trainer):
    async with app.run_test() as pilot:
        before = trainer.gave_way
        await pilot.press("question_mark")
        assert trainer.gave_way == before + 1
        await pilot.press("escape")
        assert trainer.gave_way == before + 2
