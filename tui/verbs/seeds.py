"""`qscope train --seeds N`: runs that differ by their seed alone, and what they come to together."""

import argparse
import statistics
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

from engine import saves as engine_saves
from engine import together
from engine.errors import InputError
from engine.run import UNLIMITED, Run
from engine.timeline import Timeline
from engine.worlds import catalogue as world_catalogue
from tui.describing import how_far, number, print_json, tell_progress, with_spread
from tui.verbs import training
from tui.widgets.numbers import percent

ONE_RUN_ONLY = ("resume", "actions", "until")
"""Arguments that mean one run."""


def train(options: argparse.Namespace) -> int:
    """Let an agent learn from each of several seeds, and say what came of it."""
    runs = _runs(options)
    progress = _Progress(len(runs), options.steps or UNLIMITED, options.episodes or UNLIMITED)
    runs[0].warm_up()
    began = time.perf_counter()
    how = together.advance(runs, options.steps or UNLIMITED, options.episodes or UNLIMITED, progress.told)
    seconds = time.perf_counter() - began
    progress.done()
    solved = training.solved(runs[0])
    reports = [_report(run, options, seconds, solved) for run in runs]
    for run, report in zip(runs, reports, strict=True):
        if options.save:
            saved = engine_saves.save(Timeline(run), options.saves, f"{options.save}-{run.seed}")
            report.update({"kept": saved.kept.name} if saved.kept else {})
    whole = {**_whole(runs, reports), "how": how, "seconds": seconds}
    whole["steps_per_second"] = sum(run.step for run in runs) / max(seconds, 1e-9)
    if options.json:
        return print_json({**whole, "runs": reports})
    _print_table(runs[0], reports, whole)
    if options.save:
        print(f"saved as {options.save}-{runs[0].seed} to {options.save}-{runs[-1].seed} in {options.saves}")
    for report in reports:
        if "kept" in report:
            print(f"what stood at {options.save}-{report['seed']} is kept as {report['kept']}")
    return 0


def _runs(options: argparse.Namespace) -> list[Run]:
    """Make the runs; raises `InputError` for what does not go together."""
    for name in ONE_RUN_ONLY:
        if getattr(options, name) is not None:
            raise InputError(f"--{name} goes with one run, --seeds makes several; leave one of the two out")
    training.expect_a_beginning(options)
    if not (options.steps or options.episodes):
        raise InputError("train --seeds needs --episodes N or --steps N (qscope train --help explains)")
    seeds = range(options.seed, options.seed + options.seeds)
    if seeds[-1] >= 2**63:
        raise InputError(f"--seeds {options.seeds} from --seed {options.seed} goes beyond the last seed, 2^63 - 1")
    for seed in seeds if options.save else ():
        engine_saves.check_name(f"{options.save}-{seed}")
    world, settings = world_catalogue.find(options.world), training.settings_of(options.set)
    runs = together.runs_of(world, options.agent, settings, seeds, options.steps or UNLIMITED)
    if runs[0].agent.waits_for_person:
        raise InputError(f"the agent {options.agent} waits for a person, who can lead one run; leave --seeds out")
    return runs


def _report(run: Run, options: argparse.Namespace, seconds: float, solved: "training.Solved") -> dict[str, Any]:
    """Say of one run what `train` says of it; the seconds are those in which all were made."""
    report = training.report_of(run, run.step, run.statistics.returns.tolist(), seconds, solved)
    stopped_by = "steps" if options.steps else "episodes"
    report |= {"episodes_before": 0, "returns_known_before": 0, "stopped_by": stopped_by}
    return {key: value for key, value in report.items() if key != "returns" or not options.no_returns}


def _whole(runs: Sequence[Run], reports: Sequence[dict[str, Any]]) -> dict[str, Any]:
    means = [report["mean_return_100"] for report in reports if report["mean_return_100"] is not None]
    return {
        "world": runs[0].world.name,
        "agent": runs[0].agent_name,
        "settings": runs[0].settings,
        "seeds": [run.seed for run in runs],
        "mean_return_100": {
            "mean": statistics.fmean(means) if means else None,
            "standard_error": statistics.stdev(means) / len(means) ** 0.5 if len(means) > 1 else None,
            "seeds": len(means),
        },
    }


def _print_table(run: Run, reports: Sequence[dict[str, Any]], whole: dict[str, Any]) -> None:
    modelled = run.interaction.modelled
    print(f"{run.agent_name} in {run.world.name}, {len(reports)} seeds {whole['how']}")
    truth = f"  {'|Q - Q*|':>9}  {'agrees':>6}" if modelled else ""
    print(f"{'seed':>8}  {'steps':>11}  {'episodes':>9}  {'return':>9}{truth}  digest")
    for row in reports:
        mean = _number(row["mean_return_100"])
        truth = f"  {_number(row['q_error']):>9}  {_share(row['policy_agreement']):>6}" if modelled else ""
        print(f"{row['seed']:>8}  {row['steps']:>11,}  {row['episodes']:>9,}  {mean:>9}{truth}  {row['digest'][:8]}")
    over = whole["mean_return_100"]
    told = with_spread(over["mean"], over["standard_error"]) if over["mean"] is not None else "none finished"
    kind = " (standard error)" if over["standard_error"] is not None else ""
    episodes = "100" if min(row["episodes"] for row in reports) >= 100 else "up to 100"
    print(f"mean return of the last {episodes} episodes, over {over['seeds']} seeds: {told}{kind}")
    print(f"{whole['seconds']:.2f} s, {whole['steps_per_second']:,.0f} steps a second")


def _number(value: float | None) -> str:
    return "—" if value is None else number(value)


def _share(value: float | None) -> str:
    return "—" if value is None else percent(value)


class _Progress:
    """A line on a terminal that says how far all seeds together are, of how much, and how fast it goes."""

    def __init__(self, seeds: int, steps: int, episodes: int) -> None:
        """`steps` and `episodes` are those of one seed, at most."""
        self._seeds = seeds
        self._steps, self._episodes = (min(seeds * amount, UNLIMITED) for amount in (steps, episodes))
        self._made, self._finished, self._next = 0, 0, 0.0
        self._began = time.monotonic()
        self._shown, self._lock = sys.stderr.isatty(), threading.Lock()

    def told(self, made: int, finished: int) -> None:
        """Count steps and episodes; runs that are side by side tell of theirs from several threads."""
        with self._lock:
            self._made, self._finished = self._made + made, self._finished + finished
            if self._shown and time.monotonic() >= self._next:
                self._next = time.monotonic() + training.PROGRESS_EVERY
                self._tell()

    def _tell(self) -> None:
        far = (
            f"{self._seeds} seeds",
            how_far(self._made, self._steps, "step"),
            how_far(self._finished, self._episodes, "episode"),
        )
        left = self._steps - self._made if self._episodes == UNLIMITED else UNLIMITED
        tell_progress(far, self._made, time.monotonic() - self._began, left)

    def done(self) -> None:
        """Say how far it came, and end the line."""
        if self._shown:
            self._tell()
            print(file=sys.stderr)
