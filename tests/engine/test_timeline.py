"""The timeline: back and forward to the bit, branches that keep the old future, interventions that replay."""

import numpy as np
import pytest

from engine import savefile
from engine.agents import catalogue as agents
from engine.branches import Branch
from engine.errors import InputError
from engine.interventions import Act, Change, Edit, Rules, from_plain, to_plain
from engine.replaying import first_difference
from engine.run import Run
from engine.timeline import Timeline
from engine.view import timeline_view
from engine.worlds import catalogue
from tests.engine.driving import go_on
from tests.engine.worlds import FIVE_BY_FIVE, build

SMALL = {
    "q-learning": {"epsilon": "0.5->0.1/200"},
    "dyna-q": {"epsilon": "0.5", "planning_steps": "3", "prioritized": "true"},
    **{name: {} for name in ("random", "human", "value-iteration", "policy-iteration")},
    "dqn": {"replay_capacity": "64", "learning_starts": "20", "batch_size": "8", "hidden": "16", "epsilon": "0.5"},
}


def make(agent="q-learning", definition=FIVE_BY_FIVE, seed=1, **options):
    return Timeline(Run(build(definition), agent, SMALL.get(agent, SMALL["q-learning"]), seed), **options)


def replayed(run):
    """Derive the run again from its origin and its log alone."""
    again = Run(run.origin_world, run.agent_name, run.origin_settings, run.seed)
    for entry in run.log:
        again.advance(steps=entry.step - again.step)
        again.intervene(entry)
    again.advance(steps=run.step - again.step)
    return again


@pytest.mark.parametrize("agent", agents.names())
def test_going_back_is_being_there_again(agent):
    timeline = make(agent)
    digests = [timeline.run.digest()]
    for _ in range(120):
        go_on(timeline, 1)
        digests.append(timeline.run.digest())
    for step in (119, 60, 61, 0, 1, 120):
        timeline.go_to(step)
        assert timeline.step == step
        assert timeline.run.digest() == digests[step]


@pytest.mark.parametrize("agent", agents.names())
def test_going_forward_again_gives_the_same_future(agent):
    timeline = make(agent)
    go_on(timeline, 300)
    before = timeline.run.digest()
    timeline.go_to(17)
    timeline.advance(steps=283)
    assert timeline.run.digest() == before
    assert list(timeline.branches) == ["main"]


def test_going_back_one_episode_is_the_end_of_the_one_before():
    timeline = make()
    timeline.advance(episodes=2)
    end = timeline.step
    timeline.advance(steps=3)
    timeline.back_one_episode()
    assert timeline.step == end
    assert timeline.run.interaction.ended
    timeline.back_one_episode()
    assert timeline.run.statistics.episodes == 1
    timeline.back_one_episode()
    timeline.back_one_episode()
    assert timeline.step == 0


def test_the_statistics_go_back_and_forward_with_the_run():
    timeline = make()
    timeline.advance(steps=400)
    returns = timeline.run.statistics.returns
    timeline.go_to(50)
    assert np.array_equal(timeline.run.statistics.returns, returns[: timeline.run.statistics.episodes])
    timeline.go_to(400)
    assert np.array_equal(timeline.run.statistics.returns, returns)


def test_doing_something_else_in_the_past_begins_a_branch_and_keeps_the_old_future():
    timeline = make()
    timeline.advance(steps=200)
    old = timeline.run.digest()
    timeline.go_to(100)
    timeline.intervene(Change(100, {"epsilon": "1.0"}))
    timeline.advance(steps=150)
    new = timeline.run.digest()
    assert list(timeline.branches) == ["main", "branch 2"]
    timeline.switch("main")
    assert (timeline.step, timeline.run.digest()) == (200, old)
    timeline.switch("branch 2")
    assert (timeline.step, timeline.run.digest()) == (250, new)


def test_an_action_by_hand_in_the_past_leaves_the_statistics_of_the_old_future_alone():
    timeline = make()
    timeline.advance(episodes=5)
    returns = timeline.run.statistics.returns
    timeline.go_to(int(timeline.run.statistics.last(5)["length"][:3].sum()) - 1)
    timeline.intervene(Act(timeline.step, 2))
    timeline.advance(episodes=3)
    timeline.switch("main")
    assert np.array_equal(timeline.run.statistics.returns, returns)


