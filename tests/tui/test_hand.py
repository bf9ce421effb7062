"""A person's hand in the run: driving the agent, and changing its settings."""

import pytest
from textual.widgets import Input

from engine import messages
from engine.messages import AgentView
from tests.tui.fakes import grid, learned, names, snapshot, table_update, transition
from tui.screens.choose_agent import AgentSettings
from tui.screens.form import SettingLine
from tui.widgets.explanation import explain
from tui.widgets.key_line import KeyLine
from tui.widgets.status import Status
from tui.widgets.timeline import Timeline
from tui.widgets.world import WorldPanel

COMPASS = ("east", "south", "west", "north", "wait")


def status(app):
    return app.main_screen.query_one(Status).draw(78, 1).text


def footer(app, width=79):
    return app.main_screen.query_one(KeyLine).draw(width, 1).text


def acted(trainer):
    assert all(isinstance(command, messages.ActByHand) for command in trainer.commands)
    return [command.action for command in trainer.commands]


# Driving.


async def test_the_arrows_choose_the_actions_of_their_names(app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("d", "up", "right", "down", "left")
    assert acted(trainer) == [0, 1, 2, 3]


async def test_the_letters_that_look_around_drive_too(app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("d", "k", "l", "j", "h")
    assert acted(trainer) == [0, 1, 2, 3]


async def test_the_arrows_know_the_points_of_the_compass(app, trainer):
    trainer.snapshot = snapshot(grid("S.", "..", actions=COMPASS))
    async with app.run_test() as pilot:
        await pilot.press("d", "up", "right", "down", "left")
    assert acted(trainer) == [3, 0, 1, 2]


async def test_the_digits_choose_the_actions_in_their_order(app, trainer):
    trainer.snapshot = snapshot(grid("S.", "..", actions=COMPASS))
    async with app.run_test() as pilot:
        await pilot.press("d", *"12345")
    assert acted(trainer) == [0, 1, 2, 3, 4]


async def test_a_digit_that_stands_for_no_action_does_nothing(app, trainer):
    trainer.snapshot = snapshot(names(3))
    async with app.run_test() as pilot:
        await pilot.press("d", "0", "3", "9")
    assert trainer.commands == []


async def test_where_no_action_is_called_like_an_arrow_it_tells_the_digits(app, trainer):
    trainer.snapshot = snapshot(names(3))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("d", "up")
        assert [notice.message for notice in app._notifications] == ["no action here is called up: 1 go, 2 stay"]
        assert footer(app).startswith("d stop  1 go  2 stay  │ s step")
        await pilot.press("2")
    assert acted(trainer) == [1]


async def test_the_status_says_who_drives(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        assert "you drive" not in status(app)
        await pilot.press("d")
        assert "you drive" in status(app)
        await pilot.press("d")
        assert "you drive" not in status(app)
        assert "paused" in status(app)


async def test_who_drives_still_sees_that_the_run_goes_on(app, trainer):
    trainer.show(playing=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        assert "you drive   ► 5/s   step 0" in status(app)


async def test_an_agent_that_waits_for_a_person_is_driven_at_once(app, trainer):
    waiting = AgentView("human", "You", {"step_size": "0.5"}, 0, waits_for_person=True)
    async with app.run_test(size=(80, 24)) as pilot:
        trainer.snapshot = snapshot(agent=waiting)
        app.main_screen.pull()
        await pilot.press("right")
        assert "you drive" in status(app)
        await pilot.press("d")
        trainer.snapshot = snapshot(agent=waiting, step=1)
        app.main_screen.pull()
        assert not app.main_screen.driving
        await pilot.press("d")
        trainer.snapshot = snapshot()
        app.main_screen.pull()
        assert not app.main_screen.driving
    assert acted(trainer) == [1]


@pytest.mark.parametrize("width", [38, 58, 79, 139])
async def test_the_footer_tells_how_to_drive_and_how_to_stop(app, width):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        text = footer(app, width)
    assert text.startswith("d stop  ↑ → ↓ ← act")
    assert "d drive" not in text
    assert len(text) <= width


async def test_the_footer_numbers_the_actions_that_no_arrow_stands_for(app, trainer):
    trainer.snapshot = snapshot(grid("S.", "..", actions=("up", "right", "down", "left", "up-right", "wait")))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        assert footer(app).startswith("d stop  ↑ → ↓ ← act  5 up-right  6 wait  │")


async def test_the_footer_is_clicked_where_its_commands_stand_now(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        await pilot.click(KeyLine, offset=(1 + footer(app).index("s step"), 0))
    assert trainer.commands == [messages.Step()]


async def test_d_again_gives_the_arrows_back_to_the_view(app, trainer):
    trainer.snapshot = snapshot(grid("S" + "." * 59, *["." * 60] * 39))
    async with app.run_test(size=(80, 24)) as pilot:
        panel = app.main_screen.query_one(WorldPanel)
        await pilot.press("d", "d", "down", "right", "3")
        assert (panel.row, panel.column) == (1, 1)
    assert trainer.commands == []


async def test_escape_lets_go_of_the_agent_before_it_closes_anything(app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("i", "d", "escape")
        assert not app.main_screen.driving
        assert app.main_screen.sight.cursor is not None
        await pilot.press("escape")
        assert app.main_screen.sight.cursor is None


async def test_escape_stops_a_run_before_it_lets_go_of_the_agent(app, trainer):
    trainer.show(playing=True)
    async with app.run_test() as pilot:
        await pilot.press("d", "escape")
    assert trainer.commands == [messages.Pause()]
    assert app.main_screen.driving


async def test_escape_leaves_an_agent_that_waits_for_a_person_in_their_hands(app, trainer):
    async with app.run_test() as pilot:
        trainer.snapshot = snapshot(agent=AgentView("human", "You", {}, 0, waits_for_person=True))
        app.main_screen.pull()
        await pilot.press("escape")
        assert app.main_screen.driving


async def test_who_begins_to_drive_on_the_timeline_drives_and_does_not_scrub(app, trainer):
    trainer.snapshot = learned()
    async with app.run_test() as pilot:
        app.main_screen.query_one(Timeline).focus()
        await pilot.press("d", "left", "2")
    assert acted(trainer) == [3, 1]


async def test_other_keys_work_while_one_drives(app, trainer):
    trainer.show(step=3)
    async with app.run_test() as pilot:
        await pilot.press("d", "s", "b")
    assert trainer.commands == [messages.Step(), messages.StepBack()]


async def test_in_a_dialog_the_digits_are_typed_and_not_driven(app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("d", "S", "1")
        assert app.screen.query_one(Input).value == "1"
    assert trainer.commands == []


@pytest.mark.parametrize("width", [38, 60, 80, 140])
def test_an_action_by_hand_is_told_as_such(width):
    last = transition(by_hand=True, explored=False, die=float("nan"))
    what, _ = ("".join(text for text, _ in line) for line in explain(learned(last=last, update=table_update()), width))
    assert "by hand" in what
    assert "greedy" not in what
    assert "nan" not in what
    assert len(what) <= width


# Changing settings.


def changing(trainer):
    trainer.show(agent=AgentView("q-learning", "", {"discount": "0.9", "step_size": "0.25", "epsilon": "0.1"}, 7))


async def test_only_what_was_changed_is_sent(app, trainer):
    changing(trainer)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p", "tab", "tab", *"0.5", "enter")
    assert trainer.commands == [messages.ChangeSettings({"epsilon": "0.5"})]


async def test_the_settings_of_a_living_agent_have_no_seed(app, trainer):
    changing(trainer)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p")
        assert isinstance(app.screen, AgentSettings)
        fields = {line.key: line.field.value for line in app.screen.query(SettingLine)}
        assert fields == {"discount": "0.9", "step_size": "0.25", "epsilon": "0.1"}
        assert app.focused is app.screen.query(Input)[0]


async def test_nothing_is_sent_when_nothing_was_changed(app, trainer):
    changing(trainer)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p", "enter")
        assert app.screen is app.main_screen
        await pilot.press("p", "tab", *"0.9", "escape")
    assert trainer.commands == []


async def test_an_emptied_field_leaves_its_setting_as_it_was_and_shows_how(app, trainer):
    changing(trainer)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p", "tab", "backspace")
        field = app.screen.query(Input)[1]
        assert (field.value, field.placeholder) == ("", "0.25")
        await pilot.press("enter")
    assert trainer.commands == []


async def test_an_impossible_value_is_refused_beside_its_field(app, trainer):
    changing(trainer)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p", *"2.5", "enter")
        assert str(app.screen.query(SettingLine)[0].note.render()) == "2.5 is out of range (0 to 1)"
    assert trainer.commands == []


async def test_a_seed_longer_than_any_number_is_refused(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("a", "enter")
        app.screen.query(Input)[0].value = "9" * 5000
        await pilot.press("enter")
        assert isinstance(app.screen, AgentSettings)
    assert trainer.commands == []
