"""What a step costs on a slow line: only the cells that changed may be sent."""

from dataclasses import replace

from textual.geometry import Region

from tests.tui.fakes import learned, timeline, transition
from tests.tui.waiting import until
from tui.widgets.panel import Drawing


def watch_refreshes(app, monkeypatch):
    """Write down every region that a drawing asks to be repainted; None for a whole widget."""
    asked = []
    refresh = Drawing.refresh

    def noting(self, *regions, **options):
        if isinstance(self, Drawing):
            asked.extend(regions or [None])
        return refresh(self, *regions, **options)

    monkeypatch.setattr(Drawing, "refresh", noting)
    return asked


def area(regions):
    return sum(region.width * region.height for region in regions)


async def test_a_step_repaints_only_the_cells_that_changed(app, trainer, monkeypatch):
    trainer.snapshot = learned()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        asked = watch_refreshes(app, monkeypatch)
        last, update = transition(step=222, next_state=5), replace(trainer.snapshot.update, step=222)
        trainer.show(state=5, path=(0, 3, 4, 5), step=222, episode_length=3, last=last, update=update)
        app.main_screen.pull()
        assert None not in asked
        assert all(region.height == 1 for region in asked)
        assert 0 < area(asked) < 120
        assert 15 * area(asked) < 80 * 24


async def test_only_the_numbers_of_the_step_change_when_only_the_step_changes(app, trainer, monkeypatch):
    trainer.snapshot = learned()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        asked = watch_refreshes(app, monkeypatch)
        trainer.show(step=222)
        app.main_screen.pull()
        status, here, furthest = Region(77, 0, 1, 1), Region(7, 0, 1, 1), Region(14, 0, 1, 1)
        assert asked == [status, here, furthest]


async def test_on_the_timeline_only_the_place_where_one_is_moves(app, trainer, monkeypatch):
    trainer.snapshot = learned(timeline=timeline(260))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        asked = watch_refreshes(app, monkeypatch)
        trainer.show(step=231, timeline=timeline(260))
        app.main_screen.pull()
        status, words, bar = Region(76, 0, 1, 1), Region(6, 0, 1, 1), Region(60, 0, 3, 1)
        assert asked == [status, words, bar]


async def test_without_a_new_snapshot_nothing_is_drawn(app, trainer, monkeypatch):
    trainer.snapshot = learned()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        asked = watch_refreshes(app, monkeypatch)
        drawn = []
        monkeypatch.setattr(Drawing, "redraw", drawn.append)
        for _ in range(5):
            app.main_screen.pull()
        await pilot.pause(0.2)
        assert (asked, drawn) == ([], [])


async def test_an_equal_snapshot_repaints_nothing(app, trainer, monkeypatch):
    trainer.snapshot = learned()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        asked = watch_refreshes(app, monkeypatch)
        trainer.show()
        app.main_screen.pull()
        assert asked == []


async def test_behind_a_dialog_the_picture_stands_still(app, trainer, monkeypatch):
    trainer.snapshot = learned()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        asked = watch_refreshes(app, monkeypatch)
        trainer.show(step=999)
        app.main_screen.pull()
        assert asked == []
        await pilot.press("escape")
        await pilot.pause(0.1)
        assert app.main_screen.snapshot.step == 999


async def test_an_answer_is_shown_without_waiting_for_the_next_look(app, trainer, monkeypatch):
    monkeypatch.setattr("tui.screens.main.PULLS_A_SECOND", 0.001)
    trainer.snapshot = learned()
    async with app.run_test(size=(80, 24)) as pilot:
        trainer.show(step=222)
        trainer.told()
        await until(pilot, lambda: app.main_screen.snapshot.step == 222)


async def test_at_full_speed_a_slow_agent_is_shown_less_often_than_a_quick_one(app, trainer):
    async with app.run_test(size=(80, 24)):
        shown = {}
        for rate in (1_000.0, 1_000_000.0):
            trainer.show(playing=True, speed=float("inf"), steps_per_second=rate)
            app.main_screen.show(trainer.snapshot)
            shown[rate] = 0
            for _ in range(48):
                before = app.main_screen.snapshot
                trainer.show()
                app.main_screen.pull()
                shown[rate] += app.main_screen.snapshot is not before
        assert shown == {1_000.0: 6, 1_000_000.0: 24}
