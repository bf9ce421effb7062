"""Runs in the environment of the peers: `... -m tests.benchmarks.speed.peers WORK STEPS SEED`, prints JSON.

Each work is timed without its imports and its preparations, in seconds of this process's processor time.
"""

import json
import sys
import time
from collections.abc import Callable

import gymnasium
import numpy as np

from tests.benchmarks.speed.settings import CARTPOLE, TABLE, DeepSettings

Seconds = float


def tutorial(steps: int, seed: int) -> Seconds:
    """Learn the frozen lake as tutorials do: the environment's step, the table's rows by numpy, episodes in lists."""
    environment = gymnasium.make("FrozenLake-v1", map_name="8x8", is_slippery=True, max_episode_steps=TABLE.max_steps)
    generator = np.random.default_rng(seed)
    environment.action_space.seed(seed)
    q = np.zeros((environment.observation_space.n, environment.action_space.n))
    returns, lengths = [], []
    state, _ = environment.reset(seed=seed)
    total, length = 0.0, 0
    begun = time.process_time()
    for _ in range(steps):
        explores = generator.random() < TABLE.epsilon
        action = environment.action_space.sample() if explores else int(np.argmax(q[state]))
        next_state, reward, terminated, truncated, _ = environment.step(action)
        target = reward + TABLE.discount * (0.0 if terminated else np.max(q[next_state]))
        q[state, action] += TABLE.step_size * (target - q[state, action])
        total, length, state = total + reward, length + 1, next_state
        if terminated or truncated:
            returns.append(total)
            lengths.append(length)
            state, _ = environment.reset()
            total, length = 0.0, 0
    return time.process_time() - begun


def stable_baselines(steps: int, seed: int) -> Seconds:
    """Learn CartPole with the DQN of Stable-Baselines3."""
    from stable_baselines3 import DQN

    like = CARTPOLE
    model = DQN(
        "MlpPolicy",
        "CartPole-v1",
        learning_rate=like.learning_rate,
        buffer_size=like.replay_capacity,
        learning_starts=like.learning_starts,
        batch_size=like.batch_size,
        gamma=like.discount,
        train_freq=1,
        gradient_steps=1,
        target_update_interval=like.target_update_every,
        exploration_fraction=1e-9,
        exploration_final_eps=like.epsilon,
        max_grad_norm=like.gradient_clip,
        policy_kwargs={"net_arch": list(like.hidden)},
        seed=seed,
        device="cpu",
    )
    model.learn(2 * like.learning_starts)
    begun = time.process_time()
    model.learn(steps, reset_num_timesteps=False)
    return time.process_time() - begun


class Ring:
    """Transitions in numpy arrays, as the replay of a script in one file has them."""

    def __init__(self, capacity: int, features: int) -> None:
        self.observations = np.zeros((capacity, features), np.float32)
        self.next_observations = np.zeros((capacity, features), np.float32)
        self.actions = np.zeros((capacity, 1), np.int64)
        self.rewards = np.zeros(capacity, np.float32)
        self.terminations = np.zeros(capacity, np.float32)
        self.at = self.size = 0

    def add(self, observation, next_observation, action, reward, terminated) -> None:
        """Keep a transition."""
        self.observations[self.at], self.next_observations[self.at] = observation, next_observation
        self.actions[self.at], self.rewards[self.at], self.terminations[self.at] = action, reward, terminated
        self.at = (self.at + 1) % len(self.actions)
        self.size = min(self.size + 1, len(self.actions))

    def sample(self, count: int, generator: np.random.Generator):
        """Return a batch of tensors."""
        import torch

        rows = generator.integers(0, self.size, count)
        columns = (self.observations, self.next_observations, self.actions, self.rewards, self.terminations)
        return [torch.from_numpy(column[rows]) for column in columns]


def plain_loop(steps: int, seed: int) -> Seconds:
    """Learn CartPole with a DQN that is written down from top to bottom, with autograd and torch's Adam."""
    import torch
    from torch import nn

    like: DeepSettings = CARTPOLE
    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    environment = gymnasium.wrappers.RecordEpisodeStatistics(gymnasium.make("CartPole-v1"))
    environment.action_space.seed(seed)
    features, actions = environment.observation_space.shape[0], int(environment.action_space.n)

    def network() -> nn.Module:
        first, second = like.hidden
        layers = (
            nn.Linear(features, first),
            nn.ReLU(),
            nn.Linear(first, second),
            nn.ReLU(),
            nn.Linear(second, actions),
        )
        return nn.Sequential(*layers)

    online, target = network(), network()
    target.load_state_dict(online.state_dict())
    optimiser = torch.optim.Adam(online.parameters(), lr=like.learning_rate)
    ring = Ring(like.replay_capacity, features)
    observation, _ = environment.reset(seed=seed)
    warm, begun = 2 * like.learning_starts, 0.0
    for step in range(warm + steps):
        if step == warm:
            begun = time.process_time()
        if generator.random() < like.epsilon:
            action = int(environment.action_space.sample())
        else:
            action = int(online(torch.from_numpy(observation)).argmax())
        next_observation, reward, terminated, truncated, _ = environment.step(action)
        ring.add(observation, next_observation, action, reward, terminated)
        observation = environment.reset()[0] if terminated or truncated else next_observation
        if step >= like.learning_starts:
            seen, seen_next, taken, rewards, ended = ring.sample(like.batch_size, generator)
            with torch.no_grad():
                goals = rewards + like.discount * target(seen_next).max(dim=1).values * (1.0 - ended)
            loss = nn.functional.mse_loss(goals, online(seen).gather(1, taken).squeeze(1))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            if step % like.target_update_every == 0:
                target.load_state_dict(online.state_dict())
    return time.process_time() - begun


WORKS: dict[str, Callable[[int, int], Seconds]] = {
    "tutorial": tutorial,
    "stable-baselines": stable_baselines,
    "plain-loop": plain_loop,
}


def main(work: str, steps: int, seed: int) -> dict[str, float]:
    """Do the work on one thread and return how many steps a second it made."""
    if work != "tutorial":
        import torch

        torch.set_num_threads(1)
    return {"steps_per_second": steps / WORKS[work](steps, seed)}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
