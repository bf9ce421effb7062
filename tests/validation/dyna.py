"""Planning with a learned model: the Dyna maze of chapter 8 of Sutton & Barto."""

from functools import partial

import numpy as np

from engine.worlds.mdp import TabularMDP
from tests.validation.learning import episodes_of, with_key
from tests.validation.plain import Reaction, dyna_q_episode_lengths
from tests.validation.registry import Claim
from tests.validation.rows import ERRORS, Row, bound_row, mean_and_error, mean_row

FIFTH_EPISODE = {0: 237.0, 5: 24.0, 50: 18.0}
BOOK_RUNS = 30
"""How many repetitions Figure 8.2 is the mean of."""
RUNS = {0: 2000, 5: 1000, 50: 100}
PRIORITY_RUNS = 200
SETTINGS = {"epsilon": "0.1", "step_size": "0.1", "discount": "0.95"}


def maze() -> TabularMDP:
    """Return the Dyna maze without a limit of steps, as in the book."""
    return with_key("dyna-maze", max_steps=1_000_000)


def fifth_episode(planning_steps: int) -> list[Row]:
    """Take the length of the fifth episode, against the figure and against the plain algorithm."""
    world, runs = maze(), RUNS[planning_steps]
    settings = {**SETTINGS, "planning_steps": str(planning_steps)}
    ours = [float(episodes_of(world, "dyna-q", settings, seed, 5)[1][-1]) for seed in range(runs)]
    plain_lengths = [
        dyna_q_episode_lengths(reactions_of(world), int(world.start.argmax()), planning_steps, 5, seed)[-1]
        for seed in range(runs)
    ]
    reference, error = mean_and_error(plain_lengths)
    book_error = float(np.std(ours) / np.sqrt(BOOK_RUNS))
    note = f"seeds 0 to {runs - 1}"
    claim = f"Dyna maze, {planning_steps} planning steps: length of the fifth episode"
    book = f"Sutton & Barto, 2nd ed., Example 8.1 and Figure 8.2, the mean of {BOOK_RUNS} repetitions"
    plain = "Sutton & Barto, 2nd ed., section 8.2, in plain Python (tests/validation/plain.py)"
    return [
        mean_row(claim, FIFTH_EPISODE[planning_steps], book, ours, note, reference_error=book_error, form=".1f"),
        mean_row(f"{claim}, finer", reference, plain, ours, note, reference_error=error, form=".1f"),
    ]


def reactions_of(world: TabularMDP) -> list[list[Reaction]]:
    """Read a world without chance as plain lists: what each action leads to in each state, nothing in terminal ones."""
    first = world.offsets[:-1].reshape(world.legal.shape)
    return [
        [(int(world.next_state[o]), float(world.reward[o]), bool(world.terminated[o])) for o in row if not terminal]
        for row, terminal in zip(first.tolist(), world.terminal.tolist(), strict=True)
    ]


def prioritized() -> list[Row]:
    """Compare how many steps episodes 2 to 5 take, with and without priorities, from the same number of updates.

    The step size is 1, as the full backups of Example 8.4 have it; small steps leave most of the error where it was, so
    that the same pairs come first again and again.
    """
    steps = {flag: [_early_steps(flag, seed) for seed in range(PRIORITY_RUNS)] for flag in ("true", "false")}
    ratios = np.log(steps["true"]) - np.log(steps["false"])
    mean, error = mean_and_error(ratios.tolist())
    source = (
        "Sutton & Barto, 2nd ed., Example 8.4; Moore & Atkeson (1993): priorities find the way sooner, "
        "from the same number of updates"
    )
    note = (
        f"mean steps {np.mean(steps['true']):.0f} with and {np.mean(steps['false']):.0f} without; "
        f"seeds 0 to {PRIORITY_RUNS - 1}; the row is the mean log of the ratio plus {ERRORS:g} standard errors"
    )
    claim = "Dyna maze, 5 planning steps: with priorities episodes 2 to 5 are shorter"
    return [bound_row(claim, source, mean + ERRORS * error, most=0.0, note=note)]


def _early_steps(flag: str, seed: int) -> float:
    settings = {**SETTINGS, "step_size": "1", "planning_steps": "5", "prioritized": flag}
    return float(episodes_of(maze(), "dyna-q", settings, seed, 5)[1][1:].sum())


CLAIMS = (
    *(Claim(f"dyna-{steps}", partial(fifth_episode, steps), 40) for steps in FIFTH_EPISODE),
    Claim("dyna-prioritized", prioritized, 10),
)