def test_an_action_by_hand_is_taken_and_learned_from():
    timeline = make()
    timeline.advance(steps=10)
    for action in (0, 1, 2, 3):
        timeline.intervene(Act(timeline.step, action))
        transition = timeline.run.interaction.transition()
        assert transition.action == action
        assert transition.by_hand
        assert not transition.explored
        assert (
            timeline.run.agent.update().td_target == transition.reward + 0.95 * timeline.run.agent.update().next_value
        )


def test_a_changed_setting_holds_from_its_step_on():
    timeline = make()
    timeline.advance(steps=50)
    timeline.intervene(Change(50, {"step_size": "0.125"}))
    timeline.advance(steps=1)
    assert timeline.run.agent.update().step_size == 0.125
    timeline.go_to(49)
    assert timeline.run.agent.update().step_size == 0.5
    timeline.advance(steps=2)
    assert timeline.run.agent.update().step_size == 0.125


def test_a_step_is_shown_with_what_was_done_there_even_where_no_mark_is_left():
    timeline = make()
    timeline.advance(steps=50)
    timeline.intervene(Change(50, {"step_size": "0.125"}))
    digest = timeline.run.digest()
    timeline.branch.marks = timeline.branch.marks[:1]
    timeline.go_to(20)
    timeline.go_to(50)
    assert timeline.run.settings["step_size"] == "0.125"
    assert timeline.run.digest() == digest


def test_an_edited_cell_keeps_what_was_learned_elsewhere():
    timeline = make()
    timeline.advance(episodes=100)
    run = timeline.run
    before = dict(zip(run.world.states, run.agent.q_values().tolist(), strict=True))
    timeline.intervene(Edit(run.step, 0, 2, {"wall": True}))
    assert "0,2" not in run.world.states
    for name, row in zip(run.world.states, run.agent.q_values().tolist(), strict=True):
        assert row == pytest.approx(before[name], nan_ok=True)
    timeline.intervene(Edit(run.step, 0, 2, {"reward": 3.0}))
    at = run.world.states.index("0,2")
    assert run.agent.q_values()[at].tolist() == [0.0] * 4
    timeline.advance(episodes=50)
    assert replayed(run).digest() == run.digest()


def test_a_transition_whose_state_was_edited_away_is_told_under_no_other_name():
    timeline = make()
    while True:
        timeline.advance(steps=1)
        last, ended = timeline.run.interaction.transition(), timeline.run.interaction.ended
        if last.state != last.next_state and not ended and timeline.run.world.states[last.state] != "0,0":
            break
    place = timeline.run.world.layout.places[last.state].tolist()
    timeline.intervene(Edit(timeline.step, *place, {"wall": True}))
    assert timeline.run.interaction.transition() is None
    assert replayed(timeline.run).digest() == timeline.run.digest()
    timeline.run.load_state(timeline.run.state())
    assert timeline.run.interaction.transition() is None
    timeline.advance(steps=1)
    assert timeline.run.interaction.transition() is not None


def test_a_network_keeps_what_it_knows_of_the_states_that_stay():
    timeline = make("dqn")
    timeline.advance(steps=200)
    run = timeline.run
    here = int(run.interaction.memory.progress["state"][0])
    place = next(p for s, p in enumerate(run.world.layout.places.tolist()) if s != here and p not in ([0, 0], [4, 4]))
    before = dict(zip(run.world.states, run.agent.q_values().tolist(), strict=True))
    timeline.intervene(Edit(run.step, *place, {"wall": True}))
    after = dict(zip(run.world.states, run.agent.q_values().tolist(), strict=True))
    assert len(after) == len(before) - 1
    for name, row in after.items():
        assert row == pytest.approx(before[name], nan_ok=True, abs=1e-6)
    timeline.advance(steps=100)
    assert replayed(run).digest() == run.digest()


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (lambda step: Change(step, {"epsilon": "7"}), "out of range"),
        (lambda step: Change(step, {"nothing": "7"}), "unknown setting"),
        (lambda step: Edit(step, 9, 9, {}), "outside of the map"),
        (lambda step: Edit(step, 0, 0, {"colour": "red"}), "a cell knows"),
        (lambda step: Act(step, 7), "not legal"),
    ],
)
def test_an_impossible_intervention_changes_nothing(entry, said):
    timeline = make()
    timeline.advance(steps=60)
    timeline.go_to(40)
    before = timeline.run.digest()
    with pytest.raises(InputError, match=said):
        timeline.intervene(entry(40))
    assert timeline.run.digest() == before
    assert list(timeline.branches) == ["main"]
    timeline.go_to(60)
    assert timeline.head == 60


