"""A sitting in plain lines from its beginning to its end, whatever ends it."""

import sys
from pathlib import Path

from engine.autosaves import word_of
from engine.errors import InputError
from engine.messages import Load, Start
from tui.lessons.lesson import Lesson
from tui.plain.conversation import Conversation
from tui.plain.keys import Keys
from tui.plain.talk import Talk
from tui.screens.engine_library import EngineLibrary
from tui.signals import Rescue


def run(
    saves: Path, first: Start | Load, *, timeline_memory: int, welcome: bool = False, lesson: Lesson | None = None
) -> int:
    """Talk about a run in lines and return the exit code; whatever ends it, what was learned is not lost.

    `welcome`: offer to go on where the last sitting broke off. `lesson`: open it; `first` is then its run.
    """
    from engine.trainer import Trainer

    kept: Path | None = None
    trainer, keys = Trainer(saves, timeline_memory), Keys(sys.stdin, sys.stdout)
    talk = Talk(trainer, EngineLibrary(saves), keys, sys.stdout)
    conversation = Conversation(talk)

    def leave(code: int) -> None:
        conversation.left = True
        keys.give_back()

    rescue = Rescue(trainer.rescue, leave)
    rescue.install()
    try:
        keys.take()
        trainer.start(first)
        talk.settle()
        if talk.begun:
            _talk(conversation, welcome=welcome, lesson=lesson)
    finally:
        keys.give_back()
        on_purpose = conversation.left and rescue.signal is None
        if not on_purpose:
            kept = trainer.rescue()
        rescue.remove()
        trainer.close(forget=on_purpose)
    if trainer.complaint and trainer.snapshot is None:
        raise InputError(trainer.complaint)
    if rescue.signal is not None:
        return 128 + rescue.signal
    if on_purpose or trainer.snapshot is None or not trainer.snapshot.unsaved:
        return 0
    if kept is None:
        print(f"what was learned is lost: it cannot be kept in {saves}", file=sys.stderr)
        return 1
    talk.say(f"autosaved: qscope {word_of(kept)} goes on here")
    return 0


def _talk(conversation: Conversation, *, welcome: bool, lesson: Lesson | None) -> None:
    conversation.begin()
    if welcome:
        conversation.welcome()
    if lesson is not None:
        conversation.lessons.open(lesson)
    conversation.run()
