"""The pace of a run: when steps and autosaves are due, and how many steps at once."""

import pytest

from engine.pace import NEVER, SPEEDS, Autosaves, Pace, Way


def test_a_lag_is_not_made_up_for_by_a_burst():
    pace = Pace()
    pace.play(now=0.0)
    for _ in range(20):
        pace.change(1)
    pace.steps_due(now=100.0)
    assert pace.steps_due(now=200.0) <= SPEEDS[-1] * 0.1


def test_the_steps_due_are_those_of_the_speed():
    pace = Pace()
    pace.play(now=0.001)
    assert pace.speed == 5.0
    assert pace.steps_due(now=0.15) == 0
    assert pace.steps_due(now=0.21) == 1
    pace.made(1, 0.21, 0.22)
    assert pace.steps_due(now=0.3) == 0
    assert pace.seconds_to_next_step(now=0.3) == pytest.approx(0.101)


@pytest.mark.parametrize("slow_down", [lambda pace: pace.change(-1), Pace.usual], ids=["slower", "usual"])
def test_a_run_that_is_slowed_down_does_not_wait_for_the_quick_steps_before(slow_down):
    pace = Pace()
    pace.play(now=0.5)
    pace.change(1)
    for turn in range(100):
        now = 1.0 + turn / 10
        pace.made(pace.steps_due(now), now, now)
    slow_down(pace)
    assert pace.speed == 5.0
    assert pace.steps_due(now) == 0
    assert pace.seconds_to_next_step(now) == pytest.approx(0.2)


def test_a_slow_agent_after_a_fast_one_answers_at_once():
    pace = Pace()
    pace.toggle(full=True, now=0.0)
    for turn in range(40):
        pace.made(pace.steps_due(float(turn)), float(turn), turn + 1e-6)
    assert pace.steps_due(40.0) > 100_000
    pace.pause()
    pace.toggle(full=True, now=41.0)
    assert pace.steps_due(41.0) == 1


def test_a_long_way_tells_how_far_it_is_and_for_how_long_still():
    way = Way()
    assert way.told(100, 1000, now=5.0) == "step 1,000: 10%, escape stops"
    assert way.told(400, 1000, now=7.0) == "step 1,000: 40%, 4 s left, escape stops"
    assert way.told(100, 50_000_100, now=7.0) == "step 50,000,100: <1%, escape stops"
    assert way.told(6900, 50_000_100, now=7.0) == "step 50,000,100: <1%, 4 h 5 min left, escape stops"
    assert way.told(500, 1000, now=7.0, unit="episode") == "episode 1,000: 50%, 200/s, escape stops"
    way.leave()
    assert way.seconds(400, now=9.0) == 0.0


def test_an_autosave_that_failed_at_rest_is_tried_again_half_a_minute_later():
    autosaves = Autosaves()
    autosaves.due(0.0, wanted=True, playing=False)
    assert autosaves.due(1.0, wanted=True, playing=False)
    assert autosaves.at == 31.0  # The engine sleeps until then.
    assert autosaves.due(31.0, wanted=True, playing=False)


def test_a_long_way_is_all_gone_only_at_its_end():
    ways = [Way().told(step, 1000, now=0.0) for step in (0, 4, 999, 1000)]
    assert ways == [f"step 1,000: {share}, escape stops" for share in ("0%", "<1%", ">99%", "100%")]


def test_an_autosave_is_due_a_second_after_the_run_came_to_rest_and_every_thirty_while_it_goes_on():
    autosaves = Autosaves()
    going = [at for at in range(100) if autosaves.due(float(at), wanted=True, playing=True)]
    assert going == [30, 60, 90]
    assert not autosaves.due(100.0, wanted=False, playing=False)
    assert autosaves.at == NEVER
    resting = [at for at in (100.0, 100.9, 101.0, 101.1) if autosaves.due(at, wanted=True, playing=False)]
    assert resting == [101.0]
    assert not autosaves.due(200.0, wanted=False, playing=False)
    assert not autosaves.due(200.0, wanted=True, playing=False)
    assert not autosaves.due(200.5, wanted=True, playing=True)
    assert not autosaves.due(201.2, wanted=True, playing=False)  # The rest began anew.
