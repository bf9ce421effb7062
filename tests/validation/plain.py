"""The algorithms of the book once more, in plain Python and slow: an independent computation to be held against."""

import random
from collections.abc import Sequence
from itertools import pairwise

Reaction = tuple[int, float, bool]
"""Next state, reward, terminated."""


def dyna_q_episode_lengths(
    reactions: Sequence[Sequence[Reaction]], start: int, planning_steps: int, episodes: int, seed: int
) -> list[int]:
    """Run tabular Dyna-Q in a world without chance (Sutton & Barto, 2nd ed., section 8.2) and return episode lengths.

    `reactions[state][action]` is what the world does. Discount 0.95, step size 0.1, epsilon 0.1, as in Example 8.1.
    """
    chance = random.Random(seed)
    actions = range(len(reactions[start]))
    q = [[0.0 for _ in actions] for _ in reactions]
    model: dict[tuple[int, int], Reaction] = {}
    seen: list[tuple[int, int]] = []

    def learn(state: int, action: int) -> None:
        next_state, reward, terminated = model[state, action]
        target = reward + (0.0 if terminated else 0.95 * max(q[next_state]))
        q[state][action] += 0.1 * (target - q[state][action])

    lengths = []
    for _ in range(episodes):
        state, length, over = start, 0, False
        while not over:
            best = max(q[state])
            greedy = [action for action in actions if q[state][action] == best]
            action = chance.choice(actions if chance.random() < 0.1 else greedy)
            if (state, action) not in model:
                seen.append((state, action))
            model[state, action] = reactions[state][action]
            learn(state, action)
            for _ in range(planning_steps):
                learn(*chance.choice(seen))
            state, _, over = reactions[state][action]
            length += 1
        lengths.append(length)
    return lengths


def walk(states: int, chance: random.Random) -> list[int]:
    """Return the places of a random walk from the middle of 1..states until it leaves, the last being outside."""
    places = [(states + 1) // 2]
    while 1 <= places[-1] <= states:
        places.append(places[-1] + chance.choice((-1, 1)))
    return places


def n_step_values(states: int, n: int, step_size: float, episodes: int, seed: int) -> list[list[float]]:
    """Return the values of a random walk, -1 at the left and +1 at the right, after each episode of n-step TD.

    Sutton & Barto, 2nd ed., section 7.1 and Example 7.1.
    """
    chance, values, after = random.Random(seed), [0.0] * (states + 2), []
    for _ in range(episodes):
        places = walk(states, chance)
        steps = len(places) - 1
        final = 1.0 if places[-1] > states else -1.0
        for time in range(steps + n - 1):
            updated = time - n + 1
            if updated >= 0:
                ends = updated + n >= steps
                target = final if ends else values[places[updated + n]]
                values[places[updated]] += step_size * (target - values[places[updated]])
        after.append(values[1:-1])
    return after


def lambda_values(states: int, trace_decay: float, step_size: float, episodes: int, seed: int) -> list[list[float]]:
    """Return the same by TD(lambda) with accumulating traces, online (Sutton & Barto, 2nd ed., section 12.2)."""
    chance, values, after = random.Random(seed), [0.0] * (states + 2), []
    for _ in range(episodes):
        places = walk(states, chance)
        final = 1.0 if places[-1] > states else -1.0
        traces = [0.0] * (states + 2)
        for here, there in pairwise(places):
            inside = 1 <= there <= states
            error = (values[there] if inside else final) - values[here]
            traces = [trace_decay * trace for trace in traces]
            traces[here] += 1.0
            values = [value + step_size * error * trace for value, trace in zip(values, traces, strict=True)]
        after.append(values[1:-1])
    return after
