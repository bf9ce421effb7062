"""Runs in the environment of the peers: `... -m tests.validation.stable_baselines WORLD CHANGED SEED`, prints JSON."""

import json
import sys

import torch
from stable_baselines3 import DQN
from stable_baselines3.common.callbacks import BaseCallback

from engine.planning import solve
from engine.worlds import catalogue
from engine.worlds.gymnasium import WorldEnv

STEPS, LOOK_EVERY = 40_000, 500


class UntilOptimal(BaseCallback):
    """Walks a greedy episode now and then, and stops when it is worth the optimum."""

    def __init__(self, environment: WorldEnv, optimum: float) -> None:
        super().__init__()
        self.environment = environment
        self.optimum = optimum
        self.best, self.best_step = float("-inf"), 0

    def _on_step(self) -> bool:
        if self.num_timesteps % LOOK_EVERY == 0:
            value = self._greedy_return()
            if value > self.best:
                self.best, self.best_step = value, self.num_timesteps
        return self.best < self.optimum - 1e-9

    def _greedy_return(self) -> float:
        observation, _ = self.environment.reset(seed=0)
        total, over, weight = 0.0, False, 1.0
        while not over:
            action, _ = self.model.predict(observation, deterministic=True)
            observation, reward, terminated, truncated, _ = self.environment.step(int(action))
            total += weight * reward
            weight *= self.environment.world.discount
            over = terminated or truncated
        return total


def main(word: str, changed: str, seed: int) -> dict[str, float]:
    """Learn until the greedy episode is optimal, for at most `STEPS` transitions."""
    torch.set_num_threads(1)
    world = catalogue.build(word, {**catalogue.find(word).definition, **json.loads(changed)})
    optimum = solve(world).start_value
    watch = UntilOptimal(WorldEnv(world), optimum)
    model = DQN(
        "MlpPolicy",
        WorldEnv(world),
        learning_rate=1e-3,
        buffer_size=40_000,
        learning_starts=500,
        batch_size=64,
        gamma=world.discount,
        train_freq=2,
        target_update_interval=200,
        exploration_fraction=0.5,
        exploration_final_eps=0.1,
        policy_kwargs={"net_arch": [64]},
        seed=seed,
        device="cpu",
    )
    model.learn(STEPS, callback=watch)
    return {"best": watch.best, "step": watch.best_step, "optimum": optimum}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
