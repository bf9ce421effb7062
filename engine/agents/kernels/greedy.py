"""The loop that acts by the greedy policy and learns nothing."""

from engine.agents.kernels.choosing import epsilon_greedy
from engine.agents.kernels.compiled import Generator, Limits, compiled
from engine.agents.kernels.world import begin_episode, fold, react, record
from engine.interaction import FINISHED_CAPACITY, Memory, Model
from engine.worlds.mdp import FloatArray


@compiled
def greedy(
    model: Model,
    memory: Memory,
    q: FloatArray,
    discount: float,
    world_rng: Generator,
    policy_rng: Generator,
    limits: Limits,
) -> int:
    """Act by the greedy policy of `q`, without learning; limits and return value as in `learn_by_table`."""
    progress = memory.progress[0]
    finished_before = memory.finished_count[0]
    steps = 0
    while steps < limits[0] and memory.finished_count[0] < FINISHED_CAPACITY:
        if memory.finished_count[0] - finished_before >= limits[1]:
            break
        if progress["ended"]:
            begin_episode(model, memory, world_rng)
        s = progress["state"]
        a, explored, die = epsilon_greedy(q[s], q[s], model.legal[s], 0.0, policy_rng)
        r, s2, terminated, truncated = react(model, s, a, progress["length"], world_rng)
        fold(memory, r, s2, terminated, truncated, discount, 0.0, 0.0)
        record(memory, s, a, r, s2, terminated, truncated, explored, die, 0.0, False)
        steps += 1
    return steps
