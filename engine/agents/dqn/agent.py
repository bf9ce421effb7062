"""The DQN agent: epsilon-greedy over a Q-network that learns from replayed transitions."""

import dataclasses
from typing import ClassVar

import numpy as np
import torch

from engine.agents.dqn.learner import QLearner, Result, Rule
from engine.agents.dqn.replay import Replay
from engine.agents.kernels.choosing import epsilon_greedy
from engine.agents.kernels.schedules import schedule_value
from engine.agents.loop import Decision, interact
from engine.agents.settings import DQNSettings
from engine.errors import InputError
from engine.interaction import Interaction
from engine.state import State, generator_state
from engine.transition import BatchUpdate
from engine.worlds.mdp import FloatArray, IntArray, TabularMDP

# Small layers gain nothing from several threads, and one thread adds up in one order: the same bits on every machine.
torch.set_num_threads(1)


class DQN:
    """Deep Q-learning with a target network and experience replay (Mnih et al., 2015)."""

    name: ClassVar[str] = "dqn"
    keyframe_every = 1000

    def __init__(self, world: TabularMDP, settings: DQNSettings, generator: np.random.Generator) -> None:
        self._legal = world.legal
        self._generator = generator
        self._learner = QLearner(world.legal, settings.hidden, _rule(settings), generator)
        self._replay = Replay(settings.replay_capacity)
        self._transitions = 0
        self._update: BatchUpdate | None = None
        self.settings = settings
        self.change(settings)

    def change(self, settings: DQNSettings) -> None:
        """See `Agent.change`: the network's shape and the replay's capacity stay as they are."""
        for name in ("hidden", "replay_capacity"):
            if getattr(settings, name) != getattr(self.settings, name):
                raise InputError(f"setting {name} cannot change while the agent lives; begin a new run for that")
        self.settings = settings
        self._epsilon_row = settings.epsilon.row
        self._learner.rule = _rule(settings)

    def resettle(self, world: TabularMDP, origin: IntArray) -> None:
        """See `Agent.resettle`: transitions of states that are no more are forgotten, a new input begins at zero."""
        self._learner = self._learner.resettled(world.legal, origin)
        self._replay.renumber(origin, len(self._legal))
        self._legal = world.legal

    def advance(self, interaction: Interaction, steps: int, episodes: int, by_hand: int = -1) -> int:
        """See `Agent.advance`."""
        return interact(self, interaction, self.settings.discount, steps, episodes, by_hand)

    def act(self, state: int, step: int, by_hand: int = -1) -> Decision:
        """Choose epsilon-greedily by the Q-network, unless a person chose."""
        epsilon = self.epsilon(step)
        if by_hand >= 0:
            return Decision(by_hand, False, 1.0, epsilon)
        values = self.values_of(state)
        action, explored, die = epsilon_greedy(values, values, self._legal[state], epsilon, self._generator)
        return Decision(action, explored, die, epsilon)

    def learn(
        self, state: int, action: int, reward: float, next_state: int, terminated: bool, truncated: bool
    ) -> float:
        """Keep the transition and, when it is time, replay a batch; return the mean |TD error| of that batch."""
        next_value = 0.0 if terminated else float(self._learner.next_values(torch.tensor([next_state]))[0])
        before = float(self.values_of(state)[action])
        self._replay.add(state, action, reward, next_state, terminated)
        self._transitions += 1
        result = self._replay_batch()
        self._update = BatchUpdate(
            updates=self._learner.updates,
            loss=result.loss,
            batch_size=self.settings.batch_size,
            mean_abs_td_error=result.mean_abs_td_error,
            updates_until_copy=-self._learner.updates % self.settings.target_update_every,
            replay_size=self._replay.size,
            replay_capacity=self._replay.capacity,
            learning_starts=self.settings.learning_starts,
            value_before=before,
            value_after=float(self.values_of(state)[action]),
            reward=reward,
            discount=self.settings.discount,
            next_value=next_value,
            td_target=reward + self.settings.discount * next_value,
        )
        return result.mean_abs_td_error

    def _replay_batch(self) -> Result:
        """Make a gradient step if one is due now, else say again what the last one found."""
        due = self._transitions % self.settings.train_every == 0
        if not due or self._transitions < self.settings.learning_starts:
            return Result(self._update.loss, self._update.mean_abs_td_error) if self._update else Result(0.0, 0.0)
        batch = self._replay.sample(self.settings.batch_size, self._generator)
        result = self._learner.update(batch, self.settings.discount)
        copies = self.settings.target_network and not self.settings.target_tau
        if copies and self._learner.updates % self.settings.target_update_every == 0:
            self._learner.copy_to_target()
        return result

    def values_of(self, state: int) -> FloatArray:
        """See `Agent.values_of`."""
        values: FloatArray = self._learner.values(self._learner.online, torch.tensor([state]))[0].numpy().astype(float)
        return values

    def q_values(self) -> FloatArray:
        """See `Agent.q_values`: computed by the Q-network for all states in one batch."""
        states = torch.arange(len(self._legal))
        return np.where(self._legal, self._learner.values(self._learner.online, states).numpy(), np.nan).astype(float)

    def epsilon(self, step: int) -> float:
        """See `Agent.epsilon`."""
        return float(schedule_value(self._epsilon_row, step))

    def update(self) -> BatchUpdate | None:
        """See `Agent.update`."""
        return self._update

    def state(self) -> State:
        """See `Agent.state`."""
        own = {
            "transitions": self._transitions,
            "update": dataclasses.asdict(self._update) if self._update else None,
            "generator": generator_state(self._generator),
        }
        parts = State.joined({"network": self._learner.state(), "replay": self._replay.state()})
        return State(parts.arrays, {**parts.values, **own})

    def load_state(self, state: State) -> None:
        """See `Agent.load_state`."""
        self._learner.load_state(state.under("network"))
        self._replay.load_state(state.under("replay"), *self._legal.shape)
        self._transitions = int(state.values["transitions"])
        update = state.values["update"]
        self._update = BatchUpdate(**update) if update else None
        self._generator.bit_generator.state = state.values["generator"]


def _rule(settings: DQNSettings) -> Rule:
    return Rule(
        settings.learning_rate,
        settings.target_network,
        settings.target_tau,
        settings.double,
        settings.loss == "huber",
        settings.gradient_clip,
    )
