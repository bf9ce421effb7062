import pytest

from engine import messages
from tests.tui.fakes import Save
from tests.tui.waiting import seen, until
from tui.app import exit_code
from tui.screens.confirm import Confirm
from tui.screens.save import SaveRun


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_a_saved_run_is_left_at_once(key, app):
    async with app.run_test() as pilot:
        await pilot.press(key)
        await pilot.pause()
    assert app.return_code == 0


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_leaving_asks_when_something_is_not_saved(key, app, trainer):
    trainer.show(unsaved=True)
    async with app.run_test() as pilot:
        await pilot.press(key)
        assert isinstance(app.screen, Confirm)
        assert app.screen.choices == ("save", "discard", "cancel")
        assert app.focused.name == "save"
        await pilot.press("escape")
        assert app.is_running
        assert app.screen is app.main_screen


@pytest.mark.parametrize(("name", "said"), [("", "This run was never saved."), ("mine", "gone on since it was last")])
async def test_leaving_says_whether_the_run_was_ever_saved(app, trainer, name, said):
    trainer.show(unsaved=True, save_name=name)
    async with app.run_test() as pilot:
        await pilot.press("q")
        await seen(pilot, said)


async def test_leaving_asks_while_the_answer_to_a_step_is_not_there_yet(app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("s", "q")
        assert isinstance(app.screen, Confirm)
        await pilot.press("escape")
        trainer.show()
        await pilot.press("q")
        await pilot.pause()
    assert app.return_code == 0


async def test_discarding_leaves_without_a_save(app, trainer):
    trainer.show(unsaved=True)
    async with app.run_test() as pilot:
        await pilot.press("q", "d")
        await pilot.pause()
    assert app.return_code == 0
    assert trainer.commands == []


async def test_saving_waits_for_the_save_before_it_leaves(app, trainer):
    trainer.show(unsaved=True, save_name="mine", playing=True)
    async with app.run_test() as pilot:
        await pilot.press("q", "enter")
        assert trainer.commands == [messages.Pause(), messages.Save("mine")]
        app.main_screen.pull()
        await pilot.pause()
        assert app.is_running
        trainer.tell("saved as mine", unsaved=False)
        app.main_screen.pull()
        await pilot.pause()
    assert app.return_code == 0


async def test_saving_asks_for_a_name_if_there_is_none(app, trainer):
    trainer.show(unsaved=True)
    async with app.run_test() as pilot:
        await pilot.press("q", "enter")
        assert isinstance(app.screen, SaveRun)
        await pilot.press("enter")
        assert trainer.commands == [messages.Pause(), messages.Save("seed-2x3-q-learning")]


async def test_a_failed_save_does_not_leave(app, trainer):
    trainer.show(unsaved=True, save_name="mine")
    async with app.run_test() as pilot:
        await pilot.press("q", "enter")
        trainer.tell("cannot save: no space left", error=True)
        app.main_screen.pull()
        await pilot.pause()
        trainer.show(unsaved=False)
        app.main_screen.pull()
        await pilot.pause()
        assert app.is_running
        assert not app._exit


async def test_closing_the_question_for_a_name_does_not_leave(app, trainer):
    trainer.show(unsaved=True)
    async with app.run_test() as pilot:
        await pilot.press("q", "enter", "escape")
        trainer.show(unsaved=False)
        app.main_screen.pull()
        await pilot.pause()
        assert not app._exit


@pytest.mark.parametrize(
    ("keys", "before", "command"),
    [
        ("r", "beginning anew", messages.Reset),
        ("w enter", "beginning another", messages.Start),
        ("a enter enter", "beginning another", messages.Start),
        ("O enter", "opening another", messages.Load),
    ],
)
async def test_whatever_takes_the_place_of_a_run_offers_to_save_it_first(app, trainer, library, keys, before, command):
    library.saved = [Save("other")]
    trainer.show(step=3, unsaved=True, save_name="mine")
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press(*keys.split())
        await seen(pilot, f"Save it before {before}?")
        await pilot.press("enter")
        assert trainer.commands == [messages.Pause(), messages.Save("mine")]
        trainer.tell("saved as mine", unsaved=False)
        await until(pilot, lambda: len(trainer.commands) > 2)
        assert [type(asked) for asked in trainer.commands[2:]] == [command]


async def test_a_save_that_fails_keeps_the_run(app, trainer):
    trainer.show(step=3, unsaved=True, save_name="mine")
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("r", "s")
        trainer.tell("cannot save: no space left", error=True)
        await seen(pilot, "cannot save: no space left")
        trainer.show(unsaved=False)
        await until(pilot, lambda: not app.main_screen.snapshot.unsaved)
        assert messages.Reset() not in trainer.commands


async def test_who_goes_on_with_the_run_before_it_is_saved_keeps_it(app, trainer):
    trainer.show(step=3, unsaved=True, save_name="mine")
    async with app.run_test() as pilot:
        await pilot.press("r", "s", "s")
        trainer.show(unsaved=False)
        await until(pilot, lambda: not app.main_screen.snapshot.unsaved)
    assert trainer.commands == [messages.Pause(), messages.Save("mine"), messages.Step()]


async def test_ctrl_q_in_a_dialog_closes_only_the_dialog(app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("question_mark", "ctrl+q")
        assert app.screen is app.main_screen
        assert not app._exit


@pytest.mark.parametrize(("own", "signal", "code"), [(0, None, 0), (None, None, 1), (1, None, 1), (0, 15, 143)])
def test_the_exit_code_tells_how_it_ended(own, signal, code):
    assert exit_code(own, signal) == code
