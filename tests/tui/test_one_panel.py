"""One panel in the room of all: the tabs above it, the way through them, and what takes the room for a while."""

import re

import pytest

from engine.messages import Compare, Pause
from tests.tui.fakes import FakeTrainer, learned, snapshot
from tests.tui.test_comparing import compared
from tests.tui.waiting import screen_text, seen, until
from tui.lessons import shelf
from tui.screens.panels import PANELS
from tui.widgets.panel_tabs import PanelTabs
from tui.widgets.timeline import Timeline

SIZES = [(40, 12), (60, 20), (80, 24), (140, 40)]


@pytest.fixture
def trainer():
    return FakeTrainer(learned())


def shown(app):
    """Return the names of the panels that have a place on the screen."""
    in_sight = app.main_screen._compositor.visible_widgets
    return [name for name, kind in PANELS.items() if app.main_screen.query_one(kind) in in_sight]


def alone(app, name):
    """Whether that panel alone is shown and has the keys."""
    return shown(app) == [name] and isinstance(app.focused, PANELS[name])


async def test_where_it_is_narrow_the_map_is_alone_over_the_whole_width_below_its_tabs(app):
    async with app.run_test(size=(60, 20)) as pilot:
        await until(pilot, lambda: alone(app, "world"))
        await seen(pilot, "[world] Q  episodes", "tab next · m all")
        assert app.main_screen.query_one(PANELS["world"]).outer_size == (60, 14)


@pytest.mark.parametrize("width", [75, 76])
async def test_from_76_columns_on_all_panels_are_shown(app, width):
    async with app.run_test(size=(width, 24)) as pilot:
        await until(pilot, lambda: shown(app) == (["world"] if width < 76 else [*PANELS]))
        await pilot.press("m")
        await until(pilot, lambda: shown(app) == ([*PANELS] if width < 76 else ["world"]))


async def test_a_window_that_becomes_narrow_and_wide_again_goes_along_until_m_decides(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab")
        for size, names in [((60, 20), ["Q"]), ((140, 40), [*PANELS])]:
            await pilot.resize_terminal(*size)
            await until(pilot, lambda names=names: shown(app) == names)
        await pilot.press("m")
        await until(pilot, lambda: alone(app, "Q"))
        await pilot.press("m")
        await pilot.resize_terminal(60, 20)
        await until(pilot, lambda: shown(app) == [*PANELS])


async def test_a_window_that_becomes_narrow_behind_the_help_shows_one_panel_after_it(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        await pilot.resize_terminal(60, 20)
        await pilot.press("escape")
        await until(pilot, lambda: alone(app, "world"))


async def test_the_table_then_shows_every_value_with_two_decimals(app):
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("tab")
        await until(pilot, lambda: alone(app, "Q"))
        await seen(pilot, " world [Q] episodes")
        table = app.main_screen.query_one(PANELS["Q"])
        values = re.findall(r"\d+\.(\d+)", table.draw(*table.size).text)
        assert [len(decimals) for decimals in values] == [2] * 20


async def test_the_episodes_then_have_room_for_their_numbers_and_a_chart(app):
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("shift+tab", "shift+tab")
        await until(pilot, lambda: alone(app, "episodes"))
        await seen(pilot, "policy optimal", "last returns", "┤", "returns", "[episodes]")
        await pilot.press("n")
        await seen(pilot, "policy optimal", "max |Q−Q*|", "┤")


async def test_tab_goes_through_the_panels_and_the_timeline_and_round(app):
    async with app.run_test(size=(60, 20)) as pilot:
        for name in ("Q", "episodes"):
            await pilot.press("tab")
            await until(pilot, lambda name=name: alone(app, name))
        await pilot.press("tab")
        await until(pilot, lambda: isinstance(app.focused, Timeline))
        assert shown(app) == ["episodes"]
        await pilot.press("tab")
        await until(pilot, lambda: alone(app, "world"))


async def test_before_the_first_step_the_line_below_explains_the_tab_that_is_shown(app, trainer):
    trainer.snapshot = snapshot()
    async with app.run_test(size=(60, 20)) as pilot:
        for sign in ("@ agent", "► where the agent is", "Q*, V*: the exact optimum", "@ agent"):
            await seen(pilot, sign)
            await pilot.press("tab")
            if isinstance(app.focused, Timeline):
                await pilot.press("tab")
        await pilot.press("m")
        await seen(pilot, "@ agent")


async def test_keys_that_come_faster_than_the_screen_go_as_far(app):
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press(*["tab"] * 9, *["shift+tab"] * 3)
        await until(pilot, lambda: alone(app, "episodes"))


async def test_the_panel_that_has_the_keys_is_the_one_and_m_shows_all_again(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab", "m")
        await until(pilot, lambda: alone(app, "Q"))
        await pilot.press("m")
        await until(pilot, lambda: shown(app) == [*PANELS])
        assert "m all" not in screen_text(app)


async def test_a_chart_that_is_asked_for_is_shown_alone(app):
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.press("n")
        await until(pilot, lambda: alone(app, "episodes"))
        await pilot.press("n")
        await seen(pilot, "┤")


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (140, 40)])
async def test_a_chart_in_the_place_of_a_panel_that_is_alone_gives_it_back_at_escape(app, size):
    async with app.run_test(size=size) as pilot:
        await pilot.press("tab", *(["m"] if size[0] > 60 else []))
        await until(pilot, lambda: alone(app, "Q"))
        await pilot.press("n")
        await until(pilot, lambda: alone(app, "episodes"))
        await seen(pilot, "n next · escape close")
        await pilot.press("escape")
        await until(pilot, lambda: alone(app, "Q"))


async def test_the_tab_of_the_episodes_is_no_chart_that_escape_would_close(app, trainer):
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("tab", "n", "tab", "shift+tab")
        if isinstance(app.focused, Timeline):
            await pilot.press("shift+tab")
        await until(pilot, lambda: alone(app, "episodes"))
        assert "escape close" not in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: trainer.commands == [Pause()])
        assert alone(app, "episodes")


