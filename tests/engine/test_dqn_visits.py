"""How often a DQN acted from each pair: counted as any other agent counts, kept to the bit, found in older saves."""

from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from engine import migrations, savefile, together
from engine import saves as engine_saves
from engine.inspection import Microscope
from engine.interventions import Act, Change, Edit
from engine.messages import Load, Look, Reset
from engine.migrations import dqn as migrated
from engine.replaying import first_difference
from engine.run import UNLIMITED, Run
from engine.session import Session
from engine.state import State
from engine.timeline import Timeline
from engine.worlds import catalogue
from engine.worlds.editing import survivors
from tests.engine.worlds import CORRIDOR, FIVE_BY_FIVE, PARTLY_LEGAL, SLIPPERY, build

FIXTURES = Path(__file__).parent / "fixtures"
SMALL = {"hidden": "8", "batch_size": "4", "learning_starts": "20", "replay_capacity": "500"}
OPTIONS = (
    {},
    {"n_step": "4", "prioritized": "true"},
    {"double": "true", "dueling": "true", "loss": "huber"},
    {"replay_capacity": "9", "train_every": "3", "target_tau": "0.1"},
    {"encoding": "planes", "network": "cnn"},
    {"encoding": "coordinates", "target_network": "false"},
)


def make(world=SLIPPERY, seed=0, **settings):
    return Run(build(world), "dqn", SMALL | settings, seed)


def walked(run, steps):
    """Go forward one by one and return how often each pair was acted from on the way."""
    counts = np.zeros(run.world.legal.shape, np.int64)
    for _ in range(steps):
        run.advance(steps=1)
        transition = run.interaction.transition()
        counts[transition.state, transition.action] += 1
    return counts


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_every_transition_counts_once_with_any_option(options):
    run = make(**options)
    assert walked(run, 150).tolist() == run.agent.visits().tolist()


@pytest.mark.parametrize("world", [CORRIDOR, PARTLY_LEGAL], ids=lambda world: world["title"])
def test_it_counts_in_worlds_from_a_map_and_from_lists(world):
    run = make(world)
    assert walked(run, 90).tolist() == run.agent.visits().tolist()


def test_it_counts_in_an_environment_that_shows_its_model():
    run = Run(catalogue.find("gym:FrozenLake-v1"), "dqn", SMALL, 0)
    run.advance(steps=30)
    assert run.agent.visits().shape == (16, 4)
    assert run.agent.visits().sum() == 30


def test_an_action_by_hand_counts():
    run = make(CORRIDOR)
    right = run.world.actions.index("right")
    for step in range(3):
        run.intervene(Act(step, right))
    assert run.agent.visits()[:, right].tolist() == [1, 1, 1, 0, 0]


def test_what_it_shows_is_a_copy():
    run = make()
    run.advance(steps=10)
    digest = run.digest()
    run.agent.visits()[:] = 0
    assert run.digest() == digest


def test_a_world_without_numbered_states_counts_none_and_shows_none():
    run = Run(catalogue.find("gym:CartPole-v1"), "dqn", SMALL, 0)
    run.advance(steps=30)
    assert run.agent.visits() is None
    assert not [name for part in run.state() for name in part if "visits" in name]
    assert Microscope(run).extras(run, run.q_values(), Look(visits=True, state=0)) == {}


@pytest.mark.parametrize(
    ("row", "column", "cell"),
    [(2, 0, {"wall": True}), (1, 1, {}), (0, 2, {"terminal": True, "reward": 1.0}), (0, 1, {"reward": -3.0})],
)
def test_visits_follow_an_edited_world_as_those_of_a_table_do(row, column, cell):
    run, table = make(FIVE_BY_FIVE), Run(build(FIVE_BY_FIVE), "q-learning", {}, 0)
    run.advance(steps=200)
    while run.interaction.path()[-1] in (2, 8):  # Nobody stands where a wall or an end comes to be.
        run.advance(steps=1)
    before, state = run.agent.visits(), table.agent.state()
    table.agent.load_state(State({**state.arrays, "visits": before}, state.values))
    run.intervene(Edit(run.step, row, column, cell))
    table.agent.resettle(run.world, survivors(build(FIVE_BY_FIVE), run.world))
    assert run.agent.visits().tolist() == table.agent.visits().tolist()
    assert 0 < run.agent.visits().sum() <= before.sum()


def test_no_more_of_them_is_kept_than_the_pairs_that_were_met():
    run = make(FIVE_BY_FIVE)
    run.advance(steps=3)
    assert len(run.state().arrays["agent.visits.counts"]) <= 3


