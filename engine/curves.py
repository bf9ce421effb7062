"""Samples of how near a learner is to the optimum, taken ever more rarely as the run goes on.

They are for the eye and no part of the run's state: a run is the same whether it is sampled or not. When they are taken
follows from the number of the step alone, so they do not depend on the portions in which the run goes on; one more is
taken where a run stops because its policy is optimal. Saves carry them, so that the curves of a resumed run begin at
its beginning.
"""

import math
from typing import Any, NamedTuple

A_DOUBLING = 16
"""Samples from a step to the one of twice its number; up to this step there is one at every step."""


class Sample(NamedTuple):
    """What was measured at a step; NaN where there is nothing to measure."""

    q_error: float
    policy_agreement: float
    loss: float


MOST = 16 * 64
"""More samples than any run can have."""


def stride(step: int) -> int:
    """Return how many steps lie between samples at a step: 1 at first, a power of two that keeps pace with it."""
    return max((1 << (max(step, 1).bit_length() - 1)) // A_DOUBLING, 1)


def is_sampled(step: int) -> bool:
    """Whether a sample is taken after that many steps."""
    return step % stride(step) == 0


def next_sampled(step: int) -> int:
    """Return the first step after this one at which a sample is taken."""
    distance = stride(step)
    return (step // distance + 1) * distance


def first_optimal(samples: dict[int, Sample], step: int) -> int | None:
    """Return the first sampled step, at most `step`, after which the greedy policy was optimal in every state.

    It was so by then: between the samples before, which lie up to a sixteenth of the run apart, nobody looked.
    """
    return min((at for at, sample in samples.items() if at <= step and sample.policy_agreement == 1.0), default=None)


def to_plain(samples: dict[int, Sample]) -> list[list[Any]]:
    """Write samples as plain values, in the order of their steps: each its step and its numbers, None for NaN."""
    return [[step, *(x if math.isfinite(x) else None for x in samples[step])] for step in sorted(samples)]


def from_plain(values: Any, head: int) -> dict[int, Sample]:
    """Read samples up to the step `head` from plain values; raises `ValueError` or `TypeError` if they are none."""
    if len(values) > MOST:
        raise ValueError("it holds more samples of the curves than any run")
    samples = {}
    for step, *numbers in values:
        if not isinstance(step, int) or not 0 <= step <= head or len(numbers) != len(Sample._fields):
            raise ValueError("a sample of the curves is none of its branch")
        samples[step] = Sample(*(math.nan if number is None else float(number) for number in numbers))
    return samples
