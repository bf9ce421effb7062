"""Asking for an end and seeing how far it is, and settings that stay as they are."""

from dataclasses import replace

import pytest

from engine import messages
from engine.messages import AgentView
from engine.until import Until
from tests.tui.fakes import Agent, FakeLibrary, FakeTrainer, Setting, snapshot
from tui.app import QScope
from tui.screens.dialog import Problem
from tui.screens.form import SettingLine
from tui.screens.run_until import RunUntil
from tui.widgets.status import Status, doing


async def test_a_condition_is_asked_for_and_sent(app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("u", *"return >= 9", "enter")
    assert trainer.commands == [messages.RunUntil(Until("return", 9.0))]


async def test_the_condition_of_before_is_offered_again(app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("u", *"20 episodes", "enter", "u", "enter")
    assert trainer.commands == [messages.RunUntil(Until("episodes", 20.0))] * 2


async def test_what_is_no_condition_is_refused_beside_the_field(app, trainer):
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("u", *"soon", "enter")
        assert isinstance(app.screen, RunUntil)
        assert "'soon' is no condition; write one such as steps 1000" in str(app.screen.query_one(Problem).render())
        await pilot.press("x")
        assert str(app.screen.query_one(Problem).render()) == ""
    assert trainer.commands == []


@pytest.mark.parametrize(
    ("share", "said"),
    [(float("nan"), "►► until return>=9"), (0.457, "►► until return>=9 46%"), (0.998, "►► until return>=9 >99%")],
)
def test_the_status_says_what_it_runs_until_and_how_far_it_is(share, said):
    shown = snapshot(playing=True, speed=float("inf"), until="return>=9", share=share)
    assert "".join(text for text, _ in doing(shown)[0][0]) == f"{said}   step 0"


async def test_escape_asks_for_an_end_of_what_goes_on(app, trainer):
    trainer.show(busy="going to step 1,000,000: 45%, 1,000/s, escape stops")
    async with app.run_test(size=(80, 24)) as pilot:
        assert "escape stops" in app.main_screen.query_one(Status).draw(78, 1).text
        await pilot.press("escape")
    assert trainer.commands == [messages.Pause()]


async def test_escape_stops_what_takes_its_time_before_it_closes_the_inspector(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i")
        trainer.show(busy="second run to step 1,000,000: 1 %, 2,000/s, escape stops")
        app.main_screen.pull()
        await pilot.press("escape")
        assert trainer.commands[-1] == messages.Pause()
        assert app.main_screen.sight.cursor is not None


@pytest.fixture
def fixed():
    """An app whose agent has a setting that stays as it is."""
    table = (Setting("discount", "the world's"), Setting("hidden", "64", fixed=True), Setting("epsilon", "0.1"))
    library = FakeLibrary()
    library.agents = lambda: [Agent("q-learning", "a table", table)]
    trainer = FakeTrainer(snapshot())
    settings = {"discount": "0.9", "hidden": "0.5", "epsilon": "0.1"}
    trainer.snapshot = replace(trainer.snapshot, agent=AgentView("q-learning", "", settings, 0))
    return QScope(trainer, library), trainer


async def test_a_setting_that_is_fixed_for_life_says_so_and_is_passed_over(fixed):
    app, trainer = fixed
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p")
        line = app.screen.query(SettingLine)[1]
        assert (line.key, line.value, line.field.disabled) == ("hidden", "0.5", True)
        assert str(line.note.render()).startswith("fixed · ")
        await pilot.press("tab", *"0.7", "enter")
    assert trainer.commands == [messages.ChangeSettings({"epsilon": "0.7"})]


async def test_a_new_run_may_choose_what_is_fixed_for_life(fixed):
    app, trainer = fixed
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("a", "enter", "tab", "ctrl+u", *"0.25", "enter")
    assert trainer.commands == [messages.Start("seed-2x3", "q-learning", {"hidden": "0.25"}, 0)]


async def test_a_form_tells_meaning_range_and_default_of_its_settings(fixed):
    app, _ = fixed
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p", "tab")
        told = str(app.screen.query_one(".detail", Problem).render())
    assert told == "epsilon: what it is for · 0 to 1 · default 0.1"
