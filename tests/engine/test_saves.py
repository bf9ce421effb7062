"""Saves: exact, atomic, and distrustful of what they read."""

import json
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from engine import allowance, files, migrations, savefile, savemarks
from engine import saves as engine_saves
from engine.autosaves import Sitting
from engine.errors import InputError
from engine.interventions import Act, Change
from engine.keeping import Keeping
from engine.messages import Load
from engine.replaying import first_difference
from engine.run import Run
from engine.session import Session
from engine.timeline import Timeline
from engine.worlds import catalogue
from tests.benchmarks.hostile import told
from tests.engine.worlds import acting_alone

FIXTURES = Path(__file__).parent / "fixtures"
KEPT = sorted(path.name for path in FIXTURES.glob("format-*.safetensors"))
SMALL = {"dqn": {"replay_capacity": "64", "learning_starts": "20", "batch_size": "8", "hidden": "16"}}


def make(agent="q-learning", steps=137):
    timeline = Timeline(Run(catalogue.find("russell-norvig-4x3"), agent, SMALL.get(agent, {}), seed=5))
    timeline.advance(steps=steps)
    return timeline


def rewritten(path, change):
    """Rewrite a save after `change(arrays, about)` has had its way with the contents; the checksum fits again."""
    arrays = safetensors.numpy.load_file(path)
    about = savefile.about(path.read_bytes())
    change(arrays, about)
    path.write_bytes(savefile.sealed(about, arrays))


@pytest.mark.parametrize("agent", acting_alone())
def test_what_is_loaded_has_the_same_values_and_statistics(agent, saves):
    timeline = make(agent)
    engine_saves.save(timeline, saves, "a")
    loaded = engine_saves.load(saves, "a")
    assert np.array_equal(loaded.run.agent.q_values(), timeline.run.agent.q_values(), equal_nan=True)
    assert np.array_equal(loaded.run.statistics.returns, timeline.run.statistics.returns)
    assert loaded.run.interaction.path() == timeline.run.interaction.path()
    assert loaded.run.agent.update() == timeline.run.agent.update()
    assert loaded.run.digest() == timeline.run.digest()


