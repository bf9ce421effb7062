"""The verbs for what was saved: they evaluate a save, show it, derive it again, and write tables of it to files."""

import argparse
import time

from engine import saves as engine_saves
from engine import tables, view
from engine.errors import InputError
from engine.replaying import first_difference
from engine.run import Run
from engine.savefile import INVALID
from engine.statistics import RECENT
from engine.worlds.writing import as_toml
from tui.describing import described, number, print_json, with_spread
from tui.exporting import world_path, write_new
from tui.widgets.numbers import percent


def evaluate(options: argparse.Namespace) -> int:
    """Walk by the greedy policy of a save."""
    from engine.evaluation import greedy_walk, walked  # It loads the compiled loops, which nothing else here needs.

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
    print(f"return {with_spread(report['mean_return'], report['std_return'])} (standard deviation), ", end="")
    print(f"length {number(report['mean_length'])}, ", end="")
    print(f"success {percent(report['success_rate'], 1)} (ended by a reward above 0)")
    return 0


def show(options: argparse.Namespace) -> int:
    """Show a save without its arrays."""
    about = engine_saves.show(options.saves, options.save)
    if options.json:
        return print_json(about)
    path = engine_saves.find(options.saves, options.save)
    assert path is not None
    try:
        lines = list(described(options.save, path, about))
    except INVALID:
        raise InputError(f"{path}: not a valid save: what it tells of itself cannot be") from None
    print("\n".join(lines))
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
    path = world_path(options.world)
    write_new(path, as_toml(run.world.name, run.world.definition))
    if options.json:
        return print_json({"save": options.save, "what": "world", "file": str(path)})
    print(f"the world of {options.save} written to {path}: qscope {path} opens it")
    return 0
