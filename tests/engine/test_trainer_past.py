"""The trainer where a person goes back, begins another branch, or changes the run while it goes on."""

import numpy as np

from engine.messages import (
    ActByHand,
    ChangeSettings,
    Demonstrate,
    EditCell,
    EditRules,
    EpisodeBack,
    FinishEpisode,
    GoTo,
    Reset,
    RunAtFullSpeed,
    Slower,
    Step,
    StepBack,
    SwitchBranch,
    UndoEdit,
)
from tests.engine.waiting import wait_for


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


def test_reset_begins_the_same_run_anew(trainer):
    trainer.submit(Step())
    first = wait_for(trainer, lambda s: s.step == 1)
    trainer.submit(Reset())
    wait_for(trainer, lambda s: s.step == 0)
    trainer.submit(Step())
    again = wait_for(trainer, lambda s: s.step == 1)
    assert again.last == first.last
