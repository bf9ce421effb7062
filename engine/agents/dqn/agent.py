"""The DQN agent: epsilon-greedy over a Q-network that learns from replayed transitions."""

import dataclasses
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from engine.agents.dqn.encoding import Place, encoding_of
from engine.agents.dqn.learner import QLearner, Result, Rule
from engine.agents.dqn.priorities import Priorities
from engine.agents.dqn.replay import Batch, Replay
from engine.agents.dqn.returns import Entry, Pending
from engine.agents.dqn.visits import load_visits, state_of_visits
from engine.agents.kernels.choosing import equally_good, first_best, random_action
from engine.agents.kernels.schedules import schedule_value
from engine.agents.loop import Decision, interact
from engine.agents.settings import DQNSettings
from engine.interaction import Interaction
from engine.state import State, generator_state
from engine.transition import BatchUpdate, Replayed
from engine.worlds.editing import carried, numbers_after
from engine.worlds.environment import World
from engine.worlds.mdp import BoolArray, FloatArray, IntArray, TabularMDP

# Small layers gain nothing from several threads, and one thread adds up in one order: the same bits on every machine.
torch.set_num_threads(1)


class DQN:
    """Deep Q-learning with a target network and experience replay (Mnih et al., 2015), and what came after it.

    What the screen explains costs passes through the network of its own. It is written down only where `advance` may
    return: after the last of its steps, after the last step of each episode, and where it may be stopped anywhere.
    """

    name: ClassVar[str] = "dqn"
    waits_for_person: ClassVar[bool] = False
    keyframe_every = 1000

    def __init__(self, world: World, settings: DQNSettings, generator: np.random.Generator) -> None:
        encoding = encoding_of(settings.encoding, world)
        self._legal = world.legal
        self._generator = generator
        architecture = settings.architecture(encoding.observation_shape, len(world.actions))
        self._learner = QLearner(encoding, world.legal, architecture, _rule(settings), generator)
        priorities = Priorities(settings.replay_capacity, settings.priority_exponent) if settings.prioritized else None
        self._replay = Replay(settings.replay_capacity, encoding, priorities)
        self._pending = Pending(encoding)
        self._numbered = not encoding.place_shape
        self._place = np.zeros((1, *encoding.place_shape), encoding.place_dtype)
        self._place_tensor = torch.from_numpy(self._place)
        self._visits = np.zeros(world.legal.shape, np.int64)
        self.counted_after = self._transitions = self._steps_left = 0
        self._result = Result(0.0, 0.0)
        self._batch: Batch | None = None
        self._update: BatchUpdate | None = None
        self.settings = settings
        self.change(settings)

    def change(self, settings: DQNSettings) -> None:
        """See `Agent.change`; returns under way keep their discount."""
        if (settings.n_step, settings.discount) != (self.settings.n_step, self.settings.discount):
            self._keep_pending()
        self.settings = settings
        self._epsilon_row, self._correction_row = settings.epsilon.row, settings.priority_correction.row
        self._learner.rule = _rule(settings)
        self._replay.change_exponent(settings.priority_exponent)

    def resettle(self, world: TabularMDP, origin: IntArray) -> None:
        """See `Agent.resettle`: transitions of states that are no more are forgotten, a new input begins at zero.

        Returns under way end here, since what follows comes from another world.
        """
        self._keep_pending()
        encoding = encoding_of(self.settings.encoding, world)
        self._learner = self._learner.resettled(encoding, world.legal, origin)
        self._replay.renumber(origin, len(self._legal))
        if self._update is not None:
            now = [*numbers_after(origin, len(self._legal)).tolist(), -1]  # The last one is for what is -1 already.
            replayed = tuple(
                dataclasses.replace(one, place=now[one.place], next_place=now[one.next_place])
                for one in self._update.replayed
            )
            self._update = dataclasses.replace(self._update, replayed=replayed)
        self._batch = None
        self._visits = carried(self._visits, self._legal, world.legal, origin, 0)
        self._legal = world.legal

    def advance(self, interaction: Interaction, steps: int, episodes: int, by_hand: int = -1) -> int:
        """See `Agent.advance`."""
        self._steps_left = 0 if interaction.may_stop_anywhere else steps
        return interact(self, interaction, self.settings.discount, steps, episodes, by_hand)

    def act(self, place: Place, step: int, by_hand: int = -1) -> Decision:
        """Choose epsilon-greedily by the Q-network, unless a person chose."""
        epsilon = self.epsilon(step)
        if by_hand >= 0:
            return Decision(by_hand, False, 1.0, epsilon)
        values, legal = self.values_of(place), self._legal[place if self._numbered else 0]
        return Decision(*epsilon_greedy(values, legal, epsilon, self._generator), epsilon)

    def learn(
        self, place: Place, action: int, reward: float, next_place: Place, terminated: bool, truncated: bool
    ) -> float:
        """Keep the transition and, when it is time, replay a batch; return the mean |TD error| of that batch."""
        self._transitions += 1
        self._steps_left -= 1
        if self._numbered and self._transitions > self.counted_after:
            self._visits[place, action] += 1
        if self._steps_left > 0 and not terminated and not truncated:
            self._keep(place, action, reward, next_place, terminated, truncated)
            self._replay_batch()
            return self._result.mean_abs_td_error
        before = float(self.values_of(place)[action])
        following = (0.0, -1) if terminated else self._learner.bootstrap_of(self._as_tensor(next_place))
        self._keep(place, action, reward, next_place, terminated, truncated)
        self._replay_batch()
        self._update = self._explanation(reward, before, float(self.values_of(place)[action]), *following)
        return self._result.mean_abs_td_error

    def _keep(
        self, place: Place, action: int, reward: float, next_place: Place, terminated: bool, truncated: bool
    ) -> None:
        """Add to the replay what is complete with this transition."""
        if self.settings.n_step == 1:
            self._replay.add(place, action, reward, next_place, 0 if terminated else 1, self._transitions)
            return
        settings, ended = self.settings, terminated or truncated
        for entry in self._pending.add(
            place, action, reward, next_place, terminated, ended, settings.n_step, settings.discount
        ):
            self._keep_entry(entry)

    def _keep_entry(self, entry: Entry) -> None:
        made_at = self._transitions - entry.steps + 1
        self._replay.add(entry.place, entry.action, entry.reward, entry.next_place, entry.span, made_at)

    def _keep_pending(self) -> None:
        """Take the returns under way for complete."""
        for entry in self._pending.flush(self.settings.discount):
            self._keep_entry(entry)

    def _replay_batch(self) -> None:
        """Make the gradient steps that are due now."""
        settings, learner = self.settings, self._learner
        if self._transitions % settings.train_every or self._transitions < settings.learning_starts:
            return
        if self._replay.size == 0:
            return
        correction = float(schedule_value(self._correction_row, self._transitions)) if settings.prioritized else 0.0
        copies = settings.target_network and not settings.target_tau
        for _ in range(settings.gradient_steps):
            self._batch = self._replay.sample(settings.batch_size, self._generator, correction)
            self._result = learner.update(self._batch, settings.discount)
            self._replay.learn(self._batch, learner.td_errors)
            if copies and learner.updates % settings.target_update_every == 0:
                learner.copy_to_target()

    def _explanation(
        self, reward: float, before: float, after: float, next_value: float, next_action: int
    ) -> BatchUpdate:
        settings, learner, replay = self.settings, self._learner, self._replay
        return BatchUpdate(
            updates=learner.updates,
            loss=self._result.loss,
            batch_size=settings.batch_size,
            mean_abs_td_error=self._result.mean_abs_td_error,
            updates_until_copy=-learner.updates % settings.target_update_every,
            replay_size=replay.size,
            replay_capacity=replay.capacity,
            learning_starts=settings.learning_starts,
            value_before=before,
            value_after=after,
            reward=reward,
            discount=settings.discount,
            next_value=next_value,
            td_target=reward + settings.discount * next_value,
            next_action=next_action,
            n_step=settings.n_step,
            target_tau=settings.target_tau if settings.target_network else 0.0,
            oldest_age=self._transitions - replay.oldest if replay.size else 0,
            mean_age=self._transitions - replay.mean_birth if replay.size else 0.0,
            replayed=self._replayed(),
        )

    def _replayed(self) -> tuple[Replayed, ...]:
        """Tell of the first transitions of the last batch; of none from before a load but what was told then."""
        if self._batch is None:
            return self._update.replayed if self._update else ()
        return self._batch.told(self._learner.td_errors, self._numbered)

    def _as_tensor(self, place: Place) -> Tensor:
        self._place[0] = place
        return self._place_tensor

    def values_of(self, place: Place) -> FloatArray:
        """See `Agent.values_of`."""
        values: FloatArray = self._learner.values_of(self._as_tensor(place))[0].astype(np.float64)
        return values

    def q_values(self) -> FloatArray:
        """See `Agent.q_values`."""
        return self._learner.table(self._learner.online, torch.arange(len(self._legal)))

    def target_values(self) -> FloatArray | None:
        """Return what the target network says of every pair, as `q_values` does; None where nothing learns from it."""
        if not self._learner.rule.target_network:
            return None
        return self._learner.table(self._learner.target, torch.arange(len(self._legal)))

    def visits(self) -> IntArray | None:
        """See `CountsVisits.visits`."""
        return self._visits.copy() if self._numbered else None

    def replayable(self) -> tuple[IntArray, IntArray, IntArray]:
        """See `HasReplay.replayable`."""
        actions, ages = self._replay.filled("actions").copy(), self._transitions - self._replay.filled("made_at")
        states = self._replay.filled("places").copy() if self._numbered else np.full(len(actions), -1)
        return states, actions, ages

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
        parts = {"network": self._learner.state(), "replay": self._replay.state(), "pending": self._pending.state()}
        if self._numbered:
            parts["visits"] = state_of_visits(self._visits, self.counted_after)
        joined = State.joined(parts)
        return State(joined.arrays, {**joined.values, **own})

    def load_state(self, state: State) -> None:
        """See `Agent.load_state`."""
        self._learner.load_state(state.under("network"))
        self._replay.load_state(state.under("replay"), *self._legal.shape)
        self._pending.load_state(state.under("pending"), *self._legal.shape)
        self._transitions = int(state.values["transitions"])
        if self._numbered:
            visits = state.under("visits")
            self.counted_after = load_visits(self._visits, self._legal, visits, self._transitions)
        self._update = _update_of(state.values["update"])
        self._result, self._batch = Result(0.0, 0.0), None
        if self._update is not None:
            self._result = Result(self._update.loss, self._update.mean_abs_td_error)
        self._generator.bit_generator.state = state.values["generator"]


def epsilon_greedy(
    values: FloatArray, legal: BoolArray, epsilon: float, generator: np.random.Generator
) -> tuple[int, bool, float]:
    """Choose as the compiled function of this name does, from the same draws.

    To hand a generator to a compiled function takes several times as long as to draw from it here.
    """
    die = generator.random()
    if die < epsilon:
        return random_action(legal, generator.random()), True, die
    best, ties = first_best(values, values, legal)
    if ties > 1:
        best = equally_good(values, values, legal, best, int(generator.random() * ties))
    return best, False, die


def _update_of(values: dict[str, object] | None) -> BatchUpdate | None:
    """Return the update of a state, in which tuples and records have become lists and tables."""
    if values is None:
        return None
    replayed = tuple(Replayed(**one) for one in values["replayed"])  # type: ignore[attr-defined]
    return BatchUpdate(**{**values, "replayed": replayed})  # type: ignore[arg-type]


def _rule(settings: DQNSettings) -> Rule:
    return Rule(
        settings.learning_rate,
        settings.target_network,
        settings.target_tau,
        settings.double,
        settings.loss == "huber",
        settings.gradient_clip,
    )
