"""Quantities that change with the steps of a run or with the visits of a pair."""

from engine.agents.exploration import CONSTANT, LINEAR
from engine.agents.kernels.compiled import compiled
from engine.worlds.mdp import FloatArray


@compiled
def schedule_value(row: FloatArray, step: int) -> float:
    """Return the value of a schedule (`Schedule.row`) after `step` steps."""
    kind, start, end, steps = float(row[0]), float(row[1]), float(row[2]), float(row[3])
    if kind == CONSTANT or step >= steps:
        return end
    if kind == LINEAR:
        return start + (end - start) * (step / steps)
    return float(start * (end / start) ** (step / steps))


@compiled
def step_size_value(row: FloatArray, n: int) -> float:
    """Return the step size (`StepSize.row`) of the n-th visit."""
    base, exponent = float(row[0]), float(row[1])
    return base if exponent == 0.0 else float(base * n**-exponent)
