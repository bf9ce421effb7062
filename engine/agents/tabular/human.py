"""The agent whose actions a person chooses."""

from typing import ClassVar

from engine.agents.tabular.one_step import QLearning


class Human(QLearning):
    """A person acts, and Q-learning learns from it: off-policy learning that one can feel.

    The target is the best next action whatever the person does next, so the table comes to know a better way than the
    one that was walked. It makes no transition of its own accord: every one is an action by hand (`Act`).
    """

    name = "human"
    waits_for_person: ClassVar[bool] = True
