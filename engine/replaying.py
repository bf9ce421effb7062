"""Deriving a run again from world, settings, seed and log: whether the same comes of it, and what it was on the way."""

from typing import Any

from engine.agents.agent import CountsVisits
from engine.interventions import Act, Log
from engine.run import Run


def first_difference(run: Run, keyframes: list[list[Any]], digest: str) -> int | None:
    """Derive a run again from world, settings, seed and log; return the first step where it is not the same, or None.

    `keyframes` are steps and digests as `Timeline.record` gives them, `digest` is that of the whole run.
    """
    again = beginning(run)
    for step, expected in keyframes:
        if step == 0:  # Files written before the beginning was left out may tell it as it was before an intervention.
            continue
        derive(again, run.log, step)
        if again.mark().state.digest() != expected:
            return int(step)
    derive(again, run.log, run.step)
    return None if again.digest() == digest else run.step


def derive(run: Run, log: Log, step: int) -> None:
    """Go forward to a step with the interventions of the log, those of that step included but for an action."""
    for entry in log[len(run.log) :]:
        if entry.step > step or (entry.step == step and isinstance(entry, Act)):
            break
        run.advance(steps=entry.step - run.step)
        run.intervene(entry)
    run.advance(steps=step - run.step)


def beginning(run: Run) -> Run:
    """Return the run as it was before its first step, about to count the visits that it counts."""
    first = Run(run.origin_world, run.agent_name, run.origin_settings, run.seed)
    if isinstance(run.agent, CountsVisits) and isinstance(first.agent, CountsVisits):
        first.agent.counted_after = run.agent.counted_after
    return first
