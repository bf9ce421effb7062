"""The loop that acts uniformly at random and learns nothing."""

from engine.agents.kernels.choosing import random_action
from engine.agents.kernels.compiled import Generator, Limits, compiled
from engine.agents.kernels.world import begin_episode, fold, goes_on, react, record
from engine.interaction import Memory, Model
from engine.worlds.mdp import IntArray


@compiled
def walk_at_random(
    model: Model,
    memory: Memory,
    visits: IntArray,
    discount: float,
    world_rng: Generator,
    policy_rng: Generator,
    limits: Limits,
) -> int:
    """Count the visits of each pair and nothing else; limits and return value as in `learn_by_table`.

    A die is rolled before each action though nothing depends on it: so the walk is, to the bit, the one of an
    epsilon-greedy agent with epsilon 1.
    """
    progress = memory.progress[0]
    finished_before = memory.finished_count[0]
    steps = 0
    while goes_on(memory, limits, steps, finished_before):
        if progress["ended"]:
            begin_episode(model, memory, world_rng)
        s = progress["state"]
        by_hand = steps == 0 and limits[2] >= 0
        a, die = limits[2], 1.0
        if not by_hand:
            die = policy_rng.random()
            a = random_action(model.legal[s], policy_rng.random())
        r, s2, terminated, truncated = react(model, s, a, progress["length"], world_rng)
        visits[s, a] += 1
        fold(memory, r, s2, terminated, truncated, discount, 0.0, 1.0)
        record(memory, s, a, r, s2, terminated, truncated, not by_hand, die, 1.0, by_hand)
        steps += 1
    return steps