def test_the_save_holds_the_world_itself_not_its_name(saves, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('title = "mine"\ndiscount = 0.5\nmap = "S.G"\n[cells.G]\nterminal = true\nreward = 3.0\n')
    timeline = Timeline(Run(catalogue.find(str(file)), "q-learning", {}, seed=0))
    timeline.advance(episodes=5)
    engine_saves.save(timeline, saves, "a")
    file.unlink()
    assert engine_saves.load(saves, "a").run.world.title == "mine"


def test_the_previous_revision_is_kept(saves):
    timeline = make()
    first, digest = engine_saves.save(timeline, saves, "a").identity, timeline.run.digest()
    timeline.advance(steps=10)
    engine_saves.save(timeline, saves, "a", known=first)
    assert engine_saves.read(saves / "a.safetensors~1").run.digest() == digest
    assert engine_saves.load(saves, "a").run.digest() == timeline.run.digest()


def test_somebody_elses_save_of_the_same_name_is_kept(saves):
    others, mine = make(steps=50), make(steps=60)
    first = engine_saves.save(others, saves, "a")
    assert first.kept is None
    second = engine_saves.save(mine, saves, "a")
    assert second.kept == saves / "a.safetensors~2"
    mine.advance(steps=5)
    third = engine_saves.save(mine, saves, "a", known=second.identity)
    assert third.kept is None
    for word, step in (("a", 65), ("a~1", 60), ("a~2", 50)):
        assert engine_saves.load(saves, word).run.step == step


def test_somebody_elses_branches_are_kept_though_both_stand_at_the_same_step_of_the_same_run(saves):
    engine_saves.save(make(), saves, "a")
    one, two = Keeping(saves), Keeping(saves)
    theirs, mine = one.load("a"), two.load("a")
    theirs.go_to(50)
    theirs.intervene(Change(50, {"epsilon": "1.0"}))
    theirs.switch("main")
    assert "kept as" not in one.save(theirs, "a")
    assert "what stood there is kept as a~2" in two.save(mine, "a")
    mine.advance(steps=5)
    assert "kept as" not in two.save(mine, "a")
    assert list(engine_saves.load(saves, "a~2").branches) == ["main", "branch 2"]


def test_whoever_waits_for_a_writer_that_stands_still_is_told_so(saves, monkeypatch):
    import fcntl

    monkeypatch.setattr(files, "PATIENCE", 0.05)
    with (saves / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(
            InputError, match=r"cannot save to .*a\.safetensors: another process has been writing there"
        ):
            engine_saves.save(make(), saves, "a")
    engine_saves.save(make(), saves, "a")


def test_the_revision_before_is_kept_where_a_file_cannot_have_two_names(saves, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    timeline = make()
    saved = engine_saves.save(timeline, saves, "a")
    timeline.advance(steps=5)
    engine_saves.save(timeline, saves, "a", known=saved.identity)
    assert [engine_saves.load(saves, name).run.step for name in ("a", "a~1")] == [142, 137]


def test_a_damaged_save_offers_the_revision_before_it(saves):
    timeline = make()
    saved = engine_saves.save(timeline, saves, "a")
    timeline.advance(steps=5)
    engine_saves.save(timeline, saves, "a", known=saved.identity)
    saved.path.write_bytes(b"gone")
    with pytest.raises(InputError, match="the revision before it is a~1"):
        engine_saves.load(saves, "a")
    assert engine_saves.load(saves, "a~1").run.step == 137


def test_a_damaged_save_offers_what_stood_there_before_be_it_of_another_run(saves):
    mine, theirs = make(), make(steps=50)
    saved = engine_saves.save(mine, saves, "a")
    mine.advance(steps=5)
    engine_saves.save(mine, saves, "a", known=saved.identity)
    path = engine_saves.save(theirs, saves, "a").path
    path.write_bytes(b"gone")
    os.utime(saves / "a.safetensors~1", (1, 1))
    with pytest.raises(InputError, match="the revision before it is a~2"):
        engine_saves.load(saves, "a")
    assert [entry.name for entry in engine_saves.listing(saves)] == ["a", "a~2"]
    assert engine_saves.load(saves, "a~2").step == 142


def test_what_killed_writers_left_is_swept_by_the_next_save(saves):
    (saves / ".a.safetensors.dead.tmp").write_bytes(b"half")
    engine_saves.save(make(), saves, "b")
    assert {path.name for path in saves.iterdir()} == {"b.safetensors", ".lock"}


def test_a_second_writer_waits_for_the_first(saves):
    import fcntl
    import threading

    with (saves / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        writer = threading.Thread(target=engine_saves.save, args=(make(), saves, "a"))
        writer.start()
        writer.join(0.3)
        assert writer.is_alive()
        assert not (saves / "a.safetensors").exists()
    writer.join(10)
    assert (saves / "a.safetensors").exists()


def test_the_branches_are_saved_and_loaded(saves):
    timeline = make()
    timeline.go_to(100)
    timeline.intervene(Change(100, {"epsilon": "1.0"}))
    timeline.advance(steps=20)
    timeline.go_to(110)
    engine_saves.save(timeline, saves, "a")
    loaded = engine_saves.load(saves, "a")
    assert (loaded.step, loaded.head, loaded.branch.name) == (110, 120, "branch 2")
    for name in ("main", "branch 2"):
        timeline.switch(name)
        loaded.switch(name)
        assert loaded.run.digest() == timeline.run.digest()


@pytest.mark.parametrize(("agent", "steps"), [("q-learning", 1_000_000), ("dqn", 13_500)])
def test_the_last_10000_steps_are_near_after_loading_too(agent, steps, saves):
    timeline = Timeline(
        Run(catalogue.find("frozen-lake-4x4"), agent, {"learning_starts": "20000"} if agent == "dqn" else {}, 0)
    )
    timeline.advance(steps=steps)
    engine_saves.save(timeline, saves, "a")
    loaded = engine_saves.load(saves, "a")
    marks = [mark.step for mark in loaded.branch.marks]
    nearest = max(step for step in marks if step <= steps - 10_000)
    assert nearest > 0
    gaps = np.diff([step for step in marks if step >= nearest])
    assert gaps.max() <= loaded.run.agent.keyframe_every
    timeline.go_to(steps - 9_999)
    loaded.go_to(steps - 9_999)
    assert loaded.run.digest() == timeline.run.digest()


def test_a_file_of_every_format_is_kept():
    assert {name.split("-")[1] for name in KEPT} == {str(number) for number in migrations.READ}


def test_marks_too_large_for_a_file_are_kept_evenly_spread(saves, monkeypatch):
    timeline = make()
    timeline.run.agent.keyframe_every = 50
    timeline.advance(steps=4000)
    size = max(mark.size for mark in timeline.branch.marks)
    monkeypatch.setattr(savemarks, "LARGEST_MARKS", 12 * size)
    engine_saves.save(timeline, saves, "a")
    steps = [mark.step for mark in engine_saves.load(saves, "a").branch.marks]
    assert 5 < len(steps) < 25
    assert max(np.diff(steps[1:])) < 2 * (4137 - steps[1]) / (len(steps) - 2)
    assert timeline.step - steps[1] > 3000
    monkeypatch.setattr(savemarks, "LARGEST_MARKS", 10)
    engine_saves.save(timeline, saves, "none")
    assert len(engine_saves.load(saves, "none").branch.marks) == 2


@pytest.mark.parametrize("name", KEPT)
def test_files_of_every_format_are_read(name):
    timeline = engine_saves.read(FIXTURES / name)
    assert timeline.step == 240
    assert list(timeline.branches) == ["main", "branch 2"]
    assert name.endswith(f"{timeline.run.agent_name}.safetensors")
    timeline.go_to(100)
    timeline.switch("main")
    assert timeline.step == 200


@pytest.mark.parametrize(
    "name", [name for name in KEPT if not name.endswith("-dqn.safetensors")]
)  # The sums of a network may run in another order elsewhere, see `tui.verbs.saved.replay`.
def test_files_of_every_format_are_derived_again_to_the_same_outcome(name):
    timeline = engine_saves.read(FIXTURES / name)
    keyframes = [[step, digest] for step, digest in sorted(timeline.branch.digests.items())]
    assert len(keyframes) >= 3
    assert first_difference(timeline.run, keyframes, timeline.run.digest()) is None


@pytest.mark.parametrize(
    ("name", "alive"),
    [
        ("format-2-sarsa-lambda", "trace"),
        ("format-2-n-step-sarsa", "waiting.reward"),
        ("format-2-monte-carlo", "episode.pair"),
        ("format-3-dqn", "pending.rewards"),
        ("format-4-dqn", "pending.rewards"),
    ],
)
def test_a_file_kept_of_a_rule_of_several_steps_holds_what_is_alive_between_two(name, alive):
    run = engine_saves.read(FIXTURES / f"{name}.safetensors").run
    assert not run.interaction.ended
    assert np.count_nonzero(run.agent.state().arrays[alive]) >= 2


def test_a_replay_derives_the_same_run_and_finds_the_first_difference(saves):
    timeline = make(steps=100)
    timeline.intervene(Change(100, {"epsilon": "1.0"}))
    timeline.intervene(Act(100, 2))
    timeline.advance(steps=200)
    engine_saves.save(timeline, saves, "a")
    run, about = engine_saves.load(saves, "a").run, engine_saves.show(saves, "a")
    keyframes = about["timeline"]["keyframes"]
    assert len(keyframes) >= 2
    assert first_difference(run, keyframes, about["digest"]) is None
    step = keyframes[-1][0]
    assert first_difference(run, [*keyframes[:-1], [step, "0" * 64]], about["digest"]) == step
    assert first_difference(run, keyframes, "0" * 64) == run.step


def test_a_failed_save_leaves_the_old_file_and_no_rest(saves, monkeypatch):
    timeline = make()
    engine_saves.save(timeline, saves, "a")
    before = (saves / "a.safetensors").read_bytes()
    timeline.advance(steps=10)

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"cannot save to .*: No space left on device"):
        engine_saves.save(timeline, saves, "a")
    assert (saves / "a.safetensors").read_bytes() == before
    assert {path.name for path in saves.iterdir()} == {"a.safetensors", ".lock"}


def test_a_run_whose_numbers_have_become_infinite_is_refused_in_one_line_and_the_old_file_stays(saves):
    timeline = make()
    engine_saves.save(timeline, saves, "a")
    timeline.run.interaction.memory.progress["return"] = np.inf
    with pytest.raises(InputError, match="no finite numbers"):
        engine_saves.save(timeline, saves, "a")
    assert engine_saves.load(saves, "a").step == 137


def test_the_past_of_a_loaded_run_takes_no_more_memory_than_it_may(saves):
    engine_saves.save(make(), saves, "a")
    session = Session(saves, lambda busy: None, timeline_memory=2**20)
    session.obey(Load("a"))
    assert session.timeline.memory == 2**20


def test_a_setting_that_was_changed_reads_the_same_after_loading(saves):
    timeline = make()
    timeline.intervene(Change(137, {"epsilon": "0.50", "step_size": " .5"}))
    timeline.advance(steps=3)
    engine_saves.save(timeline, saves, "a")
    assert engine_saves.load(saves, "a").run.settings == timeline.run.settings


def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(InputError, match="cannot save to"):
        engine_saves.save(make(), tmp_path / "file", "a")


@pytest.mark.parametrize(
    "name", ["", "../a", "a/b", "/etc/passwd", ".hidden", "a b", "x" * 65, "a.safetensors", "cliff"]
)
def test_a_name_that_leaves_the_folder_or_misleads_is_refused(name, saves):
    with pytest.raises(InputError):
        engine_saves.save(make(), saves, name)
    assert list(saves.parent.rglob("*.safetensors")) == []


def test_the_listing_tells_what_each_save_is(saves):
    timeline = make()
    engine_saves.save(timeline, saves, "a")
    Sitting(saves, timeline.run).keep(timeline)
    (saves / "broken.safetensors").write_bytes(b"nothing")
    entries = engine_saves.listing(saves)
    assert [entry.name for entry in entries][:2] == ["a", "broken"]
    assert entries[2].name.startswith(".autosave/")
    assert (entries[0].world, entries[0].agent, entries[0].steps) == ("russell-norvig-4x3", "q-learning", 137)
    assert entries[1].problem
    assert engine_saves.load(saves, entries[2].name).run.digest() == timeline.run.digest()


def test_an_absent_save_names_its_near_miss(saves):
    engine_saves.save(make(), saves, "monday")
    with pytest.raises(InputError, match=r"no save 'mondai' .*did you mean 'monday'"):
        engine_saves.load(saves, "mondai")


def branch_of(about):
    """Return the first branch that a save tells of."""
    return about["timeline"]["branches"][0]


DAMAGES = {
    "cut short": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "a bit flipped at the end": lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
    "no safetensors": lambda data: b"PK\x03\x04" + data,
    "a huge header": lambda data: (2**62).to_bytes(8, "little") + data[8:],
    "a header of the wrong length": lambda data: (len(data) * 2).to_bytes(8, "little") + data[8:],
    "a pickle": lambda data: (
        b"\x80\x04\x95\x1d\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94."
    ),
}


@pytest.mark.parametrize(
    ("agent", "lie"),
    [
        ("dqn", lambda about: about["settings"].update(hidden="1024,1024")),
        ("q-learning", lambda about: about["world"]["definition"].update(map="S....\n" + ".....\n" * 90 + "....G")),
    ],
)
def test_what_a_file_has_no_arrays_for_is_refused_before_it_is_made(agent, lie, saves, monkeypatch):
    path = engine_saves.save(make(agent), saves, "a").path
    path.write_bytes(told(path.read_bytes(), lambda arrays, about: lie(about), sealed=True))
    monkeypatch.setattr(savefile, "Run", None)
    with pytest.raises(InputError, match="does not fit the world and the settings"):
        engine_saves.load(saves, "a")


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused_in_one_line(damage, saves):
    path = engine_saves.save(make(), saves, "a").path
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    with pytest.raises(InputError, match="not a valid save: ") as error:
        engine_saves.load(saves, "a")
    assert "\n" not in str(error.value)


LIES = {
    "another value": lambda arrays, about: arrays["agent.q"].__setitem__((0, 0), 5.0),
    "not a number": lambda arrays, about: arrays["agent.q"].__setitem__((0, 0), np.nan),
    "another shape": lambda arrays, about: arrays.update({"agent.q": np.zeros((2, 2))}),
    "another dtype": lambda arrays, about: arrays.update({"agent.q": arrays["agent.q"].astype(np.float32)}),
    "an array too many": lambda arrays, about: arrays.update({"extra": np.zeros(2)}),
    "an array too few": lambda arrays, about: arrays.pop("agent.visits"),
    "another digest": lambda arrays, about: about.update(digest="0" * 64),
    "another seed": lambda arrays, about: about.update(seed=9),
    "another setting": lambda arrays, about: about["settings"].update(epsilon="0.2"),
    "an unknown agent": lambda arrays, about: about.update(agent="oracle"),
    "a world that is none": lambda arrays, about: about["world"].update(definition={}),
    "a state that is none": lambda arrays, about: about["values"]["interaction.progress"].update(state=99),
    "a later format": lambda arrays, about: about.update(format=99),
    "a generator that is none": lambda arrays, about: about["values"].update({"agent.generator": {}}),
    "no values": lambda arrays, about: about.update(values={}),
    "a mark of another world": lambda arrays, about: about.update(marks=[{"log": 0, "values": {}}]),
    "marks of the wrong type": lambda arrays, about: about.update(marks=[1]),
    "an array of no mark": lambda arrays, about: arrays.update({"mark7.agent.q": np.zeros(3)}),
    "a branch that goes on before the run": lambda arrays, about: branch_of(about).update(
        log=[{"kind": "change", "step": 5, "settings": {"epsilon": "0.5"}}], head=300
    ),
    "a branch without an end": lambda arrays, about: branch_of(about).update(head=10**30),
    "a branch whose name clears the screen": lambda arrays, about: (
        branch_of(about).update(name="\x1b[2J"),
        about["timeline"].update(branch="\x1b[2J"),
    ),
    "a keyframe of the future": lambda arrays, about: about["timeline"].update(keyframes=[[10**15, "0" * 64]]),
    "a key too many": lambda arrays, about: about.update(extra=1),
    "values of the wrong type": lambda arrays, about: about.update(values=[]),
    "settings of the wrong type": lambda arrays, about: about.update(settings={"epsilon": 0.1}),
    "a seed of the wrong type": lambda arrays, about: about.update(seed="x"),
    "a world of the wrong type": lambda arrays, about: about.update(world="cliff"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_file_whose_parts_do_not_fit_is_refused_in_one_line(lie, saves):
    path = engine_saves.save(make(), saves, "a").path
    rewritten(path, LIES[lie])
    with pytest.raises(InputError, match="not a valid save: ") as error:
        engine_saves.load(saves, "a")
    assert "\n" not in str(error.value)


def test_a_save_of_other_versions_says_so_and_goes_on(saves):
    timeline = make("dqn")
    path = engine_saves.save(timeline, saves, "a").path
    assert engine_saves.made_with_others(saves, "a") == ""
    rewritten(path, lambda arrays, about: about.update(versions={"numpy": "1.0.0", "torch": "0.1\x1b[31m"}))
    session = Session(saves, lambda _: None)
    session.obey(Load("a"))
    shown = session.snapshot(playing=False, speed=1.0, steps_per_second=0.0)
    (told,) = (notice.text for notice in shown.notices)
    assert told.startswith("made with numpy 1.0.0 (here ")
    assert "torch '0.1" in told
    assert "\x1b" not in told
    assert shown.step == timeline.step


def test_the_arrays_of_a_file_are_not_counted_as_text_that_is_parsed():
    data = savefile.pack(make())
    assert savefile.about(data + b"[{," * 2**20, most=2**20) == savefile.about(data)


@pytest.mark.parametrize(
    "value",
    [[], [1000.5], ["a", 1000, None], {}, {"one": "word"}, "word", dict.fromkeys("abcdef", 0.5), [[[[]]]]],
    ids=json.dumps,
)
def test_parsing_a_text_takes_no_more_memory_than_is_estimated_beforehand(value):
    about = savefile.about(savefile.pack(make()))
    about["versions"]["x"] = [value] * 20_000
    data = savefile.sealed(about, {})
    del about
    tracemalloc.start()
    savefile.about(data)
    _, height = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert height < allowance.parsed_size(data[8:])


@pytest.mark.parametrize(
    "view", [lambda whole: whole.T, lambda whole: whole[::2, ::-1], lambda whole: whole[1, 1:2][0]]
)
def test_an_array_is_written_as_it_reads_however_it_lies_in_memory(view):
    array = np.asarray(view(np.arange(12).reshape(3, 4)))
    data = savefile.sealed(savefile.about(savefile.pack(make())), {"a": array})
    assert np.array_equal(safetensors.numpy.load(data)["a"], array)


def test_rewriting_without_a_change_stays_valid(saves):
    path = engine_saves.save(make(), saves, "a").path
    rewritten(path, lambda arrays, about: None)
    assert engine_saves.load(saves, "a").step == 137


def test_showing_a_save_tells_everything_but_the_arrays(saves):
    timeline = make("dqn")
    engine_saves.save(timeline, saves, "a")
    about = engine_saves.show(saves, "a")
    assert about["digest"] == timeline.run.digest()
    assert about["settings"]["hidden"] == "16"
    assert about["world"]["definition"]["slip"] == 0.2
