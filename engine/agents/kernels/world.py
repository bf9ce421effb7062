"""The world's side of a compiled loop: an episode begins, the world reacts, and what happened is written down."""

import numpy as np

from engine.agents.kernels.compiled import Generator, Limits, compiled
from engine.interaction import FINISHED_CAPACITY, PATH_CAPACITY, Memory, Model
from engine.worlds.mdp import FloatArray


@compiled
def draw(cumulative: FloatArray, first: int, last: int, u: float) -> int:
    """Return the first index in first..last-1 whose cumulative probability exceeds u."""
    index = first
    for outcome in range(first, last - 1):
        index += int(cumulative[outcome] <= u)
    return index


@compiled
def goes_on(memory: Memory, limits: Limits, steps: int, finished_before: int) -> bool:
    """Whether a loop makes one more step.

    Not at its limits, nor when the list of finished episodes is full, nor when what is watched for has happened.
    """
    finished = memory.finished_count[0]
    if memory.watch[0]["met"]:
        return False
    return steps < limits[0] and finished - finished_before < limits[1] and finished < FINISHED_CAPACITY


@compiled
def begin_episode(model: Model, memory: Memory, generator: Generator) -> None:
    """Draw a start state and set the memory to the beginning of an episode."""
    start = np.searchsorted(model.start_cumulative, generator.random(), side="right")
    progress = memory.progress[0]
    progress["state"] = model.start_states[start]
    progress["episode"] += 1
    progress["length"] = 0
    progress["ended"] = False
    progress["return"] = 0.0
    progress["discounted_return"] = 0.0
    progress["discount_power"] = 1.0
    progress["abs_td_error"] = 0.0
    memory.path[0] = progress["state"]


@compiled
def react(model: Model, state: int, action: int, length: int, generator: Generator) -> tuple[float, int, bool, bool]:
    """Let the world react: return reward, next state, terminated, truncated. `length` counts the steps before."""
    pair = state * model.legal.shape[1] + action
    outcome = draw(model.cumulative, model.offsets[pair], model.offsets[pair + 1], generator.random())
    terminated = model.terminated[outcome]
    truncated = not terminated and length + 1 >= model.max_steps
    return model.reward[outcome], model.next_state[outcome], terminated, truncated


@compiled
def keep_watch(memory: Memory, state: int, td_error: float, ended: bool) -> None:
    """Note whether what is watched for has happened in the step that led to `state`."""
    watch = memory.watch[0]
    if state == watch["state"] or abs(td_error) >= watch["abs_td_error"]:
        watch["met"] = True
    if ended and memory.progress[0]["return"] >= watch["return"]:
        watch["met"] = True


@compiled
def fold(
    memory: Memory,
    reward: float,
    next_state: int,
    terminated: bool,
    truncated: bool,
    discount: float,
    td_error: float,
    epsilon: float,
) -> None:
    """Fold one transition into the episode's sums; an episode that ends is added to the finished ones."""
    progress = memory.progress[0]
    progress["step"] += 1
    progress["length"] += 1
    progress["state"] = next_state
    progress["return"] += reward
    progress["discounted_return"] += progress["discount_power"] * reward
    progress["discount_power"] *= discount
    progress["abs_td_error"] += abs(td_error)
    memory.path[progress["length"] % PATH_CAPACITY] = next_state
    if terminated or truncated:
        progress["ended"] = True
        episode = memory.finished[memory.finished_count[0]]
        episode["return"] = progress["return"]
        episode["discounted_return"] = progress["discounted_return"]
        episode["length"] = progress["length"]
        episode["terminated"] = terminated
        episode["success"] = terminated and reward > 0.0
        episode["mean_abs_td_error"] = progress["abs_td_error"] / progress["length"]
        episode["epsilon"] = epsilon
        memory.finished_count[0] += 1
    keep_watch(memory, next_state, td_error, terminated or truncated)


@compiled
def record(
    memory: Memory,
    state: int,
    action: int,
    reward: float,
    next_state: int,
    terminated: bool,
    truncated: bool,
    explored: bool,
    die: float,
    epsilon: float,
    by_hand: bool,
) -> None:
    """Write down the last transition."""
    last = memory.last[0]
    last["state"] = state
    last["action"] = action
    last["reward"] = reward
    last["next_state"] = next_state
    last["terminated"] = terminated
    last["truncated"] = truncated
    last["explored"] = explored
    last["die"] = die
    last["epsilon"] = epsilon
    last["by_hand"] = by_hand
