"""Exact values: our worlds and our planning against linear programmes of scipy, and against simulation."""

import warnings
from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from engine.evaluation import evaluate
from engine.planning import solve
from engine.worlds import catalogue
from engine.worlds.mdp import FloatArray, TabularMDP
from tests.validation.registry import Claim
from tests.validation.rows import Row, bound_row, mean_row, near_row

TOLERANCE = 1e-8
PROGRAMME = "scipy.optimize.linprog (HiGHS): minimise the sum of v under v(s) >= r + discount * v(s') for every pair"
EPISODES = 400_000
GYMNASIUM = {"FrozenLake-v1": 0.5420259, "Taxi-v4": 6.32746, "CliffWalking-v1": -12.24790}
"""The optimal value of the start at discount 0.99."""


class Line(NamedTuple):
    """One outcome of one pair."""

    pair: tuple[int, int]
    probability: float
    next_state: int
    reward: float
    terminated: bool


def optimal_values(lines: Iterable[Line], states: int, discount: float) -> FloatArray:
    """Return V*, shape (states,), as the solution of a linear programme (Puterman, 1994, section 6.9)."""
    lines = list(lines)
    number = {pair: row for row, pair in enumerate(dict.fromkeys(line.pair for line in lines))}
    entries = [
        (number[line.pair], line.next_state, discount * line.probability) for line in lines if not line.terminated
    ]
    entries += [(row, state, -1.0) for (state, _), row in number.items()]
    bound = np.zeros(len(number))
    for line in lines:
        bound[number[line.pair]] -= line.probability * line.reward
    rows, columns, weights = zip(*entries, strict=True)
    matrix = coo_array((weights, (rows, columns)), shape=(len(number), states)).tocsr()
    acting = {state for state, _ in number}
    limits = [(None, None) if state in acting else (0.0, 0.0) for state in range(states)]
    exactly = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    found = linprog(np.ones(states), A_ub=matrix, b_ub=bound, bounds=limits, method="highs-ds", options=exactly)
    if not found.success:
        raise RuntimeError(found.message)
    return np.asarray(found.x)


def lines_of(world: TabularMDP) -> Iterable[Line]:
    """Read the outcomes of a world."""
    for state, action in np.argwhere(world.legal).tolist():
        pair = world.pair(state, action)
        for outcome in range(int(world.offsets[pair]), int(world.offsets[pair + 1])):
            columns = (world.probability, world.next_state, world.reward, world.terminated)
            yield Line((state, action), *(column[outcome].item() for column in columns))


def library() -> list[Row]:
    """Hold V* of every world that we ship against the linear programme, each with its own discount."""
    errors = {}
    for word in catalogue.library():
        world = catalogue.find(word)
        values = optimal_values(lines_of(world), len(world.states), world.discount)
        errors[word] = float(np.abs(values - solve(world).v).max())
    worst = max(errors, key=lambda word: errors[word])
    note = f"{len(errors)} worlds; the worst is {worst}"
    claim = "V* of all worlds of the library, largest error"
    return [bound_row(claim, PROGRAMME, errors[worst], most=TOLERANCE, note=note)]


def gymnasium_world(word: str) -> list[Row]:
    """Hold a Gymnasium world, read by us and solved by us, against the programme on Gymnasium's own model."""
    import gymnasium

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bare: Any = gymnasium.make(word).unwrapped
    lines = [
        Line((state, action), probability, next_state, reward, terminated)
        for state, actions in bare.P.items()
        for action, outcomes in actions.items()
        for probability, next_state, reward, terminated in outcomes
    ]
    value = float(np.asarray(bare.initial_state_distrib) @ optimal_values(lines, len(bare.P), 0.99))
    ours = solve(catalogue.find(f"gym:{word}"), 0.99).start_value
    published = GYMNASIUM[word]
    digits = 0.5e-7 if word == "FrozenLake-v1" else 0.5e-5
    what = f"{word}, mean V*(start) at discount 0.99"
    return [
        near_row(what, value, f"{PROGRAMME}, on Gymnasium's model P", ours, TOLERANCE),
        near_row(
            f"{what}, to the known digits", published, "exact value of Gymnasium's model P, rounded", ours, digits
        ),
    ]


def frozen_lake_success(size: str, reference: float) -> list[Row]:
    """Walk by the exact greedy policy at discount 0.99 and count the goals within 100 steps."""
    world = catalogue.find(f"frozen-lake-{size}")
    solution = solve(world, 0.99)
    walked = evaluate(world, solution.q, episodes=EPISODES, seed=0)
    within = (walked.success & (walked.lengths <= 100)).astype(np.float64)
    exact = success_within(world, solution.policy, 100)
    what = f"FrozenLake {size}, greedy policy of Q*, success within 100 steps"
    note = f"{EPISODES:,} episodes of `evaluate`, seed 0"
    source = "the chance of the goal, pushed forward 100 steps through the transition matrix"
    return [
        mean_row(what, exact, source, within.tolist(), note),
        near_row(f"{what}: the reference itself", reference, "known to three digits", exact, 0.0005, form=".3f"),
    ]


def success_within(world: TabularMDP, policy: Any, steps: int) -> float:
    """Return the chance that a policy, one action a state, enters an end that pays within so many steps."""
    states = len(world.states)
    onward, win = np.zeros((states, states)), np.zeros(states)
    for (state, action), probability, next_state, reward, terminated in lines_of(world):
        if action != policy[state]:
            continue
        if terminated:
            win[state] += probability * (reward > 0.0)
        else:
            onward[state, next_state] += probability
    here, total = world.start.copy(), 0.0
    for _ in range(steps):
        total += float(here @ win)
        here = here @ onward
    return total


CLAIMS = (
    Claim("exact-library", library, 8),
    *(Claim(f"exact-{word}", partial(gymnasium_world, word), 4) for word in GYMNASIUM),
    Claim("exact-success-4x4", partial(frozen_lake_success, "4x4", 0.740), 3),
    Claim("exact-success-8x8", partial(frozen_lake_success, "8x8", 0.632), 3),
)
