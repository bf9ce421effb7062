"""Both ways between us and Gymnasium: its environments, with or without a model, become worlds; ours environments."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.envs.registration import EnvSpec
from gymnasium.error import ResetNeeded

from engine.errors import InputError
from engine.worlds import catalogue, explicit, making
from engine.worlds import environment as environment_world
from engine.worlds.environment import DEFAULT_MAX_STEPS, World, with_model
from engine.worlds.fields import in_line
from engine.worlds.mdp import PROBABILITY_TOLERANCE, FloatArray, TabularMDP

DEFAULT_DISCOUNT = 0.99

CLIFF_LAYOUT = ["............", "............", "............", "SCCCCCCCCCCG"]
TAXI_PLACES = ("R", "G", "Y", "B", "taxi")

AGENT_MARK = "@"


def world_from_id(word: str) -> World:
    """Return the world of a word such as `gym:FrozenLake-v1?map_name=8x8&is_slippery=true&discount=0.95`.

    What follows the question mark goes to the environment, but for `discount`. The definition of a world with a model
    holds the whole model, so that it can be built again without Gymnasium. Raises `InputError` if there is no such
    environment, or if its actions or its observations are such as no agent here can take.
    """
    env_id, _, query = word.removeprefix(catalogue.GYM_PREFIX).partition("?")
    if not env_id.strip():
        raise InputError(f"{in_line(word)}: the id of an environment is missing; write one such as gym:FrozenLake-v1")
    try:
        settings = making.parse_query(query)
        discount = settings.pop("discount", DEFAULT_DISCOUNT)
        environment = making.make(env_id, settings)
        try:
            definition = {"title": word.removeprefix(catalogue.GYM_PREFIX), "discount": discount}
            if not _shows_model(environment):
                told = {"environment": env_id, "settings": settings}
                return environment_world.from_definition(word, definition | told)
            definition |= _model_definition(environment, env_id)
        except (TypeError, LookupError, AttributeError) as error:
            raise InputError(f"its model P is not in the form of Gymnasium's own ({type(error).__name__})") from None
        finally:
            environment.close()
        return explicit.from_definition(word, definition)
    except InputError as error:
        raise InputError(f"{in_line(word)}: {error}") from None


def _shows_model(environment: gymnasium.Env[Any, Any]) -> bool:
    bare: Any = environment.unwrapped
    return isinstance(getattr(bare, "P", None), Mapping | Sequence) and hasattr(bare, "initial_state_distrib")


def _model_definition(environment: gymnasium.Env[Any, Any], env_id: str) -> dict[str, Any]:
    """Return the definition of the explicit world that the environment's model makes, without title and discount."""
    bare: Any = environment.unwrapped
    if getattr(bare, "fickle_passenger", False):
        raise InputError("the model P leaves the fickle passenger out and so is not the truth; use false")
    spec = environment.spec
    steps = spec.max_episode_steps if spec else None
    layout = _layout(bare, env_id)
    states = _state_names(bare, env_id, layout)
    actions = list(making.words(making.ACTION_WORDS, env_id, len(bare.P[0])))
    start = np.asarray(bare.initial_state_distrib, dtype=np.float64).tolist()
    return {
        "source": f"Gymnasium {gymnasium.__version__}, {env_id}: its model P",
        "max_steps": steps if steps and steps > 0 else DEFAULT_MAX_STEPS,
        "states": states,
        "actions": actions,
        "start": {states[state]: chance for state, chance in enumerate(start) if chance > 0.0},
        "transitions": _transitions(bare.P, states, actions),
    } | ({"layout": layout} if layout else {})


def _transitions(model: Any, states: Sequence[str], actions: Sequence[str]) -> list[list[Any]]:
    """List the rows of the model P; those with equal ends become one, those of terminal states are left out."""
    rows = []
    for state in range(len(states)):
        merged: dict[tuple[int, int, float, bool], float] = {}
        for action in range(len(actions)):
            for probability, next_state, reward, terminated in model[state][action]:
                outcome = (action, int(next_state), float(reward), bool(terminated))
                merged[outcome] = merged.get(outcome, 0.0) + float(probability)
        possible = {outcome: probability for outcome, probability in merged.items() if probability != 0.0}
        if all(outcome[1:] == (state, 0.0, True) for outcome in possible):
            continue
        rows += [
            [states[state], actions[action], _rounded(probability), states[next_state], reward, terminated]
            for (action, next_state, reward, terminated), probability in possible.items()
        ]
    return rows


def _rounded(probability: float) -> float:
    """Return a sum of probabilities as 1 where only rounding keeps it from that."""
    return 1.0 if abs(probability - 1.0) < PROBABILITY_TOLERANCE else probability


