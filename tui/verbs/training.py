"""`qscope train`: a run is begun or gone on with, without the screen, and what came of it is told."""

import argparse
import math
import sys
import time
from typing import TYPE_CHECKING, Any

from engine import saves as engine_saves
from engine.breakpoints import Breakpoint
from engine.errors import InputError, near_miss
from engine.interventions import Act
from engine.run import UNLIMITED, Run
from engine.statistics import RECENT
from engine.timeline import Timeline
from engine.worlds import catalogue as world_catalogue
from engine.worlds.environment import with_model
from tui.describing import how_far, json_table, number, of, print_json, tell_progress
from tui.widgets.numbers import percent

if TYPE_CHECKING:
    from engine.planning import Solution

    Solved = Solution | str

PROGRESS_EVERY = 0.2
"""Seconds from one line of progress to the next, and so the longest that a training loop stays away."""


def train(options: argparse.Namespace) -> int:
    """Let an agent learn, and say what came of it."""
    if options.save:
        engine_saves.check_name(options.save)
    timeline, resumed = _timeline_to_train(options)
    run = timeline.run
    _expect_an_amount(options, run)
    before = {"episodes_before": run.statistics.episodes, "returns_known_before": run.statistics.known}
    saved = None
    run.warm_up()
    began = time.perf_counter()
    step = run.step
    _act_by_hand(timeline, options.actions)
    returns = run.statistics.returns.tolist()
    stop = Breakpoint(options.until, timeline) if options.until else None
    if options.steps or options.episodes:
        _train(timeline, returns, options.steps or UNLIMITED, options.episodes or UNLIMITED, stop)
    steps = run.step - step
    seconds = time.perf_counter() - began
    if options.save:
        known = "" if options.resume != options.save else resumed
        saved = engine_saves.save(timeline, options.saves, options.save, known)
    report = {**report_of(run, steps, returns, seconds, solved(run)), **before}
    limit = next(name for name in ("steps", "episodes", "actions") if getattr(options, name))
    report["stopped_by"] = str(options.until) if stop and stop.met else limit
    if saved and saved.kept:
        report["kept"] = saved.kept.name
    if options.json:
        return print_json({key: value for key, value in report.items() if key != "returns" or not options.no_returns})
    _print_report(report, stopped=stop is not None)
    if saved:
        also = f"; what another run saved there is kept as {saved.kept_as}" if saved.kept else ""
        print(f"saved as {options.save} in {options.saves}{also}")
    return 0


def _print_report(report: dict[str, Any], *, stopped: bool) -> None:
    """Print it for people; `stopped`: tell by what, too, as there was an end to wait for."""
    made = f"{of(report['steps'], 'step')}, {of(report['episodes'], 'episode')}"
    print(f"{report['agent']} in {report['world']}: {made}")
    if stopped:
        print(f"stopped by {report['stopped_by']}")
    print(_mean_return(report))
    if report["q_error"] is not None:
        print(f"max |Q - Q*|: {number(report['q_error'])}, policy agreement: {percent(report['policy_agreement'], 1)}")
    rate, digest = report["steps_per_second"], report["digest"]
    print(f"{report['seconds']:.2f} s, {rate:,.0f} steps a second, digest {digest[:16]}")


def _mean_return(report: dict[str, Any]) -> str:
    if report["mean_return_100"] is None:
        return "no episode has finished yet"
    mean = number(report["mean_return_100"])
    if report["episodes"] == 1:
        return f"return of the only episode: {mean}"
    return f"mean return of the last {min(report['episodes'], 100)} episodes: {mean}"


def _timeline_to_train(options: argparse.Namespace) -> tuple[Timeline, str]:
    """Return the run, and the identity of the file that it was resumed from; empty if it was not."""
    if options.resume:
        if options.world or options.agent or options.seed is not None or options.set:
            raise InputError("--resume goes on with a saved run: its world, agent, settings and seed are in the save")
        _, identity, timeline = engine_saves.load_from(options.saves, options.resume)
        if others := engine_saves.made_with_others(options.saves, options.resume):
            print(f"qscope: {options.resume} was {others}", file=sys.stderr)
        return timeline, identity or ""
    expect_a_beginning(options)
    run = Run(world_catalogue.find(options.world), options.agent, settings_of(options.set), options.seed)
    return Timeline(run), ""


