"""`qscope solve`: the exact optimum of a world, without anybody who learns."""

import argparse
import math

from engine import planning
from engine.worlds import catalogue
from engine.worlds.environment import with_model
from tui.describing import json_table, number, print_json


def solve(options: argparse.Namespace) -> int:
    """Compute the exact optimum of a world."""
    world = with_model(catalogue.find(options.world))
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
                "q": json_table(solution.q),
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
