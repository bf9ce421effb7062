"""The bar at the bottom: where in the run one is, what happened along it, and the ways to go there."""

import numpy as np
import pytest
from textual.widgets import Input, OptionList

from engine import messages
from engine.messages import BranchView
from tests.tui.fakes import learned, snapshot, timeline
from tui.screens.dialog import Problem
from tui.screens.help import TIMELINE
from tui.screens.journey import ChooseBranch, GoToStep
from tui.widgets.hints import SCRUBBING
from tui.widgets.key_line import KeyLine
from tui.widgets.timeline import (
    EPISODE,
    EPISODES,
    HERE,
    INTERVENTION,
    KEYFRAME,
    LINE,
    SAVE,
    Timeline,
    bar,
    steps_a_cell,
    words,
)

TWO = (BranchView("main", 0, 65), BranchView("branch 2", 46, 70, "right by hand"))


def at(*steps):
    return np.array(steps, np.int64)


def drawn(step, head, cells=40, **fields):
    return "".join(bar(step, timeline(head, **({"keyframes": at()} | fields)), cells))


def shown(app, width=80):
    return app.main_screen.query_one(Timeline).draw(width - 2, 1).text


async def focus_bar(app, pilot):
    app.main_screen.query_one(Timeline).focus()
    await pilot.pause()


# What is drawn.


def test_before_the_first_step_there_is_only_the_place_where_one_is():
    assert drawn(0, 0) == HERE


def test_the_bar_grows_by_a_cell_with_every_step_as_long_as_there_is_room():
    assert [drawn(step, step) for step in (1, 2, 3)] == ["━●", "━━●", "━━━●"]


def test_the_way_behind_is_thick_and_the_known_future_thin():
    assert drawn(3, 8) == "━━━●─────"


def test_what_happened_stands_where_it_happened():
    happened = {"keyframes": at(0, 12), "episode_ends": at(2, 13), "interventions": at(4), "saves": at(6)}
    assert drawn(9, 15, **happened) == "┯━┷━◆━▾━━●──┬┴──"


def test_the_place_where_one_is_covers_what_happened_there():
    assert drawn(2, 4, episode_ends=at(2)) == "━━●──"


def test_where_several_things_fall_into_a_cell_the_rarest_is_shown():
    ends, acts = at(*range(0, 4000, 4)), at(*range(100, 2000, 100))
    crowded = drawn(4000, 4000, 41, episode_ends=ends, interventions=acts, saves=at(1500))
    assert crowded[15] == "▾"
    assert set(crowded[1:20]) == {"◆", "▾"}
    assert set(crowded[20:40]) == {"┷"}


def test_a_keyframe_gives_way_to_everything_however_rare_it_is():
    assert drawn(9, 9, keyframes=at(4), episode_ends=at(3, 4, 5)) == "━━━┷┷┷━━━●"


def test_what_lies_beyond_the_branch_is_not_drawn_at_its_end():
    assert drawn(0, 5, saves=at(3, 40), episode_ends=at(-2, 1)) == "●┴─▾──"


