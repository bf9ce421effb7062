"""What every test stands on: a fixed environment, whatever the person's own looks like."""

import os

import pytest

from tui import commands

OF_THE_TESTS = "TEXTUAL_SNAPSHOT_TEMPDIR"  # By it the processes of a parallel run find each other's pictures.
for name in [name for name in os.environ if name.startswith(("TEXTUAL", "QSCOPE"))] + ["NO_COLOR", "FORCE_COLOR"]:
    if name != OF_THE_TESTS:
        os.environ.pop(name, None)
os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["COLUMNS"] = "80"


@pytest.fixture(autouse=True)
def own_keys(tmp_path, monkeypatch):
    """Take no keys from whoever runs the tests, and leave none behind."""
    monkeypatch.setenv("QSCOPE_KEYS", str(tmp_path / "keys.toml"))
    yield
    commands.use({})


@pytest.fixture
def saves(tmp_path):
    """An empty folder of saves."""
    folder = tmp_path / "saves"
    folder.mkdir()
    return folder