def _layout(bare: Any, env_id: str) -> list[str] | None:
    """Return the rows of the environment's map, if each of its cells is a state."""
    if env_id.startswith("CliffWalking"):
        return CLIFF_LAYOUT
    desc = np.asarray(getattr(bare, "desc", []))
    if desc.ndim != 2 or desc.size != len(bare.P):
        return None
    return ["".join(_letter(cell) for cell in row) for row in desc.tolist()]


def _letter(cell: Any) -> str:
    letter = cell.decode("latin-1") if isinstance(cell, bytes) else str(cell)
    return letter if len(letter) == 1 and letter.isprintable() and letter not in "F# " else "."


def _state_names(bare: Any, env_id: str, layout: Sequence[str] | None) -> list[str]:
    if layout is not None:
        return [f"{row},{column}" for row, line in enumerate(layout) for column in range(len(line))]
    if env_id.startswith("Taxi"):
        return [_taxi_name(*bare.decode(state)) for state in range(len(bare.P))]
    return [str(state) for state in range(len(bare.P))]


def _taxi_name(row: int, column: int, passenger: int, destination: int) -> str:
    return f"{row},{column} {TAXI_PLACES[passenger]} to {TAXI_PLACES[destination]}"


class WorldEnv(gymnasium.Env[Any, Any]):
    """A world as a Gymnasium environment, in which other people's agents can learn.

    States and actions are their numbers. `info["action_mask"]` tells the legal actions; an illegal one changes nothing,
    pays 0 and is told by `info["illegal_action"]`. An episode is truncated after the world's `max_steps`.
    """

    metadata = {"render_modes": ["ansi"], "render_fps": 4}  # noqa: RUF012 - so Gymnasium declares it

    def __init__(self, world: TabularMDP | str, render_mode: str | None = None) -> None:
        """Offer a world, or the one that a word of the catalogue names. `render_mode` may be "ansi"."""
        if render_mode not in (None, "ansi"):
            raise InputError(f"render_mode is {render_mode!r}; it must be 'ansi' or None")
        self.world = with_model(catalogue.find(world) if isinstance(world, str) else world)
        self.render_mode = render_mode
        self.observation_space = gymnasium.spaces.Discrete(len(self.world.states))
        self.action_space = gymnasium.spaces.Discrete(len(self.world.actions))
        self.spec = EnvSpec(
            id=f"qscope/{re.sub('[^A-Za-z0-9_]+', '-', self.world.name)}-v0",
            entry_point=f"{__name__}:{type(self).__name__}",
            kwargs={"world": world},
        )
        self._starts = np.flatnonzero(self.world.start)
        self._cumulative_start = np.cumsum(self.world.start[self._starts])
        self._cumulative_start[-1] = 1.0
        self._state = -1
        self._steps = 0
        self._over = True

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Begin an episode in a state drawn from the start distribution."""
        super().reset(seed=seed)
        self._state = int(self._starts[self._draw(self._cumulative_start)])
        self._steps = 0
        self._over = False
        return self._state, self._info()

    def step(self, action: int) -> tuple[int, float, bool, bool, dict[str, Any]]:
        """Take the action; return observation, reward, terminated, truncated and info."""
        if self._over:
            raise ResetNeeded("the episode is over; call reset() before step()")
        if not self.action_space.contains(action):
            raise InputError(f"action is {action!r}; it must be a whole number below {len(self.world.actions)}")
        self._steps += 1
        legal = bool(self.world.legal[self._state, action])
        reward, terminated = self._move(int(action)) if legal else (0.0, False)
        truncated = not terminated and self._steps >= self.world.max_steps
        self._over = terminated or truncated
        return self._state, reward, terminated, truncated, self._info() | {"illegal_action": not legal}

    def render(self) -> str | None:
        """Return the map with the agent on it as `@`, or the name of the state where there is no map."""
        if self.render_mode != "ansi" or self._state < 0:
            return "" if self.render_mode == "ansi" else None
        layout = self.world.layout
        if layout is None:
            return self.world.states[self._state]
        row, column = layout.places[self._state].tolist()
        lines = list(layout.cells)
        lines[row] = lines[row][:column] + AGENT_MARK + lines[row][column + 1 :]
        return "\n".join(lines)

    def _move(self, action: int) -> tuple[float, bool]:
        pair = self.world.pair(self._state, action)
        first, last = int(self.world.offsets[pair]), int(self.world.offsets[pair + 1])
        outcome = first + self._draw(self.world.cumulative[first:last])
        self._state = int(self.world.next_state[outcome])
        return float(self.world.reward[outcome]), bool(self.world.terminated[outcome])

    def _draw(self, cumulative: FloatArray) -> int:
        """Draw a place of the distribution whose running total, up to 1.0, is given."""
        return int(np.searchsorted(cumulative, self.np_random.random(), side="right"))

    def _info(self) -> dict[str, Any]:
        return {"action_mask": self.world.legal[self._state].astype(np.int8)}