@pytest.mark.parametrize("head", [0, 1, 7, 99, 100, 12_345, 10**9])
@pytest.mark.parametrize("cells", [1, 2, 20, 61, 200])
def test_the_bar_never_outgrows_its_cells_and_shows_one_place(head, cells):
    for step in {0, head // 3, head}:
        glyphs = bar(step, timeline(head, episode_ends=at(head), saves=at(0)), cells)
        assert len(glyphs) <= cells
        assert glyphs.count(HERE) == 1


def test_there_is_no_bar_without_cells():
    assert bar(3, timeline(3), 0) == []


@pytest.mark.parametrize(
    ("head", "steps"), [(0, 1), (39, 1), (40, 2), (79, 2), (80, 5), (199, 5), (200, 10), (400, 20)]
)
def test_a_cell_stands_for_1_2_5_10_20_steps(head, steps):
    assert steps_a_cell(head, 40) == steps


def test_with_one_branch_the_words_say_the_step_only():
    assert words(snapshot(step=38, timeline=timeline(1234)), 40) == "step 38 of 1,234   "


def test_with_several_branches_the_words_name_the_one():
    branched = snapshot(step=58, timeline=timeline(70, branch="branch 2", branches=TWO))
    assert words(branched, 40) == "step 58 of 70 on branch 2 (2 branches)"
    assert words(branched, 30) == "58 of 70 on branch 2"
    assert words(branched, 14) == "58/70 branch 2"
    assert words(branched, 10) == "58/70 bra…"


def test_the_bar_stands_still_while_one_goes_back():
    widths = {len(words(snapshot(step=step, timeline=timeline(1234)), 40)) for step in (0, 9, 10, 999, 1234)}
    assert len(widths) == 1


@pytest.mark.parametrize("width", [20, 40, 60, 80, 140, 200])
async def test_words_and_bar_fit_every_width(app, trainer, width):
    trainer.snapshot = learned(timeline=timeline(1_234_567, branch="branch 2", branches=TWO))
    async with app.run_test(size=(80, 24)):
        text = shown(app, width)
    assert text.startswith(("step 221", "221"))
    assert HERE in text
    assert len(text) <= width


async def test_it_stands_on_the_main_screen(app, trainer):
    trainer.snapshot = learned(timeline=timeline(260))
    async with app.run_test(size=(80, 24)):
        assert app.main_screen.query_one(Timeline).region.y == 22
        assert shown(app).startswith("step 221 of 260 ┯━━━")


# What the keys do on it.


@pytest.mark.parametrize(("key", "step"), [("left", 216), ("right", 226), ("home", 0), ("end", 260)])
async def test_the_keys_of_the_bar_go_to_a_step(app, trainer, key, step):
    trainer.snapshot = learned(timeline=timeline(260))
    async with app.run_test(size=(80, 24)) as pilot:
        await focus_bar(app, pilot)
        await pilot.press(key)
    assert trainer.commands == [messages.GoTo(step)]


@pytest.mark.parametrize(("key", "here", "step"), [("left", 0, 0), ("right", 3, 3), ("left", 2, 1), ("right", 1, 2)])
async def test_the_arrows_stay_within_the_run(app, trainer, key, here, step):
    trainer.show(step=here, timeline=timeline(3))
    async with app.run_test(size=(80, 24)) as pilot:
        await focus_bar(app, pilot)
        await pilot.press(key)
    assert trainer.commands == [messages.GoTo(step)]


async def test_a_click_on_the_bar_goes_to_the_step_under_the_mouse(app, trainer):
    trainer.snapshot = learned(timeline=timeline(260))
    async with app.run_test(size=(80, 24)) as pilot:
        first = 1 + len("step 221 of 260 ")
        await pilot.click(Timeline, offset=(first, 0))
        await pilot.click(Timeline, offset=(first + 10, 0))
        await pilot.click(Timeline, offset=(78, 0))
        await pilot.click(Timeline, offset=(3, 0))
    assert trainer.commands == [messages.GoTo(0), messages.GoTo(50), messages.GoTo(260)]


async def test_elsewhere_the_keys_do_what_they_always_did(app, trainer):
    trainer.snapshot = learned(timeline=timeline(260))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("left", "right", "home", "end", "7")
        assert app.screen is app.main_screen
    assert trainer.commands == []


NARROW_HINTS = "← → home end scrub  0–9 go  ┷ episode end  ╧ many  ◆ by you"
HINTS = f"{NARROW_HINTS}  ┯ keyframe  ▾ save"


@pytest.mark.parametrize(
    ("width", "told"), [(59, NARROW_HINTS), (79, HINTS), (105, f"{HINTS}  ● here  ━ past  ─ ahead")]
)
async def test_with_the_focus_the_footer_tells_its_keys_and_as_many_of_its_glyphs_as_fit(app, trainer, width, told):
    async with app.run_test(size=(80, 24)) as pilot:
        footer = app.main_screen.query_one(KeyLine)
        await focus_bar(app, pilot)
        assert footer.draw(width, 1).text == told
        await pilot.press("tab")
        assert footer.draw(79, 1).text.startswith("s step")


def test_every_glyph_of_the_bar_is_told_below_it_and_in_the_help():
    told = {hint.key for hint in SCRUBBING if len(hint.key) == 1}
    assert told == {HERE, *LINE, *(kind[0] for kind in (SAVE, INTERVENTION, EPISODE, EPISODES, KEYFRAME))}
    assert told - set(LINE) <= set(TIMELINE)


@pytest.mark.parametrize("key", ["b", "B"])
async def test_before_the_first_step_there_is_no_way_back(app, trainer, key):
    async with app.run_test() as pilot:
        await pilot.press(key)
        assert app.main_screen.check_action("back" if key == "b" else "back_episode", ()) is None
    assert trainer.commands == []


# Going to a step by its number.


async def test_a_digit_on_the_bar_begins_the_number_of_a_step(app, trainer):
    trainer.snapshot = learned(timeline=timeline(260))
    async with app.run_test(size=(80, 24)) as pilot:
        await focus_bar(app, pilot)
        await pilot.press("1")
        assert isinstance(app.screen, GoToStep)
        assert app.screen.query_one(Input).value == "1"
        await pilot.press("2", "0", "enter")
    assert trainer.commands == [messages.GoTo(120)]


async def test_a_step_is_asked_for_from_everywhere(app, trainer):
    trainer.snapshot = learned(timeline=timeline(12_600))
    async with app.run_test() as pilot:
        await pilot.press("colon", *"12,345", "enter")
    assert trainer.commands == [messages.GoTo(12_345)]


@pytest.mark.parametrize("wrong", ["261", "-1", "2.5", "x", "", "٣", "9" * 5000])
async def test_a_wrong_step_is_refused_beside_the_field(app, trainer, wrong):
    trainer.snapshot = learned(timeline=timeline(260))
    async with app.run_test() as pilot:
        await pilot.press("colon")
        app.screen.query_one(Input).value = wrong
        await pilot.press("enter")
        assert isinstance(app.screen, GoToStep)
        assert "is no step from 0 to 260" in str(app.screen.query_one(Problem).render())
    assert trainer.commands == []


# Branches.


def branched():
    return learned(step=58, timeline=timeline(70, branch="branch 2", branches=TWO))


async def test_the_branches_are_listed_with_where_they_begin_and_how_far_they_go(app, trainer):
    trainer.snapshot = branched()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("t")
        listed = app.screen.query_one(OptionList)
        assert [str(option.prompt).split() for option in listed.options] == [
            ["main", "0", "65"],
            ["►", "branch", "2,", "right", "by", "hand", "46", "70"],
        ]
        assert listed.highlighted == 1


@pytest.mark.parametrize("width", [44, 46, 60, 140])
async def test_with_what_a_branch_began_takes_no_digit_from_its_steps(app, trainer, width):
    long = BranchView("branch 2", 1_234_567, 7_654_321, "cell 12,34: reward -2.5, terminal")
    trainer.snapshot = learned(timeline=timeline(7_654_321, branch="branch 2", branches=(long,)))
    async with app.run_test(size=(width, 24)) as pilot:
        await pilot.press("t")
        (option,) = app.screen.query_one(OptionList).options
        assert {"1,234,567", "7,654,321"} < set(str(option.prompt).split())
        assert all(part in str(option.prompt).split() for part in ("12,34:", "-2.5,", "terminal"))


async def test_a_chosen_branch_is_gone_to(app, trainer):
    trainer.snapshot = branched()
    async with app.run_test() as pilot:
        await pilot.press("t", "up", "enter")
    assert trainer.commands == [messages.SwitchBranch("main")]


async def test_escape_stays_on_the_branch(app, trainer):
    trainer.snapshot = branched()
    async with app.run_test() as pilot:
        await pilot.press("t", "escape")
    assert trainer.commands == []


async def test_a_run_of_one_branch_is_told_how_another_begins(app):
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("t")
        assert isinstance(app.screen, ChooseBranch)
        text = " ".join(str(static.render()) for static in app.screen.query(".heading"))
        assert "and a branch begins" in text
