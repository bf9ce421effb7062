"""What a run asks of an agent, whoever it is."""

from typing import Any, ClassVar, Protocol, runtime_checkable

from engine.agents.fields import Settings
from engine.interaction import Interaction
from engine.state import State
from engine.transition import Update
from engine.worlds.mdp import BoolArray, FloatArray, IntArray, TabularMDP


class Agent(Protocol):
    """One who acts in a world and learns from it."""

    name: ClassVar[str]

    waits_for_person: ClassVar[bool]
    """Whether a person chooses its actions: then it makes no transition but by hand."""

    @property
    def settings(self) -> Settings:
        """The settings with which it was made."""
        ...

    keyframe_every: int
    """After how many steps it is worth keeping its state, so that going back is quick and little is kept."""

    def advance(self, interaction: Interaction, steps: int, episodes: int, by_hand: int = -1) -> int:
        """Act and learn for at most `steps` transitions and `episodes` finished episodes; return the transitions made.

        It returns as soon as what the interaction watches for is met, and may return early else, at least after one
        transition. Advancing by n is the same as n times by 1, to the bit.
        `by_hand` is an action that a person chose for the first step, or -1; raises `InputError` if it cannot be taken.
        """
        ...

    def change(self, settings: Settings) -> None:
        """Go on with other settings; those whose rule says `fixed` are the same."""
        ...

    def resettle(self, world: TabularMDP, origin: IntArray) -> None:
        """Go on in an edited world: its state s was state `origin[s]` before, or is new where that is -1."""
        ...

    def q_values(self) -> FloatArray:
        """Return the value of every pair as the agent sees it, shape (states, actions); NaN where not legal."""
        ...

    def values_of(self, place: Any) -> FloatArray:
        """Return the value of each action at a place, shape (actions,).

        A place is the number of a state, or what is observed in a world without a model.
        """
        ...

    def epsilon(self, step: int) -> float:
        """Return how much is explored after `step` transitions: epsilon, or the temperature or the confidence."""
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


@runtime_checkable
class CountsVisits(Protocol):
    """An agent that counts how often it acted from each pair."""

    counted_after: int
    """How many first transitions of the run are not counted: 0, but for those that an older save does not tell."""

    def visits(self) -> IntArray | None:
        """Return the counts, shape (states, actions); a copy, not a view. None where what it sees has no number."""
        ...


@runtime_checkable
class HasReplay(Protocol):
    """An agent that keeps transitions and learns from them again."""

    def replayable(self) -> tuple[IntArray, IntArray, IntArray]:
        """Return state and action of each that it keeps, and how many transitions ago it was made; of shape (kept,).

        The state is -1 where what the agent sees has no number.
        """
        ...


@runtime_checkable
class HasPolicy(Protocol):
    """An agent whose policy is other than the greedy one of its values."""

    def policy(self) -> BoolArray:
        """Return which actions it may take, shape (states, actions)."""
        ...


@runtime_checkable
class HasTarget(Protocol):
    """An agent that may learn towards a target network."""

    def target_values(self) -> FloatArray | None:
        """Return what the target network says of every pair, shape (states, actions); None while there is none."""
        ...
