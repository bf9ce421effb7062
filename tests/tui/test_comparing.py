"""Comparing: two maps, where they differ, and their numbers, at every size and without colours."""

from dataclasses import replace

import numpy as np
import pytest

from engine.comparison import differences
from engine.messages import AgentView, Compare, ComparisonView, ObservationView, Start
from engine.trainer import Trainer
from tests.tui.fakes import FakeLibrary, FakeTrainer, Save, episodes, greedy, grid, learned, names, snapshot, values
from tests.tui.waiting import screen_text, seen, until
from tui.app import QScope
from tui.lessons import shelf
from tui.screens.comparing import ChooseSecondRun
from tui.screens.engine_library import EngineLibrary
from tui.widgets.difference import Difference
from tui.widgets.other_world import OtherWorld
from tui.widgets.world import WorldPanel


def compared(first=None, **fields):
    """A run beside another one, whose greedy actions differ in one state and tie in another."""
    first = first or learned()
    q = first.q.copy()
    q[0] = 1.0
    q[1] = np.where(np.isnan(q[1]), q[1], [9.0, 0.0, 0.0, 0.0])[: q.shape[1]]
    second = {
        "name": "dqn twin",
        "agent": AgentView("dqn", "a network", {}, 0),
        "step": first.step,
        "state": 3,
        "path": (0, 3),
        "q": q,
        "greedy": greedy(q),
        "episodes": episodes(1.0, 2.0),
        "truth": None,
        "differences": differences(first.q, first.greedy, q, greedy(q), np.ones(len(q), bool)),
    }
    return replace(first, comparison=ComparisonView(**(second | fields)))


SIZES = [(60, 20), (80, 24), (140, 40)]


@pytest.mark.parametrize("size", SIZES)
async def test_two_maps_and_their_differences_are_seen(app, trainer, size):
    trainer.snapshot = compared()
    async with app.run_test(size=size) as pilot:
        await seen(pilot, "q-learning", "dqn twin", "Difference", "= same", "≠ differ", "≈ in part")
        await seen(pilot, "same policy", "60% =, 80% = or ≈", "max |Q1−Q2|")
        assert "Q(state, action)" not in screen_text(app)


@pytest.mark.parametrize("size", [(40, 12), *SIZES])
async def test_the_screen_says_by_which_key_a_comparison_ends(app, trainer, size):
    trainer.snapshot = compared()
    async with app.run_test(size=size) as pilot:
        await seen(pilot, "2 · dqn", "c ends")


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_beside_a_lesson_a_line_says_how_far_the_two_are_apart(app, trainer, size):
    trainer.snapshot = compared()
    async with app.run_test(size=size) as pilot:
        app.main_screen.open_lesson(shelf.find("grid"), begun=True)
        await seen(pilot, "Lesson 1/5", "same", "60%", "max |Q1−Q2| 9.00 at 0,1 up", "c ends the comparison")


async def test_without_colours_the_signs_and_numbers_say_the_same(app, trainer, monkeypatch):
    trainer.snapshot = compared()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        panel = app.main_screen.query_one(Difference)
        first, second = panel.draw(*panel.size).text.split("\n")[:2]
    assert first.split()[:4] == ["≈", "6.29", "≠", "−3.47"]
    assert second.split()[:6] == ["=", "0.00", "=", "0.00", "=", "0.00"]


async def test_the_other_map_shows_the_other_run(app, trainer):
    trainer.snapshot = compared()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        other = app.main_screen.query_one(OtherWorld)
        assert "9.00" in other.draw(*other.size).text
        trainer.show(comparison=replace(trainer.snapshot.comparison, step=7))
        await pilot.pause(0.1)
        assert "at step 7" in str(other.border_title)


async def test_the_other_map_shows_the_layer_of_its_own_run(app, trainer):
    trainer.snapshot = compared(visits=np.full((6, 4), 77))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("v", "v")
        other = app.main_screen.query_one(OtherWorld)
        await until(pilot, lambda: "308" in other.draw(*other.size).text)


async def test_both_maps_show_the_same_part_whichever_is_moved(app, trainer):
    maze = grid("S" + "." * 59, *["." * 60] * 39)
    q = np.zeros((2400, 4))
    other = differences(q, greedy(q), q, greedy(q), np.ones(len(q), bool))
    trainer.snapshot = compared(snapshot(maze, q, state=30 * 60 + 40), q=q, greedy=greedy(q), differences=other)
    async with app.run_test(size=(80, 24)) as pilot:
        first, second = app.main_screen.query_one(WorldPanel), app.main_screen.query_one(OtherWorld)
        await seen(pilot, "2 · dqn twin")
        assert first.row > 0 < first.column
        for keys in ((), ("up",), ("tab", "left", "left"), ("pageup",), ("home",)):
            await pilot.press(*keys)
            await until(pilot, lambda: (first.row, first.column) == (second.row, second.column))
        await pilot.resize_terminal(120, 30)
        await until(pilot, lambda: (first.row, first.column) == (second.row, second.column))


