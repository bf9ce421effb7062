"""What all sides of a comparison are set to. Plain values, for the peers' environment reads them, too."""

from typing import NamedTuple


class TableSettings(NamedTuple):
    """Of Q-learning on the slippery frozen lake of 8x8; those of `q_learning.c` say the same."""

    step_size: float = 0.1
    discount: float = 0.99
    epsilon: float = 0.1
    max_steps: int = 200

    @property
    def ours(self) -> dict[str, str]:
        """The settings of our agent; the limit of steps is the world's."""
        return {"step_size": str(self.step_size), "discount": str(self.discount), "epsilon": str(self.epsilon)}


class DeepSettings(NamedTuple):
    """Of DQN on CartPole-v1, one gradient step a step."""

    hidden: tuple[int, ...] = (120, 84)
    batch_size: int = 128
    learning_rate: float = 0.00025
    discount: float = 0.99
    epsilon: float = 0.05
    replay_capacity: int = 10_000
    learning_starts: int = 200
    target_update_every: int = 500
    gradient_clip: float = 10.0
    """Stable-Baselines3 clips, and takes the Huber loss; the plain loop does neither."""

    def ours(self, *, like_stable_baselines: bool) -> dict[str, str]:
        """The settings of our agent."""
        same = {name: str(value) for name, value in self._asdict().items() if name not in {"hidden", "gradient_clip"}}
        shape = {"hidden": ",".join(map(str, self.hidden)), "train_every": "1", "gradient_steps": "1"}
        if like_stable_baselines:
            return same | shape | {"loss": "huber", "gradient_clip": str(self.gradient_clip)}
        return same | shape | {"loss": "mse"}


TABLE, CARTPOLE = TableSettings(), DeepSettings()
