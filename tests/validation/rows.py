"""A row of the table: one claim, what it is held against, what was measured, and the verdict."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

ERRORS = 4.0
"""How many standard errors a mean may lie from its reference: chance alone goes beyond in one row of 16,000."""


@dataclass(frozen=True)
class Row:
    """One claim and what came of it."""

    claim: str
    reference: str
    source: str
    """Where the reference is from: book and figure, paper, or the independent computation."""
    measured: str
    standard_error: float | None
    """Of what was measured, or of the difference where the reference was sampled too; None where nothing is random."""
    verdict: bool
    note: str = ""


def mean_row(
    claim: str,
    reference: float,
    source: str,
    samples: Sequence[float],
    note: str = "",
    *,
    reference_error: float = 0.0,
    form: str = ".4g",
) -> Row:
    """Pass if the mean of the samples, one a seed, lies within four standard errors of the reference.

    `reference_error` is the reference's own standard error, where it was sampled too.
    """
    mean, own_error = mean_and_error(samples)
    error = math.hypot(own_error, reference_error)
    about = f"{reference:{form}}" + (f" ± {reference_error:.2g}" if reference_error else "")
    return Row(claim, about, source, f"{mean:{form}}", error, abs(mean - reference) <= ERRORS * error, note)


def near_row(
    claim: str, reference: float, source: str, measured: float, tolerance: float, note: str = "", form: str = ".8g"
) -> Row:
    """Pass if what was measured lies within the tolerance of the reference."""
    passed = abs(measured - reference) <= tolerance
    return Row(claim, f"{reference:{form}} ± {tolerance:g}", source, f"{measured:{form}}", None, passed, note)


def bound_row(claim: str, source: str, measured: float, *, most: float, note: str = "") -> Row:
    """Pass if what was measured is at most `most`; NaN is not."""
    return Row(claim, f"at most {most:g}", source, f"{measured:.3g}", None, measured <= most, note)


def every_row(claim: str, source: str, hits: int, tries: int, note: str = "") -> Row:
    """Pass if what is claimed of every run held in every run."""
    return Row(claim, f"{tries} of {tries}", source, f"{hits} of {tries}", None, hits == tries > 0, note)


def failed_row(claim: str, why: str) -> Row:
    """Return the row of a claim that could not be measured: it fails, and says why."""
    return Row(claim, "-", "-", "not measured", None, False, why)


def mean_and_error(samples: Sequence[float]) -> tuple[float, float]:
    """Return the mean of independent samples and its standard error."""
    values = np.asarray(samples, dtype=np.float64)
    if len(values) < 2 or not np.isfinite(values).all():
        raise ValueError("a mean needs at least two samples, all finite")
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