def test_the_cell_of_the_agent_cannot_become_a_wall():
    timeline = make()
    timeline.advance(steps=7)
    place = timeline.run.world.layout.places[timeline.run.interaction.path()[-1]].tolist()
    with pytest.raises(InputError, match="the agent stands there"):
        timeline.intervene(Edit(7, *place, {"wall": True}))


def test_the_shape_of_a_network_cannot_change():
    timeline = make("dqn")
    with pytest.raises(InputError, match="hidden cannot change while the agent lives"):
        timeline.intervene(Change(0, {"hidden": "8"}))


def test_a_log_is_read_as_it_was_written():
    log = (
        Act(0, 1),
        Change(3, {"epsilon": "0.2"}),
        Edit(3, 1, 2, {"reward": -1.0, "terminal": True}),
        Rules(4, {"slip": 0.2, "bump_reward": None, "wind": [0, 1]}),
    )
    assert from_plain(to_plain(log)) == log


def test_a_branch_of_a_file_whose_log_goes_back_is_refused():
    told = (Change(10, {"epsilon": "0.2"}),)
    values = {"name": "main", "head": 20, "fork": 0, "shared": 1, "log": to_plain(told), "saves": [], "curves": []}
    assert len(Branch.from_plain(values, told, []).log) == 2
    values["log"] = to_plain((Change(9, {"epsilon": "0.2"}),))
    with pytest.raises(ValueError, match="count upwards"):
        Branch.from_plain(values, told, [])


def test_marks_are_thinned_out_and_every_step_stays_reachable():
    timeline = make(memory=60 * 15_000)
    timeline.run.agent.keyframe_every = 50
    digests = {}
    for _ in range(100):
        timeline.advance(steps=100)
        digests[timeline.step] = timeline.run.digest()
    assert sum(mark.size for mark in timeline.branch.marks) <= 60 * 15_000
    steps = [mark.step for mark in timeline.branch.marks]
    assert steps[0] == 0
    late = [step for step in steps if step > 5000]
    assert len(late) > len(steps) / 2
    for step in (100, 3300, 9900):
        timeline.go_to(step)
        assert timeline.run.digest() == digests[step]


@pytest.mark.parametrize("portion", [50, 7_000, 60_000])
def test_the_marks_left_are_the_same_whatever_the_portions(portion):
    timeline = make(memory=4_000_000)
    timeline.run.agent.keyframe_every = 50
    while timeline.step < 60_000:
        timeline.advance(steps=min(portion, 60_000 - timeline.step))
    steps = [mark.step for mark in timeline.branch.marks]
    assert len(steps) > 5
    assert steps[0] == 0
    assert steps[-1] == 60_000
    ages = 60_000 - np.array(steps[1:-1])
    assert (np.diff(steps)[1:] <= 3 * (ages + 10_000)).all()


def test_the_last_10000_steps_are_near_a_mark():
    timeline = Timeline(Run(catalogue.find("frozen-lake-8x8"), "dqn", {"learning_starts": "1000000"}, 0))
    timeline.advance(steps=20_000)
    steps = [mark.step for mark in timeline.branch.marks]
    assert max(np.diff([step for step in steps if step >= 9000])) <= 1000


def test_what_was_done_before_the_first_step_is_there_again_after_loading():
    timeline = make()
    timeline.intervene(Change(0, {"epsilon": "1.0"}))
    timeline.intervene(Edit(0, 0, 2, {"wall": True}))
    timeline.advance(steps=30)
    for _ in range(2):  # What was loaded is saved again.
        timeline = savefile.unpack(savefile.pack(timeline))
    run = timeline.run
    assert first_difference(run, timeline.record()["keyframes"], run.digest()) is None
    timeline.go_to(0)
    assert timeline.run.settings["epsilon"] == "1.0"
    assert "0,2" not in timeline.run.world.states


def test_an_edit_before_the_first_step_can_be_taken_back_after_loading_too():
    timeline = make()
    timeline.intervene(Edit(0, 0, 2, {"wall": True}))
    timeline = savefile.unpack(savefile.pack(timeline))
    timeline.undo()
    assert timeline.run.digest() == make().run.digest()


