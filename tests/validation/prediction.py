"""Prediction: values of random walks, whose truth is a straight line."""

from functools import partial

import numpy as np

from engine.planning import solve
from engine.run import Run
from engine.worlds import catalogue
from engine.worlds.mdp import FloatArray, TabularMDP
from tests.validation import plain
from tests.validation.registry import Claim
from tests.validation.rows import Row, bound_row, mean_and_error, mean_row

SIXTHS = np.arange(1, 6) / 6.0
LINE = np.arange(-9, 10) / 10.0
"""The true values of the walk over 19 states between -1 and +1."""
RUNS = 1000
EXAMPLE_6_2 = "Sutton & Barto, 2nd ed., Example 6.2"


def truth() -> list[Row]:
    """Hold the solved random walk against i/6."""
    error = float(np.abs(solve(catalogue.find("random-walk")).v[1:-1] - SIXTHS).max())
    return [bound_row("random walk: the values are i/6, largest error", EXAMPLE_6_2, error, most=1e-12)]


def td_error_of_values(step_size: float) -> list[Row]:
    """Learn 100 episodes of TD(0) and hold the mean squared error against its exact expectation."""
    world, squared = catalogue.find("random-walk"), []
    settings = {"step_size": str(step_size), "epsilon": "0", "initial_value": "0.5"}
    for seed in range(RUNS):
        run = Run(world, "sarsa", settings, seed)
        run.advance(episodes=100)
        squared.append(float(((run.agent.q_values()[1:-1, 0] - SIXTHS) ** 2).mean()))
    exact = expected_squared_error(step_size, 100)
    note = f"root: {np.sqrt(np.mean(squared)):.4f} against {np.sqrt(exact):.4f}; seeds 0 to {RUNS - 1}"
    claim = f"random walk, TD(0), step size {step_size:g}: mean squared error after 100 episodes"
    source = f"{EXAMPLE_6_2}; exact, from the linear equations of the first two moments of the values"
    return [mean_row(claim, exact, source, squared, note)]


def expected_squared_error(step_size: float, episodes: int) -> float:
    """Return the expected squared error of TD(0) on the random walk, a mean over its five states.

    The values v after a transition are a linear map of (1, v), so (1, v, v v') are a linear map of (1, v, v v'). The
    expected map of a whole episode from each state solves T(s) = sum over s' of p(s') T(s') M(s, s'), T(end) = 1.
    """
    size = 1 + 5 + 25
    system, right = np.eye(5 * size), np.zeros((5 * size, size))
    for state in range(5):
        for following in (state - 1, state + 1):
            step = 0.5 * _moments_map(state, following, step_size).T
            rows = slice(state * size, (state + 1) * size)
            if 0 <= following < 5:
                system[rows, following * size : (following + 1) * size] -= step
            else:
                right[rows] += step
    whole = np.linalg.solve(system, right)[2 * size : 3 * size].T
    values = np.full(5, 0.5)
    moments = np.linalg.matrix_power(whole, episodes) @ np.concatenate(
        [[1.0], values, np.outer(values, values).ravel()]
    )
    squares = np.diag(moments[6:].reshape(5, 5)) - 2.0 * SIXTHS * moments[1:6] + SIXTHS**2
    return float(squares.mean())


def _moments_map(state: int, following: int, step_size: float) -> FloatArray:
    """Return how one TD(0) update maps (1, v, v v'), shape (31, 31)."""
    values = np.eye(6)  # of (1, v)
    values[1 + state, 1 + state] -= step_size
    if 0 <= following < 5:
        values[1 + state, 1 + following] += step_size
    elif following == 5:
        values[1 + state, 0] += step_size
    both = np.kron(values[1:], values[1:])  # of (1, v) times (1, v)
    moments = np.zeros((31, 31))
    moments[:6, :6] = values
    for i in range(6):
        for j in range(6):
            place = 6 + (i - 1) * 5 + (j - 1) if i and j else max(i, j)
            moments[6:, place] += both[:, i * 6 + j]
    return moments


def line_world() -> TabularMDP:
    """Return the random walk over 19 states of Example 7.1: -1 at the left end, +1 at the right."""
    names = [str(place) for place in range(21)]
    rows = [
        [names[here], "walk", 0.5, names[there], float((there == 20) - (there == 0)), there in (0, 20)]
        for here in range(1, 20)
        for there in (here - 1, here + 1)
    ]
    definition = {"discount": 1.0, "max_steps": 100_000, "states": names, "actions": ["walk"], "start": {"10": 1.0}}
    return catalogue.build("random-walk-19", {**definition, "transitions": rows})


def many_steps(agent: str, key: str, value: float, step_size: float, **more: str) -> list[Row]:
    """Take the error over the first 10 episodes of the walk over 19 states, against the plain algorithm."""
    world, ours = line_world(), []
    settings = {"step_size": str(step_size), "epsilon": "0", key: f"{value:g}", **more}
    for seed in range(RUNS):
        run = Run(world, agent, settings, seed)
        errors = []
        for _ in range(10):
            run.advance(episodes=1)
            errors.append(np.sqrt(((run.agent.q_values()[1:-1, 0] - LINE) ** 2).mean()))
        ours.append(float(np.mean(errors)))
    runs = [
        plain.n_step_values(19, int(value), step_size, 10, seed)
        if agent == "n-step-sarsa"
        else plain.lambda_values(19, value, step_size, 10, seed)
        for seed in range(RUNS // 2)
    ]
    plain_errors = [float(np.sqrt(((np.array(run) - LINE) ** 2).mean(axis=1)).mean()) for run in runs]
    reference, error = mean_and_error(plain_errors)
    claim = f"walk over 19 states, {agent} {key}={value:g}, step size {step_size:g}: error over 10 episodes"
    source = "Sutton & Barto, 2nd ed., Figures 7.2 and 12.6; the algorithm in plain Python (tests/validation/plain.py)"
    return [mean_row(claim, reference, source, ours, f"seeds 0 to {RUNS - 1}", reference_error=error)]


def monte_carlo() -> list[Row]:
    """The mean of complete returns is unbiased (Sutton & Barto, section 5.1): the leftmost value is 1/6 on average."""
    world, values = catalogue.find("random-walk"), []
    for seed in range(RUNS):
        run = Run(world, "monte-carlo", {"step_size": "1/n", "epsilon": "0"}, seed)
        run.advance(episodes=100)
        values.append(float(run.agent.q_values()[1, 0]))
    source = f"{EXAMPLE_6_2}; section 5.1: first-visit means are unbiased"
    return [mean_row("random walk, monte-carlo: mean value of A", 1 / 6, source, values, f"seeds 0 to {RUNS - 1}")]


CLAIMS = (
    Claim("walk-truth", truth, 1),
    *(Claim(f"walk-td-{size:g}", partial(td_error_of_values, size), 3) for size in (0.05, 0.1, 0.15)),
    Claim("walk-monte-carlo", monte_carlo, 3),
    Claim("walk-n-step-4", partial(many_steps, "n-step-sarsa", "n", 4, 0.4), 10),
    Claim("walk-lambda-0.8", partial(many_steps, "sarsa-lambda", "trace_decay", 0.8, 0.2, traces="accumulating"), 20),
)
