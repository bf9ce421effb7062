"""The one-step agents against the examples of chapter 6 of Sutton & Barto."""

from functools import partial

from engine.run import Run
from engine.worlds import catalogue
from tests.validation.learning import episodes_of, greedy_length
from tests.validation.registry import Claim
from tests.validation.rows import Row, every_row, mean_and_error, mean_row, near_row

CLIFF = "Sutton & Barto, 2nd ed., Example 6.6 and Figure 6.4; the digits: independent runs of the rule"
CLIFF_RUNS = 400
CLIFF_RETURNS = {"q-learning": -50.1, "sarsa": -26.9, "expected-sarsa": -20.8}
SAFE_OR_SHORT = {"q-learning": 13, "expected-sarsa": 15}
"""Steps of the greedy path in the end; SARSA's is not always the same."""

SPECIAL_CASES = {
    ("n-step-sarsa", "n", "1"): "sarsa",
    ("sarsa-lambda", "trace_decay", "0"): "sarsa",
    ("q-lambda", "trace_decay", "0"): "q-learning",
    ("dyna-q", "planning_steps", "0"): "q-learning",
}
"""What an agent is with a setting: one of the one-step rules."""

BIAS_RUNS = 10_000
BIAS = {"q-learning": (87.3, 12.1), "double-q-learning": (45.0, 6.9)}
"""Per cent of runs that go left in episode 10 and in episode 300."""

WINDY_RUNS = 1000


def cliff(agent: str, reference: float, **special: str) -> list[Row]:
    """Learn on the cliff and take the mean return of episodes 401 to 500, while exploring."""
    world, returns, lengths = catalogue.find("cliff"), [], []
    for seed in range(CLIFF_RUNS):
        run, _ = episodes_of(world, agent, {"epsilon": "0.1", "step_size": "0.5", **special}, seed, 500)
        returns.append(float(run.statistics.last(100)["return"].mean()))
        lengths.append(greedy_length(run))
    name = " ".join([agent, *(f"{key}={value}" for key, value in special.items())])
    seeds = f"seeds 0 to {CLIFF_RUNS - 1}"
    rows = [mean_row(f"cliff, {name}: mean return of episodes 401 to 500", reference, CLIFF, returns, seeds)]
    if agent in SAFE_OR_SHORT:
        wanted = SAFE_OR_SHORT[agent]
        claim = f"cliff, {name}: the greedy path takes {wanted} steps"
        rows.append(every_row(claim, CLIFF, lengths.count(wanted), CLIFF_RUNS, seeds))
    return rows


def windy() -> list[Row]:
    """Count the episodes that SARSA finishes within 8,000 steps of the windy gridworld, as in the figure."""
    world, counts = catalogue.find("windy"), []
    for seed in range(WINDY_RUNS):
        run = Run(world, "sarsa", {"epsilon": "0.1", "step_size": "0.5"}, seed)
        run.advance(steps=8000)
        counts.append(float(len(run.statistics.last(8000))))
    source = "Sutton & Barto, 2nd ed., Example 6.5 and its figure"
    mean, error = mean_and_error(counts)
    note = f"seeds 0 to {WINDY_RUNS - 1}, standard error {error:.2g}"
    return [near_row("windy, sarsa: episodes within 8,000 steps", 160.0, source, mean, 2.0, note, form=".4g")]


def maximization_bias(agent: str) -> list[Row]:
    """Count how many runs go left, where the best of many noisy values looks better than it is."""
    world, left = catalogue.find("maximization-bias"), []
    for seed in range(BIAS_RUNS):
        _, lengths = episodes_of(world, agent, {"epsilon": "0.1", "step_size": "0.1"}, seed, 300)
        left.append(100.0 * (lengths[[9, 299]] == 2.0))
    source = "Sutton & Barto, 2nd ed., Example 6.7 and Figure 6.5; the digits: independent runs with normal rewards"
    return [
        mean_row(
            f"maximization bias, {agent}: % left in episode {episode}",
            BIAS[agent][column],
            source,
            [float(run[column]) for run in left],
            f"seeds 0 to {BIAS_RUNS - 1}",
        )
        for column, episode in enumerate((10, 300))
    ]


CLAIMS = (
    *(Claim(f"cliff-{agent}", partial(cliff, agent, value), 3) for agent, value in CLIFF_RETURNS.items()),
    *(
        Claim(f"cliff-{agent}-{key}-{value}", partial(cliff, agent, CLIFF_RETURNS[like], **{key: value}), 5)
        for (agent, key, value), like in SPECIAL_CASES.items()
    ),
    Claim("windy-sarsa", windy, 5),
    *(Claim(f"bias-{agent}", partial(maximization_bias, agent), 8) for agent in BIAS),
)