def test_seeds_at_once_count_what_each_counts_alone():
    world = build(SLIPPERY)
    runs = together.runs_of(world, "dqn", SMALL, range(3), 120)
    runs[1].agent.counted_after = 50
    assert together.advance(runs, 120, UNLIMITED) == "at once"
    for run in runs:
        alone = make(seed=run.seed)
        alone.agent.counted_after = run.agent.counted_after
        alone.advance(steps=120)
        assert run.agent.visits().tolist() == alone.agent.visits().tolist()
        assert run.agent.visits().sum() == 120 - run.agent.counted_after
    assert [run.agent.counted_after for run in runs] == [0, 50, 0]


def test_going_back_and_forward_again_counts_the_same():
    timeline = Timeline(make())
    timeline.advance(steps=90)
    visits = timeline.run.agent.visits()
    timeline.go_to(31)
    assert timeline.run.agent.visits().sum() == 31
    timeline.go_to(90)
    assert timeline.run.agent.visits().tolist() == visits.tolist()


LIES = {
    "a state that is none": {"visits.places": [99]},
    "an action that is none": {"visits.actions": [-1]},
    "a pair that is not legal": {"visits.places": [0], "visits.actions": [1]},
    "no visit": {"visits.counts": [0]},
    "one column shorter": {"visits.counts": []},
    "numbers of another kind": {"visits.counts": [5.0]},
    "more visits than transitions": {"visits.counts": [6]},
    "so many that their sum begins anew": {
        "visits.places": [0] * 4,
        "visits.actions": [0] * 4,
        "visits.counts": [2**62] * 4,
    },
}


def told_of_five(columns, counted_after=0):
    """Let an agent that has made five transitions read other visits than its own, and return it."""
    run = make(PARTLY_LEGAL)
    run.advance(steps=5)
    state = run.agent.state()
    true = {"visits.places": [0], "visits.actions": [0], "visits.counts": [5]}
    arrays = {name: np.asarray(column or np.zeros(0, np.int64)) for name, column in (true | columns).items()}
    run.agent.load_state(State(state.arrays | arrays, state.values | {"visits.counted_after": counted_after}))
    return run.agent


@pytest.mark.parametrize("lie", LIES)
def test_visits_that_cannot_be_are_refused(lie):
    with pytest.raises(ValueError, match="visits"):
        told_of_five(LIES[lie])


@pytest.mark.parametrize("counted_after", [-1, 1, 2**70])
def test_visits_before_those_that_are_counted_are_refused(counted_after):
    with pytest.raises(ValueError, match="visits"):
        told_of_five({}, counted_after)


def test_visits_that_can_be_take_the_place_of_all_that_were_counted():
    visits = told_of_five({}).visits()
    assert (visits[0, 0], visits.sum()) == (5, 5)


def as_format_3(path):
    """Let a save be what format 3 would have written: without visits."""
    arrays, about = safetensors.numpy.load_file(path), savefile.about(path.read_bytes())
    for values in (about["values"], *(mark["values"] for mark in about["marks"])):
        del values["agent.visits.counted_after"]
    arrays = {name: array for name, array in arrays.items() if "agent.visits." not in name}
    about = {**about, "format": 3, "digest": savefile.digest_of({**about, "format": 3}, arrays)}
    path.write_bytes(savefile.sealed(about, arrays))


def older(timeline, saves):
    """Return what is read of a save of a timeline in format 3."""
    timeline.run.agent.keyframe_every = 20
    as_format_3(engine_saves.save(timeline, saves, "old").path)
    return engine_saves.load(saves, "old")


def keyframes_of(timeline):
    return [[step, digest] for step, digest in sorted(timeline.branch.digests.items())]


@pytest.mark.parametrize("options", OPTIONS[:3], ids=str)
def test_an_older_save_whose_replay_holds_everything_has_every_visit(options, saves):
    timeline = Timeline(make(**options))
    timeline.run.agent.keyframe_every = 20
    timeline.advance(steps=101)
    read = older(timeline, saves)
    assert read.run.agent.counted_after == 0
    assert read.run.digest() == timeline.run.digest()
    assert first_difference(read.run, keyframes_of(read), timeline.run.digest()) is None
    assert len(keyframes_of(read)) >= 4


@pytest.mark.parametrize("n_step", ["1", "4"])
def test_an_older_save_whose_replay_is_full_counts_from_its_oldest_transition_on(n_step, saves):
    timeline = Timeline(make(n_step=n_step, replay_capacity="30"))
    timeline.run.agent.keyframe_every = 20
    timeline.advance(steps=95)
    read = older(timeline, saves)
    agent = read.run.agent
    under_way = len(agent.state().arrays["pending.actions"])
    assert agent.counted_after == 95 - 30 - under_way
    again = make(n_step=n_step, replay_capacity="30")
    again.advance(steps=agent.counted_after)
    assert agent.visits().tolist() == walked(again, 30 + under_way).tolist()
    assert first_difference(read.run, keyframes_of(read), read.run.digest()) is None


