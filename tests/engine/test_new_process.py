"""A run that is saved and gone on with in a new process ends as one that never stopped, from every kind of boundary."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from engine import saves as engine_saves
from engine.agents import catalogue as agents
from engine.agents.settings import DQNSettings
from engine.run import Run
from engine.timeline import Timeline
from engine.worlds import catalogue
from tests.engine.driving import go_on
from tests.engine.options import SMALL

STEPS, MORE = 137, 200


@dataclass(frozen=True)
class Case:
    """A run at a boundary, and how one sees that it is there."""

    agent: str
    settings: Mapping[str, str] = field(default_factory=dict)
    holds: Callable[[Run], bool] = lambda run: not run.interaction.ended
    world: str = "russell-norvig-4x3"

    def run(self):
        return Run(catalogue.find(self.world), self.agent, SMALL.get(self.agent, {}) | dict(self.settings), seed=5)


def array(run, name):
    return run.agent.state().arrays[name]


def half_full(run, name, capacity):
    return 0 < len(array(run, name)) < capacity


def wrapped(run):
    values = run.agent.state().values
    return values["replay.size"] == 24 and 0 < values["replay.next"] < 24


CASES = {
    **{f"{agent} amid an episode": Case(agent) for agent in agents.names()},
    "epsilon amid its schedule": Case(
        "q-learning", {"epsilon": "exp:1.0->0.01/400"}, lambda run: 0.1 < run.agent.epsilon(STEPS) < 0.9
    ),
    "temperature amid its schedule": Case(
        "sarsa",
        {"exploration": "softmax", "temperature": "2.0->0.1/400"},
        lambda run: 0.2 < run.agent.epsilon(STEPS) < 2,
    ),
    "bounds and step sizes that count visits": Case(
        "expected-sarsa",
        {"exploration": "ucb", "step_size": "1/n^0.8"},
        lambda run: run.agent.visits().max() > 5,
    ),
    "n-step buffer half full": Case("n-step-sarsa", {"n": "6"}, lambda run: half_full(run, "waiting.reward", 6)),
    "replacing traces": Case("sarsa-lambda", {}, lambda run: np.count_nonzero(array(run, "trace")) > 3),
    "accumulating traces": Case(
        "q-lambda",
        {"traces": "accumulating", "epsilon": "0.05"},
        lambda run: np.count_nonzero(array(run, "trace")) > 3,
    ),
    "queue of priorities": Case(
        "dyna-q", {"prioritized": "true"}, lambda run: np.count_nonzero(array(run, "priority")) > 3
    ),
    "replay wrapped": Case("dqn", {}, wrapped),
    "returns under way": Case(
        "dqn", {"n_step": "4", "discount": "0.95"}, lambda run: wrapped(run) and half_full(run, "pending.rewards", 4)
    ),
    "prioritized replay": Case("dqn", {"prioritized": "true", "priority_correction": "0.4->1.0/400"}, wrapped),
    "before learning starts": Case("dqn", {"learning_starts": "200"}, lambda run: run.agent.update().updates == 0),
    "between two updates": Case("dqn", {"train_every": "5", "gradient_steps": "2"}, lambda run: run.step % 5 > 0),
    "between two copies": Case("dqn", {"target_update_every": "50"}, lambda run: run.agent.update().updates % 50 > 0),
    "every option of the update": Case(
        "dqn", {"double": "true", "dueling": "true", "loss": "huber", "target_tau": "0.05", "gradient_clip": "1.0"}
    ),
    "no target network": Case("dqn", {"target_network": "false"}),
    "coordinates": Case("dqn", {"encoding": "coordinates"}),
    "images": Case("dqn", {"encoding": "planes", "network": "cnn"}),
    "no model": Case("dqn", {"n_step": "3"}, world="gym:CartPole-v1"),
}


def test_the_network_has_no_option_that_no_case_changes():
    changed = {name for case in CASES.values() if case.agent == "dqn" for name in case.settings} | set(SMALL["dqn"])
    left = set(DQNSettings.__dataclass_fields__) - changed
    assert left == {"epsilon", "learning_rate", "priority_exponent"}  # Numbers that any run has.


@pytest.fixture(scope="module")
def resumed(tmp_path_factory):
    """The digests by case: of the runs that never stopped, and of those that a new process went on with."""
    folder, whole = tmp_path_factory.mktemp("resumed"), {}
    for number, (name, case) in enumerate(CASES.items()):
        timeline = Timeline(case.run())
        go_on(timeline, STEPS)
        while not case.holds(timeline.run):
            go_on(timeline, 1)
            assert timeline.step < 2 * STEPS, name
        engine_saves.save(timeline, folder, f"case{number}")
        go_on(timeline, MORE)
        whole[name] = timeline.run.digest()
    program = [sys.executable, "-m", "tests.engine.going_on", str(folder), str(MORE)]
    output = subprocess.run(program, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True).stdout
    again = json.loads(output)
    return whole, {name: again[f"case{number}"] for number, name in enumerate(CASES)}


def test_every_case_goes_on_exactly_in_another_process(resumed):
    whole, again = resumed
    assert again == whole
