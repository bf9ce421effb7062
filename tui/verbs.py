"""The verbs of the command line: each does one thing with the engine and prints it, for people or as JSON."""

import argparse
import math
import shutil
import sys
import textwrap
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import saves as engine_saves
from engine.agents import catalogue as agent_catalogue
from engine.breakpoints import Breakpoint
from engine.errors import InputError, near_miss
from engine.interventions import Act
from engine.replaying import first_difference
from engine.run import UNLIMITED, Run
from engine.statistics import RECENT
from engine.timeline import Timeline
from engine.worlds import catalogue as world_catalogue
from engine.worlds.environment import with_model
from tui.describing import described, how_far, number, print_json, tell_progress, with_spread

if TYPE_CHECKING:
    from engine.planning import Solution

    Solved = Solution | str

PROGRESS_EVERY = 0.2
"""Seconds from one line of progress to the next, and so the longest that a training loop stays away."""


def worlds(options: argparse.Namespace) -> int:
    """List the worlds of the library."""
    rows = [vars(entry) for entry in world_catalogue.listing()]
    if options.json:
        return print_json({"worlds": rows})
    for row in rows:
        print(f"{row['id']:<20} {row['states']:>6} states  discount {row['discount']:<5g} {row['title']}")
    print()
    _print_wrapped("or a file ending in .toml or .json, or gym:FrozenLake-v1?is_slippery=false, or gym:CartPole-v1", 0)
    return 0


def agents(options: argparse.Namespace) -> int:
    """List the agents with their settings."""
    entries = agent_catalogue.listing()
    if options.json:
        return print_json(
            {
                "agents": [
                    {**vars(entry), "settings": [vars(setting) for setting in entry.settings]} for entry in entries
                ]
            }
        )
    for entry in entries:
        _print_wrapped(f"{entry.name}: {entry.title} ({entry.learning}; {entry.reference})", 2)
        _print_wrapped(f"  acts {entry.behaviour_policy}; learns the values of: {entry.target_policy}", 4)
        for setting in entry.settings:
            _print_wrapped(f"  {setting.name:<20} {setting.default:<16} {setting.meaning} ({setting.range})", 40)
    return 0