def two_edits_taken_back():
    """Go on for 20 steps, then take back the edits of step 10, and go on for 5 more."""
    timeline = make()
    timeline.advance(steps=10)
    timeline.intervene(Rules(10, {"slip": 0.3}))
    timeline.intervene(Rules(10, {"max_steps": 7}))
    timeline.advance(steps=10)
    timeline.go_to(10)
    timeline.undo()
    timeline.undo()
    timeline.advance(steps=5)
    return timeline


def test_two_edits_that_are_taken_back_in_the_past_stay_taken_back_when_the_run_goes_on():
    timeline = two_edits_taken_back()
    assert timeline.run.log == ()
    assert list(timeline.branches) == ["main", "branch 2"]
    timeline.switch("main")
    assert (timeline.step, len(timeline.run.log)) == (20, 2)


def edit_here(timeline):
    timeline.intervene(Edit(timeline.step, 0, 3, {"wall": True}))


def go_back_and_undo(timeline):
    timeline.go_to(50)
    timeline.undo()


@pytest.mark.parametrize(
    ("saved_at", "do"),
    [(50, edit_here), (50, Timeline.undo), (80, go_back_and_undo)],
    ids=["edit", "undo", "back"],
)
def test_a_replay_agrees_whatever_is_done_at_a_keyframe_of_a_run_that_was_loaded(saved_at, do):
    timeline = make()
    timeline.advance(steps=50)
    timeline.intervene(Edit(50, 4, 0, {"reward": -2.0}))
    timeline.intervene(Edit(50, 3, 1, {"wall": True}))
    timeline.advance(steps=saved_at - 50)
    timeline = savefile.unpack(savefile.pack(timeline))
    assert 50 in timeline.branch.digests
    do(timeline)
    timeline.branch.marks = timeline.branch.marks[:1]  # As in a long run, where few of them are told.
    timeline.advance(steps=40)
    run, keyframes = timeline.run, timeline.record()["keyframes"]
    assert first_difference(run, keyframes, run.digest()) is None


def began(timeline):
    """Return what each branch of the timeline says it began with."""
    return [branch.began for branch in timeline_view(timeline).branches]


def test_each_branch_says_with_what_it_began_also_after_loading():
    timeline = make()
    timeline.intervene(Change(0, {"epsilon": "0.5"}))
    timeline.advance(steps=20)
    legal = int(np.flatnonzero(timeline.run.world.legal[timeline.run.interaction.path()[-1]])[0])
    for entry in (Act(20, legal), Change(10, {"epsilon": "0.9"}), Edit(5, 0, 2, {"wall": True})):
        timeline.switch("main")
        timeline.advance(steps=5)
        timeline.go_to(entry.step)
        timeline.intervene(entry)
        timeline.advance(steps=5)
    said = ["", f"{timeline.run.world.actions[legal]} by hand", "epsilon 0.9", "cell 0,2: wall"]
    assert began(timeline) == said
    assert began(savefile.unpack(savefile.pack(timeline))) == said


def test_a_branch_of_edits_taken_back_says_so_whatever_is_done_later():
    timeline = two_edits_taken_back()
    timeline.intervene(Change(15, {"epsilon": "0.9"}))
    assert timeline.branch.inherited == 0
    assert began(savefile.unpack(savefile.pack(timeline))) == ["", "an edit taken back"]


@pytest.mark.parametrize("inherited", [-1, 0, 3, 1.0, True, "1", [1]])
def test_a_branch_of_a_file_that_left_another_where_its_log_does_not_allow_is_refused(inherited):
    told = (Change(5, {"epsilon": "0.2"}), Change(10, {"epsilon": "0.3"}))
    values = {"name": "branch 2", "head": 20, "fork": 10, "shared": 2, "log": [], "saves": [], "curves": []}
    assert Branch.from_plain(values, told, []).began(()) == ""
    assert Branch.from_plain({**values, "inherited": 1}, told, []).began(()) == "epsilon 0.3"
    with pytest.raises(ValueError, match="did not leave another"):
        Branch.from_plain({**values, "inherited": inherited}, told, [])


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "act", "step": 0, "action": "up"},
        {"kind": "change", "step": 0, "settings": "epsilon"},
        {"kind": "edit", "step": 0, "row": 0, "column": 0, "cell": None},
        {"kind": "rules", "step": 0, "rules": 1},
    ],
    ids=lambda values: values["kind"],
)
def test_an_intervention_of_a_file_that_none_could_have_made_is_refused(values):
    with pytest.raises(ValueError, match="holds what none can"):
        from_plain([values])
