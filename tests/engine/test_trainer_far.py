"""The trainer on long ways: until something holds, to a far step; each can be given up."""

import re
import time
from itertools import count

import numpy as np
import pytest

from engine import saves as engine_saves
from engine.messages import (
    Compare,
    Faster,
    GoTo,
    Load,
    Notice,
    Pause,
    PlayOrPause,
    RunUntil,
    Save,
    Start,
    Step,
    StepBack,
)
from engine.run import Run
from engine.timeline import Timeline
from engine.trainer import Trainer
from engine.until import Until
from engine.worlds import catalogue
from tests.engine.waiting import PATIENCE, wait_for

NEVER = RunUntil(Until.parse("return>=1000"))


def told(snapshot):
    return [notice.text for notice in snapshot.notices]


def test_it_stops_at_the_step_and_says_so(trainer):
    trainer.submit(RunUntil(Until.parse("return>=10")))
    stopped = wait_for(trainer, lambda s: s.obeyed == 2 and not s.playing)
    assert told(stopped) == [f"stopped at step {stopped.step:,}: return>=10"]
    assert stopped.ended
    assert stopped.episodes.returns[-1] == 10.0
    assert (stopped.episodes.returns[:-1] < 10.0).all()
    assert stopped.timeline.head == stopped.step
    assert stopped.until == ""


def test_a_pause_gives_it_up(trainer):
    trainer.submit(NEVER)
    going = wait_for(trainer, lambda s: s.playing and s.until == "return>=1000")
    assert np.isnan(going.share)
    trainer.submit(Pause())
    stopped = wait_for(trainer, lambda s: not s.playing)
    assert told(stopped) == [f"given up at step {stopped.step:,}: return>=1000"]


def test_play_pauses_it_and_a_step_ends_it(trainer):
    trainer.submit(NEVER)
    wait_for(trainer, lambda s: s.playing)
    trainer.submit(PlayOrPause())
    assert "given up" in told(wait_for(trainer, lambda s: not s.playing))[-1]
    trainer.submit(NEVER)
    wait_for(trainer, lambda s: s.playing)
    trainer.submit(Step())
    assert "given up" in told(wait_for(trainer, lambda s: not s.playing))[-1]


@pytest.fixture
def far_ahead(saves):
    """A trainer about to load a run of 3000 steps; what is submitted now comes at once after that."""
    timeline = Timeline(Run(catalogue.find("seed-2x3"), "dqn", {"hidden": "8", "batch_size": "4"}, 0))
    timeline.advance(steps=3000)
    engine_saves.save(timeline, saves, "far")
    ticks = count()
    trainer = Trainer(saves, clock=lambda: float(next(ticks)))
    yield trainer
    trainer.close()


def test_a_way_to_a_step_is_gone_to_its_end_however_long_it_takes_and_whatever_else_is_asked(far_ahead):
    far_ahead.submit(GoTo(2345))
    far_ahead.submit(Faster())
    far_ahead.start(Load("far"))
    assert wait_for(far_ahead, lambda s: s.obeyed == 3).step == 2345


def test_each_way_tells_how_long_it_takes_itself(far_ahead, monkeypatch):
    said = []
    monkeypatch.setattr(far_ahead, "_say", said.append)
    for command in (GoTo(2345), Faster(), GoTo(345)):
        far_ahead.submit(command)
    far_ahead.start(Load("far"))
    wait_for(far_ahead, lambda s: s.obeyed == 4)
    left = [int(seconds) for seconds in re.findall(r" (-?[0-9]+) s left", " ".join(said))]
    assert len(left) > 2
    assert min(left) >= 0


def test_other_commands_leave_it_going(trainer):
    trainer.submit(NEVER)
    trainer.submit(Faster())
    trainer.submit(Save("meanwhile"))
    going = wait_for(trainer, lambda s: s.obeyed == 4 and s.save_name == "meanwhile")
    assert going.playing
    assert going.until == "return>=1000"


def test_a_counted_way_tells_how_much_of_it_is_made(trainer):
    trainer.submit(RunUntil(Until.parse("steps 1000000000")))
    assert 0.0 < wait_for(trainer, lambda s: s.share > 0.0).share < 1.0


def test_what_holds_already_is_said_at_once(trainer):
    trainer.submit(RunUntil(Until.parse("error<=1000")))
    assert told(wait_for(trainer, lambda s: s.obeyed == 2)) == ["stopped at step 0: error<=1000"]


def test_an_impossible_condition_is_a_notice(trainer):
    trainer.submit(RunUntil(Until.parse("state nowhere")))
    refused = wait_for(trainer, lambda s: s.obeyed == 2)
    assert refused.notices == (Notice(1, "there is no state 'nowhere' in this world", error=True),)
    assert not refused.playing


