"""What every test stands on: a fixed environment, whatever the person's own looks like."""

import os

import pytest

for name in [name for name in os.environ if name.startswith(("TEXTUAL", "QSCOPE"))] + ["NO_COLOR", "FORCE_COLOR"]:
    os.environ.pop(name, None)
os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["COLUMNS"] = "80"


@pytest.fixture
def saves(tmp_path):
    """An empty folder of saves."""
    folder = tmp_path / "saves"
    folder.mkdir()
    return folder
