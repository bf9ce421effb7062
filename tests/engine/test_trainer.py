"""The trainer: commands in, snapshots out, in a thread that outlives mistakes."""

import queue
import re
import threading
import time

import numpy as np
import pytest

from engine.messages import (
    ActByHand,
    Advance,
    Demonstrate,
    Faster,
    FinishEpisode,
    Load,
    Look,
    Pause,
    PlayOrPause,
    RunAtFullSpeed,
    RunUntil,
    Save,
    Slower,
    Start,
    Step,
    UsualSpeed,
)
from engine.pace import FULL, SPEEDS, USUAL
from engine.run import Run
from engine.session import Session
from engine.trainer import AWAY, Trainer
from engine.until import Until
from engine.worlds import catalogue
from tests.engine.waiting import PATIENCE, wait_for


def test_what_was_submitted_before_the_start_is_done_after_it(saves):
    trainer = Trainer(saves)
    trainer.submit(Step())
    trainer.submit(Step())
    trainer.start(Start("seed-2x3", "q-learning", {}, 0))
    wait_for(trainer, lambda snapshot: snapshot.step == 2)
    trainer.close()


def test_whoever_listens_is_told_when_a_snapshot_shows_what_came_of_a_command(trainer):
    shown = queue.Queue()
    trainer.listen(lambda: shown.put(trainer.snapshot))
    trainer.submit(Step())
    assert shown.get(timeout=PATIENCE).step == 1
    trainer.submit(Faster())
    answer = shown.get(timeout=PATIENCE)
    assert (answer.step, answer.speed) == (1, 10.0)
    assert shown.empty()


def test_a_step_is_one_transition(trainer):
    trainer.submit(Step())
    snapshot = wait_for(trainer, lambda s: s.step == 1)
    assert snapshot.last.step == 1
    assert snapshot.path == (snapshot.last.state, snapshot.last.next_state)
    assert not snapshot.playing


def test_a_flood_of_steps_is_made_one_by_one(trainer):
    for _ in range(500):
        trainer.submit(Step())
    assert wait_for(trainer, lambda s: s.step >= 500).step == 500


def test_the_steps_of_the_trainer_are_those_of_the_run(trainer):
    for _ in range(50):
        trainer.submit(Step())
    snapshot = wait_for(trainer, lambda s: s.step == 50)
    run = Run(catalogue.find("seed-2x3"), "q-learning", {}, 0)
    run.advance(steps=50)
    assert np.array_equal(snapshot.q, run.agent.q_values(), equal_nan=True)


def test_finishing_an_episode_stops_at_its_end(trainer):
    trainer.submit(FinishEpisode())
    snapshot = wait_for(trainer, lambda s: s.episodes.finished == 1 and not s.playing)
    assert snapshot.ended
    assert snapshot.episode == 1
    trainer.submit(FinishEpisode())
    assert wait_for(trainer, lambda s: s.episodes.finished == 2 and not s.playing).episode == 2


@pytest.mark.parametrize("play", [PlayOrPause(), RunAtFullSpeed()])
def test_so_many_episodes_come_before_the_play_that_is_asked_for_meanwhile(saves, play):
    trainer = Trainer(saves)
    trainer.submit(Advance(3, "episode"))
    trainer.submit(play)
    trainer.start(Start("seed-2x3", "q-learning", {}, 0))
    assert wait_for(trainer, lambda s: s.playing and s.episodes.finished >= 3).step > 0
    trainer.close()


def test_so_many_steps_and_episodes_are_those_of_the_run(trainer):
    for command in (Advance(1000), Advance(50, "episode")):
        trainer.submit(command)
    snapshot = wait_for(trainer, lambda s: s.obeyed == 3)
    run = Run(catalogue.find("seed-2x3"), "q-learning", {}, 0)
    run.advance(steps=1000)
    run.advance(episodes=50)
    assert (snapshot.step, snapshot.playing) == (run.step, False)
    assert np.array_equal(snapshot.q, run.agent.q_values(), equal_nan=True)


def test_a_pause_ends_all_that_was_to_be_made_before_it(trainer):
    for _ in range(20):
        trainer.submit(Advance(1_000_000, "episode"))
    trainer.submit(Pause())
    stopped = wait_for(trainer, lambda s: s.obeyed == 22)
    assert 0 < stopped.episodes.finished < 1_000_000
    last = rf"stopped at episode {stopped.episodes.finished:,} on the way to [\d,]+"
    assert re.fullmatch(last, stopped.notices[-1].text)


def test_playing_goes_on_by_itself_and_pauses(trainer):
    trainer.submit(PlayOrPause())
    wait_for(trainer, lambda s: s.playing and s.step >= 2)
    trainer.submit(PlayOrPause())
    paused = wait_for(trainer, lambda s: not s.playing)
    time.sleep(0.5)
    assert trainer.snapshot.step == paused.step


def test_full_speed_is_fast_and_pauses_at_once(trainer):
    trainer.submit(RunAtFullSpeed())
    wait_for(trainer, lambda s: s.step > 100_000 and s.steps_per_second > 100_000)
    trainer.submit(Pause())
    wait_for(trainer, lambda s: not s.playing)