def test_a_new_run_waits_for_nothing(trainer):
    trainer.submit(NEVER)
    wait_for(trainer, lambda s: s.playing)
    trainer.submit(Start("cliff", "sarsa"))
    begun = wait_for(trainer, lambda s: s.world.name == "cliff")
    assert begun.until == ""
    assert not begun.playing


def test_a_long_way_shows_how_far_it_is_and_stops_for_a_pause(trainer):
    trainer.submit(RunUntil(Until.parse("steps 3000000")))
    wait_for(trainer, lambda s: s.step == 3_000_000 and not s.playing)
    trainer._session.timeline.branch.marks[1:-1] = []  # as where the marks were too large to keep
    trainer.submit(GoTo(2_999_000))
    assert "escape stops" in wait_for(trainer, lambda s: "%" in s.busy).busy
    trainer.submit(Pause())
    stopped = wait_for(trainer, lambda s: s.obeyed == 4)
    assert 0 < stopped.step < 2_999_000
    assert told(stopped)[-1] == f"stopped at step {stopped.step:,} on the way to 2,999,000"
    assert stopped.timeline.head == 3_000_000


def test_stopped_on_the_way_one_is_in_the_same_run():
    plain, past = (Timeline(Run(catalogue.find("seed-2x3"), "q-learning", {}, 0)) for _ in range(2))
    past.advance(100_000)
    past.on_the_way = lambda step, target: step < 50_000
    past.go_to(90_000)
    plain.advance(past.step)
    assert 50_000 <= past.step < 90_000
    assert past.run.digest() == plain.run.digest()


def test_whoever_waits_for_a_person_is_not_run_until_anything(trainer):
    trainer.submit(Start("seed-2x3", "human"))
    trainer.submit(NEVER)
    refused = wait_for(trainer, lambda s: s.obeyed == 3 and not s.playing)
    assert "waits for you" in told(refused)[-1]
    assert refused.until == ""
    trainer.submit(Step())
    assert wait_for(trainer, lambda s: s.obeyed == 4).step == 0


def test_many_steps_in_one_command_are_those_made_one_by_one(trainer):
    trainer.submit(Step(40_000))
    run = Run(catalogue.find("seed-2x3"), "q-learning", {}, 0)
    run.advance(steps=40_000)
    snapshot = wait_for(trainer, lambda s: s.step == 40_000)
    assert np.array_equal(snapshot.q, run.agent.q_values(), equal_nan=True)
    trainer.submit(StepBack(39_990))
    assert wait_for(trainer, lambda s: s.step == 10).timeline.head == 40_000
    trainer.submit(StepBack(11))
    assert wait_for(trainer, lambda s: s.step == 0).timeline.head == 40_000


def test_many_steps_are_given_up_for_a_pause_and_it_is_told(trainer):
    trainer.submit(Step(10**12))
    wait_for(trainer, lambda s: "escape stops" in s.busy)
    trainer.submit(Pause())
    snapshot = wait_for(trainer, lambda s: not s.busy)
    assert 0 < snapshot.step < 10**12
    assert snapshot.notices[-1].text == f"stopped at step {snapshot.step:,} on the way to 1,000,000,000,000"


def test_many_steps_that_take_long_are_given_up_for_anything_but_more_of_them(trainer):
    trainer.submit(Step(10**12))
    trainer.submit(Step(1))
    wait_for(trainer, lambda s: "escape stops" in s.busy)
    began = time.monotonic()
    trainer.submit(Faster())
    snapshot = wait_for(trainer, lambda s: s.speed == 10.0)
    assert time.monotonic() - began < PATIENCE / 2
    assert snapshot.step < 10**12


def test_the_way_of_a_second_run_tells_how_far_it_is_and_for_how_long_still_and_can_be_stopped(trainer):
    trainer.submit(Step(100_000))
    wait_for(trainer, lambda s: s.step == 100_000)
    trainer.submit(Compare(agent="sarsa"))
    told = wait_for(trainer, lambda s: " left" in s.busy).busy
    assert re.fullmatch(r"second run to step 100,000: \d+%, \d+ s left, escape stops", told)
    trainer.submit(Pause())
    stopped = wait_for(trainer, lambda s: not s.busy and s.notices)
    assert 0 < stopped.comparison.step < 100_000
    assert stopped.notices[-1].text.startswith("the second run was stopped at step ")


def test_of_ways_that_are_asked_for_at_once_only_the_last_is_gone(trainer):
    trainer.submit(Step(200))
    for step in range(100):
        trainer.submit(GoTo(step))
    assert wait_for(trainer, lambda s: s.step == 99).obeyed == 102