async def test_the_inspector_takes_the_ordinary_layout_and_the_panel_comes_back(app):
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("tab", "i")
        await until(pilot, lambda: shown(app) == ["world", "Q"])
        await seen(pilot, "agent here")
        await pilot.press("i")
        await until(pilot, lambda: alone(app, "Q"))


async def test_a_comparison_takes_the_ordinary_layout_and_the_panel_comes_back(app, trainer):
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("tab")
        trainer.snapshot = compared()
        await seen(pilot, "2 · dqn twin", "Difference")
        assert shown(app) == ["world"]
        await pilot.press("c")
        assert trainer.commands == [Compare()]
        trainer.show(comparison=None)
        await until(pilot, lambda: alone(app, "Q"))


async def test_a_lesson_takes_the_ordinary_layout_and_the_panel_comes_back(app):
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("tab")
        app.main_screen.open_lesson(shelf.find(shelf.ORDER[0]), begun=True)
        await until(pilot, lambda: shown(app) == ["world", "Q"])
        await pilot.press("n")
        await until(pilot, lambda: shown(app) == [*PANELS])
        await pilot.press("escape", "escape")
        await until(pilot, lambda: alone(app, "Q"))


async def test_a_chart_over_a_comparison_is_gone_when_the_panel_comes_back(app, trainer):
    trainer.snapshot = compared()
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.press("n")
        await until(pilot, lambda: "episodes" in shown(app))
        trainer.show(comparison=None)
        await until(pilot, lambda: alone(app, "world"))


async def test_what_needs_the_room_is_named(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i", "m")
        (notice,) = app._notifications
        assert notice.message == "the inspector needs the room; close it first"
        await pilot.press("i")
        await until(pilot, lambda: shown(app) == [*PANELS])


async def test_whoever_drives_keeps_the_panel_that_is_shown(app):
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("tab", "tab", "tab", "d")
        await until(pilot, lambda: alone(app, "episodes"))


@pytest.mark.parametrize("size", SIZES)
async def test_every_panel_has_its_tabs_at_every_size(app, size):
    async with app.run_test(size=size) as pilot:
        if size[0] >= 80:
            await pilot.press("m")
        for name in PANELS:
            await until(pilot, lambda name=name: alone(app, name))
            await seen(pilot, f"[{name}]", "tab next · m all", "s step", "? help")
            assert app.main_screen.query_one(PANELS[name]).outer_size.width == size[0]
            await pilot.press("tab")


async def test_a_click_on_a_tab_shows_its_panel(app):
    async with app.run_test(size=(60, 20)) as pilot:
        await seen(pilot, "[world]")
        await pilot.click(PanelTabs, offset=(1 + len("[world]") + 1, 0))
        await until(pilot, lambda: alone(app, "Q"))
