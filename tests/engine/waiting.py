"""Waiting for what a trainer comes to show, and for what it writes."""

import time

PATIENCE = 20.0
"""Seconds after which a test gives up."""


def wait_for(trainer, condition):
    """Return the first snapshot for which the condition holds."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        snapshot = trainer.snapshot
        if snapshot is not None and condition(snapshot):
            return snapshot
        time.sleep(0.002)
    raise AssertionError(f"did not come true in {PATIENCE} s; the last snapshot: {trainer.snapshot}")


def wait_for_file(folder):
    """Wait until a save stands in a folder."""
    end = time.monotonic() + PATIENCE
    while not list(folder.glob("*.safetensors")):
        assert time.monotonic() < end
        time.sleep(0.02)