def expect_a_beginning(options: argparse.Namespace) -> None:
    """Raise `InputError` unless it is said what a run begins with."""
    for name in ("world", "agent", "seed"):
        if getattr(options, name) is None:
            wanted = "WORLD" if name == "world" else f"--{name}"
            raise InputError(f"train needs {wanted}, or --resume SAVE (qscope train --help explains)")


def _expect_an_amount(options: argparse.Namespace, run: Run) -> None:
    """Raise `InputError` if nothing says how far to go, or if a person would have to say it step by step."""
    goes_on = options.steps or options.episodes
    if run.agent.waits_for_person and (goes_on or not options.actions):
        raise InputError(
            f"the agent {run.agent_name} waits for a person: give its actions, as in --actions 'right right up',"
            " without --steps and --episodes"
        )
    if options.until and not goes_on:
        raise InputError("--until needs --episodes N or --steps N: how far to go at most")
    if not goes_on and not options.actions:
        raise InputError("train needs --episodes N, --steps N or --actions NAMES (qscope train --help explains)")


def _act_by_hand(timeline: Timeline, text: str | None) -> None:
    """Take the actions that a person named, each an intervention of its own."""
    names = (text or "").replace(",", " ").split()
    actions = timeline.run.world.actions
    for name in names:
        if name not in actions:
            raise InputError(f"unknown action {name!r}{near_miss(name, actions)} (legal: {', '.join(actions)})")
    for place, name in enumerate(names, 1):
        try:
            timeline.intervene(Act(timeline.step, actions.index(name)))
        except InputError as error:
            raise InputError(f"--actions, action {place} ({name}): {error}") from None


def settings_of(pairs: list[str]) -> dict[str, str]:
    """Return the settings that KEY=VALUE pairs give."""
    settings: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = (part.strip() for part in pair.partition("="))
        if not equals or not key:
            raise InputError(f"--set {pair!r} is no KEY=VALUE, such as epsilon=0.1")
        if key in settings:
            raise InputError(f"--set gives {key} twice, as {settings[key]} and as {value}; keep one of them")
        settings[key] = value
    return settings


def _train(timeline: Timeline, returns: list[float], steps: int, episodes: int, until: Breakpoint | None = None) -> int:
    """Advance in portions, with a line of progress on a terminal; add to the returns, and return the steps made."""
    run = timeline.run
    made, finished_before, portion = 0, run.statistics.episodes, 1000
    shown, started = sys.stderr.isatty(), time.perf_counter()
    while made < steps and (remaining := episodes - (run.statistics.episodes - finished_before)) > 0:
        if until and until.met:
            break
        began, known = time.perf_counter(), run.statistics.episodes
        made += (until or timeline).advance(min(portion, steps - made), min(remaining, RECENT))
        new = run.statistics.episodes - known
        returns.extend(run.statistics.last(new)["return"].tolist() if new else [])
        seconds = time.perf_counter() - began
        portion = max(1, int(portion * min(2.0, PROGRESS_EVERY / max(seconds, 1e-6))))
        if shown:
            finished = run.statistics.episodes - finished_before
            far = (how_far(made, steps, "step"), how_far(finished, episodes, "episode"))
            left = steps - made if episodes == UNLIMITED and not until else UNLIMITED
            tell_progress(far, made, time.perf_counter() - started, left)
    if shown:
        print(file=sys.stderr)
    return made


def report_of(run: Run, steps: int, returns: list[float], seconds: float, solution: "Solved") -> dict[str, Any]:
    """Say in plain values what came of a run that made so many steps in so many seconds."""
    from engine import planning

    mean, q = run.statistics.mean("return"), run.q_values()
    report = {
        "world": run.world.name,
        "agent": run.agent_name,
        "settings": run.settings,
        "seed": run.seed,
        "steps": run.step,
        "episodes": run.statistics.episodes,
        "returns": returns,
        "mean_return_100": None if math.isnan(mean) else mean,
        "seconds": seconds,
        "steps_per_second": steps / max(seconds, 1e-9),
        "digest": run.digest(),
        "q": json_table(q),
    }
    if isinstance(solution, str):
        return {**report, "q_error": None, "policy_agreement": None, "unsolved": solution}
    return {
        **report,
        "q_error": planning.q_error(q, solution),
        "policy_agreement": planning.policy_agreement(q, solution),
    }


def solved(run: Run) -> "Solved":
    """Return the optimum of a run's world, or why there is none."""
    from engine import planning

    try:
        return planning.solve(with_model(run.world), float(run.settings["discount"]))
    except InputError as error:
        return str(error)
