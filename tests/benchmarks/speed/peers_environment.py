"""How the peers are asked: each in a process of its own, with an environment of its own, on one thread."""

import json
import os
import subprocess

from tests.validation.peers import CHECKOUT, PYTHON
from tests.validation.runner import THREADS

NOT_INSTALLED = "the peers are not installed; `make bench` installs them"
LONGEST = 300
"""Seconds after which a peer is given up."""


def steps_per_second(work: str, steps: int, seed: int = 0) -> float:
    """Let a peer do a work of `tests.benchmarks.speed.peers`; raises `RuntimeError` with what it said if it fails."""
    command = [str(PYTHON), "-m", "tests.benchmarks.speed.peers", work, str(steps), str(seed)]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), **dict.fromkeys(THREADS, "1")}
    done = subprocess.run(
        command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False, timeout=LONGEST
    )
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["it failed silently"])[-1])
    return float(json.loads(done.stdout.splitlines()[-1])["steps_per_second"])
