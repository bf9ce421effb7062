"""A planner's backup in words and numbers."""

import math
from collections.abc import Iterable, Sequence

from engine.messages import Backup, Snapshot, Transition
from tui.widgets.canvas import width_of
from tui.widgets.numbers import count, number

Piece = tuple[str, str]
"""A text and the name of its style in the palette."""
Line = Sequence[Piece]


def what_was_planned(snapshot: Snapshot, last: Transition, backup: Backup) -> Iterable[Line]:
    """Say which backup of which sweep this was, and whether the sweep is over."""
    step: Piece = (f"step {count(last.step)}  ", "muted")
    sweep = backup.kind if backup.kind == "improvement" else f"{backup.kind}, sweep {count(backup.sweep)}"
    what: Line = [(f"backup of {snapshot.world.states[backup.state]}", "strong"), (f"   {sweep}", "muted")]
    changed = "" if backup.kind == "improvement" else f"   largest change {number(backup.largest_change, 4)}"
    change: Piece = (changed, "")
    ended = _ending(last)
    yield [step, *what, change, *ended]
    yield [step, *what, *ended]
    yield [*what, *ended]
    yield what[:1]


def _ending(last: Transition) -> Line:
    """Say whether the sweep is over, and whether there is anything left to plan."""
    if last.terminated:
        return [("  settled", "accent")]
    return [("  sweep ended", "accent")] if last.truncated else []


def explain(snapshot: Snapshot, backup: Backup) -> Iterable[Line]:
    """Write the value of a state as the best, the mean or the policy's of what its actions are worth."""
    names = snapshot.world.actions
    state = snapshot.world.states[backup.state]
    worth = zip(names, backup.action_values, strict=True)
    every = ", ".join(f"{name} {number(value)}" for name, value in worth if not math.isnan(value))
    if backup.kind == "improvement":
        yield from _improvement(names, state, every, backup)
        return
    chosen = f"{names[backup.action]} {number(backup.action_values[backup.action])}" if backup.action >= 0 else ""
    rights = [f"max({every})", f"max({chosen}, …)"]
    if backup.kind == "evaluation":
        rights = [f"{chosen} of ({every})", chosen] if chosen else [f"mean({every})", "mean(…)"]
    before: Piece = (f"   it was {number(backup.value_before)}", "muted")
    for right in rights:
        sum_of: Line = [(f"V({state})", "accent"), (f" ← {right} = ", ""), (number(backup.value_after), "strong")]
        yield [*sum_of, before]
        yield sum_of
    yield [(f"V({state})", "accent"), (" ← ", ""), (number(backup.value_after), "strong")]


def _improvement(names: Sequence[str], state: str, every: str, backup: Backup) -> Iterable[Line]:
    """Say what the policy does from now on, and what it did."""
    was = names[backup.action_before] if backup.action_before >= 0 else "any action"
    after: Piece = (names[backup.action], "strong")
    kept: Piece = ("   as before" if backup.action == backup.action_before else f"   it was {was}", "muted")
    for right in (f" ← argmax({every}) = ", " ← argmax(…) = ", " ← "):
        yield [(f"π({state})", "accent"), (right, ""), after, kept]
        yield [(f"π({state})", "accent"), (right, ""), after]


def explain_at_large(snapshot: Snapshot, last: Transition, backup: Backup, width: int) -> list[Line]:
    """Return all there is to say of a backup: the sweep, what each action is worth, and what came of it."""
    names = snapshot.world.actions
    cells = max(width_of(name) for name in names)
    sweep = "one sweep, state by state" if backup.kind == "improvement" else f"sweep {count(backup.sweep)}"
    lines: list[Line] = [
        [(f"step {count(last.step)}  ", "muted"), (f"backup of {snapshot.world.states[backup.state]}", "strong")],
        [(f"{backup.kind}: {sweep}", "muted"), *_ending(last)],
        [(f"largest change in it {number(backup.largest_change, 4)}", "muted")],
        [],
        [("What each action is worth: the sum of p·(r + γ·V(s′))", "accent")],
    ]
    for action, (name, value) in enumerate(zip(names, backup.action_values, strict=True)):
        taken = "strong" if action == backup.action else ""
        worth = "not legal" if math.isnan(value) else number(value)
        lines.append([(f"{name:<{cells}}  ", "muted"), (worth, taken)])
    last_wording: Line = []
    for last_wording in explain(snapshot, backup):
        if sum(width_of(text) for text, _ in last_wording) <= width:
            break
    return [*lines, [], [("What came of it", "accent")], last_wording]
