"""A conversation in this process: lines in, and what is said to them."""

import io

import pytest

from engine.messages import Start
from engine.trainer import Trainer
from tui.plain.conversation import Conversation
from tui.plain.keys import Keys
from tui.plain.talk import Talk
from tui.screens.engine_library import EngineLibrary


@pytest.fixture
def hear(saves):
    """Obey lines as a pipe gives them, and return the lines that are said to them."""
    trainers = []

    def hear(*lines, world="seed-2x3", agent="q-learning", settings=None):
        trainer = Trainer(saves, 2**20)
        trainers.append(trainer)
        output = io.StringIO()
        talk = Talk(
            trainer, EngineLibrary(saves), Keys(io.StringIO("".join(f"{line}\n" for line in lines)), output), output
        )
        trainer.start(Start(world, agent, settings or {}, 0))
        talk.settle()
        conversation = Conversation(talk)
        conversation.begin()
        conversation.run()
        return output.getvalue().splitlines()[2:]

    yield hear
    for trainer in trainers:
        trainer.close(forget=True)


@pytest.fixture
def answers(saves):
    """The answers of a conversation about a run that was not begun."""
    output = io.StringIO()
    return Conversation(Talk(Trainer(saves, 2**20), EngineLibrary(saves), Keys(io.StringIO(), output), output)).answers
