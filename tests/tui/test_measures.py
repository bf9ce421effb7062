"""Charts, the why of a step, the list of episodes, and files: the keys that look closer at what was learned."""

import csv

import numpy as np
import pytest

from engine import messages
from engine.messages import EpisodeStep, Replayed, Trajectory
from tests.tui.fakes import (
    batch_update,
    episodes,
    learned,
    table_update,
    transition,
)
from tests.tui.waiting import screen_text, seen, until
from tui.screens.dialog import Problem
from tui.widgets.episodes import EpisodesPanel
from tui.widgets.trajectory import TrajectoryPanel
from tui.widgets.why_large import WhyPanel


async def test_n_goes_round_the_charts_and_brackets_smooth_them(app, trainer):
    trainer.show(episodes=episodes(*[1.0, 3.0] * 30))
    async with app.run_test(size=(80, 24)) as pilot:
        panel = app.main_screen.query_one(EpisodesPanel)
        await pilot.press("n")
        assert panel.chosen == "regret"
        await pilot.press("N", "right_square_bracket", "right_square_bracket")
        assert (panel.chosen, panel.window) == ("return", 10)
        assert str(panel.border_title) == "Episodes · means of 10"
        await pilot.press("left_square_bracket")
        assert panel.window == 3


async def test_where_it_is_narrow_a_chart_takes_the_place_of_the_numbers(app, trainer):
    trainer.show(episodes=episodes(*[1.0, 3.0] * 30))
    async with app.run_test(size=(40, 24)) as pilot:
        await pilot.press("m")
        panel = app.main_screen.query_one(EpisodesPanel)
        await until(pilot, lambda: "mean of 60" in panel.draw(*panel.size).text)
        await pilot.press("n")
        text = panel.draw(*panel.size).text
        assert "mean of 60" not in text
        assert "return" in text.splitlines()[-1]


@pytest.mark.parametrize("key", ["y", "H"])
async def test_the_key_that_opens_a_screen_above_the_run_closes_it_and_its_line_of_keys_says_so(app, trainer, key):
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press(key)
        await seen(pilot, f"{key} or escape close")
        await pilot.press(key)
        assert app.screen is app.main_screen


async def test_the_why_stays_live_while_one_steps(app, trainer):
    trainer.snapshot = learned(last=transition(), update=table_update())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("y", "s", "b")
        assert trainer.commands == [messages.Step(), messages.StepBack()]
        trainer.show(last=transition(step=777, reward=10.0))
        app.main_screen.pull()
        panel = app.screen.query_one(WhyPanel)
        assert "step 777" in panel.draw(*panel.size).text
        await pilot.press("escape")
        assert app.screen is app.main_screen


async def test_the_why_lists_the_replayed_batch_by_its_errors(app, trainer):
    rows = (Replayed(0, 1, -1.0, 2, 1, False, 0.25, 1.0), Replayed(2, 0, 10.0, 3, 0, True, -4.0, 0.5))
    trainer.snapshot = learned(last=transition(), update=batch_update(replayed=rows, oldest_age=30, mean_age=12.0))
    async with app.run_test(size=(100, 45)) as pilot:
        await pilot.press("y")
        panel = app.screen.query_one(WhyPanel)
        text = panel.draw(*panel.size).text
        assert "the oldest was made 30 steps ago, the mean 12" in text
        world = trainer.snapshot.world
        small = f"0.25  {world.states[0]} → {world.actions[1]} → {world.states[2]}  reward −1.00"
        large = (
            f"−4.00  {world.states[2]} → {world.actions[0]} → {world.states[3]}  reward 10.00  terminated  weight 0.50"
        )
        assert text.index(large) < text.index(small)


async def test_enter_asks_for_the_chosen_episode_and_escape_gives_it_up(app, trainer):
    trainer.show(episodes=episodes(1.0, 2.0, 3.0))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("H", "down", "enter")
        assert trainer.commands == [messages.ShowEpisode(2)]
        steps = (
            EpisodeStep(1, "0,0", "down", -1.0, "1,0", False, False, 0.5, 1.0, -1.0),
            EpisodeStep(2, "1,0", "right", 10.0, "1,1", True, False, 0.5, 0.9, 8.0),
        )
        trainer.show(trajectory=Trajectory(2, (), False, 0.25))
        app.main_screen.pull()
        panel = app.screen.query_one(TrajectoryPanel)
        assert "25%" in panel.draw(*panel.size).text
        trainer.show(trajectory=Trajectory(2, steps, True, 1.0))
        app.main_screen.pull()
        text = panel.draw(*panel.size).text
        assert "Σ γ^t·r = 1·(−1.00) + 0.9·10.00 = 8.00" in text
        assert "1,0 → right → 1,1 explored" in text
        await pilot.press("escape", "escape")
        assert trainer.commands[1:] == [messages.CloseEpisode()]
        assert app.screen is app.main_screen


async def test_the_q_table_is_exported_exactly_and_no_file_is_replaced_silently(app, trainer, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    trainer.snapshot = learned()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("X", "down", "down", "enter")
        (path,) = tmp_path.iterdir()
        first, *rows = csv.reader(path.read_text().splitlines())
        assert first == ["state", "up", "right", "down", "left"]
        read = np.array([[float(v) if v else np.nan for v in row[1:]] for row in rows])
        assert np.array_equal(read, trainer.snapshot.q, equal_nan=True)
        path.write_text("mine")
        await pilot.press("X", "down", "down", "enter")
        assert path.read_text() == "mine"
        assert "exists already" in str(app.screen.query_one(Problem).render())


async def test_a_bad_path_is_one_line_beside_the_field(app, trainer, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("X", "tab", "ctrl+u", *"no/such/place.svg", "enter")
        said = str(app.screen.query_one(Problem).render())
        assert said == "cannot write no/such/place.svg: No such file or directory"


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((60, 20), ["return: its rewards added up", "end: ended in a terminal state", "γ-return: a reward after t"]),
        ((80, 24), ["γ-return: a reward after t", "regret: V*(start) − γ-return", "TD error: how far Q was from"]),
        ((140, 40), ["TD error: how far Q was from", "epsilon: how much it explored"]),
    ],
)
async def test_each_heading_of_the_episodes_is_explained_below_them(app, trainer, size, words):
    trainer.show(episodes=episodes(1.0, 2.0, 3.0))
    async with app.run_test(size=size) as pilot:
        await pilot.press("H")
        await seen(pilot, "all 3 episodes", *words)


async def test_what_the_headings_mean_hides_no_episode(app, trainer):
    trainer.show(episodes=episodes(*range(1, 41)))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("H", "end")
        await seen(pilot, "► 1")


async def test_where_there_is_room_for_few_episodes_the_headings_are_not_explained(app, trainer):
    trainer.show(episodes=episodes(*range(1, 41)))
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("H")
        await seen(pilot, "γ-return")
        assert "rewards added up" not in screen_text(app)


@pytest.mark.parametrize("key", ["y", "H"])
@pytest.mark.parametrize("width", [40, 60, 80, 140])
async def test_the_line_of_keys_is_never_cut(app, trainer, key, width):
    async with app.run_test(size=(width, 24)) as pilot:
        await pilot.press(key)
        await seen(pilot, "escape close")
        assert "…" not in screen_text(app).split("\n")[-1]
