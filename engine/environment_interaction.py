"""Where an agent meets a world without a model: the environment is acted in, and found again by doing it all again.

Gymnasium's environments cannot be copied, but an episode is a function of its seed and of the actions taken in it. So
these two are the state that is kept: coming back to a moment of an episode is beginning it anew and acting it through.
"""

from typing import Any

import gymnasium
import numpy as np

from engine.interaction import Interaction, fill_record, record_values
from engine.state import State, generator_state
from engine.worlds import making
from engine.worlds.environment import Environment, Observation
from engine.worlds.mdp import IntArray, TabularMDP

LARGEST_SEED = 2**31 - 1


class EnvironmentInteraction(Interaction):
    """One agent's way through a world without a model; the number of every state is 0."""

    modelled = False

    def __init__(self, world: Environment, generator: np.random.Generator) -> None:
        super().__init__(world, generator)
        definition = world.definition
        self._environment = making.make_own(definition["environment"], definition.get("settings", {})).unwrapped
        space = self._environment.observation_space
        self._flat = isinstance(space, gymnasium.spaces.Box) and len(space.shape) == 1
        self._seed = 0
        self._actions: list[int] = []
        self.observation: Observation = np.zeros(len(world.features), np.float32)
        """What the agent sees now, never written again; zeros before the first episode."""

    def begin(self) -> None:
        """Begin an episode, from a seed of the run's own chance."""
        self._seed = int(self.generator.integers(LARGEST_SEED))
        self._reset()
        progress = self.memory.progress[0]
        for name in ("length", "return", "discounted_return", "abs_td_error"):
            progress[name] = 0
        progress["episode"] += 1
        progress["discount_power"], progress["ended"] = 1.0, False

    def place(self) -> Observation:
        """Return where the agent is: what it sees."""
        return self.observation

    def react(self, action: int) -> tuple[float, Observation, bool, bool]:
        """Let the environment react: return reward, what is seen next, terminated, truncated."""
        reward, terminated, truncated = self._act(action)
        over = truncated or int(self.memory.progress["length"][0]) + 1 >= self.model.max_steps
        return reward, self.observation, terminated, over and not terminated

    def drawn(self) -> str:
        """Return the environment's own drawing in text, or an empty one if it has none."""
        if self.step == 0 or self._environment.render_mode != "ansi":
            return ""
        return str(self._environment.render())

    def resettled(self, world: TabularMDP, origin: IntArray) -> Interaction:
        """See `Interaction.resettled`; a world without a model cannot be edited."""
        raise NotImplementedError

    def state(self) -> State:
        """Return the memory, the generator, and the seed and the actions of this episode."""
        values = {
            "progress": record_values(self.memory.progress),
            "last": record_values(self.memory.last),
            "generator": generator_state(self.generator),
            "episode_seed": self._seed,
        }
        return State({"actions": np.array(self._actions, np.int64)}, values)

    def load_state(self, state: State) -> None:
        """Take over a state; raises `ValueError`, `KeyError` or `TypeError` if it does not fit this world."""
        memory, actions = self.memory, state.arrays.get("actions")
        fill_record(memory.progress, state.values["progress"])
        fill_record(memory.last, state.values["last"])
        memory.finished_count[0] = 0
        length, seed = int(memory.progress["length"][0]), state.values["episode_seed"]
        if actions is None or actions.dtype != np.int64 or actions.shape != (length,):
            raise ValueError("the actions of the episode are missing or not as many as its steps")
        if not isinstance(seed, int) or not 0 <= seed < LARGEST_SEED or length > self.model.max_steps:
            raise ValueError("the episode has no seed, or more steps than there can be")
        count = self.model.legal.shape[1]
        if not all(0 <= action < count for action in (*actions.tolist(), int(memory.last["action"][0]))):
            raise ValueError("the run took an action that its world does not have")
        if any(memory.progress["state"]) or any(memory.last["state"]) or any(memory.last["next_state"]):
            raise ValueError("the run stands in a state that its world does not have")
        memory.path[...] = 0
        self._seed, self._actions = seed, []
        self.observation = np.zeros_like(self.observation)
        if self.step:
            self._reset()
            for action in actions.tolist():
                self._act(action)
        self.generator.bit_generator.state = state.values["generator"]

    def _reset(self) -> None:
        observation, _ = self._environment.reset(seed=self._seed)
        self._actions = []
        self._see(observation)

    def _act(self, action: int) -> tuple[float, bool, bool]:
        observation, reward, terminated, truncated, _ = self._environment.step(action)
        self._actions.append(action)
        self._see(observation)
        return float(reward), bool(terminated), bool(truncated)

    def _see(self, observation: Any) -> None:
        if not self._flat:
            observation = gymnasium.spaces.flatten(self._environment.observation_space, observation)
        self.observation = np.array(observation, np.float32)