async def test_a_world_of_names_is_compared_by_name(app, trainer):
    world = names(3)
    first = snapshot(world, values(world, s0=[1.0, 0.0], s1=[0.0, 0.0], s2=[0.0, 0.0]))
    q = values(world, s0=[0.0, 2.0], s1=[0.0, 0.0], s2=[1.0, 0.0])
    trainer.snapshot = replace(
        compared(),
        **{field: getattr(first, field) for field in ("world", "q", "greedy", "state", "path", "last", "update")},
        comparison=replace(
            compared().comparison,
            q=q,
            greedy=greedy(q),
            state=0,
            path=(0,),
            differences=differences(first.q, first.greedy, q, greedy(q), np.ones(len(q), bool)),
        ),
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        panel = app.main_screen.query_one(Difference)
        lines = panel.draw(*panel.size).text.split("\n")
    assert [line.split()[:3] for line in lines[:3]] == [["s0", "≠", "−1.00"], ["s1", "=", "0.00"], ["s2", "≈", "−1.00"]]


async def test_the_key_offers_the_twin_and_the_saves_of_the_same_world(trainer):
    library = FakeLibrary(saved=[Save("mine", world="seed-2x3"), Save("far", world="cliff")])
    app = QScope(trainer, library)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("c")
        assert isinstance(app.screen, ChooseSecondRun)
        await seen(pilot, "DQN twin", "mine")
        assert "far" not in screen_text(app)
        await pilot.press("down", "enter")
        assert trainer.commands[-1] == Compare(save="mine")
        await pilot.press("c", "enter")
        assert trainer.commands[-1] == Compare(agent="dqn")


async def test_the_autosave_of_the_run_itself_is_not_offered_but_those_of_others_are(trainer):
    mine, other = (Save(f".autosave/seed-2x3-q-learning-20250301-12300{n}-1", world="seed-2x3") for n in (1, 2))
    trainer.show(autosave_name=mine.name)
    async with QScope(trainer, FakeLibrary(saved=[mine, other])).run_test(size=(80, 24)) as pilot:
        await pilot.press("c", "down", "enter")
    assert trainer.commands == [Compare(save=other.name)]


async def test_of_a_save_with_a_long_name_it_is_told_who_learned_and_when(trainer):
    library = FakeLibrary(saved=[Save("x" * 64, world="seed-2x3", agent="sarsa-lambda")])
    async with QScope(trainer, library).run_test(size=(80, 24)) as pilot:
        await pilot.press("c")
        await seen(pilot, "DQN twin, same seed 0", "sarsa-lambda  step 1,234  2025-03-01 12:30")


async def test_a_world_without_a_table_of_states_has_nothing_to_compare_and_says_so(app, trainer):
    nothing = np.zeros(0)
    trainer.show(observation=ObservationView((), nothing, nothing, nothing, ""))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("c")
        assert app.screen is app.main_screen
    (notice,) = app._notifications
    assert notice.message == "seed-2x3 has no table of states, so there is nothing to compare state by state"


async def test_where_there_is_no_room_for_the_difference_its_sign_is_told(app, trainer):
    cliff = grid("............", "S..........G")
    q = np.where(cliff.terminal[:, None], np.nan, np.zeros((24, 4)))
    other = q.copy()
    other[0, 0], other[1] = 2.0, -3.0
    apart = differences(q, greedy(q), other, greedy(other), np.ones(len(q), bool))
    trainer.snapshot = compared(snapshot(cliff, q), q=other, greedy=greedy(other), differences=apart)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        panel = app.main_screen.query_one(Difference)
        assert panel.draw(*panel.size).text.startswith("≈− =+ =  =  ")


async def test_both_maps_say_whose_they_are_as_long_as_they_are_compared(app, trainer):
    trainer.snapshot = compared()
    async with app.run_test(size=(80, 24)) as pilot:
        await seen(pilot, "1 · q-learning", "2 · dqn twin")
        trainer.show(comparison=None, save_name="mine")
        await seen(pilot, "The article's 2x3 grid")


async def test_the_twin_of_a_network_is_a_table_and_the_key_ends_it_again(app, trainer):
    trainer.show(agent=AgentView("dqn", "a network", {}, 0))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("c", "enter")
        assert trainer.commands[-1] == Compare(agent="q-learning")
        trainer.snapshot = compared()
        await pilot.pause(0.1)
        await pilot.press("c")
        assert trainer.commands[-1] == Compare()
        trainer.show(comparison=None)
        await seen(pilot, "Q(state, action)")


async def test_on_the_engine_both_stand_at_the_same_step(saves):
    trainer = Trainer(saves)
    trainer.start(Start("seed-2x3", "q-learning"))
    app = QScope(trainer, EngineLibrary(saves))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.main_screen
        await until(pilot, lambda: screen.snapshot is not None)
        await pilot.press("s", "s", "s", "c", "enter")
        await until(pilot, lambda: screen.snapshot.comparison is not None and screen.snapshot.comparison.step == 3)
        await pilot.press("e")
        await until(pilot, lambda: screen.snapshot.episodes.finished == 1)
        assert screen.snapshot.comparison.step == screen.snapshot.step
        await pilot.press("b")
        await until(pilot, lambda: screen.snapshot.comparison.step == screen.snapshot.step == 22)
    trainer.close(forget=True)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_comparison(snap_compare, size):
    assert snap_compare(QScope(FakeTrainer(compared()), FakeLibrary()), terminal_size=size)
