"""Autosaves: each of its own sitting, offered when that has ended, and removed by nobody else before."""

import os
import signal
import subprocess
import sys

import pytest

from engine import autosaves
from engine import saves as engine_saves
from engine.autosaves import Sitting
from engine.keeping import Keeping
from engine.run import Run
from engine.timeline import Timeline
from engine.worlds import catalogue
from tests.benchmarks.terminal import REPOSITORY

KEEPS = """
import sys, time
from pathlib import Path
from engine.keeping import Keeping
from engine.run import Run
from engine.timeline import Timeline
from engine.worlds import catalogue
timeline = Timeline(Run(catalogue.find("seed-2x3"), "q-learning", {}, 0))
timeline.advance(steps=7)
Keeping(Path(sys.argv[1])).autosave(timeline)
print("kept", flush=True)
time.sleep(60)
"""


def make(steps=3):
    timeline = Timeline(Run(catalogue.find("seed-2x3"), "q-learning", {}, 0))
    timeline.advance(steps=steps)
    return timeline


def left_behind(saves, steps=3):
    """Keep a run in a sitting that has ended; return where."""
    timeline = make(steps)
    sitting = Sitting(saves, timeline.run)
    path = sitting.keep(timeline)
    sitting.end()
    return path


@pytest.fixture
def other(saves):
    """Another process that has kept a run of 7 steps and goes on."""
    process = subprocess.Popen([sys.executable, "-c", KEEPS, str(saves)], cwd=REPOSITORY, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"kept\n"
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_what_a_process_kept_is_offered_as_soon_as_it_has_ended(saves, other, number):
    assert autosaves.broken_off(saves) is None
    other.send_signal(number)
    other.wait()
    assert autosaves.broken_off(saves).steps == 7


def test_a_process_that_stands_still_goes_on_all_the_same(saves, other):
    other.send_signal(signal.SIGSTOP)
    assert autosaves.broken_off(saves) is None


def test_what_a_sitting_kept_is_offered_when_it_has_ended_though_its_process_goes_on(saves):
    timeline, keeping = make(), Keeping(saves)
    keeping.autosave(timeline)
    assert autosaves.broken_off(saves) is None
    keeping.leave()
    assert autosaves.broken_off(saves).steps == 3


def test_what_is_offered_and_not_wanted_leaves_nothing_behind(saves):
    path = left_behind(saves)
    autosaves.forget(saves, autosaves.word_of(path))
    assert list(path.parent.glob("*safetensors*")) == []
    assert [file.name for file in path.parent.iterdir()] == [".lock"]


def test_neither_a_damaged_autosave_nor_a_save_on_purpose_is_offered(saves):
    left_behind(saves).write_bytes(b"gone")
    engine_saves.save(make(), saves, "mine")
    assert autosaves.broken_off(saves) is None


def test_a_sitting_that_saves_on_purpose_leaves_nothing_behind(saves):
    timeline, keeping = make(), Keeping(saves)
    keeping.autosave(timeline)
    keeping.save(timeline, "mine")
    keeping.leave()
    assert [file.name for file in (saves / ".autosave").iterdir()] == [".lock"]


def test_two_sittings_of_one_second_do_not_write_over_each_other(saves):
    one, two = Keeping(saves), Keeping(saves)
    one.autosave(make(1))
    two.autosave(make(2))
    one.leave()
    Keeping(saves).autosave(make(3))
    assert sorted(entry.steps for entry in engine_saves.listing(saves)) == [1, 2, 3]


def test_only_the_newest_that_were_left_behind_are_kept(saves):
    for number in range(12):
        os.utime(left_behind(saves, number + 1), (number, number))
    assert [entry.steps for entry in engine_saves.listing(saves)] == [12, 11, 10, 9, 8, 7, 6, 5, 4]  # And its own.


def test_that_of_a_sitting_that_goes_on_is_kept_however_many_others_there_are(saves):
    path = Sitting(saves, make().run).keep(make(1))
    os.utime(path, (0, 0))
    for _ in range(10):
        left_behind(saves, 2)
    assert engine_saves.read(path).step == 1


def test_a_link_to_nothing_stands_in_nobodys_way(saves):
    engine_saves.save(make(), saves, "a")
    for folder in (saves, saves / ".autosave"):
        folder.mkdir(exist_ok=True)
        (folder / "gone.safetensors").symlink_to("nowhere")
    path = left_behind(saves)
    assert [entry.name for entry in engine_saves.listing(saves)] == ["a", autosaves.word_of(path)]


def test_that_of_a_sitting_that_goes_on_stays_with_it_though_another_one_opens_it(saves):
    path, keeping = Sitting(saves, make().run).keep(make()), Keeping(saves)
    opened = keeping.load(autosaves.word_of(path))
    assert keeping.autosave_wanted(opened)
    keeping.autosave(opened)
    keeping.forget_autosave()
    assert [entry.name for entry in engine_saves.listing(saves)] == [autosaves.word_of(path)]


def test_that_of_a_sitting_that_has_ended_goes_to_the_one_that_opens_it_and_is_offered_to_nobody_else(saves):
    path, keeping = left_behind(saves), Keeping(saves)
    opened = keeping.load(autosaves.word_of(path))
    assert keeping.autosave_wanted(opened)
    keeping.autosave(opened)
    assert not path.exists()
    assert autosaves.broken_off(saves) is None
    assert [entry.steps for entry in engine_saves.listing(saves)] == [3]
