"""Lessons: no page may lie, none may break, and while one is read every key goes on working."""

from dataclasses import replace

import pytest

from engine.errors import InputError
from engine.messages import Advance, ChangeSettings, FinishEpisode, GoTo, Load, Pause, Start, Step, StepBack, UsualSpeed
from tests.tui.fakes import FakeLibrary, FakeTrainer, learned, table_update, timeline, transition
from tests.tui.waiting import screen_text, seen, until
from tui.app import QScope
from tui.lessons import shelf
from tui.lessons.expectations import Expectation
from tui.lessons.lesson import read
from tui.lessons.rehearsal import rehearse
from tui.screens.choose_lesson import ChooseLesson
from tui.screens.confirm import Confirm
from tui.widgets.layers import Layer
from tui.widgets.lesson_strip import LessonStrip, Reading, written
from tui.widgets.sight import Sight

FRONT = "---\ntitle: Mine\nworld: seed-2x3\nseed: 7\nsettings: epsilon=0.1\n---\n"
FIRST = Start("seed-2x3", "q-learning", {"epsilon": "0.1"}, 7)


def lesson_of(*pages):
    return read(FRONT + "\n---\n".join(pages), "mine", "mine.md")


TOUR = (
    "A first page.\n> expect step = 0",
    "Two steps.\n> go to step 2\n> show layer policy\ntry: `s`",
    "Only words.",
    "Another seed.\n> start seed=8\n> run 1 episode",
)


@pytest.mark.parametrize("name", shelf.ORDER)
def test_all_that_a_shipped_lesson_claims_is_so(name):
    lesson = shelf.find(name)
    assert list(rehearse(lesson)) == []
    assert sum(len(page.expectations) for page in lesson.pages) >= 5


@pytest.mark.parametrize("name", shelf.ORDER)
def test_each_page_fits_the_strip_at_80_columns(name):
    lesson = shelf.find(name)
    for number, page in enumerate(lesson.pages, start=1):
        reading = Reading(lesson.title, number, len(lesson.pages), page.text, page.keys)
        figures = bool(lesson.speaks_of(number - 1) & {"mean_return", "agreement", "q_error"})
        assert len(written(reading, 76)) + figures <= 6, page.text


def test_a_false_claim_is_told_with_its_line():
    lesson = lesson_of("The second step.\n> go to step 2\n> expect q(0,0; up) = 3.00")
    assert list(rehearse(lesson)) == ["mine.md:9: q(0,0; up) = 3.00: it is 0"]


def test_a_number_in_the_text_without_a_claim_is_told():
    assert list(rehearse(lesson_of("It is worth 4.2 here."))) == [
        "mine.md:7: the text says 4.2, which no `> expect` of the page holds"
    ]


def test_a_state_that_is_none_is_told():
    assert list(rehearse(lesson_of("Look at 7,7."))) == ["mine.md:7: the text names 7,7, which is no state of seed-2x3"]


@pytest.mark.parametrize(
    ("directive", "said"),
    [
        ("stat cliff", "mine.md:8: unknown directive 'stat'; did you mean 'start'?"),
        ("go to 12", "mine.md:8: 'go' is written: go to step N"),
        ("run 5 miles", "mine.md:8: 'run' is written"),
        ("run 9999999 steps", "mine.md:8: run: 9999999 must lie between 1 and 20,000"),
        ("set epsilon", "mine.md:8: 'set' is written"),
        ("show layer q", "mine.md:8: 'show' is written"),
        ("save", "mine.md:8: save is for the person alone"),
        ("expect valeu = 3", "mine.md:8: nobody measures 'valeu'"),
        ("expect step", "mine.md:8: 'step' claims nothing"),
        ("start seed-2x3 seed=-1", "mine.md:8: seed=-1 is no whole number"),
    ],
)
def test_a_wrong_directive_is_told_with_its_line(directive, said):
    with pytest.raises(InputError) as error:
        lesson_of(f"A page.\n> {directive}")
    assert str(error.value).startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A page.", "x.md:1: a lesson begins with a line ---"),
        ("---\ntitle: A\n", "x.md:2: the front matter has no end"),
        ("---\ntitle: A\n---\nA page.", "x.md:3: the front matter has no 'world'"),
        ("---\ntitel: A\n---\n", "x.md:2: unknown key 'titel'; did you mean 'title'?"),
        ("---\ntitle: A\nworld: cliff\n---\n", "x.md:4: a lesson needs at least one page"),
        ("---\ntitle: A\nworld: cliff\n---\n> step\n", "x.md:5: a page needs a sentence"),
    ],
)
def test_a_file_that_is_no_lesson_is_told_in_one_line(text, said):
    with pytest.raises(InputError) as error:
        read(text, "x", "x.md")
    assert str(error.value).startswith(said)


