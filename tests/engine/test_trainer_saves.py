"""The trainer and saves: what is kept on purpose, what by itself, and what of it counts as saved."""

import os
import time

import numpy as np
import pytest

from engine import autosaves
from engine import saves as engine_saves
from engine.autosaves import Sitting
from engine.keeping import Keeping
from engine.messages import (
    FinishEpisode,
    Load,
    Pause,
    Reset,
    RunAtFullSpeed,
    Save,
    Start,
    Step,
)
from engine.run import Run
from engine.timeline import Timeline
from engine.trainer import Trainer
from engine.worlds import catalogue
from tests.engine.waiting import wait_for, wait_for_file


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


@pytest.mark.parametrize(
    "another", [Reset(), Start("seed-2x3", "sarsa", {}, 0)], ids=lambda command: type(command).__name__
)
def test_a_run_is_kept_also_where_the_one_before_it_was_kept_at_the_same_step(trainer, saves, another):
    for step in (1, 0, 1):
        trainer.submit(Step() if step else another)
        wait_for(trainer, lambda s, step=step: s.step == step and bool(s.autosave_name) == bool(step))
    assert f"seed-2x3-{trainer.snapshot.agent.name}-" in trainer.snapshot.autosave_name


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
    assert [entry.steps for entry in engine_saves.listing(saves)] == [1]
    other.close(forget=True)
    assert engine_saves.listing(saves) == ()


def test_an_autosave_that_cannot_be_written_is_said_once(trainer, saves):
    (saves / ".autosave").write_text("no folder")
    for number in (1, 2):
        trainer.submit(Step())
        wait_for(trainer, lambda s, number=number: s.step == number and s.notices)
        time.sleep(1.2)
    assert len([notice for notice in trainer.snapshot.notices if "no autosave" in notice.text]) == 1
    assert trainer.snapshot.autosave_failed


def test_a_rescue_keeps_what_an_autosave_before_it_could_not(trainer, saves):
    (saves / ".autosave").write_text("no folder")
    trainer.submit(Step())
    wait_for(trainer, lambda s: s.notices and "no autosave" in s.notices[-1].text)
    (saves / ".autosave").unlink()
    path = trainer.rescue()
    assert path is not None
    assert engine_saves.read(path).step == 1


def test_an_autosave_that_fails_later_does_not_lose_sight_of_the_one_before(trainer, saves, monkeypatch):
    trainer.submit(Step())
    before = wait_for(trainer, lambda s: s.autosave_name)

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    trainer.submit(Step())
    failed = wait_for(trainer, lambda s: s.notices and "no autosave" in s.notices[-1].text)
    assert failed.autosave_name == before.autosave_name
    monkeypatch.undo()
    trainer.close(forget=True)
    assert engine_saves.listing(saves) == ()


def test_only_what_was_saved_on_purpose_is_marked_as_saved_when_it_is_opened(saves):
    timeline = Timeline(Run(catalogue.find("seed-2x3"), "q-learning", {}, 0))
    timeline.advance(steps=3)
    engine_saves.save(timeline, saves, "a")
    kept = autosaves.word_of(Sitting(saves, timeline.run).keep(timeline))
    assert [Keeping(saves).load(name).branch.saves for name in ("a", kept)] == [{3}, set()]


def test_a_run_from_an_autosave_has_no_name_of_the_run_before(saves):
    timeline, keeping = Timeline(Run(catalogue.find("seed-2x3"), "q-learning", {}, 0)), Keeping(saves)
    timeline.advance(steps=3)
    keeping.save(timeline, "mine")
    keeping.load(autosaves.word_of(Sitting(saves, timeline.run).keep(timeline)))
    assert keeping.save_name == ""


def test_a_save_that_failed_is_not_marked_as_one(trainer, saves):
    trainer.submit(Step())
    wait_for(trainer, lambda s: s.step == 1)
    (saves / "mine.safetensors").mkdir(parents=True)
    trainer.submit(Save("mine"))
    failed = wait_for(trainer, lambda s: s.notices and s.notices[-1].error)
    assert "cannot save" in failed.notices[-1].text
    assert (list(failed.timeline.saves), failed.unsaved) == ([], True)
    trainer.submit(Save("other"))
    saved = wait_for(trainer, lambda s: not s.unsaved)
    assert list(saved.timeline.saves) == [1]


def test_the_own_autosave_can_be_opened_and_is_still_there(saves):
    timeline, keeping = Timeline(Run(catalogue.find("seed-2x3"), "q-learning", {}, 0)), Keeping(saves)
    keeping.begin(timeline)
    timeline.advance(steps=3)
    keeping.autosave(timeline)
    path = keeping.autosaved
    keeping.load(autosaves.word_of(path))
    assert engine_saves.read(path).step == 3
    keeping.forget_autosave()
    assert not path.exists()


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
