"""Q-learning converges: the theorem that the article cites, seen at work."""

from functools import partial

import numpy as np

from engine.planning import q_error, solve
from engine.run import Run
from engine.worlds import catalogue
from tests.validation.registry import Claim
from tests.validation.rows import ERRORS, Row, bound_row, mean_and_error, mean_row

THEOREM = (
    "Regehr & Ayoub (2021), An Elementary Proof that Q-learning Converges Almost Surely, arXiv:2108.02827: "
    "the sum of n^-0.8 diverges, that of its squares does not"
)
RATE = (
    "stochastic approximation with steps n^-0.8: the error is normal with a variance in proportion to the step "
    "(Borkar, Stochastic Approximation, 2008, chapter 8), so it falls by 10^-0.4 in a decade"
)
DECADES = (10**4, 10**5, 10**6, 10**7)
RUNS = 20
WORLDS = ("frozen-lake-4x4", "russell-norvig-4x3")


def falls(word: str) -> list[Row]:
    """Learn with steps n^-0.8 under a uniform behaviour; take max |Q - Q*| after each decade of steps."""
    world = catalogue.find(word)
    solution = solve(world, 0.9)
    errors = np.zeros((RUNS, len(DECADES)))
    for seed in range(RUNS):
        run = Run(world, "q-learning", {"step_size": "1/n^0.8", "epsilon": "1", "discount": "0.9"}, seed)
        for column, steps in enumerate(DECADES):
            run.advance(steps=steps - run.step)
            errors[seed, column] = q_error(run.agent.q_values(), solution)
    mean = errors.mean(axis=0)
    plot = ", ".join(f"10^{np.log10(steps):.0f}: {error:.4f}" for steps, error in zip(DECADES, mean, strict=True))
    note = f"mean max |Q - Q*| after {plot}; seeds 0 to {RUNS - 1}, discount 0.9"
    falls_by = [mean_and_error(change) for change in np.diff(np.log10(errors), axis=1).T.tolist()]
    least = max(change + ERRORS * error for change, error in falls_by)
    claim = f"{word}, q-learning: the error falls in every decade of steps (log10, upper end)"
    return [
        bound_row(claim, THEOREM, least, most=0.0, note=note),
        mean_row(
            f"{word}, q-learning: log10 of how the error falls from 10^6 to 10^7",
            -0.4,
            RATE,
            np.log10(errors[:, -1] / errors[:, -2]).tolist(),
            f"seeds 0 to {RUNS - 1}",
        ),
    ]


CLAIMS = tuple(Claim(f"converges-{word}", partial(falls, word), 25) for word in WORLDS)
