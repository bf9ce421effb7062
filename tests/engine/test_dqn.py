"""Deep Q-learning: its gradient held against autograd, its rules, and that it finds the optimum."""

import numpy as np
import pytest
import torch

from engine import planning
from engine.agents.dqn.architecture import Architecture
from engine.agents.dqn.encoding import Observations, OneHot, Planes
from engine.agents.dqn.learner import QLearner, Rule
from engine.agents.dqn.network import QNetwork, Tape
from engine.agents.dqn.replay import Batch
from engine.run import Run
from engine.worlds import catalogue
from tests.engine.worlds import CORRIDOR, FIVE_BY_FIVE, build

SQUARE = build(
    {
        "title": "a square",
        "discount": 0.9,
        "max_steps": 9,
        "map": "S.\n.G",
        "cells": {"G": {"terminal": True, "reward": 1.0}},
    }
)
RULES = ({"double": True}, {"huber": True}, {"gradient_clip": 0.5}, {"target_network": False}, {"target_tau": 0.1})
LEGAL = np.array([[True, True, False], [True, True, True], [False, False, False], [True, False, True]])
SHAPES = {
    "mlp": (OneHot(4), Architecture((4,), (16, 8), 3)),
    "one layer": (OneHot(4), Architecture((4,), (16,), 3)),
    "dueling": (OneHot(4), Architecture((4,), (16, 8), 3, dueling=True)),
    "dueling with one layer": (OneHot(4), Architecture((4,), (16,), 3, dueling=True)),
    "planes": (Planes(SQUARE, SQUARE.layout), Architecture((4, 2, 2), (16, 8), 3)),
    "cnn": (Planes(SQUARE, SQUARE.layout), Architecture((4, 2, 2), (16, 8), 3, convolutional=True)),
    "dueling cnn": (Planes(SQUARE, SQUARE.layout), Architecture((4, 2, 2), (8,), 3, dueling=True, convolutional=True)),
    "observations": (Observations(5), Architecture((5,), (16, 8), 3)),
    "dueling on observations": (Observations(5), Architecture((5,), (16, 8), 3, dueling=True)),
}


def learner(shape="mlp", **options):
    encoding, architecture = SHAPES[shape]
    legal = np.ones((1, 3), bool) if encoding.place_shape else LEGAL
    return QLearner(encoding, legal, architecture, Rule(0.01, **options), np.random.default_rng(0))


def batch(shape="mlp"):
    """Six transitions: an ordinary one, one terminated in a terminal state, a truncated one that still bootstraps.

    Then two repeats, a return over three steps and one over two that terminated; the weights are not all alike.
    """
    places, following = torch.tensor([0, 1, 3, 0, 1, 3]), torch.tensor([1, 2, 0, 3, 1, 1])
    if shape.endswith("observations"):
        seen = torch.from_numpy(np.random.default_rng(1).normal(size=(4, 5)).astype(np.float32))
        places, following = seen[places], seen[following]
    return Batch(
        places,
        np.array([1, 2, 0, 1, 0, 2]),
        np.array([0.5, 10.0, -1.0, 0.25, 3.0, 2.0], np.float32),
        following,
        np.array([1, 0, 1, 1, 3, 0], np.int8),
        np.array([1.0, 0.5, 0.75, 1.0, 0.25, 1.0], np.float32),
        np.arange(6),
    )


class Module(torch.nn.Module):
    """The same network made of torch's own layers, for autograd to differentiate."""

    def __init__(self, network: QNetwork):
        super().__init__()
        self.architecture = network.architecture
        layers = (*network.layers.filters, *network.layers.hidden, *network.layers.heads)
        self.parts = torch.nn.ParameterList(part.clone() for layer in layers for part in (layer.weight, layer.bias))

    def forward(self, observations, legal):
        parts, relu = list(zip(self.parts[::2], self.parts[1::2], strict=True)), torch.relu
        heads = len(self.architecture.heads)
        out = observations
        for weight, bias in parts[: len(self.architecture.filters)]:
            out = relu(torch.nn.functional.conv2d(out, weight, bias, padding=1))
        out = out.flatten(1)
        for weight, bias in parts[len(self.architecture.filters) : -heads]:
            out = relu(out @ weight + bias)
        if heads == 1:
            return out @ parts[-1][0] + parts[-1][1]
        half = self.architecture.hidden[-1]
        value = out[:, :half] @ parts[-2][0] + parts[-2][1]
        advantage = out[:, half:] @ parts[-1][0] + parts[-1][1]
        count = legal.sum(1, keepdim=True).clamp(min=1)
        return value + advantage - (advantage * legal).sum(1, keepdim=True) / count

    def flat(self):
        return torch.cat([part.flatten() for part in self.parts])