def _print_wrapped(line: str, indent: int) -> None:
    """Print a line; on a terminal that is too narrow for it, go on below, so far to the right, and break no word."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else len(line)
    for part in textwrap.wrap(line, max(width, indent + 20), subsequent_indent=" " * indent, replace_whitespace=False):
        print(part)


def solve(options: argparse.Namespace) -> int:
    """Compute the exact optimum of a world."""
    from engine import planning

    world = with_model(world_catalogue.find(options.world))
    discount = world.discount if options.discount is None else options.discount
    solution = planning.solve(world, discount)
    policy = [world.actions[action] if action >= 0 else None for action in solution.policy.tolist()]
    if options.json:
        return print_json(
            {
                "world": world.name,
                "discount": discount,
                "states": world.states,
                "actions": world.actions,
                "q": _table(solution.q),
                "v": solution.v.tolist(),
                "policy": policy,
                "start_value": solution.start_value,
            }
        )
    print(f"{world.title} ({world.name}), discount {discount:g}: V*(start) = {number(solution.start_value)}")
    width = max(7, *(len(action) for action in world.actions))
    names = max(5, *(len(state) for state in world.states))
    print("  ".join([f"{'state':<{names}}", f"{'V*':>9}", *(f"{action:>{width}}" for action in world.actions), "best"]))
    for state, value, row, best in zip(world.states, solution.v, solution.q, policy, strict=True):
        cells = [f"{'—':>{width}}" if math.isnan(q) else f"{q:>{width}.3f}" for q in row]
        print("  ".join([f"{state:<{names}}", f"{value:>9.3f}", *cells, best or "(the end)"]))
    return 0


def train(options: argparse.Namespace) -> int:
    """Let an agent learn, and say what came of it."""
    if options.save:
        engine_saves.check_name(options.save)
    timeline = _timeline_to_train(options)
    run = timeline.run
    _expect_an_amount(options, run)
    before = {"episodes_before": run.statistics.episodes, "returns_known_before": run.statistics.known}
    saved, resumed_digest = None, run.digest()
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
        known = "" if options.resume != options.save else resumed_digest
        saved = engine_saves.save(timeline, options.saves, options.save, known)
    report = {**report_of(run, steps, returns, seconds, solved(run)), **before}
    limit = next(name for name in ("steps", "episodes", "actions") if getattr(options, name))
    report["stopped_by"] = str(options.until) if stop and stop.met else limit
    if saved and saved.kept:
        report["kept"] = saved.kept.name
    if options.json:
        return print_json({key: value for key, value in report.items() if key != "returns" or not options.no_returns})
    print(f"{run.agent_name} in {run.world.name}: {run.step:,} steps, {run.statistics.episodes:,} episodes")
    if stop:
        print(f"stopped by {report['stopped_by']}")
    print(_mean_return(report))
    if report["q_error"] is not None:
        print(f"max |Q - Q*|: {number(report['q_error'])}, policy agreement: {report['policy_agreement']:.1%}")
    print(f"{seconds:.2f} s, {report['steps_per_second']:,.0f} steps a second, digest {report['digest'][:16]}")
    if options.save:
        also = f"; what another run saved there is kept as {saved.kept_as}" if saved and saved.kept else ""
        print(f"saved as {options.save} in {options.saves}{also}")
    return 0


def _mean_return(report: dict[str, Any]) -> str:
    if report["mean_return_100"] is None:
        return "no episode has finished yet"
    return f"mean return of the last {min(report['episodes'], 100)} episodes: {number(report['mean_return_100'])}"


def evaluate(options: argparse.Namespace) -> int:
    """Walk by the greedy policy of a save."""
    from engine.evaluation import greedy_walk, walked

    run = engine_saves.load(options.saves, options.save).run
    result = walked(greedy_walk(run, options.seed), options.episodes)
    report = {
        "save": options.save,
        "world": run.world.name,
        "episodes": options.episodes,
        "seed": options.seed,
        "mean_return": float(result.returns.mean()),
        "std_return": float(result.returns.std()),
        "mean_length": float(result.lengths.mean()),
        "success_rate": float(result.success.mean()),
    }
    if options.json:
        return print_json({**report, "returns": result.returns.tolist()})
    print(f"{options.save} in {run.world.name}, {options.episodes:,} greedy episodes:")
    print(f"return {with_spread(report['mean_return'], report['std_return'])}, ", end="")
    print(f"length {number(report['mean_length'])}, ", end="")
    print(f"success {report['success_rate']:.1%}")
    return 0


def saves(options: argparse.Namespace) -> int:
    """List the saves."""
    entries = engine_saves.listing(options.saves)
    if options.json:
        return print_json({"saves": [{**vars(entry), "modified": entry.modified.isoformat()} for entry in entries]})
    if not entries:
        print(f"no saves in {options.saves} yet; the application makes them, and so does qscope train --save NAME")
    for entry in entries:
        what = entry.problem and f"not a valid save: {entry.problem}"
        what = what or f"{entry.world} · {entry.agent} · step {entry.steps:,} · episode {entry.episodes:,}"
        print(f"{entry.name:<36} {entry.modified:%Y-%m-%d %H:%M}  {what}")
    return 0


def show(options: argparse.Namespace) -> int:
    """Show a save without its arrays."""
    about = engine_saves.show(options.saves, options.save)
    if options.json:
        return print_json(about)
    path = engine_saves.find(options.saves, options.save)
    assert path is not None
    print("\n".join(described(options.save, path, about)))
    return 0


def replay(options: argparse.Namespace) -> int:
    """Derive a saved run again from its origin, and say whether the same came of it."""
    timeline = engine_saves.load(options.saves, options.save)
    about = engine_saves.show(options.saves, options.save)
    run, keyframes = timeline.run, [[step, digest] for step, digest in sorted(timeline.branch.digests.items())]
    began = time.perf_counter()
    step = first_difference(run, keyframes, run.digest())
    report = {
        "save": options.save,
        "same": step is None,
        "first_difference": step,
        "steps": run.step,
        "keyframes": len(keyframes),
        "seconds": time.perf_counter() - began,
        "digest": about["digest"],
    }
    if options.json:
        print_json(report)
    elif step is None:
        print(f"the same: {run.step:,} steps derived again in {report['seconds']:.2f} s, digest {about['digest'][:16]}")
    else:
        made = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
        print(f"not the same: the runs first differ at the keyframe of step {step:,}")
        print(f"it was saved in format {about['format']} by qscope {about['program']} with {made};")
        print("in other versions the sums of a network may run in another order")
    return 0 if step is None else 1


def export(options: argparse.Namespace) -> int:
    """Write a table of a save, or its world, to a new file."""
    from engine import tables, view
    from tui.exporting import write_new

    if options.world and options.what:
        raise InputError(f"--what {options.what} names a table, for --csv; leave it or --world out")
    run = engine_saves.load(options.saves, options.save).run
    if options.world:
        return _export_world(options, run)
    if options.what == "q":
        text = tables.q_table(run.world.states, run.world.actions, run.q_values())
    else:
        beside = view.Truth(run).beside(run.q_values())
        episodes = view.episodes_view(run.statistics, RECENT)
        text = tables.episodes_table(episodes, beside.start_value if beside else None)
    write_new(options.csv, text)
    rows = text.count("\n") - 1
    if options.json:
        return print_json(
            {"save": options.save, "what": options.what or "episodes", "file": str(options.csv), "rows": rows}
        )
    print(f"{rows:,} rows written to {options.csv}")
    return 0


def _export_world(options: argparse.Namespace, run: Run) -> int:
    from engine.worlds.writing import as_toml
    from tui.exporting import world_path, write_new

    path = world_path(options.world)
    write_new(path, as_toml(run.world.name, run.world.definition))
    if options.json:
        return print_json({"save": options.save, "what": "world", "file": str(path)})
    print(f"the world of {options.save} written to {path}: qscope {path} opens it")
    return 0


def keys(options: argparse.Namespace) -> int:
    """List the keys of every command, as a person may have remapped them."""
    from tui import commands, keymap

    file = keymap.path()
    remapped = keymap.load(file)
    commands.use(remapped)
    if options.json:
        rows = [
            {
                "id": command.id,
                "keys": command.keys_now,
                "default": command.keys,
                "group": command.group,
                "help": command.help,
            }
            for command in commands.ALL
        ]
        return print_json({"file": str(file), "exists": file.exists(), "keys": rows})
    for group, listed in commands.groups().items():
        print(group)
        for command in listed:
            mark = "*" if command.id in remapped else " "
            print(f" {mark} {command.id:<16} {' '.join(command.keys_shown):<14} {command.help}")
    state = "* remapped there" if file.exists() else "not there yet"
    print(f'\nRemap them in {file} ({state}), such as:\n\n[keys]\nstep = "f2"\nfull_speed = ["F", "f5"]')
    return 0


def _timeline_to_train(options: argparse.Namespace) -> Timeline:
    if options.resume:
        if options.world or options.agent or options.seed is not None or options.set:
            raise InputError("--resume goes on with a saved run: its world, agent, settings and seed are in the save")
        timeline = engine_saves.load(options.saves, options.resume)
        if others := engine_saves.made_with_others(options.saves, options.resume):
            print(f"qscope: {options.resume} was {others}", file=sys.stderr)
        return timeline
    expect_a_beginning(options)
    return Timeline(Run(world_catalogue.find(options.world), options.agent, settings_of(options.set), options.seed))


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
            finished = how_far(run.statistics.episodes - finished_before, episodes, "episodes")
            tell_progress(how_far(made, steps, "steps"), finished, made, time.perf_counter() - started)
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
        "q": _table(q),
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


def _table(q: np.ndarray[Any, np.dtype[np.float64]]) -> list[list[float | None]]:
    return [[None if math.isnan(value) else value for value in row] for row in q.tolist()]
