"""The agent that learns nothing, and the one whose actions a person chooses."""

import numpy as np
import pytest

from engine.errors import InputError
from engine.interventions import Act
from engine.messages import ActByHand, FinishEpisode, PlayOrPause, RunAtFullSpeed, Start, Step
from engine.run import Run
from engine.timeline import Timeline
from engine.trainer import Trainer
from tests.engine.driving import go_on
from tests.engine.worlds import SLIPPERY, build

LEFT = 3


def test_random_walks_as_q_learning_with_epsilon_1_does():
    walker = Run(build(SLIPPERY), "random", {}, seed=3)
    learner = Run(build(SLIPPERY), "q-learning", {"epsilon": "1.0"}, seed=3)
    for _ in range(500):
        walker.advance(steps=1)
        learner.advance(steps=1)
        assert walker.interaction.transition() == learner.interaction.transition()


def test_random_takes_all_legal_actions_alike():
    run = Run(build(SLIPPERY), "random", {}, seed=0)
    run.advance(steps=40_000)
    visits = run.state().arrays["agent.visits"]
    assert visits.sum() == 40_000
    for row in visits[~run.world.terminal]:
        assert np.abs(row - row.mean()).max() < 5 * row.mean() ** 0.5


def test_random_learns_nothing():
    run = Run(build(SLIPPERY), "random", {}, seed=0)
    run.advance(steps=1000)
    assert run.agent.update() is None
    assert not run.agent.q_values()[run.world.legal].any()


def test_a_run_that_waits_for_a_person_makes_no_step_of_its_own():
    run = Run(build(SLIPPERY), "human", {}, seed=0)
    before = run.digest()
    for amount in ({"steps": 1}, {"episodes": 1}):
        with pytest.raises(InputError, match="the agent human waits for you"):
            run.advance(**amount)
    assert run.digest() == before
    assert run.advance(steps=0) == 0


def test_what_a_person_does_is_learned_from_off_policy():
    run = Run(build(SLIPPERY), "human", {"step_size": "0.25"}, seed=0)
    timeline = Timeline(run)
    for _ in range(300):
        before = run.agent.q_values()
        go_on(timeline, 1)
        step, update = run.interaction.transition(), run.agent.update()
        assert step.by_hand
        best = 0.0 if step.terminated else before[step.next_state].max()
        assert update.td_target == step.reward + 0.9 * best
        assert update.value_after == update.value_before + 0.25 * update.td_error


def test_a_person_who_walks_a_detour_still_teaches_the_best_way():
    corridor = {"title": "corridor", "discount": 0.9, "max_steps": 100, "map": "S..G"}
    run = Run(build(corridor | {"cells": {"G": {"terminal": True, "reward": 1.0}}}), "human", {"step_size": "1.0"}, 0)
    for _ in range(3):
        for action in (1, LEFT, 1, 1, LEFT, 1, 1):
            run.intervene(Act(run.step, action))
    assert run.agent.q_values()[:3, 1].tolist() == pytest.approx([0.81, 0.9, 1.0])


def test_the_past_of_a_person_can_be_walked_again():
    timeline = Timeline(Run(build(SLIPPERY), "human", {}, seed=0))
    go_on(timeline, 60)
    digest = timeline.run.digest()
    timeline.go_to(20)
    assert timeline.advance(steps=40) == 40
    assert timeline.run.digest() == digest
    with pytest.raises(InputError, match="waits for you"):
        timeline.advance(steps=1)


@pytest.mark.parametrize("command", [Step(), FinishEpisode(), PlayOrPause(), RunAtFullSpeed()])
def test_asked_to_go_on_alone_it_says_that_it_waits(command, saves):
    trainer = Trainer(saves)
    trainer.start(Start("seed-2x3", "human"))
    try:
        trainer.submit(command)
        wait_until(lambda: trainer.snapshot is not None and trainer.snapshot.notices)
        shown = trainer.snapshot
        assert [notice.text for notice in shown.notices] == [
            "the agent human waits for you: choose an action with d and the arrows"
        ]
        assert (shown.step, shown.playing, shown.agent.waits_for_person) == (0, False, True)
        trainer.submit(ActByHand(2))
        wait_until(lambda: trainer.snapshot.step == 1)
    finally:
        trainer.close(forget=True)


def wait_until(condition, patience=60.0):
    import time

    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