def test_a_command_is_answered_soon_while_it_runs_at_full_speed(trainer):
    trainer.submit(RunAtFullSpeed())
    wait_for(trainer, lambda s: s.step > 100_000)
    began = time.monotonic()
    trainer.submit(Pause())
    wait_for(trainer, lambda s: not s.playing)
    assert time.monotonic() - began < 1.0


def test_a_paused_trainer_publishes_nothing(trainer):
    trainer.submit(Step())
    snapshot = wait_for(trainer, lambda s: s.step == 1 and not s.playing and not s.busy)
    time.sleep(0.3)
    assert trainer.snapshot is snapshot


def test_a_demonstration_does_not_touch_the_run(trainer):
    for _ in range(30):
        trainer.submit(FinishEpisode())
    learned = wait_for(trainer, lambda s: s.episodes.finished == 30 and not s.playing)
    for _ in range(4):
        trainer.submit(Faster())
    trainer.submit(Demonstrate())
    shown = wait_for(trainer, lambda s: s.demonstration and s.ended and not s.playing)
    assert shown.update is None
    assert shown.step == learned.step
    assert np.array_equal(shown.q, learned.q, equal_nan=True)
    trainer.submit(Demonstrate())
    back = wait_for(trainer, lambda s: not s.demonstration)
    assert back.path == learned.path


def test_a_step_after_a_finished_demonstration_comes_back_to_the_run(trainer):
    for _ in range(60):
        trainer.submit(FinishEpisode())
    learned = wait_for(trainer, lambda s: s.episodes.finished == 60 and not s.playing)
    trainer.submit(Demonstrate())
    trainer.submit(FinishEpisode())
    wait_for(trainer, lambda s: s.demonstration and s.ended and not s.playing)
    trainer.submit(Step())
    assert wait_for(trainer, lambda s: not s.demonstration).step == learned.step + 1


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (Start("nowhere", "q-learning"), "unknown world"),
        (Start("cliff", "nobody"), "unknown agent"),
        (Start("cliff", "q-learning", {"epsilon": "7"}), "out of range"),
        (Load("nothing"), "no save"),
        (Save("../out"), "cannot be the name"),
    ],
)
def test_a_mistake_becomes_a_notice_and_changes_nothing(trainer, command, said):
    trainer.submit(Step())
    before = wait_for(trainer, lambda s: s.step == 1)
    trainer.submit(command)
    after = wait_for(trainer, lambda s: s.notices)
    assert said in after.notices[-1].text
    assert after.notices[-1].error
    assert after.world.name == before.world.name
    assert after.step == 1


def test_an_agent_that_breaks_is_paused_and_said(trainer, monkeypatch):
    def break_down(*_):
        raise RuntimeError("out of luck")

    monkeypatch.setattr(Run, "advance", break_down)
    trainer.submit(RunAtFullSpeed())
    snapshot = wait_for(trainer, lambda s: s.notices)
    assert "out of luck" in snapshot.notices[-1].text
    assert not snapshot.playing
    monkeypatch.undo()
    trainer.submit(Step())
    wait_for(trainer, lambda s: s.step == 1)


def test_the_speed_goes_up_and_down_its_ladder_and_no_further(trainer):
    for _ in range(len(SPEEDS)):
        trainer.submit(Faster())
    wait_for(trainer, lambda s: s.speed == SPEEDS[-1])
    for _ in range(len(SPEEDS)):
        trainer.submit(Slower())
    wait_for(trainer, lambda s: s.speed == SPEEDS[0])


def test_the_usual_speed_comes_back_also_from_full_speed(trainer):
    for command in (Faster(), Faster(), RunAtFullSpeed()):
        trainer.submit(command)
    wait_for(trainer, lambda s: s.playing and s.speed == FULL)
    trainer.submit(UsualSpeed())
    assert wait_for(trainer, lambda s: s.speed == USUAL).playing


def test_a_fall_is_told_of_for_a_while_though_the_run_goes_on(saves):
    trainer = Trainer(saves)
    trainer.start(Start("cliff", "random", {}, 0))
    for _ in range(4):
        trainer.submit(Faster())
    trainer.submit(PlayOrPause())
    fallen = wait_for(trainer, lambda s: s.fall is not None and s.step > s.fall.step)
    trainer.close()
    assert fallen.playing
    assert fallen.speed == 100.0
    assert fallen.world.cells[3][int(fallen.world.places[fallen.fall.cell][1])] == "C"


@pytest.fixture
def falling(saves):
    """A trainer whose agent soon falls off a cliff."""
    trainer = Trainer(saves)
    trainer.start(Start("cliff", "random", {}, 0))
    for _ in range(4):
        trainer.submit(Faster())
    yield trainer
    trainer.close()


def test_a_fall_is_told_of_no_longer_than_a_while(falling, monkeypatch):
    monkeypatch.setattr("engine.trainer.FALLEN_FOR", 0.01)
    falling.submit(PlayOrPause())
    fall = wait_for(falling, lambda s: s.fall is not None).fall
    wait_for(falling, lambda s: s.playing and s.step > fall.step and s.fall is None)


