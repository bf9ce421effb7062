"""Where notices lie on the main screen: on the frames between panels, so that they cover nothing that is read."""

import re

import pytest

from tests.tui.fakes import learned
from tests.tui.test_comparing import compared
from tests.tui.waiting import screen_text, seen, until

WIDE = [(80, 18), (80, 24), (140, 40), (200, 60)]
LOWEST = (80, 14)


def covered(before, after):
    """Return the lines of which a notice has taken a part."""
    lines = zip(before.split("\n"), after.split("\n"), strict=True)
    return [was for was, now in lines if was != now]


@pytest.mark.parametrize("notices", [["first", "second"], ["long " * 30]])
@pytest.mark.parametrize("size", WIDE)
@pytest.mark.parametrize("keys", ["", "i", "c", "ci", "cn"])
async def test_two_lines_of_notices_lie_on_two_frames(app, trainer, size, notices, keys):
    trainer.snapshot = compared() if "c" in keys else learned()
    words = notices if len(notices) > 1 else ["long " * (30 if size[0] > 150 else 14)]
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.press(*keys.replace("c", ""))
        await until(pilot, lambda: app.main_screen.has_class("-comparing") == ("c" in keys))
        await pilot.pause()
        before = screen_text(app)
        for text in notices:
            app.notify(text, markup=False)
        await seen(pilot, *(word.strip() for word in words))
        taken = covered(before, screen_text(app))
        assert taken
        assert all(line.startswith(("╰", "╭")) for line in taken)


@pytest.mark.parametrize(
    ("size", "keys"), [((40, 12), ""), ((60, 20), ""), (LOWEST, "m"), (LOWEST, "i"), (LOWEST, "n"), ((80, 24), "m")]
)
async def test_a_line_of_a_notice_lies_on_a_frame_where_there_is_one_alone(app, trainer, size, keys):
    trainer.snapshot = learned()
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.press(*keys)
        await until(pilot, lambda: app.main_screen.single == (size[0] < 80 or keys == "m"))
        await pilot.pause()
        before = screen_text(app)
        app.notify("saved as one", markup=False)
        await seen(pilot, "saved as one")
        (line,) = covered(before, screen_text(app))
        assert line.startswith(("╰", "╭"))


@pytest.mark.parametrize("notices", [["first", "second"], ["long"]])
@pytest.mark.parametrize(
    ("size", "keys"), [((60, 20), ""), ((60, 20), "\t"), (LOWEST, "m"), ((80, 24), "m"), ((140, 40), "m")]
)
async def test_two_lines_of_notices_cover_no_line_of_a_panel_that_is_alone(app, trainer, size, keys, notices):
    trainer.snapshot = learned()
    told = notices if len(notices) > 1 else ["long " * (size[0] // 4)]
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.press(*keys)
        await until(pilot, lambda: app.main_screen.single)
        await pilot.pause()
        before = screen_text(app)
        for text in told:
            app.notify(text, markup=False)
        words = sum(len(text.split()) for text in told)
        await until(pilot, lambda: len(re.findall("long|first|second", screen_text(app))) == words)
        tabs, frame = covered(before, screen_text(app))
        assert frame.startswith("╭")
        assert "m all" in tabs


async def test_three_lines_of_notices_leave_the_status_where_one_panel_is_alone(app):
    async with app.run_test(size=(60, 20), notifications=True) as pilot:
        await until(pilot, lambda: app.main_screen.single)
        await pilot.pause()
        status = screen_text(app).split("\n", maxsplit=1)[0]
        for text in ("first", "second", "third"):
            app.notify(text, markup=False)
        await seen(pilot, status, "first", "second", "third")


async def test_notices_of_many_lines_are_seen_whole_where_one_panel_is_alone(app):
    async with app.run_test(size=(40, 12), notifications=True) as pilot:
        await until(pilot, lambda: app.main_screen.single)
        words = " ".join(f"word{number:02}" for number in range(24))
        app.notify(words, markup=False)
        await seen(pilot, *words.split())
