"""What the tests of the application share: a terminal of fixed colours, and an app on a fake trainer."""

import pytest

from tests.tui.fakes import FakeLibrary, FakeTrainer
from tui.app import QScope


@pytest.fixture(autouse=True)
def terminal(monkeypatch):
    """A terminal with all colours, whatever the tests run in."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture(autouse=True)
def brisk(monkeypatch):
    """Let Pilot look every 5 ms whether the application rests, not every 20: it does so twice for every key."""
    monkeypatch.setattr("textual._wait.SLEEP_GRANULARITY", 1 / 200, raising=False)
    monkeypatch.setattr("textual._wait.SLEEP_IDLE", 1 / 4000, raising=False)


@pytest.fixture
def trainer():
    return FakeTrainer()


@pytest.fixture
def library():
    return FakeLibrary()


@pytest.fixture
def app(trainer, library):
    return QScope(trainer, library)