def test_an_older_save_goes_back_and_on_to_the_same_bits(saves):
    timeline = Timeline(make(replay_capacity="30"))
    timeline.run.agent.keyframe_every = 20
    timeline.advance(steps=95)
    read = older(timeline, saves)
    digest = read.run.digest()
    for step in (88, 61, 3, 0):
        read.go_to(step)
        assert read.run.agent.visits().sum() == max(step - 65, 0)
        read.go_to(95)
        assert read.run.digest() == digest
    read.advance(steps=5)
    engine_saves.save(read, saves, "new")
    again = engine_saves.load(saves, "new")
    assert (again.run.digest(), again.run.agent.counted_after) == (read.run.digest(), 65)


def test_an_older_save_of_an_edited_world_counts_from_the_last_edit_on(saves):
    timeline = Timeline(make(FIVE_BY_FIVE))
    timeline.advance(steps=40)
    timeline.intervene(Edit(40, 3, 1, {"wall": True}))
    timeline.advance(steps=30)
    timeline.intervene(Change(70, {"n_step": "2"}))
    timeline.advance(steps=10)
    read = older(timeline, saves)
    assert (read.run.agent.counted_after, read.run.agent.visits().sum()) == (40, 40)
    assert first_difference(read.run, keyframes_of(read), read.run.digest()) is None


@pytest.mark.parametrize(("name", "known"), [("format-1-dqn", 64), ("format-3-dqn", 50), ("format-4-dqn", 240)])
def test_of_a_file_of_every_format_it_is_said_since_when_its_visits_are_known(name, known):
    agent = engine_saves.read(FIXTURES / f"{name}.safetensors").run.agent
    assert (agent.counted_after, agent.visits().sum()) == (240 - known, known)


def test_a_run_of_an_older_save_that_begins_anew_counts_every_visit_and_says_so(saves):
    timeline = Timeline(make(replay_capacity="30"))
    timeline.advance(steps=95)
    older(timeline, saves)
    session = Session(saves, lambda text: None)
    session.obey(Load("old"))
    assert session.snapshot(playing=False, speed=1.0, steps_per_second=0.0).agent.counted_after == 65
    session.obey(Reset())
    session.advance(5)
    session.obey(Look(visits=True))
    shown = session.snapshot(playing=False, speed=1.0, steps_per_second=0.0)
    assert (shown.agent.counted_after, shown.visits.sum()) == (0, 5)


def test_a_gap_in_what_a_replay_holds_ends_what_is_known():
    columns = {"replay.made_at": [7, 8, 2, 3, 5, 6], "replay.places": [70, 80, 20, 30, 50, 60]}
    columns |= {"replay.actions": [0, 1, 0, 1, 0, 1], "pending.places": [90, 91], "pending.actions": [1]}
    state = State({name: np.array(column) for name, column in columns.items()}, {"transitions": 9})
    known = migrated.transitions_known(state, 0)
    assert (known.made_at.tolist(), known.after) == ([5, 6, 7, 8, 9], 4)
    assert (known.places.tolist(), known.actions.tolist()) == ([50, 60, 70, 80, 90], [0, 1, 0, 1, 1])
    assert migrated.transitions_known(state, 7).made_at.tolist() == [8, 9]
    assert migrated.transitions_known(State(state.arrays, {"transitions": 12}), 0).after == 12 - 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("agent.transitions", 2**80), ("agent.transitions", None), ("agent.transitions", -5), ("agent.transitions", "x")],
)
def test_an_older_file_that_lies_about_its_transitions_is_refused(name, value, saves):
    path = engine_saves.save(Timeline(make()), saves, "a").path
    as_format_3(path)
    arrays, about = safetensors.numpy.load_file(path), savefile.about(path.read_bytes())
    about["values"][name] = value
    about["digest"] = savefile.digest_of(about, arrays)
    with pytest.raises(savefile.INVALID):
        savefile.unpack(savefile.sealed(about, arrays))


@pytest.mark.parametrize(("world", "agent"), [("cliff", "sarsa"), ("gym:CartPole-v1", "dqn")])
def test_a_run_of_format_3_without_visits_to_count_is_the_same_in_the_present_format(world, agent, saves):
    timeline = Timeline(Run(catalogue.find(world), agent, SMALL if agent == "dqn" else {}, 0))
    timeline.advance(steps=50)
    data = engine_saves.save(timeline, saves, "a").path.read_bytes()
    about, arrays = savefile.about(data), safetensors.numpy.load(data)
    upgraded, kept = migrations.upgraded({**about, "format": 3}, arrays)
    assert (upgraded, set(kept)) == (about, set(arrays))
