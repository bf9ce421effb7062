"""Measure claims in parallel processes and say each as it comes."""

import ctypes
import os
import signal
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context

from tests.validation import registry
from tests.validation.registry import Claim
from tests.validation.rows import Row, failed_row

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
SET_PARENT_DEATH_SIGNAL = 1
"""Of prctl(2)."""


@dataclass(frozen=True)
class Finding:
    """What came of one claim."""

    name: str
    rows: list[Row]
    cpu_seconds: float


def measure(name: str) -> Finding:
    """Measure one claim here; one that breaks becomes a row that fails and says why."""
    begun = time.process_time() + _of_children()
    try:
        rows = registry.everything()[name].rows()
    except Exception as error:  # whatever broke, the other rows are still to be told
        rows = [failed_row(name, " ".join(f"{type(error).__name__}: {error}".split())[:300])]
    return Finding(name, rows, time.process_time() + _of_children() - begun)


def measure_all(claims: Mapping[str, Claim], processes: int) -> Iterator[Finding]:
    """Measure the claims in fresh processes of one thread each, the longest first; yield each as it is done."""
    for variable in THREADS:
        os.environ[variable] = "1"
    longest_first = sorted(claims.values(), key=lambda claim: -claim.seconds)
    with ProcessPoolExecutor(
        processes, get_context("spawn"), max_tasks_per_child=1, initializer=_end_with_parent
    ) as pool:
        names: dict[Future[Finding], str] = {pool.submit(measure, claim.name): claim.name for claim in longest_first}
        for future in as_completed(names):
            broken = future.exception()
            if broken is None:
                yield future.result()
            else:
                yield Finding(names[future], [failed_row(names[future], f"its process died: {broken}")], 0.0)


def _end_with_parent() -> None:
    """Ask Linux to end this process if the one that started it is killed, rather than measure for nobody."""
    ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def _of_children() -> float:
    """Return the processor time of the programs that this process has started and waited for, in seconds."""
    times = os.times()
    return times.children_user + times.children_system
