"""The loop of interaction for agents that act and learn in Python."""

from typing import Any, NamedTuple, Protocol, cast

from engine.agents.kernels.world import begin_episode, fold, react, record
from engine.interaction import FINISHED_CAPACITY, Interaction


class Decision(NamedTuple):
    """An action and how it came about."""

    action: int
    explored: bool
    die: float
    epsilon: float


class Learner(Protocol):
    """An agent as the loop sees it. A place is a state's number, or what is observed in a world without a model."""

    def act(self, place: Any, step: int, by_hand: int) -> Decision:
        """Choose an action at a place after `step` transitions; take `by_hand` where it is not -1."""
        ...

    def learn(
        self, place: Any, action: int, reward: float, next_place: Any, terminated: bool, truncated: bool
    ) -> float:
        """Learn from a transition; return the TD error that counts in the statistics."""
        ...


class Surroundings(Protocol):
    """A world as the loop sees it."""

    def begin(self) -> None:
        """Begin an episode."""
        ...

    def place(self) -> Any:
        """Return where the agent is."""
        ...

    def react(self, action: int) -> tuple[float, Any, bool, bool]:
        """Return reward, next place, terminated and truncated."""
        ...


class _Modelled(NamedTuple):
    """A world whose outcomes are drawn from its model."""

    interaction: Interaction

    def begin(self) -> None:
        begin_episode(self.interaction.model, self.interaction.memory, self.interaction.generator)

    def place(self) -> int:
        return int(self.interaction.memory.progress["state"][0])

    def react(self, action: int) -> tuple[float, int, bool, bool]:
        length = int(self.interaction.memory.progress["length"][0])
        return react(self.interaction.model, self.place(), action, length, self.interaction.generator)


def interact(
    learner: Learner, interaction: Interaction, discount: float, steps: int, episodes: int, by_hand: int
) -> int:
    """Let the learner act and learn as `Agent.advance` says; return the steps made."""
    world = _Modelled(interaction) if interaction.modelled else cast(Surroundings, interaction)
    memory = interaction.memory
    progress, finished = memory.progress[0], memory.finished_count
    limit = min(int(finished[0]) + episodes, FINISHED_CAPACITY)
    made = 0
    going = steps > 0 and finished[0] < limit and not interaction.met
    while going:
        if progress["ended"]:
            world.begin()
        state, place = int(progress["state"]), world.place()
        action, explored, die, epsilon = learner.act(place, int(progress["step"]), by_hand if made == 0 else -1)
        reward, next_place, terminated, truncated = world.react(action)
        td_error = learner.learn(place, action, reward, next_place, terminated, truncated)
        next_state = next_place if interaction.modelled else 0
        fold(memory, reward, next_state, terminated, truncated, discount, td_error, epsilon)
        made += 1
        going = made < steps and finished[0] < limit and not interaction.met
        if not going:  # The numbers of the steps in between are never seen.
            chosen = by_hand >= 0 and made == 1
            record(memory, state, action, reward, next_state, terminated, truncated, explored, die, epsilon, chosen)
    return made
