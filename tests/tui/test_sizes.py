import pytest

from tests.tui.fakes import grid, learned, names, snapshot, timeline
from tests.tui.waiting import screen_text, seen, until
from tui.screens.choose_agent import AgentSettings


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (140, 40), (200, 60), (40, 12)])
async def test_the_main_things_are_seen_at_every_size(app, trainer, size):
    trainer.snapshot = learned()
    async with app.run_test(size=size) as pilot:
        await seen(pilot, "seed-2x3", "paused", "step 221", "@", "s step", "? help", "Q")


@pytest.mark.parametrize(("size", "title"), [((40, 12), "─ Q(s, a) ─"), ((60, 20), "─ Q(state, action) ─")])
async def test_the_title_of_the_table_is_never_cut(app, size, title):
    async with app.run_test(size=size) as pilot:
        await pilot.press("m")
        await seen(pilot, title)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (140, 40)])
async def test_the_agent_its_arrow_and_the_values_are_seen(app, trainer, size):
    trainer.snapshot = learned()
    async with app.run_test(size=size) as pilot:
        await seen(pilot, "@", "→", "9.00", "−10", "+10", "greedy")
        if size[0] < 80:
            await pilot.press("tab")
        await seen(pilot, "▸", "►")
        if size[0] < 80:
            await pilot.press("tab")
        await seen(pilot, "mean of 40")


@pytest.mark.parametrize("size", [(30, 10), (39, 24), (80, 11)])
async def test_a_window_that_is_too_small_says_so(app, size):
    async with app.run_test(size=size) as pilot:
        await seen(pilot, "40 columns and 12 lines")


@pytest.mark.parametrize("keys", [(), ("tab",), ("w", "c"), ("a", "enter"), ("E",), ("H",), ("question_mark",)])
async def test_a_window_that_was_too_small_gives_the_keys_back_to_who_had_them(app, trainer, keys):
    trainer.snapshot = learned()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        had_keys = app.focused
        for size in [(30, 10), (39, 11), (80, 11)]:
            await pilot.resize_terminal(*size)
            await seen(pilot, "40 columns and 12 lines")
            assert "╭" not in screen_text(app)
            await until(pilot, lambda: app.focused is None)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: had_keys is not None and app.focused is had_keys)
        await seen(pilot, "╭")


@pytest.mark.parametrize(
    "world", [grid("S" + "." * 49, *["." * 50] * 49), names(500, actions=[f"a{n}" for n in range(9)])]
)
async def test_large_worlds_are_drawn_at_every_size(app, trainer, world):
    trainer.snapshot = snapshot(world, state=450)
    async with app.run_test(size=(80, 24)) as pilot:
        for size in [(60, 20), (140, 40), (30, 10), (41, 13), (80, 24)]:
            await pilot.resize_terminal(*size)
            await pilot.pause()
        await seen(pilot, "@")


@pytest.mark.parametrize("size", [(40, 12), (60, 20)])
async def test_dialogs_show_their_keys_on_small_screens(app, size):
    async with app.run_test(size=size) as pilot:
        for keys in (["w"], ["a", "enter"], ["S"], ["O"], ["question_mark"], ["colon"], ["t"], ["p"], ["E"], ["u"]):
            await pilot.press(*keys)
            await seen(pilot, "escape")
            await pilot.press("escape")
        assert not isinstance(app.screen, AgentSettings)


WORDS = {
    "colon": "A step from 0 to 1,234,567, the furthest of this branch",
    "t": "Do something else in the past, such as another action or setting, and a branch begins.",
    "u": "DQN: the mean of its batch)",
    "p": "tab next · enter learn on with these empty = as it was · escape close",
}


@pytest.mark.parametrize("key", WORDS)
async def test_the_dialogs_of_the_timeline_are_read_to_their_end_at_60x20(app, trainer, key):
    trainer.snapshot = learned(timeline=timeline(1_234_567))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press(key)
        await seen(pilot, WORDS[key], "escape close")


async def test_a_storm_of_resizes_is_survived(app, trainer):
    trainer.snapshot = learned()
    async with app.run_test(size=(80, 24)) as pilot:
        for n in range(30):
            await pilot.resize_terminal(40 + n * 3, 12 + n)
        await pilot.resize_terminal(80, 24)
        await seen(pilot, "step 221")
