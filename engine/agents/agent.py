"""What a run asks of an agent, whoever it is."""

from typing import ClassVar, Protocol

from engine.agents.fields import Settings
from engine.interaction import Interaction
from engine.state import State
from engine.transition import Update
from engine.worlds.mdp import FloatArray


class Agent(Protocol):
    """One who acts in a world and learns from it."""

    name: ClassVar[str]

    @property
    def settings(self) -> Settings:
        """The settings with which it was made."""
        ...

    def advance(self, interaction: Interaction, steps: int, episodes: int) -> int:
        """Act and learn for at most `steps` transitions and `episodes` finished episodes; return the transitions made.

        It may return early, at least after one transition. Advancing by n is the same as n times by 1, to the bit.
        """
        ...

    def q_values(self) -> FloatArray:
        """Return the value of every pair as the agent sees it, shape (states, actions); NaN where not legal."""
        ...

    def epsilon(self, step: int) -> float:
        """Return the chance of a random action after `step` transitions."""
        ...

    def update(self) -> Update | None:
        """Return the arithmetic of the last update, or None before the first."""
        ...

    def state(self) -> State:
        """Return everything that `load_state` needs to go on as if nothing had happened; copies, not views."""
        ...

    def load_state(self, state: State) -> None:
        """Take over a state; raises `ValueError` if it does not fit this agent in this world."""
        ...