def looks(ours, places):
    """Return what the network sees of places, one-hot vectors written out, and which actions are legal there."""
    observations = ours.encoding.observe(places)
    if observations.dim() == 1:
        return torch.eye(4)[places], torch.from_numpy(LEGAL)[places]
    if ours.encoding.place_shape:
        return observations, torch.ones(len(places), 3, dtype=torch.bool)
    return observations, torch.from_numpy(LEGAL)[places]


@pytest.mark.parametrize(
    ("shape", "options"),
    [
        *[(shape, {}) for shape in SHAPES],
        *[("mlp", option) for option in RULES],
        ("dueling", {"double": True, "huber": True, "gradient_clip": 0.5}),
    ],
    ids=str,
)
def test_updates_equal_autograd_and_torchs_adam_over_many_steps(shape, options):
    ours, rows, discount = learner(shape, **options), batch(shape), 0.9
    online, target = Module(ours.online), Module(ours.target)
    optimiser = torch.optim.Adam(online.parameters(), lr=0.01)
    actions, weights = torch.from_numpy(rows.actions)[:, None], torch.from_numpy(rows.weights)
    spans = torch.from_numpy(rows.spans)
    observed, following = looks(ours, rows.places), looks(ours, rows.next_places)
    for _ in range(20):
        with torch.no_grad():
            judge = online if options.get("target_network") is False else target
            chooser = online if options.get("double") else judge
            choice = chooser(*following).masked_fill(~following[1], -torch.inf).argmax(1, keepdim=True)
            best = judge(*following).gather(1, choice)[:, 0]
            targets = torch.from_numpy(rows.rewards) + torch.where(spans > 0, discount**spans * best, 0.0)
        measure = torch.nn.functional.smooth_l1_loss if options.get("huber") else torch.nn.functional.mse_loss
        predicted = online(*observed).gather(1, actions)[:, 0]
        td_errors = (targets - predicted).detach().numpy()
        loss = (weights * measure(predicted, targets, reduction="none")).mean()
        optimiser.zero_grad()
        loss.backward()
        if "gradient_clip" in options:
            torch.nn.utils.clip_grad_norm_(online.parameters(), options["gradient_clip"])
        optimiser.step()
        with torch.no_grad():
            for slow, fast in zip(target.parameters(), online.parameters(), strict=True):
                slow.lerp_(fast, options.get("target_tau", 0.0))
        result = ours.update(rows, discount)
        assert result.loss == pytest.approx(loss.item(), rel=1e-4)
        assert np.allclose(ours.td_errors, td_errors, atol=1e-4)
        assert torch.allclose(ours.online.parameters, online.flat(), atol=2e-5)
        assert torch.allclose(ours.target.parameters, target.flat(), atol=2e-5)


def test_the_advantages_of_the_legal_actions_have_a_mean_of_zero():
    ours = learner("dueling")
    streams = ours.online.forward(torch.arange(4), Tape(ours.architecture, 4)).numpy()
    values = ours.table(ours.online, torch.arange(4))
    for state in (0, 1, 3):
        assert np.nanmean(values[state]) == pytest.approx(streams[state, 0], abs=1e-6)
    assert np.array_equal(np.isnan(values), ~LEGAL)


def test_observations_need_no_world():
    ours = learner("observations")
    seen = torch.from_numpy(np.random.default_rng(3).normal(size=(7, 5)).astype(np.float32))
    assert np.isfinite(ours.table(ours.online, seen)).all()


def test_the_target_network_stays_until_it_is_copied():
    ours = learner()
    before = ours.target.parameters.clone()
    ours.update(batch(), 0.9)
    assert torch.equal(ours.target.parameters, before)
    assert not torch.equal(ours.online.parameters, before)
    ours.copy_to_target()
    assert torch.equal(ours.target.parameters, ours.online.parameters)


