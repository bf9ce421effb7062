"""The trainer: commands in, snapshots out, in a thread that outlives mistakes."""

import queue
import re
import time

import numpy as np
import pytest

from engine import saves as engine_saves
from engine.messages import (
    ActByHand,
    ChangeSettings,
    Compare,
    Demonstrate,
    EditCell,
    EditRules,
    EpisodeBack,
    Faster,
    FinishEpisode,
    GoTo,
    Load,
    Look,
    Pause,
    PlayOrPause,
    Reset,
    RunAtFullSpeed,
    Save,
    Slower,
    Start,
    Step,
    StepBack,
    SwitchBranch,
    UndoEdit,
)
from engine.pace import SPEEDS, Pace
from engine.run import Run
from engine.trainer import AWAY, Trainer
from engine.worlds import catalogue

PATIENCE = 20.0


@pytest.fixture
def trainer(saves):
    """A trainer whose run has begun."""
    trainer = Trainer(saves)
    trainer.start(Start("seed-2x3", "q-learning", {}, 0))
    wait_for(trainer, lambda snapshot: True)
    yield trainer
    trainer.close()


def wait_for(trainer, condition):
    """Return the first snapshot for which the condition holds."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        snapshot = trainer.snapshot
        if snapshot is not None and condition(snapshot):
            return snapshot
        time.sleep(0.002)
    raise AssertionError(f"did not come true in {PATIENCE} s; the last snapshot: {trainer.snapshot}")


def test_what_was_submitted_before_the_start_is_done_after_it(saves):
    trainer = Trainer(saves)
    trainer.submit(Step())
    trainer.submit(Step())
    trainer.start(Start("seed-2x3", "q-learning", {}, 0))
    wait_for(trainer, lambda snapshot: snapshot.step == 2)
    trainer.close()


def wait_for_file(folder):
    """Wait until a save stands in a folder."""
    end = time.monotonic() + PATIENCE
    while not list(folder.glob("*.safetensors")):
        assert time.monotonic() < end
        time.sleep(0.02)


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


def test_the_way_of_a_second_run_tells_its_rate_and_its_end_and_can_be_stopped(trainer):
    trainer.submit(Step(100_000))
    wait_for(trainer, lambda s: s.step == 100_000)
    trainer.submit(Compare(agent="sarsa"))
    told = wait_for(trainer, lambda s: "/s" in s.busy).busy
    assert re.fullmatch(r"second run to step 100,000: \d+%, [\d,]+/s, escape stops", told)
    trainer.submit(Pause())
    stopped = wait_for(trainer, lambda s: not s.busy and s.notices)
    assert 0 < stopped.comparison.step < 100_000
    assert stopped.notices[-1].text.startswith("the second run was stopped at step ")


def test_of_ways_that_are_asked_for_at_once_only_the_last_is_gone(trainer):
    trainer.submit(Step(200))
    for step in range(100):
        trainer.submit(GoTo(step))
    assert wait_for(trainer, lambda s: s.step == 99).obeyed == 102


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


def test_reset_begins_the_same_run_anew(trainer):
    trainer.submit(Step())
    first = wait_for(trainer, lambda s: s.step == 1)
    trainer.submit(Reset())
    wait_for(trainer, lambda s: s.step == 0)
    trainer.submit(Step())
    again = wait_for(trainer, lambda s: s.step == 1)
    assert again.last == first.last


def test_saving_and_loading_bring_back_the_same_table(trainer, saves):
    for _ in range(20):
        trainer.submit(FinishEpisode())
    before = wait_for(trainer, lambda s: s.episodes.finished == 20 and not s.playing)
    assert before.unsaved
    trainer.submit(Save("mine"))
    saved = wait_for(trainer, lambda s: not s.unsaved)
    assert saved.save_name == "mine"
    trainer.submit(Reset())
    wait_for(trainer, lambda s: s.step == 0)
    trainer.submit(Load("mine"))
    after = wait_for(trainer, lambda s: s.step == before.step)
    assert np.array_equal(after.q, before.q, equal_nan=True)
    assert np.array_equal(after.episodes.returns, before.episodes.returns)
    assert not after.unsaved


def test_steps_are_taken_back_one_by_one_across_the_end_of_an_episode(trainer):
    trainer.submit(FinishEpisode())
    end = wait_for(trainer, lambda s: s.episodes.finished == 1 and not s.playing)
    trainer.submit(Step())
    wait_for(trainer, lambda s: s.step == end.step + 1)
    trainer.submit(StepBack())
    again = wait_for(trainer, lambda s: s.step == end.step)
    assert again.ended
    assert again.path == end.path
    assert np.array_equal(again.q, end.q, equal_nan=True)
    trainer.submit(StepBack())
    before = wait_for(trainer, lambda s: s.step == end.step - 1)
    assert not before.ended
    assert before.episodes.finished == 0
    assert before.timeline.head == end.step + 1


def test_an_episode_is_taken_back_and_any_step_can_be_gone_to(trainer):
    for _ in range(3):
        trainer.submit(FinishEpisode())
    end = wait_for(trainer, lambda s: s.episodes.finished == 3 and not s.playing)
    assert list(end.timeline.episode_ends)[-1] == end.step
    trainer.submit(EpisodeBack())
    back = wait_for(trainer, lambda s: s.step < end.step)
    assert back.episodes.finished == 2
    assert back.step == end.timeline.episode_ends[1]
    trainer.submit(GoTo(5))
    early = wait_for(trainer, lambda s: s.step == 5)
    assert early.timeline.head == end.step
    assert list(early.timeline.episode_ends) == list(end.timeline.episode_ends)
    trainer.submit(GoTo(10**9))
    assert wait_for(trainer, lambda s: s.step == end.step).timeline.head == end.step


def test_acting_by_hand_in_the_past_begins_a_branch_that_one_can_leave_again(trainer):
    for _ in range(20):
        trainer.submit(Step())
    old = wait_for(trainer, lambda s: s.step == 20)
    trainer.submit(GoTo(10))
    trainer.submit(ActByHand(2))
    new = wait_for(trainer, lambda s: s.step == 11 and s.last.by_hand)
    assert new.timeline.branch == "branch 2"
    assert [branch.name for branch in new.timeline.branches] == ["main", "branch 2"]
    assert "main is kept" in new.notices[-1].text
    trainer.submit(SwitchBranch("main"))
    back = wait_for(trainer, lambda s: s.timeline.branch == "main")
    assert back.step == 20
    assert np.array_equal(back.q, old.q, equal_nan=True)


def test_a_setting_changes_while_the_run_goes_on(trainer):
    trainer.submit(RunAtFullSpeed())
    wait_for(trainer, lambda s: s.step > 1000)
    trainer.submit(ChangeSettings({"epsilon": "0.75"}))
    changed = wait_for(trainer, lambda s: s.agent.settings["epsilon"] == "0.75")
    assert changed.playing
    assert changed.epsilon == 0.75
    assert len(changed.timeline.interventions) == 1


def test_the_world_changes_while_the_run_goes_on(trainer):
    trainer.submit(RunAtFullSpeed())
    wait_for(trainer, lambda s: s.step > 1000)
    trainer.submit(EditCell(0, 1, {"reward": 2.0}))
    changed = wait_for(trainer, lambda s: "+2" in s.world.labels)
    assert changed.playing
    assert changed.truth is not None


def test_an_edit_is_told_and_taken_back_and_leaves_nothing_unsaved(trainer):
    trainer.submit(EditCell(0, 1, {"wall": True}))
    trainer.submit(EditRules({"slip": 0.5}))
    edited = wait_for(trainer, lambda s: s.world.definition.get("slip") == 0.5)
    assert [notice.text for notice in edited.notices] == [
        "from step 0 on: cell 0,1: wall",
        "from step 0 on: slip 0.5",
    ]
    assert (len(edited.world.states), edited.unsaved) == (5, True)
    for _ in range(3):
        trainer.submit(UndoEdit())
    back = wait_for(trainer, lambda s: s.notices and s.notices[-1].error)
    assert [notice.text for notice in back.notices[2:]] == [
        "taken back: slip 0.5",
        "taken back: cell 0,1: wall",
        "no edit to take back at step 0",
    ]
    assert (len(back.world.states), back.unsaved, back.timeline.interventions.size) == (6, False, 0)


def test_an_edit_ends_a_demonstration_which_is_of_the_world_as_it_was(trainer):
    trainer.submit(Step())
    trainer.submit(Slower())
    trainer.submit(Demonstrate())
    wait_for(trainer, lambda s: s.demonstration)
    trainer.submit(EditCell(1, 1, {"wall": True}))
    edited = wait_for(trainer, lambda s: not s.demonstration)
    assert len(edited.world.states) == 5
    assert edited.q.shape == (5, 4)


def test_what_was_done_by_hand_is_autosaved_soon_and_a_save_takes_its_place(trainer, saves):
    trainer.submit(Step())
    wait_for_file(saves / ".autosave")
    (path,) = (saves / ".autosave").glob("*.safetensors")
    assert engine_saves.read(path).step == 1
    trainer.submit(Save("mine"))
    wait_for(trainer, lambda s: not s.unsaved)
    assert not path.exists()


def test_a_run_tells_its_own_autosave_by_the_name_that_the_list_of_saves_gives_it(trainer, saves):
    trainer.submit(Step())
    named = wait_for(trainer, lambda s: s.autosave_name).autosave_name
    assert [entry.name for entry in engine_saves.listing(saves)] == [named]


def test_a_run_that_goes_on_again_at_once_is_not_autosaved_for_its_short_rest(saves):
    ahead = [0.0]
    trainer = Trainer(saves, clock=lambda: time.monotonic() + ahead[0])
    trainer.start(Start("seed-2x3", "q-learning"))
    try:
        wait_for(trainer, lambda s: s.step == 0)
        trainer.submit(Step())
        wait_for(trainer, lambda s: s.step == 1)
        trainer.submit(RunAtFullSpeed())
        wait_for(trainer, lambda s: s.playing)
        ahead[0] = 20.0
        later = wait_for(trainer, lambda s: s.step > 1000).step
        wait_for(trainer, lambda s: s.step > 2 * later)
        assert not (saves / ".autosave").exists()
        ahead[0] = 60.0
        wait_for_file(saves / ".autosave")
    finally:
        trainer.close(forget=True)


def test_an_autosave_that_is_continued_still_counts_as_unsaved(trainer, saves):
    trainer.submit(Step())
    wait_for(trainer, lambda s: s.step == 1)
    path = trainer.rescue()
    other = Trainer(saves)
    other.start(Load(f".autosave/{path.name.removesuffix('.safetensors')}"))
    snapshot = wait_for(other, lambda s: s.step == 1)
    assert snapshot.unsaved
    other.close()
    assert path.exists()
    other.close(forget=True)
    assert not path.exists()


def test_an_autosave_that_cannot_be_written_is_said_once(trainer, saves):
    (saves / ".autosave").write_text("no folder")
    for number in (1, 2):
        trainer.submit(Step())
        wait_for(trainer, lambda s, number=number: s.step == number and s.notices)
        time.sleep(1.2)
    assert len([notice for notice in trainer.snapshot.notices if "no autosave" in notice.text]) == 1


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


def test_a_rescue_keeps_the_run_as_it_stands_while_it_runs(trainer, saves):
    trainer.submit(RunAtFullSpeed())
    wait_for(trainer, lambda s: s.step > 1000)
    path = trainer.rescue()
    assert path is not None
    assert path.parent == saves / ".autosave"
    assert engine_saves.read(path).step > 1000


def test_a_rescue_keeps_nothing_where_nothing_would_be_lost(trainer, saves):
    assert trainer.rescue() is None
    assert not (saves / ".autosave").exists()


def test_a_first_run_that_cannot_be_is_said(saves):
    trainer = Trainer(saves)
    trainer.start(Load("nothing"))
    trainer.submit(Start("cliff", "q-learning"))
    snapshot = wait_for(trainer, lambda s: s.world.name == "cliff")
    assert "no save" in snapshot.notices[0].text
    trainer.close()


def test_a_dqn_can_be_trained_saved_and_loaded(trainer):
    trainer.submit(Start("seed-2x3", "dqn", {"learning_starts": "10"}, 1))
    wait_for(trainer, lambda s: s.agent.name == "dqn")
    trainer.submit(RunAtFullSpeed())
    wait_for(trainer, lambda s: s.update is not None and s.update.updates > 20)
    trainer.submit(Save("network"))
    trainer.submit(Pause())
    paused = wait_for(trainer, lambda s: not s.playing and s.save_name == "network")
    trainer.submit(Load("network"))
    loaded = wait_for(trainer, lambda s: not s.unsaved)
    assert loaded.step <= paused.step
    assert loaded.update.updates == loaded.step - 9


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


def test_a_slow_agent_after_a_fast_one_answers_at_once():
    pace = Pace()
    pace.toggle(full=True, now=0.0)
    for turn in range(40):
        pace.made(pace.steps_due(float(turn)), float(turn), turn + 1e-6)
    assert pace.steps_due(40.0) > 100_000
    pace.pause()
    pace.toggle(full=True, now=41.0)
    assert pace.steps_due(41.0) == 1


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
