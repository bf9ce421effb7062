"""Making Gymnasium's environments, and the words for what can be done and seen in them."""

import inspect
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium.envs.registration import load_env_creator, registry
from gymnasium.error import UnregisteredEnv

from engine.errors import InputError, near_miss
from engine.worlds.mdp import FloatArray

ACTION_WORDS = {
    "FrozenLake": ("left", "down", "right", "up"),
    "CliffWalking": ("up", "right", "down", "left"),
    "Taxi": ("south", "north", "east", "west", "pickup", "dropoff"),
    "CartPole": ("left", "right"),
    "Acrobot": ("left", "nothing", "right"),
    "MountainCar": ("left", "nothing", "right"),
    "LunarLander": ("nothing", "left engine", "main engine", "right engine"),
    "Blackjack": ("stick", "hit"),
}
FEATURE_WORDS = {
    "CartPole": ("cart position", "cart velocity", "pole angle", "pole velocity"),
    "Acrobot": ("cos angle 1", "sin angle 1", "cos angle 2", "sin angle 2", "velocity 1", "velocity 2"),
    "MountainCar": ("position", "velocity"),
}
OWN = "gymnasium.envs."
MOST_FEATURES = 1024
LARGEST_BOUND = 1e6
"""A bound beyond this says no more than infinity does."""


def parse_query(query: str) -> dict[str, Any]:
    """Return the settings of a word such as `map_name=8x8&is_slippery=true`; raises `InputError` for what is none."""
    settings: dict[str, Any] = {}
    for part in query.split("&") if query else ():
        key, equals, value = part.partition("=")
        if not key.isidentifier() or not equals:
            raise InputError(f"{part!r} is no setting; it must be like map_name=8x8")
        if key in settings:
            raise InputError(f"{key} is given twice; keep one of them")
        if key == "render_mode":
            raise InputError("render_mode cannot be set; the world is drawn here")
        settings[key] = _parse_value(value)
    return settings


def _parse_value(text: str) -> bool | int | float | str:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def make(env_id: str, settings: Mapping[str, Any]) -> gymnasium.Env[Any, Any]:
    """Make an environment; raises `InputError` if Gymnasium has none of that id, or cannot make it so."""
    try:
        with _silence():
            return gymnasium.make(env_id, disable_env_checker=True, **settings)
    except (UnregisteredEnv, gymnasium.error.DeprecatedEnv):
        hint = near_miss(env_id, registry) or "; an id is like FrozenLake-v1"
        raise InputError(f"Gymnasium has no environment {env_id!r}{hint}") from None
    except Exception as error:  # an environment's own code may raise whatever it likes
        _expect_known(env_id, settings)
        told = " ".join(f"{type(error).__name__}: {error}".split())
        raise InputError(f"Gymnasium cannot make it ({told}); check the id and its settings") from None


def _expect_known(env_id: str, settings: Mapping[str, Any]) -> None:
    """Raise `InputError` for a setting that the environment does not take, as far as its signature tells."""
    entry = registry.get(env_id)
    if entry is None or entry.entry_point is None:
        return
    maker = entry.entry_point if callable(entry.entry_point) else load_env_creator(entry.entry_point)
    parameters = inspect.signature(maker).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return
    known = [name for name in parameters if name not in {"self", "render_mode"}]
    for key in settings:
        if key not in known:
            raise InputError(f"unknown setting {key!r}{near_miss(key, known)} (it takes {', '.join(known) or 'none'})")


@contextmanager
def _silence() -> Iterator[None]:
    """Keep Gymnasium's warnings, of old versions and the like, off the screen."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def make_own(env_id: str, settings: Mapping[str, Any]) -> gymnasium.Env[Any, Any]:
    """Make an environment of Gymnasium's own; raises `InputError` for any other."""
    entry = registry.get(env_id)
    if ":" in env_id or (entry and not str(entry.entry_point).startswith(OWN)):
        raise InputError(
            f"{env_id} is not one of Gymnasium's own environments; without a model (P) only those can be learned in"
        )
    return make(env_id, settings)


def words(table: Mapping[str, tuple[str, ...]], env_id: str, count: int) -> tuple[str, ...]:
    """Return the words of a table for an environment, or numbers where it has none of that count."""
    for start, words in table.items():
        if env_id.startswith(start) and len(words) == count:
            return words
    return tuple(str(number) for number in range(count))


def checked_settings(settings: Any) -> dict[str, Any]:
    """Return the settings of an environment without a model; raises `InputError` for what a save could hide code in."""
    if not isinstance(settings, dict) or not all(isinstance(key, str) and key.isidentifier() for key in settings):
        raise InputError("settings must be a table of numbers, words, true or false")
    for key, value in settings.items():
        if not isinstance(value, bool | int | float) and not (isinstance(value, str) and value.isidentifier()):
            raise InputError(f"the setting {key} must be a number, true, false or a plain word")
    return settings


def numbers_of(environment: gymnasium.Env[Any, Any]) -> tuple[int, FloatArray, FloatArray]:
    """Return how many actions there are, and the least and most of each number of an observation.

    Raises `InputError` unless there are finitely many actions, and observations are numbers of a fixed count.
    """
    space, actions = environment.observation_space, environment.action_space
    if not isinstance(actions, gymnasium.spaces.Discrete):
        raise InputError(f"its actions are {actions}; an agent here chooses among finitely many (Discrete)")
    if not space.is_np_flattenable or not 1 <= gymnasium.spaces.flatdim(space) <= MOST_FEATURES:
        raise InputError(f"its observations are {space}; they must be 1 to {MOST_FEATURES} numbers")
    flat = gymnasium.spaces.flatten_space(space)
    count = gymnasium.spaces.flatdim(space)
    low, high = getattr(flat, "low", np.zeros(count)), getattr(flat, "high", np.ones(count))
    return int(actions.n), _bounds(low), _bounds(high)


def _bounds(values: npt.ArrayLike) -> FloatArray:
    """Return bounds, with infinity in the place of those that are as good as none."""
    bounds = np.asarray(values, dtype=np.float64).ravel()
    unbounded: FloatArray = np.where(np.abs(bounds) > LARGEST_BOUND, np.copysign(np.inf, bounds), bounds)
    return unbounded