def test_the_target_is_copied_every_k_updates():
    run = Run(catalogue.find("seed-2x3"), "dqn", {"learning_starts": "1", "target_update_every": "7"}, seed=0)
    equal = []
    for _ in range(21):
        run.advance(steps=1)
        arrays = run.state().arrays
        equal.append(np.array_equal(arrays["agent.network.online"], arrays["agent.network.target"]))
    assert [index + 1 for index, same in enumerate(equal) if same] == [7, 14, 21]


def test_terminated_transitions_do_not_bootstrap_and_truncated_ones_do():
    run = Run(build(CORRIDOR | {"map": "S.G"}), "dqn", {"epsilon": "1.0"}, seed=0)
    ends, cuts = [], []
    for _ in range(300):
        run.advance(steps=1)
        transition, update = run.interaction.transition(), run.agent.update()
        (ends if transition.terminated else cuts if transition.truncated else []).append(update)
    assert ends
    assert cuts
    assert all(update.next_value == 0.0 and update.td_target == 1.0 for update in ends)
    assert all(update.next_value != 0.0 for update in cuts)
    arrays = run.state().arrays
    terminated = arrays["agent.replay.rewards"] == 1.0
    assert (arrays["agent.replay.spans"][terminated] == 0).all()
    assert (arrays["agent.replay.spans"][~terminated] == 1).all()


@pytest.mark.parametrize("few", [{"replay_capacity": "4"}, {"replay_capacity": "4", "learning_starts": "200"}])
def test_a_replay_smaller_than_a_batch_or_than_what_is_made_before_learning_starts_is_learned_from(few):
    """A batch is drawn with replacement, and it is transitions made that are waited for: no such agent is stuck."""
    settings = {"hidden": "32", "batch_size": "16", "learning_rate": "0.005", "epsilon": "0.5", **few}
    run = Run(catalogue.find("seed-2x3"), "dqn", settings, seed=0)
    run.advance(steps=1500)
    assert planning.policy_agreement(run.q_values(), planning.solve(run.world, 0.9)) == 1.0


def test_nothing_is_learned_before_learning_starts():
    run = Run(catalogue.find("seed-2x3"), "dqn", {"learning_starts": "50"}, seed=0)
    before = run.agent.q_values()
    run.advance(steps=49)
    assert np.array_equal(run.agent.q_values(), before, equal_nan=True)
    run.advance(steps=1)
    assert not np.array_equal(run.agent.q_values(), before, equal_nan=True)


def test_the_table_of_a_network_is_what_it_says_of_each_state():
    run = Run(catalogue.find("seed-2x3"), "dqn", {}, seed=0)
    run.advance(steps=200)
    q = run.agent.q_values()
    arrays = run.state().arrays["agent.network.online"]
    network = QNetwork(Architecture((6,), (64, 64), 4))
    network.parameters.copy_(torch.from_numpy(arrays))
    expected = Module(network)(torch.eye(6), None).detach().numpy()
    assert np.allclose(q[run.world.legal], expected[run.world.legal], atol=1e-5)


def test_with_a_share_to_follow_the_target_is_never_copied_whole():
    run = Run(
        catalogue.find("seed-2x3"), "dqn", {"learning_starts": "1", "target_tau": "0.1", "target_update_every": "1"}, 0
    )
    for _ in range(30):
        before = run.state().arrays
        run.advance(steps=1)
        after = run.state().arrays
        online, target = after["agent.network.online"], after["agent.network.target"]
        expected = before["agent.network.target"] + 0.1 * (online - before["agent.network.target"])
        assert np.allclose(target, expected, atol=1e-6)
        assert not np.array_equal(target, online)


@pytest.mark.parametrize("seed", range(5))
def test_it_finds_the_optimal_policy_of_the_articles_grid(seed):
    run = Run(catalogue.find("seed-2x3"), "dqn", {}, seed)
    run.advance(steps=3000)
    assert planning.policy_agreement(run.agent.q_values(), planning.solve(run.world)) == 1.0


@pytest.mark.parametrize("seed", range(5))
def test_it_finds_the_optimal_way_through_a_5x5_grid(seed):
    run = Run(build(FIVE_BY_FIVE), "dqn", {"epsilon": "1.0->0.2/5000"}, seed)
    run.advance(steps=10_000)
    assert planning.policy_agreement(run.agent.q_values(), planning.solve(run.world)) == 1.0
