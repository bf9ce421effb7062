"""Where a panel has more than it shows, its frame says how much, and by which keys one comes there."""

import numpy as np
import pytest

from engine.messages import EpisodeStep, ObservationView, Trajectory
from tests.tui.fakes import episodes, grid, learned, names, snapshot, table_update, timeline, transition, values
from tests.tui.waiting import screen_text, seen, until


async def test_the_explanation_at_large_says_how_much_lies_below_and_above(app, trainer):
    trainer.snapshot = learned(last=transition(), update=table_update())
    async with app.run_test(size=(80, 21)) as pilot:
        await pilot.press("y")
        await seen(pilot, "2 more ↓")
        await pilot.press("pagedown")
        await seen(pilot, "2 more ↑")
        assert "more ↓" not in screen_text(app)


async def test_the_table_counts_its_rows_and_names_the_keys_while_it_has_them(app, trainer):
    trainer.snapshot = snapshot(grid("S" + "." * 29))
    async with app.run_test(size=(80, 24)) as pilot:
        await seen(pilot, "22 more below")
        await pilot.press("tab", "down")
        await seen(pilot, "1 more ↑ · 21 more ↓")


async def test_in_a_narrow_panel_the_count_is_shorter_and_never_cut(app, trainer):
    trainer.snapshot = snapshot(grid("S" + "." * 29), state=15)
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.press("m")
        await seen(pilot, "─ 12 below ─")


async def test_a_table_that_is_seen_whole_says_nothing(app, trainer):
    trainer.snapshot = learned()
    async with app.run_test(size=(80, 24)) as pilot:
        await seen(pilot, "9.00")
        assert " more " not in screen_text(app)


async def test_many_actions_without_a_map_are_counted(app, trainer):
    world = names(2, actions=[f"a{n}" for n in range(30)])
    trainer.snapshot = snapshot(world, values(world, s0=list(range(30))))
    async with app.run_test(size=(80, 24)) as pilot:
        await seen(pilot, "26 more ↓")
        await pilot.press(*["down"] * 40)
        await seen(pilot, "26 more ↑", "a29")


async def test_many_numbers_of_an_observation_are_counted(app, trainer):
    low, high = np.full(20, -1.0), np.full(20, 1.0)
    seen_now = ObservationView(tuple(f"n{n}" for n in range(20)), np.zeros(20), low, high, "")
    trainer.snapshot = snapshot(names(1), observation=seen_now)
    async with app.run_test(size=(80, 24)) as pilot:
        await seen(pilot, "12 more ↓")


@pytest.mark.parametrize("count", [14, 300])
async def test_the_list_of_episodes_and_the_steps_of_one_are_counted(app, trainer, count):
    steps = tuple(EpisodeStep(n, "0,0", "up", 0.0, "0,0", False, False, 0.0, 1.0, 0.0) for n in range(count))
    trainer.snapshot = learned(episodes=episodes(*[1.0] * count), trajectory=Trajectory(1, steps, True, 1.0))
    async with app.run_test(size=(60, 16)) as pilot:
        await pilot.press("H")
        await seen(pilot, f"{count - 11} more ↓")
        await pilot.press("enter")
        await seen(pilot, f"{count - 10} more ↓")


@pytest.mark.parametrize("size", [(40, 12), (60, 20)])
async def test_how_to_close_stands_first_below_what_covers_the_screen(app, trainer, size):
    trainer.snapshot = learned(last=transition(), update=table_update(), timeline=timeline(3))
    async with app.run_test(size=size) as pilot:
        for key in ("y", "H"):
            await pilot.press(key)
            await seen(pilot, "escape close")
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is app.main_screen)
