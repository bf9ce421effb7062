"""Journeys: whoever learns, however it is set and whatever one does, resume, replay and undo agree to the bit."""

from functools import cache

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from engine import savefile
from engine.agents import catalogue as agents
from engine.errors import InputError
from engine.interventions import Act, Change, Edit, Rules
from engine.replaying import derive, first_difference
from engine.run import Run
from engine.timeline import Timeline
from engine.worlds import catalogue
from tests.engine.driving import go_on
from tests.engine.options import SMALL, VALUES, changes, names_of, options
from tests.engine.worlds import PARTLY_LEGAL, build

WITHOUT_MODEL = catalogue.find("gym:CartPole-v1")

maps = st.builds(
    lambda cells, slip, moves, bump: {
        "title": "any world",
        "discount": 0.9,
        "max_steps": 20,
        "slip": slip,
        "moves": moves,
        "step_reward": -0.1,
        **({"bump_reward": -1.0} if bump else {}),
        "map": "\n".join(["S" + "".join(cells[:3]), "".join(cells[3:7]), "".join(cells[7:]) + "G"]),
        "cells": {
            "G": {"terminal": True, "reward": 1.0},
            "C": {"to_start": True, "reward": -3.0},
            "X": {"reward": -2.0},
        },
    },
    st.lists(st.sampled_from("....#CX"), min_size=10, max_size=10),
    st.sampled_from([0.0, 0.3]),
    st.sampled_from(["cross", "king", "cross+stay"]),
    st.booleans(),
)


END = {"reward": 5.0, "terminal": True}
RULES = (
    {"slip": 0.5},
    {"slip": None, "step_reward": -2.0},
    {"wind": [0, 1, 0, -1]},
    {"bump_reward": -3.0},
    {"max_steps": 1},
    {"max_steps": 30},
)


@cache
def learns_without_model(agent):
    try:
        Run(WITHOUT_MODEL, agent, SMALL.get(agent, {}), 0)
    except InputError:
        return False
    return True


def worlds(agent):
    """Return a strategy of worlds in which an agent can learn: mostly maps."""
    others = [build(PARTLY_LEGAL), *([WITHOUT_MODEL] if learns_without_model(agent) else [])]
    return st.one_of(maps.map(build), maps.map(build), maps.map(build), st.sampled_from(others))


def moves(agent):
    """Return a strategy of what one may do next: go so many steps, save and load, or something to the run."""
    return st.one_of(
        st.integers(-60, 60),
        st.integers(-60, 60),
        st.just("save and load"),
        st.just("undo"),
        st.builds(lambda action: lambda step: Act(step, action), st.integers(0, 3)),
        st.builds(lambda settings: lambda step: Change(step, settings), changes(agent)),
        st.builds(
            lambda row, column, cell: lambda step: Edit(step, row, column, cell),
            st.integers(0, 2),
            st.integers(0, 3),
            st.sampled_from([{"wall": True}, {}, {"start": True}, {"to_start": True}, {"reward": -2.0}, END]),
        ),
        st.builds(lambda rules: lambda step: Rules(step, rules), st.sampled_from(RULES)),
    )


@st.composite
def journeys(draw, agent):
    world = draw(worlds(agent))
    run = Run(world, agent, draw(options(agent, world)), draw(st.integers(0, 2**32)))
    return run, draw(st.lists(moves(agent), min_size=3, max_size=12))


def travelled(timeline, journey):
    """Make the moves of a journey; return the timeline at its end, and the digest at each place that it came to."""
    digests = {}
    for move in journey:
        if move == "save and load":
            timeline = loaded(timeline)
        elif isinstance(move, int):
            timeline.go_to(timeline.step + move) if move < 0 else go_on(timeline, move)
        else:
            try:
                timeline.undo() if move == "undo" else timeline.intervene(move(timeline.step))
            except InputError:
                continue
            event(move if move == "undo" else type(timeline.run.log[-1]).__name__)
            digests = {place: seen for place, seen in digests.items() if place[0] in timeline.branches}
        digests[timeline.branch.name, timeline.step] = timeline.run.digest()
    return timeline, digests


def loaded(timeline):
    timeline = savefile.unpack(savefile.pack(timeline))
    timeline.run.agent.keyframe_every = 16
    return timeline


def expect_the_same_again(run):
    """Derive the run from its origin and its log alone."""
    again = Run(run.origin_world, run.agent_name, run.origin_settings, run.seed)
    derive(again, run.log, run.step)
    assert again.digest() == run.digest()


def test_every_setting_of_every_agent_is_drawn():
    assert {name for agent in agents.names() for name in names_of(agent)} == set(VALUES)


@pytest.mark.parametrize("agent", agents.names())
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_one_does_resume_replay_and_undo_agree_to_the_bit(agent, data):
    run, journey = data.draw(journeys(agent))
    run.agent.keyframe_every = 16
    timeline, digests = travelled(Timeline(run), journey)
    run = timeline.run
    digest, step = run.digest(), run.step
    assert first_difference(run, timeline.record()["keyframes"], digest) is None
    timeline.go_to(step // 2)
    timeline.go_to(step)
    assert timeline.run.digest() == digest
    again = loaded(timeline)
    assert again.run.digest() == digest
    go_on(again, 30)
    go_on(timeline, 30)
    assert again.run.digest() == timeline.run.digest()
    for (name, step), seen in digests.items():
        timeline.switch(name)
        timeline.go_to(step)
        assert timeline.run.digest() == seen
    for name, branch in timeline.branches.items():
        timeline.switch(name)
        assert timeline.step == branch.head
        expect_the_same_again(timeline.run)
