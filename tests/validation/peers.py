"""Others in our worlds: Stable-Baselines3 learns through our Gymnasium environment and reaches our optimum."""

import json
import os
import subprocess
from functools import partial
from pathlib import Path

from tests.validation.registry import Claim
from tests.validation.rows import Row, every_row

CHECKOUT = Path(__file__).resolve().parents[2]
PYTHON = CHECKOUT / ".venv-peers" / "bin" / "python"
SEEDS = 3
SOURCE = "Stable-Baselines3 DQN over engine.worlds.gymnasium.WorldEnv; the optimum by engine.planning"


def reaches_the_optimum(word: str, **changed: float) -> list[Row]:
    """Let Stable-Baselines3 learn in a process of its own environment, until a greedy episode is worth V*(start)."""
    name = " ".join([word, *(f"{key}={value:g}" for key, value in changed.items())])
    claim = f"Stable-Baselines3 DQN in {name}: reaches the optimum"
    if not PYTHON.exists():
        why = "Stable-Baselines3 is not installed; `make validate` installs it"
        return [Row(claim, f"{SEEDS} of {SEEDS}", SOURCE, "not measured", None, False, why)]
    found = [_learned(word, json.dumps(changed), seed) for seed in range(SEEDS)]
    hits = sum(run["best"] >= run["optimum"] - 1e-9 for run in found)
    told = ", ".join(f"{run['best']:g} at step {run['step']:,}" for run in found)
    note = f"optimum {found[0]['optimum']:g}; best greedy episode: {told}; seeds 0 to {SEEDS - 1}"
    return [every_row(claim, SOURCE, hits, SEEDS, note)]


def _learned(word: str, changed: str, seed: int) -> dict[str, float]:
    command = [str(PYTHON), "-m", "tests.validation.stable_baselines", word, changed, str(seed)]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False, timeout=900
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "it failed silently")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


CLAIMS = (
    Claim("peers-frozen-lake", partial(reaches_the_optimum, "frozen-lake-4x4", slip=0.0), 120),
    Claim("peers-cliff", partial(reaches_the_optimum, "cliff"), 250),
)
