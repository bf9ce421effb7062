"""Deep Q-learning: one update against autograd, and CartPole against rl-zoo."""

from functools import partial
from typing import Any

import numpy as np

from engine.evaluation import greedy_walk, walked
from engine.run import Run
from engine.worlds import catalogue
from tests.validation.registry import Claim
from tests.validation.rows import Row, bound_row, near_row

CARTPOLE = {
    "discount": "0.99",
    "epsilon": "1.0->0.04/8000",
    "learning_rate": "0.0023",
    "hidden": "256,256",
    "batch_size": "64",
    "replay_capacity": "100000",
    "learning_starts": "1000",
    "train_every": "256",
    "gradient_steps": "128",
    "target_update_every": "128",  # there every 10 transitions, so once between two rounds of 128 updates
    "loss": "huber",
    "gradient_clip": "10",
}
HAND_MADE = (
    # state, action, reward, next state, terminated; the last was cut short by the limit of steps, and bootstraps
    (0, 1, 0.5, 1, False),
    (1, 0, -1.0, 4, True),
    (2, 1, 2.0, 3, False),
    (3, 0, 10.0, 4, True),
    (1, 1, 0.25, 2, False),
)
LEARNING_RATE, DISCOUNT = 0.01, 0.9


def one_update(double: bool, huber: bool) -> list[Row]:
    """Take one step on a hand-made batch, and the same with torch.nn, autograd and torch.optim.Adam."""
    import torch

    from engine.agents.dqn.architecture import Architecture
    from engine.agents.dqn.encoding import OneHot
    from engine.agents.dqn.learner import QLearner, Rule
    from engine.agents.dqn.replay import Replay

    encoding, architecture = OneHot(5), Architecture((5,), (16, 16), 2)
    legal = np.array([[True, True]] * 4 + [[False, False]])
    rule = Rule(LEARNING_RATE, double=double, huber=huber)
    learner = QLearner(encoding, legal, architecture, rule, np.random.default_rng(0))
    learner.target.initialise(np.random.default_rng(1))
    online, target = _as_module(learner.online), _as_module(learner.target)
    replay = Replay(len(HAND_MADE), encoding)
    for number, (state, action, reward, next_state, terminated) in enumerate(HAND_MADE):
        replay.add(state, action, reward, next_state, 0 if terminated else 1, number)
    batch = replay.sample(32, np.random.default_rng(2))
    states, actions, rewards, next_states, ended = (
        torch.tensor(column) for column in zip(*(HAND_MADE[row] for row in batch.rows), strict=True)
    )

    with torch.no_grad():
        judged, seen = target(torch.eye(5)[next_states]), online(torch.eye(5)[next_states])
        best = (seen if double else judged).argmax(1, keepdim=True)
        goals = rewards + DISCOUNT * ~ended * judged.gather(1, best).squeeze(1)
    values = online(torch.eye(5)[states]).gather(1, actions.unsqueeze(1)).squeeze(1)
    loss = (torch.nn.functional.smooth_l1_loss if huber else torch.nn.functional.mse_loss)(values, goals)
    optimiser = torch.optim.Adam(online.parameters(), lr=LEARNING_RATE)
    loss.backward()
    optimiser.step()
    result = learner.update(batch, DISCOUNT)

    off = _gap(torch.from_numpy(learner.td_errors), goals - values)
    moved = max(
        _gap(ours, plain)
        for ours, plain in zip(_as_module(learner.online).parameters(), online.parameters(), strict=True)
    )
    name = f"DQN ({'double, ' if double else ''}{'huber' if huber else 'mse'})"
    source = "the same with torch.nn, autograd and torch.optim.Adam; the batch has terminated and truncated rows"
    return [
        bound_row(f"{name}: targets minus values of a batch, largest error", source, off, most=1e-5),
        near_row(f"{name}: loss of a batch", float(loss.detach()), source, result.loss, 1e-5),
        bound_row(f"{name}: weights after one Adam step, largest error", source, moved, most=1e-5),
    ]


def _gap(ours: Any, others: Any) -> float:
    return float((ours - others).detach().abs().max())


def _as_module(network: Any) -> Any:
    """Return a network of torch's own layers with the same weights."""
    import torch

    layers: list[torch.nn.Module] = []
    for weight, bias, *_ in (*network.layers.hidden, *network.layers.heads):
        layer = torch.nn.Linear(*weight.shape)
        with torch.no_grad():
            layer.weight.copy_(weight.t())
            layer.bias.copy_(bias)
        layers += [layer, torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def cartpole() -> list[Row]:
    """Learn 50,000 steps from five seeds; the median of the best evaluations is at least 475 of 500."""
    best = [_best_evaluation(seed) for seed in range(5)]
    median = float(np.median(best))
    source = "rl-baselines3-zoo, hyperparams/dqn.yml, CartPole-v1; solved at 475 (Gymnasium, CartPole-v1)"
    note = f"best mean of 20 greedy episodes, looked at each 2,500 steps: {best}; seeds 0 to 4"
    claim = "DQN on CartPole-v1, 50,000 steps: median of the best evaluations"
    return [Row(claim, "at least 475", source, f"{median:g}", None, median >= 475.0, note)]


def _best_evaluation(seed: int) -> float:
    run = Run(catalogue.find("gym:CartPole-v1"), "dqn", CARTPOLE, seed)
    best = 0.0
    for part in range(20):
        run.advance(steps=2500)
        best = max(best, float(walked(greedy_walk(run, seed=part), 20).returns.mean()))
    return best


CLAIMS = (
    Claim("dqn-update", partial(one_update, False, False), 4),
    Claim("dqn-update-double-huber", partial(one_update, True, True), 4),
    Claim("dqn-cartpole", cartpole, 400),
)