def test_a_fall_is_told_of_no_more_in_another_run(falling, monkeypatch):
    monkeypatch.setattr("engine.trainer.FALLEN_FOR", 1000.0)
    falling.submit(PlayOrPause())
    wait_for(falling, lambda s: s.fall is not None)
    falling.submit(Start("seed-2x3", "q-learning", {}, 0))
    falling.submit(PlayOrPause())
    assert wait_for(falling, lambda s: s.playing and s.step > 0 and len(s.world.states) == 6).fall is None


def test_at_full_speed_no_fall_is_looked_for(falling, monkeypatch):
    monkeypatch.setattr("engine.trainer.FALLEN_FOR", 1000.0)
    falling.submit(RunAtFullSpeed())
    going = wait_for(falling, lambda s: s.step > 2000)
    assert going.fall is None or going.fall.step == going.step


def test_a_fall_that_is_the_last_step_is_told_of_as_long_as_it_is(saves):
    trainer = Trainer(saves)
    trainer.start(Start("cliff", "q-learning", {}, 0))
    trainer.submit(ActByHand(1))
    fallen = wait_for(trainer, lambda s: s.step == 1)
    trainer.submit(ActByHand(0))
    gone = wait_for(trainer, lambda s: s.step == 2)
    trainer.close()
    assert fallen.fall == (1, fallen.world.states.index("3,1"))
    assert gone.fall is None


def test_a_first_run_that_cannot_be_is_said(saves):
    trainer = Trainer(saves)
    trainer.start(Load("nothing"))
    trainer.submit(Start("cliff", "q-learning"))
    snapshot = wait_for(trainer, lambda s: s.world.name == "cliff")
    assert "no save" in snapshot.notices[0].text
    trainer.close()


def test_a_look_does_not_stop_the_run(trainer):
    trainer.submit(RunAtFullSpeed())
    wait_for(trainer, lambda snapshot: snapshot.step > 0)
    trainer.submit(Look(visits=True, state=4))
    seen = wait_for(trainer, lambda snapshot: snapshot.inspection is not None)
    assert seen.playing
    assert seen.visits.sum() == seen.step


def test_a_look_does_not_end_a_demonstration(trainer):
    trainer.submit(Demonstrate())
    trainer.submit(Look(state=4))
    assert wait_for(trainer, lambda snapshot: snapshot.inspection is not None).demonstration


def test_a_run_that_gives_way_stands_still_for_a_moment_unless_a_command_comes(saves):
    now = 0.0
    trainer = Trainer(saves, clock=lambda: now)
    trainer._pace.hurry(now)
    assert trainer._seconds_to_wait() == 0.0
    trainer.give_way()
    assert trainer._seconds_to_wait() == AWAY
    now = AWAY / 4
    assert trainer._seconds_to_wait() == 0.75 * AWAY
    trainer.submit(Pause())
    assert trainer._seconds_to_wait() == 0.0
    trainer._commands.clear()
    now = AWAY
    assert trainer._seconds_to_wait() == 0.0


def test_a_run_at_full_speed_makes_snapshots_only_for_who_looks(trainer, monkeypatch):
    trainer.submit(RunAtFullSpeed())
    wait_for(trainer, lambda snapshot: snapshot.playing and snapshot.step > 0)
    made, snapshot = [], trainer._session.snapshot
    monkeypatch.setattr(trainer._session, "snapshot", lambda **fields: made.append(snapshot(**fields)) or made[-1])
    time.sleep(0.2)
    assert len(made) <= 1
    seen = trainer.snapshot
    assert wait_for(trainer, lambda snapshot: snapshot.step > seen.step).playing


def test_a_run_that_comes_to_rest_by_itself_tells_so_without_being_looked_at(trainer):
    told = queue.Queue()
    trainer.listen(lambda: told.put(trainer._snapshot.playing))
    trainer.submit(FinishEpisode())
    while told.get(timeout=PATIENCE):
        pass
    assert not trainer.snapshot.playing


def test_a_moment_that_cannot_be_shown_is_told_of_at_the_next_one(trainer, monkeypatch):
    shown, failed = Session.snapshot, threading.Event()

    def fail(session, **how):
        if session.timeline.step == 1:
            failed.set()
            raise ZeroDivisionError("nothing to draw")
        return shown(session, **how)

    monkeypatch.setattr(Session, "snapshot", fail)
    trainer.submit(Step())
    assert failed.wait(PATIENCE)
    trainer.submit(Step())
    after = wait_for(trainer, lambda s: s.step == 2)
    assert after.notices[-1].text == "this failed: ZeroDivisionError: nothing to draw"


def test_what_is_waited_for_is_given_up_where_the_run_cannot_go_on(trainer):
    trainer.submit(Start("seed-2x3", "human", {}, 0))
    wait_for(trainer, lambda s: s.agent.name == "human")
    trainer.submit(RunUntil(Until.parse("5 steps")))
    stopped = wait_for(trainer, lambda s: s.notices and "waits for you" in s.notices[-1].text)
    assert (stopped.until, stopped.playing) == ("", False)
