"""The loop of interaction for agents that act and learn in Python."""

from typing import NamedTuple, Protocol

from engine.agents.kernels.world import begin_episode, fold, react, record
from engine.interaction import FINISHED_CAPACITY, Interaction


class Decision(NamedTuple):
    """An action and how it came about."""

    action: int
    explored: bool
    die: float
    epsilon: float


class Learner(Protocol):
    """An agent as the loop sees it."""

    def act(self, state: int, step: int, by_hand: int) -> Decision:
        """Choose an action in `state` after `step` transitions; take `by_hand` where it is not -1."""
        ...

    def learn(self, state: int, action: int, reward: float, next_state: int, terminated: bool) -> float:
        """Learn from a transition; return the TD error that counts in the statistics."""
        ...


def interact(
    learner: Learner, interaction: Interaction, discount: float, steps: int, episodes: int, by_hand: int
) -> int:
    """Let the learner act and learn as `Agent.advance` says; return the steps made."""
    model, memory, generator = interaction.model, interaction.memory, interaction.generator
    progress, finished = memory.progress[0], memory.finished_count
    limit = min(int(finished[0]) + episodes, FINISHED_CAPACITY)
    made = 0
    while made < steps and finished[0] < limit:
        if progress["ended"]:
            begin_episode(model, memory, generator)
        state = int(progress["state"])
        action, explored, die, epsilon = learner.act(state, int(progress["step"]), by_hand if made == 0 else -1)
        reward, next_state, terminated, truncated = react(model, state, action, int(progress["length"]), generator)
        td_error = learner.learn(state, action, reward, next_state, terminated)
        fold(memory, reward, next_state, terminated, truncated, discount, td_error, epsilon)
        chosen = by_hand >= 0 and made == 0
        record(memory, state, action, reward, next_state, terminated, truncated, explored, die, epsilon, chosen)
        made += 1
    return made
