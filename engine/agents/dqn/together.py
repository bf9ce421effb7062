"""DQN agents that differ by their seed alone learn at once: one product of matrices for all of them, not one for each.

Each product goes over all seeds (`torch.bmm`), each other rule is the one of the single agent, called for each seed
within one loop, and each seed draws from the generators of its own run. So what is learned is what the runs would learn
one after another, but for how the products round.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from engine.agents.dqn.encoding import encoding_of
from engine.agents.dqn.learner import powers_of
from engine.agents.dqn.replay import Batch
from engine.agents.dqn.stack import Stack, Tape, backward, forward
from engine.agents.dqn.visits import load_visits, state_of_visits
from engine.agents.kernels import together as each
from engine.agents.kernels.deep import BETA1, BETA2, adam
from engine.agents.kernels.schedules import schedule_value
from engine.agents.kernels.streams import Streams
from engine.agents.settings import DQNSettings
from engine.interaction import (
    EPISODE,
    FINISHED_CAPACITY,
    LAST,
    PATH_CAPACITY,
    PROGRESS,
    WATCH,
    Memory,
    Model,
    fill_record,
    joined_episodes,
    record_values,
)
from engine.state import Array, State, generator_state
from engine.transition import BatchUpdate
from engine.worlds.mdp import TabularMDP

MOST_AT_ONCE = FINISHED_CAPACITY
"""So many steps are made at once at most: each may finish an episode, and there is room for so many."""

STATES_A_ROW = 8
"""For at most so many states, times the size of a batch, the target network is asked for all states at once."""

COUNTERS = ("transitions", "network.updates", "replay.next", "replay.size")
"""What agents count alike that have made equally many steps, by its name in their state."""

GENERATORS = ("agent.generator", "interaction.generator")

NETWORK = ("online", "target", "adam_mean", "adam_variance")
"""The vectors of parameters in the state of an agent."""


def can_learn_together(settings: DQNSettings) -> bool:
    """Whether the arithmetic of such agents is done here: perceptrons that replay single transitions, all alike."""
    return settings.network == "mlp" and not settings.dueling and not settings.prioritized and settings.n_step == 1


class Together:
    """Agents of one world and one kind of settings that have made equally many steps, taken over from their states."""

    def __init__(self, world: TabularMDP, settings: DQNSettings, states: Sequence[State], most: int) -> None:
        """`states` are those of runs, without statistics; `most` is how many steps will be made at most.

        Raises `ValueError` if the runs do not stand at the same step.
        """
        seeds, size = len(states), settings.batch_size
        self.settings, self._world, self._model = settings, world, Model.of(world)
        self._encoding = encoding_of(settings.encoding, world)
        self._architecture = settings.architecture(self._encoding.observation_shape, len(world.actions))
        self._powers = powers_of(settings.discount)
        self._states = states
        alike = {tuple(state.values[f"agent.{name}"] for name in COUNTERS) for state in states}
        if len(alike) != 1:
            raise ValueError("runs that stand at different steps cannot learn together")
        self._transitions, self._updates, self._next, self._size = alike.pop()
        self._learned, self._ended = False, True
        self._room(seeds, size, min(settings.replay_capacity, self._size + most))
        self._generators = [_generator(state.values[name]) for state in states for name in GENERATORS]
        self._streams = Streams.of(self._generators)
        for seed, state in enumerate(states):
            self._take_over(seed, state)

    def _room(self, seeds: int, size: int, room: int) -> None:
        self._stacks = {name: Stack(self._architecture, seeds) for name in NETWORK}
        self._gradient = Stack(self._architecture, seeds)
        self._acting, self._online, self._judge, self._chooser = (
            Tape(self._architecture, seeds, rows) for rows in (1, size, size, size)
        )
        self._memories = Memory(
            np.zeros(seeds, PROGRESS),
            np.zeros(seeds, LAST),
            np.zeros((seeds, PATH_CAPACITY), np.int64),
            np.zeros((seeds, FINISHED_CAPACITY), EPISODE),
            np.zeros(seeds, np.int64),
            np.zeros(seeds, WATCH),
        )
        for name in ("state", "abs_td_error", "return"):
            self._memories.watch[name] = -1 if name == "state" else np.nan
        states, held = len(self._world.states), self.settings.target_network and not self.settings.target_tau
        self._in_table = held and states <= size * min(self.settings.target_update_every // 8, STATES_A_ROW)
        self._every_state = np.tile(np.arange(states), (seeds, 1)) if self._in_table else np.zeros((seeds, 0), np.int64)
        self._table, self._stale = Tape(self._architecture, seeds, self._every_state.shape[1]), True
        self._columns, self._made_at = _columns(seeds, room), np.zeros(room, np.int64)
        self._batch, self._weights = _columns(seeds, size), np.ones(size, np.float32)
        self._steps, self._places = np.zeros(seeds, each.STEP), np.zeros((seeds, 1), np.int64)
        self._rows = np.zeros((seeds, size), np.int64)
        self._visits = np.zeros((seeds, *self._model.legal.shape), np.int64)
        self._counted_after = np.zeros(seeds, np.int64)
        slope = np.zeros((seeds, size, self._architecture.actions), np.float32)
        next_values, td_errors = (np.zeros((seeds, size), np.float32) for _ in range(2))
        next_actions = np.zeros((seeds, size), np.int64)
        self._errors = each.Errors(slope, next_values, next_actions, td_errors, np.zeros(seeds), np.zeros(seeds))

    def _take_over(self, seed: int, state: State) -> None:
        network, replay, interaction = (state.under(name) for name in ("agent.network", "agent.replay", "interaction"))
        for name, stack in self._stacks.items():
            stack.read(seed, network.arrays[name])
        for name, column in self._columns._asdict().items():
            column[seed, : self._size] = replay.arrays[name]
        self._made_at[: self._size] = replay.arrays["made_at"]
        visits = state.under("agent.visits")
        self._counted_after[seed] = load_visits(self._visits[seed], self._model.legal, visits, self._transitions)
        fill_record(self._memories.progress[seed : seed + 1], interaction.values["progress"])
        fill_record(self._memories.last[seed : seed + 1], interaction.values["last"])
        self._memories.path[seed] = interaction.arrays["path"]
        if update := state.values["agent.update"]:
            self._errors.losses[seed], self._errors.abs_td_errors[seed] = update["loss"], update["mean_abs_td_error"]

    @property
    def step(self) -> int:
        """How many steps each of the runs has made."""
        return int(self._memories.progress["step"][0])

    def advance(self, steps: int, episodes: int) -> int:
        """Make at most `MOST_AT_ONCE` steps, until one seed has finished `episodes` more; return the steps."""
        finished = self._memories.finished_count
        limit = finished + episodes
        for made in range(min(steps, MOST_AT_ONCE)):
            if self._ended and (finished >= limit).any():
                return made
            self._step()
        return min(steps, MOST_AT_ONCE)

    def _step(self) -> None:
        settings, memories, streams = self.settings, self._memories, self._streams
        epsilon = float(schedule_value(settings.epsilon.row, self.step))
        if self._ended:
            each.begin(self._model, memories, streams)
        self._places[:, 0] = memories.progress["state"]
        values = self._values(self._stacks["online"], self._places, self._acting)
        self._transitions += 1
        row, due = self._next, self._transitions >= settings.learning_starts
        due = due and self._transitions % settings.train_every == 0
        self._made_at[row] = self._transitions
        self._next, self._size = (row + 1) % settings.replay_capacity, max(self._size, row + 1)
        held = (self._columns, row, self._size, due, self._batch, self._rows)
        counted = (self._visits, (self._counted_after < self._transitions).astype(np.int64))
        each.step(self._model, memories, streams, values, epsilon, self._steps, *held, *counted)
        for number in range(settings.gradient_steps if due else 0):
            if number:
                each.sample(streams, self._columns, self._size, self._batch, self._rows)
            self._learn()
        self._ended = each.settle(memories, self._steps, settings.discount, self._errors.abs_td_errors, epsilon)

    def _learn(self) -> None:
        """Make one gradient step of each seed on its batch; see `QLearner.update`."""
        settings, online, target = self.settings, self._stacks["online"], self._stacks["target"]
        judge = chooser = self._judged()
        if settings.double and settings.target_network:
            chooser = self._values(online, self._batch.next_places, self._chooser)
        each.errors_each(
            self._values(online, self._batch.places, self._online),
            self._online.hidden_arrays[-1],
            online.head,
            chooser,
            judge,
            self._model.legal,
            self._batch,
            self._powers,
            self._weights,
            settings.loss == "huber",
            self._errors,
            self._gradient.head,
            self._online.slope_arrays[-1],
            self._gradient.hidden[-1].bias_array,
        )
        backward(online, self._batch.places, self._online, self._gradient)
        self._adam()
        if not settings.target_network:
            return
        if settings.target_tau:
            target.flat.lerp_(online.flat, settings.target_tau)
        elif self._updates % settings.target_update_every == 0:
            target.flat.copy_(online.flat)
            self._stale = True

    def _judged(self) -> Array:
        """Return the action values of the next places as the target sees them.

        While it is held and the world is small, it is asked for all states at once, not for a batch at every step.
        """
        settings, target = self.settings, self._stacks["target"]
        following = self._batch.next_places
        if not settings.target_network:
            return self._values(self._stacks["online"], following, self._judge)
        if not self._in_table:
            return self._values(target, following, self._judge)
        if self._stale:
            self._values(target, self._every_state, self._table)
            self._stale = False
        each.pick_each(following, self._table.values_array, self._judge.values_array)
        return self._judge.values_array

    def _values(self, network: Stack, places: npt.NDArray[np.int64], tape: Tape) -> Array:
        """Return the action values of places of each seed, (seeds, rows) -> (seeds, rows, actions)."""
        return forward(network, self._encoding.observe(torch.from_numpy(places).view(-1)), places, tape)

    def _adam(self) -> None:
        """Move all parameters against their gradient; those of one seed are shortened together."""
        self._updates += 1
        self._learned = True
        if limit := self.settings.gradient_clip:
            for seed in range(len(self._states)):
                parts = self._gradient.of(seed)
                norm = float(np.sqrt(sum(float(np.vdot(part, part)) for part in parts)))
                for part in parts if norm > limit else ():
                    np.multiply(part, np.float32(limit / norm), out=part)
        rate = self.settings.learning_rate / (1.0 - BETA1**self._updates)
        unbias = (1.0 - BETA2**self._updates) ** -0.5
        online, mean, variance = (self._stacks[name].array for name in ("online", "adam_mean", "adam_variance"))
        adam(online, self._gradient.array, mean, variance, 1.0, rate, unbias)

    def take_finished(self) -> list[npt.NDArray[np.void]]:
        """Hand over the episodes that each seed has finished since the last call, and forget them."""
        memories = self._memories
        counts = memories.finished_count.tolist()
        memories.finished_count[...] = 0
        return [joined_episodes(rows[:count]) for rows, count in zip(memories.finished, counts, strict=True)]

    def states(self) -> list[State]:
        """Return the states as they are now, without statistics.

        Of the last update they tell as much as the next one refers to: a run writes the rest at its next step.
        """
        streams = [generator_state(generator) for generator in self._generators]
        return [self._state(seed, streams[2 * seed], streams[2 * seed + 1]) for seed in range(len(self._states))]

    def _state(self, seed: int, agent_stream: dict[str, Any], world_stream: dict[str, Any]) -> State:
        before, memories, size = self._states[seed], self._memories, self._size
        visits = state_of_visits(self._visits[seed], int(self._counted_after[seed]))
        arrays = {
            **before.arrays,
            **{f"agent.visits.{name}": column for name, column in visits.arrays.items()},
            **{f"agent.network.{name}": stack.vector(seed) for name, stack in self._stacks.items()},
            **{f"agent.replay.{name}": column[seed, :size].copy() for name, column in self._columns._asdict().items()},
            "agent.replay.made_at": self._made_at[:size].copy(),
            "interaction.path": memories.path[seed].copy(),
        }
        counters = (self._transitions, self._updates, self._next, self._size)
        values = {
            **before.values,
            **{f"agent.{name}": count for name, count in zip(COUNTERS, counters, strict=True)},
            "agent.update": asdict(self._update(seed)) if self._learned else before.values["agent.update"],
            GENERATORS[0]: agent_stream,
            GENERATORS[1]: world_stream,
            "interaction.progress": record_values(memories.progress[seed : seed + 1]),
            "interaction.last": record_values(memories.last[seed : seed + 1]),
        }
        return State(arrays, values)

    def _update(self, seed: int) -> BatchUpdate:
        """Return of the last gradient step what the next step refers to; nothing is told of the transition itself."""
        places, actions, rewards, following, spans = (column[seed] for column in self._batch)
        places, following = torch.from_numpy(places), torch.from_numpy(following)
        batch = Batch(places, actions, rewards, following, spans, self._weights, self._rows[seed])
        settings = self.settings
        return BatchUpdate(
            updates=self._updates,
            loss=float(self._errors.losses[seed]),
            batch_size=settings.batch_size,
            mean_abs_td_error=float(self._errors.abs_td_errors[seed]),
            updates_until_copy=-self._updates % settings.target_update_every,
            replay_size=self._size,
            replay_capacity=settings.replay_capacity,
            learning_starts=settings.learning_starts,
            value_before=0.0,
            value_after=0.0,
            reward=0.0,
            discount=settings.discount,
            next_value=0.0,
            td_target=0.0,
            replayed=batch.told(self._errors.td_errors[seed], True),
        )


def _generator(state: dict[str, Any]) -> np.random.Generator:
    generator = np.random.Generator(np.random.PCG64(0))
    generator.bit_generator.state = state
    return generator


def _columns(seeds: int, rows: int) -> each.Columns:
    """Return the memory of so many transitions of each seed."""
    kinds = (np.int64, np.int64, np.float32, np.int64, np.int8)
    return each.Columns(*(np.zeros((seeds, rows), kind) for kind in kinds))
