"""Keys that wait until those before them are answered, and floods of them."""

import random
import signal
import string
import sys

import pytest
from textual.events import Key, Paste

from engine.messages import FinishEpisode, RunAtFullSpeed, Step
from tests.benchmarks.terminal import Terminal, application, environment, require, run_at_full_speed
from tests.tui.fakes import FakeLibrary, FakeTrainer
from tests.tui.waiting import seen, until
from tui import typeahead
from tui.app import QScope
from tui.typeahead import CYCLE, FEW, LONGEST_ROW, MOST, STALE, TypeAhead

FLOOD = 20_000
"""Keys that Textual alone works off in half a minute or more."""
HELP = "page up/down"
"""What stands below the help."""
ANYTHING = "".join(sorted({*string.printable} - {*"qXW"})).encode()
"""All but the keys that leave, and those that write files where one is."""


def typed(keys, at=0.0):
    """What waits when these keys have been typed at once."""
    waiting = TypeAhead()
    for key in keys:
        waiting.add(Key(key, key), at)
    return waiting


def handed_over(waiting, now=0.0):
    """The keys as they are handed to an application that answers each alone."""
    keys = []
    while (event := waiting.next(now)) is not None:
        keys.append(event.key)
    return "".join(keys)


def test_keys_are_handed_over_as_they_were_typed():
    waiting = typed("ssebbs")
    assert handed_over(waiting) == "ssebbs"
    assert waiting.left_out() == 0


def test_a_row_that_a_person_may_mean_is_not_shortened():
    assert handed_over(typed("v" * (LONGEST_ROW + 1))) == "v" * (LONGEST_ROW + 1)


@pytest.mark.parametrize("presses", [1000, 1001, 99_999])
def test_what_toggles_or_goes_round_ends_where_it_would_have(presses):
    waiting = typed("v" * presses)
    answered = len(handed_over(waiting))
    assert answered <= LONGEST_ROW + 1
    assert all(answered % states == presses % states for states in (2, 3, 4, 5, 6))
    assert answered + waiting.left_out() == presses


def test_a_row_that_takes_long_is_shortened_further():
    waiting = typed("v" * (LONGEST_ROW + 1))
    waiting.next(0.0)
    assert len(handed_over(waiting, STALE + 0.1)) == CYCLE
    assert waiting.left_out() == LONGEST_ROW - CYCLE


def test_whoever_counts_takes_the_whole_row_and_no_other_key():
    waiting = typed("s" * 100_000 + "e" + "s")
    assert waiting.next(0.0).key == "s"
    assert waiting.presses(("s",)) == 100_000
    assert handed_over(waiting) == "es"
    assert waiting.left_out() == 0


def test_presses_of_another_key_are_not_counted():
    waiting = typed("\r\r\r")
    waiting.next(0.0)
    assert waiting.presses(("s",)) == 1
    assert handed_over(waiting) == "\r\r"


def test_presses_that_come_while_the_row_is_answered_are_a_row_of_their_own():
    waiting = typed("sss")
    waiting.next(0.0)
    assert waiting.presses(("s",)) == 3
    waiting.add(Key("s", "s"), 0.0)
    assert handed_over(waiting) == "s"


def test_of_many_keys_the_oldest_are_left_out_when_they_waited_for_too_long():
    waiting = typed("ab" * FEW)
    assert handed_over(waiting, STALE + 0.1) == ("ab" * FEW)[-FEW:]
    assert waiting.left_out() == FEW