def test_where_a_run_is_after_episodes_cannot_be_told_from_the_file():
    with pytest.raises(InputError, match=r"mine\.md:9: after `run"):
        lesson_of("A page.\n> run 3 episodes\n> go to step 9")


def test_a_number_holds_as_far_as_it_is_written():
    snapshot = learned()
    assert Expectation.parse("q(0,0; down) = 7.3").failure(snapshot) == ""
    assert Expectation.parse("q(0,0; down) = 7.30").failure(snapshot) == "q(0,0; down) = 7.30: it is 7.29"
    assert Expectation.parse("agreement = 80%").failure(snapshot) == ""
    assert Expectation.parse("2 * v(0,0) - 0.58 = 14").failure(snapshot) == ""
    assert Expectation.parse("greedy(0,0) = up").failure(snapshot) == "greedy(0,0) = up: it is down"


@pytest.mark.parametrize("text", ["q(9,9; up) = 1", "q(0,0) = 1", "loss = 1", "episode_return(99) = 1", "step + = 1"])
def test_what_cannot_be_measured_is_said(text):
    with pytest.raises(InputError):
        Expectation.parse(text).failure(learned())


def test_the_way_to_a_page_begins_at_the_last_beginning_before_it():
    lesson = lesson_of(*TOUR)
    assert lesson.way_to(0) == (FIRST,)
    assert lesson.way_to(1) == lesson.way_to(2) == (FIRST, Advance(2))
    assert lesson.way_to(3) == (Start("seed-2x3", "q-learning", FIRST.settings, 8), Advance(1, "episode"))


def test_a_step_that_lies_behind_is_gone_back_to():
    lesson = lesson_of("A page.\n> go to step 3\n> set epsilon=0.5\n> go to step 1")
    assert lesson.way_to(0)[-2:] == (ChangeSettings({"epsilon": "0.5"}), GoTo(1))


async def open_tour(pilot, trainer):
    pilot.app.main_screen.open_lesson(lesson_of(*TOUR), begun=True)
    await pilot.pause()
    trainer.commands.clear()


