"""Runs that differ by their seed alone, each as if it were alone: at once where the agent can, else side by side."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import cast

from engine import allowance
from engine.agents.settings import DQNSettings
from engine.errors import InputError
from engine.run import Run
from engine.state import State
from engine.statistics import RECENT
from engine.worlds.environment import Environment, World
from engine.worlds.mdp import TabularMDP

PORTION = 4096
"""How many steps one run makes before somebody is told how far it is."""

MOST = 256 * allowance.MEBIBYTE
"""How many bytes all runs together may take, unless the environment allows more (see `engine.allowance`)."""

Told = Callable[[int, int], None]
"""Is told how many steps were made, and how many episodes finished, since it was told last, by all runs together."""


def runs_of(world: World, agent: str, settings: Mapping[str, str], seeds: Sequence[int], steps: int) -> list[Run]:
    """Make a run for each seed, to learn for `steps` steps.

    Raises `InputError` for an unknown agent or an impossible setting, and if all of them together take more memory than
    `MOST`.
    """
    first = Run(world, agent, settings, seeds[0])
    own = first.mark().size + sum(array.nbytes for array in first.interaction.memory)
    needed, most = (2 * own + _filled(first, steps)) * len(seeds), allowance.of_environment(MOST)
    if needed > most:
        mib = [f"{-(-bytes_ // allowance.MEBIBYTE):,}" for bytes_ in (needed, most)]
        raise InputError(
            f"{len(seeds)} seeds of {agent} in {world.name} take up to {mib[0]} MiB of memory, more than {mib[1]};"
            f" take fewer, or set {allowance.VARIABLE} to how many MiB it may be"
        )
    return [first, *(Run(world, agent, settings, seed) for seed in seeds[1:])]


def _filled(run: Run, steps: int) -> int:
    """Return how many bytes what a run fills comes to, once as it is and once as it is while all learn at once.

    That is the replay of a DQN, and the visits.
    """
    settings = run.agent.settings
    if not isinstance(settings, DQNSettings):
        return 0
    observed = 4 * len(run.world.features) if isinstance(run.world, Environment) else 8
    return 2 * (min(settings.replay_capacity, steps) * (2 * observed + 24) + 8 * run.world.legal.size)


def advance(runs: Sequence[Run], steps: int, episodes: int, told: Told = lambda made, finished: None) -> str:
    """Let each run learn as `Run.advance` does, and say how: `at once`, `side by side` or `one after another`.

    Runs that learn at once come to what each comes to alone, but for how products of matrices round: on a processor
    where torch's batched products round like its single ones, to the bit.
    """
    if _can_learn_at_once(runs):
        _at_once(runs, steps, episodes, told)
        return "at once"
    if runs[0].agent_name == "dqn" or not runs[0].interaction.modelled:  # Python in the main: threads would only wait.
        for run in runs:
            _alone(run, steps, episodes, told)
        return "one after another"
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in [pool.submit(_alone, run, steps, episodes, told) for run in runs]:
            done.result()
    return "side by side"


def _alone(run: Run, steps: int, episodes: int, told: Told) -> None:
    left = steps
    while left > 0 and episodes > 0:
        before = run.statistics.episodes
        made = run.advance(min(left, PORTION), min(episodes, RECENT))
        finished = run.statistics.episodes - before
        left, episodes = left - made, episodes - finished
        told(made, finished)


def _can_learn_at_once(runs: Sequence[Run]) -> bool:
    first = runs[0]
    if len(runs) == 1 or not isinstance(first.agent.settings, DQNSettings) or not first.interaction.modelled:
        return False
    from engine.agents.dqn.together import can_learn_together

    alike = all((run.world, run.settings, run.step) == (first.world, first.settings, first.step) for run in runs)
    return alike and can_learn_together(first.agent.settings)


def _at_once(runs: Sequence[Run], steps: int, episodes: int, told: Told) -> None:
    """Let the runs learn together up to their last step or their last episode, which each makes by itself.

    So it is the run that writes down what the screen explains. A run whose last episode has come leaves the others.
    """
    last_step = runs[0].step + steps
    before_last = {run: run.statistics.episodes + episodes - 1 for run in runs}
    together = list(runs)
    while together := [
        run for run in together if run.step < last_step - 1 and run.statistics.episodes < before_last[run]
    ]:
        _up_to_the_first(together, last_step - 1, before_last, told)
    for run in runs:
        _alone(run, last_step - run.step, before_last[run] + 1 - run.statistics.episodes, told)


def _up_to_the_first(runs: Sequence[Run], step: int, episodes: Mapping[Run, int], told: Told) -> None:
    """Let runs learn together until they come to a step, or the first of them to its number of episodes."""
    from engine.agents.dqn.together import Together

    world, settings = cast(TabularMDP, runs[0].world), cast(DQNSettings, runs[0].agent.settings)
    learners = Together(world, settings, [state_of(run) for run in runs], step - runs[0].step)
    left = min(episodes[run] - run.statistics.episodes for run in runs)
    while learners.step < step and left > 0:
        made, finished = learners.advance(step - learners.step, left), learners.take_finished()
        for run, rows in zip(runs, finished, strict=True):
            run.statistics.append(rows)
        told(len(runs) * made, sum(len(rows) for rows in finished))
        left = min(episodes[run] - run.statistics.episodes for run in runs)
    for run, state in zip(runs, learners.states(), strict=True):
        run.agent.load_state(state.under("agent"))
        run.interaction.load_state(state.under("interaction"))


def state_of(run: Run) -> State:
    """Return the state of a run without its statistics."""
    return State.joined({"agent": run.agent.state(), "interaction": run.interaction.state()})