def test_a_few_keys_wait_as_long_as_it_takes():
    assert handed_over(typed("ab" * (FEW // 2)), 1000.0) == "ab" * (FEW // 2)


def test_no_more_than_so_many_wait_at_all():
    waiting = typed("ab" * MOST)
    assert len(handed_over(waiting)) == MOST
    assert waiting.left_out() == MOST


def test_a_paste_waits_for_its_turn():
    waiting = typed("s")
    waiting.add(Paste("text"), 0.0)
    waiting.add(Key("s", "s"), 0.0)
    kinds = [type(waiting.next(0.0)) for _ in range(3)]
    assert kinds == [Key, Paste, Key]


@pytest.fixture
def typing(monkeypatch):
    """An application whose run is not there yet, and what puts keys into its keyboard."""
    monkeypatch.setattr(typeahead, "PATIENCE", 0.01)
    trainer = FakeTrainer()
    trainer.first, trainer.snapshot = trainer.snapshot, None
    app = QScope(trainer, FakeLibrary())
    keyboard = typeahead.Keyboard(app)

    def type_keys(keys):
        keyboard.begin(app.main_screen.waits_for_run)
        for key in keys:
            keyboard.type(Key(key, key))

    return app, trainer, type_keys


async def test_keys_that_need_a_run_wait_for_it_and_are_answered_in_their_order(typing):
    app, trainer, type_keys = typing
    async with app.run_test() as pilot:
        type_keys("sesf")
        await seen(pilot, "loading")
        await pilot.pause(5 * typeahead.LOOK_EVERY)
        assert trainer.commands == []
        trainer.snapshot = trainer.first
        await until(pilot, lambda: len(trainer.commands) == 4)
    assert trainer.commands == [Step(), FinishEpisode(), Step(), RunAtFullSpeed()]


async def test_a_key_that_needs_no_run_is_answered_before_it_is_there(typing):
    app, _, type_keys = typing
    async with app.run_test() as pilot:
        type_keys("T")
        await until(pilot, lambda: app.screen is not app.main_screen)


async def test_keys_wait_no_longer_for_a_run_than_it_may_take(typing, monkeypatch):
    monkeypatch.setattr(typeahead, "LOADING", 0.1)
    app, trainer, type_keys = typing
    async with app.run_test() as pilot:
        type_keys("sT")
        await until(pilot, lambda: app.screen is not app.main_screen)
    assert trainer.commands == []


def flooded(terminal, keys):
    """Send a flood of keys while the screen is read, as a terminal does."""
    for at in range(0, len(keys), 1024):
        terminal.press(keys[at : at + 1024])
        terminal.read()
    terminal.read(0.5)


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    with application(tmp_path_factory.mktemp("home"), "cliff") as terminal:
        terminal.answers = True
        yield terminal


def require_an_answer(terminal):
    """Require that a fresh key opens the help, once whatever the flood has opened is closed."""
    for _ in range(6):
        terminal.press(b"\x1b")
        terminal.read(0.15)
    terminal.read(0.5)  # An escape and a key that are read at once would be another key.
    terminal.press(b"?")
    require(terminal.wait_for(lambda: HELP in str(terminal.screen)), f"no help:\n{terminal.screen}")
    terminal.press(b"\x1b")
    require(terminal.wait_for(lambda: HELP not in str(terminal.screen)), f"the help stays:\n{terminal.screen}")


def test_every_step_of_a_flood_is_made_and_taken_back_again(session):
    before = session.step
    flooded(session, b"s" * FLOOD)
    assert session.wait_for(lambda: session.step == before + FLOOD)
    flooded(session, b"b" * (FLOOD - 7))
    assert session.wait_for(lambda: session.step == before + 7)


def test_a_flood_of_a_toggle_ends_as_it_should(session):
    flooded(session, b" " * (FLOOD + 1))
    assert session.wait_for(lambda: "►" in str(session.screen).partition("\n")[0])
    flooded(session, b" " * (FLOOD + 1))
    assert session.wait_for(lambda: "paused" in str(session.screen))
    require_an_answer(session)


@pytest.mark.parametrize("key", [b"v", b"\t", b"M", b"\x1b[B"])
def test_behind_a_flood_at_full_speed_a_key_is_answered(session, key):
    run_at_full_speed(session, 0.1)
    flooded(session, key * (FLOOD // len(key)))
    require_an_answer(session)


def test_behind_a_flood_of_anything_a_key_is_answered(session):
    flooded(session, bytes(random.Random(1).choices(ANYTHING, k=FLOOD)))
    require_an_answer(session)


def test_it_is_told_that_keys_were_left_out(session):
    flooded(session, b"M" * FLOOD)
    assert session.wait_for(lambda: "keys came faster than they could be answered" in str(session.screen))


def test_keys_behind_one_that_closes_a_dialog_go_to_the_screen_below(tmp_path):
    with application(tmp_path, "seed-2x3") as terminal:
        terminal.press(b"sssss")
        assert terminal.wait_for(lambda: terminal.step == 5)
        terminal.press(b":1\rss?")
        assert terminal.wait_for(lambda: HELP in str(terminal.screen))
        terminal.press(b"\x1b")
        assert terminal.wait_for(lambda: terminal.step == 3)


def test_the_question_that_stands_there_from_the_start_hears_its_keys(tmp_path):
    with application(tmp_path, "seed-2x3") as terminal:
        terminal.press(b"sss")
        assert terminal.wait_for(lambda: terminal.step == 3)
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.ends()
    with Terminal([sys.executable, "-m", "tui", "--saves", tmp_path], environment()) as terminal:
        assert terminal.wait_for(lambda: "broke off at step 3" in str(terminal.screen))
        terminal.press(b"\r")
        assert terminal.wait_for(lambda: terminal.step == 3)