async def test_a_page_brings_the_run_to_where_it_wants_it(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        await open_tour(pilot, trainer)
        await seen(pilot, "A first page.")
        await pilot.press("full_stop")
        assert trainer.commands == [FIRST, Advance(2)]
        assert app.main_screen.sight.layer is Layer.POLICY
        await seen(pilot, "Lesson 2/4 · Mine", "Try s")


async def test_a_page_of_words_leaves_the_run_alone(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        await open_tour(pilot, trainer)
        await pilot.press("full_stop")
        trainer.commands.clear()
        await pilot.press("full_stop")
        await seen(pilot, "Only words.")
        assert trainer.commands == []
        await pilot.press("comma")
        await seen(pilot, "Two steps.")


async def test_the_ordinary_keys_go_on_working_and_the_panels_stay(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        trainer.show(**vars(learned()))
        await open_tour(pilot, trainer)
        await pilot.press("s", "e", "b")
        assert trainer.commands == [Step(), FinishEpisode(), StepBack()]
        await seen(pilot, "The article's 2x3 grid", "Q(state, action)", "1,0 → right → 1,1", "A first page.")


async def test_after_the_last_page_the_lesson_is_left_and_so_it_is_by_its_key(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        await open_tour(pilot, trainer)
        await pilot.press(*["full_stop"] * 4)
        assert app.main_screen.lesson is None
        assert not app.main_screen.query_one(LessonStrip).display
        await open_tour(pilot, trainer)
        await pilot.press("L")
        assert app.main_screen.lesson is None


async def test_escape_stops_what_goes_on_and_then_leaves_the_lesson(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        await open_tour(pilot, trainer)
        trainer.show(playing=True)
        await until(pilot, lambda: app.main_screen.snapshot.playing)
        await pilot.press("escape")
        assert trainer.commands == [Pause()]
        assert app.main_screen.lesson is not None
        trainer.show(playing=False)
        await until(pilot, lambda: not app.main_screen.snapshot.playing)
        await pilot.press("i", "escape")
        assert app.main_screen.sight.cursor is None
        assert app.main_screen.lesson is not None
        await pilot.press("escape")
        assert app.main_screen.lesson is None


async def test_a_lesson_that_was_left_is_opened_again_at_the_page_where_it_was_left(app, trainer):
    exploration = shelf.shipped()[2]
    async with app.run_test(size=(80, 24)) as pilot:
        app.main_screen.open_lesson(exploration)
        await pilot.press(*["full_stop"] * 3, "escape", "L")
        await seen(pilot, "page 4 of 5")
        del trainer.commands[:]
        await pilot.press("enter")
        await seen(pilot, "Lesson 4/5 · Exploration")
        assert trainer.commands == [UsualSpeed(), *exploration.way_to(3)]
        assert app.main_screen.sight.layer is Layer.VISITS


async def test_a_lesson_that_was_read_to_its_end_begins_with_its_first_page_again(app, trainer):
    last = shelf.shipped()[-1]
    async with app.run_test(size=(140, 40)) as pilot:
        app.main_screen.open_lesson(last)
        await pilot.press(*["full_stop"] * len(last.pages), "L")
        await seen(pilot, last.title)
        assert "page 6 of 6" not in screen_text(app)


async def test_the_pages_of_a_closed_lesson_are_not_turned(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("full_stop", "comma")
        assert trainer.commands == []


async def test_a_lesson_asks_before_it_replaces_what_is_not_saved(app, trainer):
    trainer.show(unsaved=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("L")
        assert isinstance(app.screen, ChooseLesson)
        await pilot.press("enter")
        assert isinstance(app.screen, Confirm)
        await pilot.press("c")
        assert (trainer.commands, app.main_screen.lesson) == ([], None)
        await pilot.press("L", "enter", "d")
        assert trainer.commands == [UsualSpeed(), shelf.shipped()[0].first]
        trainer.show(unsaved=True)
        await pilot.press("full_stop")
        assert not isinstance(app.screen, Confirm)


async def test_a_lesson_begun_by_another_one_asks_nothing_for_that_run_is_no_loss(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("L", "enter", "s", "e")
        trainer.show(unsaved=True)
        await pilot.press("L", "L", "down", "enter")
        await seen(pilot, "Lesson 1/5 · Return and discount")
        assert shelf.shipped()[1].first in trainer.commands


async def test_a_run_with_which_the_person_went_on_after_the_lesson_is_theirs(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("L", "enter", "L", "e")
        trainer.show(unsaved=True)
        await pilot.press("L", "enter")
        assert isinstance(app.screen, Confirm)


async def test_the_run_of_a_lesson_that_was_saved_is_the_persons(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("L", "enter")
        trainer.show(unsaved=True, save_name="mine")
        await until(pilot, lambda: app.main_screen.snapshot.save_name)
        await pilot.press("full_stop", "full_stop")
        assert isinstance(app.screen, Confirm)


async def test_leaving_the_program_from_a_lesson_asks_nothing(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("L", "enter", "s")
        trainer.show(unsaved=True)
        await pilot.press("q")
        assert app.return_code == 0


async def test_a_lesson_begins_at_the_usual_speed_with_nothing_left_of_the_one_before(app, trainer):
    trainer.show(**vars(learned()))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await open_tour(pilot, trainer)
        await pilot.press("v", "z", "i")
        app.notify("epsilon 0")
        await seen(pilot, "Inspector", "epsilon 0")
        app.main_screen.open_lesson(lesson_of("Another."))
        await seen(pilot, "Another.", "Q(state, action)")
        assert app.main_screen.sight == Sight()
        assert "epsilon 0" not in screen_text(app)
        assert trainer.commands.index(UsualSpeed()) < trainer.commands.index(FIRST)


async def test_a_later_page_leaves_the_speed_as_it_is(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        await open_tour(pilot, trainer)
        await pilot.press("full_stop")
        assert UsualSpeed() not in trainer.commands


async def test_a_run_that_the_person_opened_during_a_lesson_is_asked_about(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        await open_tour(pilot, trainer)
        app.main_screen.send(Load("mine"))
        trainer.show(unsaved=True)
        await pilot.press("full_stop")
        assert isinstance(app.screen, Confirm)


async def test_a_long_page_is_read_in_parts_on_a_small_screen(app, trainer):
    async with app.run_test(size=(40, 12)) as pilot:
        app.main_screen.open_lesson(lesson_of("one " * 60 + "end", "Two."), begun=True)
        await seen(pilot, "one one")
        assert "end" not in screen_text(app)
        while app.main_screen._stop.number == 0 and "one end" not in screen_text(app):
            await pilot.press("full_stop")
        await seen(pilot, "one end")
        assert app.main_screen._stop.number == 0
        await pilot.press("full_stop")
        await seen(pilot, "Two.")


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (140, 40), (200, 60)])
async def test_a_lesson_and_the_inspector_hide_neither_legend_nor_why_nor_timeline(app, trainer, size):
    trainer.show(**vars(learned(timeline=timeline(221), last=transition(), update=table_update())))
    async with app.run_test(size=size) as pilot:
        await open_tour(pilot, trainer)
        await pilot.press("i")
        await seen(pilot, "A first page.", "Inspector", "i close", "@", " −10 ─", "1,0 → right → 1,1", "(−1.00 + ")
        await seen(pilot, "221 of 221")


async def test_at_the_smallest_size_a_line_brings_the_lesson_back_from_the_inspector(app, trainer):
    async with app.run_test(size=(40, 12)) as pilot:
        await open_tour(pilot, trainer)
        await pilot.press("i")
        await seen(pilot, "Inspector", "Lesson 1/4", ". back to the page")
        await pilot.press("full_stop")
        await seen(pilot, "A first page.")
        assert "Inspector" not in screen_text(app)
        assert app.main_screen._stop.number == 0


@pytest.mark.parametrize("size", [(40, 12), (60, 20), (80, 24), (140, 40)])
@pytest.mark.parametrize(("looking", "shown"), [("", "A first page."), ("n", "Episodes"), ("i", "Inspector")])
async def test_a_notice_beside_a_lesson_hides_neither_its_keys_nor_the_way_back(app, trainer, size, looking, shown):
    trainer.show(**vars(learned()))
    async with app.run_test(size=size, notifications=True) as pilot:
        await open_tour(pilot, trainer)
        for key in looking:
            await pilot.press(key)
        await seen(pilot, shown, "Lesson 1/4")
        before = screen_text(app).split("\n")
        app.notify("discount 0.5")
        await seen(pilot, "discount 0.5")
        hidden = [line for line, now in zip(before, screen_text(app).split("\n"), strict=True) if line != now]
    assert len(hidden) == 1
    assert hidden[0].startswith("╭")


async def test_a_chart_at_the_smallest_height_is_closed_by_escape(app, trainer):
    trainer.show(**vars(learned()))
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.press("n")
        await seen(pilot, "Episodes", "n next · escape close")
        await pilot.press("escape")
        await until(pilot, lambda: "Episodes" not in screen_text(app))
        await pilot.press("escape")
        assert trainer.commands[-1] == Pause()


def test_a_page_of_a_lesson(snap_compare):
    app = QScope(FakeTrainer(learned()), FakeLibrary(), lesson=shelf.find("update"))
    assert snap_compare(app, terminal_size=(80, 24), press=["full_stop"])


MEASURES = lesson_of(
    "No figures yet.\n> expect step = 0",
    "The policy.\n> expect agreement = 100%",
    "All.\n> expect mean_return(1) > 0\n> expect q_error < 9",
    "Only words.",
)


async def test_figures_stand_below_the_pages_from_the_one_on_that_speaks_of_them(app, trainer):
    trainer.show(**vars(learned()))
    async with app.run_test(size=(80, 24)) as pilot:
        app.main_screen.open_lesson(MEASURES, begun=True)
        await seen(pilot, "No figures yet.")
        assert "policy optimal" not in screen_text(app)
        await pilot.press("full_stop")
        await seen(pilot, "The policy.", "policy optimal 80%")
        assert "mean of 40" not in screen_text(app)
        for words in ("All.", "Only words."):
            await pilot.press("full_stop")
            await seen(pilot, words, "mean of 40", "max |Q−Q*|", "policy optimal")


async def test_a_page_that_speaks_of_figures_shows_them_where_its_lines_fill_the_strip(app, trainer):
    trainer.show(**vars(learned()))
    async with app.run_test(size=(60, 20)) as pilot:
        words = f"{'word ' * 50}end.\n> expect agreement = 100%"
        app.main_screen.open_lesson(lesson_of("First.", words, "Last."), begun=True)
        await pilot.press("full_stop")
        await seen(pilot, "end.", ". more")
        assert "policy optimal" not in screen_text(app)
        await pilot.press("full_stop")
        await seen(pilot, "end.", "policy optimal 80%", ". next")
        await pilot.press("comma")
        await seen(pilot, "end.", ". more")
        await pilot.press("comma")
        await seen(pilot, "First.")


async def test_on_the_way_to_a_page_no_figures_stand_below_it(app, trainer):
    trainer.show(**vars(learned(busy="on the way, 300 to go")))
    async with app.run_test(size=(80, 24)) as pilot:
        app.main_screen.open_lesson(lesson_of("One.\n> expect agreement = 100%"), begun=True)
        await seen(pilot, "One.", "on the way, 300 to go")
        assert "policy optimal" not in screen_text(app)
        trainer.show(busy="")
        await seen(pilot, "policy optimal 80%")


def test_the_first_lesson_shows_no_figures():
    lesson = shelf.shipped()[0]
    assert not lesson.spoken_of(len(lesson.pages) - 1) & {"mean_return", "agreement", "q_error"}


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (4.05, "policy optimal 100%   mean of 40 7.00   max |Q−Q*| 4.05"),
        (1234.56, "policy optimal 100%  mean of 40 7.00  max |Q−Q*| 1234.56"),
        (-1234.56, "policy optimal 100%  mean of 40 7.00    "),
    ],
)
async def test_what_is_measured_is_there_as_a_whole_or_not_at_all(app, trainer, error, shown):
    trainer.show(**vars(learned(truth=replace(learned().truth, q_error=error, policy_agreement=1.0))))
    async with app.run_test(size=(60, 20)) as pilot:
        app.main_screen.open_lesson(MEASURES, begun=True)
        await pilot.press("full_stop", "full_stop")
        await seen(pilot, shown)


async def test_a_chart_takes_the_place_of_the_lesson_until_one_reads_on(app, trainer):
    trainer.show(**vars(learned()))
    async with app.run_test(size=(80, 24)) as pilot:
        await open_tour(pilot, trainer)
        await pilot.press("n")
        await seen(pilot, "last returns", "return", "Lesson 1/4 · Mine", ". back to the page")
        assert "A first page." not in screen_text(app)
        await pilot.press("full_stop")
        await seen(pilot, "A first page.")


async def test_escape_closes_a_chart_before_it_leaves_the_lesson(app, trainer):
    trainer.show(**vars(learned()))
    async with app.run_test(size=(80, 24)) as pilot:
        await open_tour(pilot, trainer)
        await pilot.press("n", "escape")
        await seen(pilot, "A first page.")
        await pilot.press("escape")
        await until(pilot, lambda: app.main_screen.lesson is None)


async def test_after_the_last_page_comes_the_next_lesson(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        app.main_screen.open_lesson(shelf.find("grid"), begun=True)
        await seen(pilot, "Lesson 1/5", "next")
        await pilot.press(*["full_stop"] * 4)
        await seen(pilot, "Lesson 5/5 · The grid and its words", "next lesson: Return and discount")
        await pilot.press("full_stop")
        await seen(pilot, "Lesson 1/5 · Return and discount")


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_the_keys_below_a_last_page_are_never_cut_for_the_title_of_the_next_lesson(app, trainer, size):
    async with app.run_test(size=size) as pilot:
        await open_tour(pilot, trainer)
        for number, lesson in enumerate(shelf.shipped(), start=1):
            app.main_screen.query_one(LessonStrip).reading = Reading("Mine", number, number, "Last.", "", lesson.title)
            await seen(pilot, f"Lesson {number}/{number}", ". next lesson", ", back · L leave ─╯")


def test_a_lesson_of_ones_own_and_the_last_one_have_no_next():
    assert shelf.after(lesson_of(*TOUR)) is None
    assert shelf.after(shelf.find(shelf.ORDER[-1])) is None
