"""Deep Q-learning: its gradient held against autograd, its rules, and that it finds the optimum."""

import numpy as np
import pytest
import torch

from engine import planning
from engine.agents.dqn.learner import QLearner, Rule
from engine.agents.dqn.network import QNetwork
from engine.agents.dqn.replay import Batch, Replay
from engine.run import Run
from engine.worlds import catalogue
from tests.engine.worlds import CORRIDOR, FIVE_BY_FIVE, build

LEGAL = np.array([[True, True, False], [True, True, True], [False, False, False], [True, False, True]])


def learner(**options):
    return QLearner(LEGAL, (16, 8), Rule(0.01, **options), np.random.default_rng(0))


def batch():
    """Five transitions: an ordinary one, a terminated one into a terminal state, a truncated one, and two repeats."""
    return Batch(
        torch.tensor([0, 1, 3, 0, 1]),
        torch.tensor([1, 2, 0, 1, 0]),
        torch.tensor([0.5, 10.0, -1.0, 0.25, 3.0]),
        torch.tensor([1, 2, 0, 3, 1]),
        torch.tensor([1.0, 0.0, 1.0, 1.0, 1.0]),
    )


def module_like(network: QNetwork):
    """Return the same network made of torch's own layers."""
    layers = []
    for weight, bias in network.layers:
        linear = torch.nn.Linear(*weight.shape)
        with torch.no_grad():
            linear.weight.copy_(weight.t())
            linear.bias.copy_(bias)
        layers += [linear, torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


@pytest.mark.parametrize(
    "options",
    [{}, {"double": True}, {"huber": True}, {"gradient_clip": 0.5}, {"target_network": False}, {"target_tau": 0.1}],
    ids=str,
)
def test_one_update_equals_autograd_and_torchs_adam_over_many_steps(options):
    ours, discount = learner(**options), 0.9
    online, target = module_like(ours.online), module_like(ours.target)
    optimiser = torch.optim.Adam(online.parameters(), lr=0.01)
    rows = batch()
    observations, following = torch.eye(4)[rows.states], torch.eye(4)[rows.next_states]
    legal = torch.from_numpy(LEGAL)[rows.next_states]
    for _ in range(20):
        with torch.no_grad():
            judge = online if options.get("target_network") is False else target
            chooser = online if options.get("double") else judge
            choice = chooser(following).masked_fill(~legal, -torch.inf).argmax(1, keepdim=True)
            best = judge(following).gather(1, choice)[:, 0]
            targets = rows.rewards + discount * torch.where(rows.continues > 0, best, 0.0)
        measure = torch.nn.functional.smooth_l1_loss if options.get("huber") else torch.nn.functional.mse_loss
        loss = measure(online(observations).gather(1, rows.actions[:, None])[:, 0], targets)
        optimiser.zero_grad()
        loss.backward()
        if "gradient_clip" in options:
            torch.nn.utils.clip_grad_norm_(online.parameters(), options["gradient_clip"])
        optimiser.step()
        with torch.no_grad():
            for slow, fast in zip(target.parameters(), online.parameters(), strict=True):
                slow.lerp_(fast, options.get("target_tau", 0.0))
        result = ours.update(rows, discount)
        assert result.loss == pytest.approx(loss.item(), rel=1e-5)
        theirs = torch.cat([torch.cat([layer.weight.t().flatten(), layer.bias]) for layer in online[::2]])
        assert torch.allclose(ours.online.parameters, theirs, atol=1e-5)


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


def test_the_replay_is_cumulative_up_to_its_capacity():
    replay = Replay(3)
    for number in range(5):
        replay.add(number, 0, float(number), number, False)
    assert replay.size == 3
    assert sorted(replay.state().arrays["states"].tolist()) == [2, 3, 4]


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
    assert (arrays["agent.replay.continues"][terminated] == 0.0).all()
    assert (arrays["agent.replay.continues"][~terminated] == 1.0).all()


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
    network = QNetwork((6, 64, 64, 4))
    network.parameters.copy_(torch.from_numpy(arrays))
    expected = module_like(network)(torch.eye(6)).detach().numpy()
    assert np.allclose(q[run.world.legal], expected[run.world.legal], atol=1e-5)


@pytest.mark.parametrize(
    "options",
    [
        {"double": "true"},
        {"loss": "huber"},
        {"gradient_clip": "1"},
        {"target_network": "false"},
        {"target_tau": "0.02"},
    ],
    ids=str,
)
def test_every_option_learns_the_articles_grid_and_resumes_exactly(options):
    run, other = (Run(catalogue.find("seed-2x3"), "dqn", options, 0) for _ in range(2))
    run.advance(steps=1500)
    other.load_state(run.state())
    for one in (run, other):
        one.advance(steps=1500)
    assert run.digest() == other.digest()
    assert planning.policy_agreement(run.agent.q_values(), planning.solve(run.world)) == 1.0


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
