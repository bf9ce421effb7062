"""A trainer on its thread, whose run has begun."""

import pytest

from engine.messages import Start
from engine.trainer import Trainer
from tests.engine.waiting import wait_for


@pytest.fixture
def trainer(saves):
    """A trainer whose run has begun."""
    trainer = Trainer(saves)
    trainer.start(Start("seed-2x3", "q-learning", {}, 0))
    wait_for(trainer, lambda snapshot: True)
    yield trainer
    trainer.close()
