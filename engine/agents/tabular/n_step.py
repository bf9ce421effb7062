"""n-step SARSA: between one step and Monte Carlo, by how many rewards a target counts."""

from collections.abc import Mapping

import numpy as np

from engine.agents.kernels import n_step
from engine.agents.settings import MOST_STEPS, NStepSettings
from engine.agents.tabular.table import TabularAgent, fill_columns
from engine.interaction import Interaction
from engine.state import Array, State
from engine.worlds.editing import numbers_after
from engine.worlds.mdp import IntArray, TabularMDP


class NStepSarsa(TabularAgent):
    """On-policy control by the next n rewards and the value of the pair after them (Sutton & Barto, section 7.2)."""

    name = "n-step-sarsa"
    looks_ahead = True
    settings: NStepSettings

    def __init__(self, world: TabularMDP, settings: NStepSettings, generator: np.random.Generator) -> None:
        super().__init__(world, settings, generator)
        self._window = n_step.Window.empty(*world.legal.shape)

    def advance(self, interaction: Interaction, steps: int, episodes: int, by_hand: int = -1) -> int:
        """See `Agent.advance`."""
        made: int = n_step.learn_n_step(
            self.settings.n,
            interaction.model,
            interaction.memory,
            self._tables,
            self._window,
            self._behaviour,
            self._step_size_row,
            self.settings.discount,
            interaction.generator,
            self._generator,
            (steps, episodes, by_hand),
        )
        return made

    def resettle(self, world: TabularMDP, origin: IntArray) -> None:
        """See `Agent.resettle`: the pairs that wait move with their states, one that is no more learns nothing."""
        now, window = numbers_after(origin, len(self._legal)), self._window
        states = np.where(window.state >= 0, now[window.state], -1)
        possible = (states >= 0) & world.legal[states, window.action]
        window.state[...] = np.where(possible, states, -1)
        self._window = window._replace(updates=self._carried(window.updates, world, origin, 0))
        super().resettle(world, origin)

    def state(self) -> State:
        """See `Agent.state`: what waits, the oldest first."""
        arrays, values = super().state()
        first, waiting = self._window.span
        order = (first + np.arange(waiting)) % MOST_STEPS
        return State({**arrays, **{name: column[order] for name, column in self._waiting().items()}}, values)

    def load_state(self, state: State) -> None:
        """See `Agent.load_state`."""
        super().load_state(state)
        waiting = fill_columns(self._waiting(), state)
        states, actions = self._window.state[:waiting], self._window.action[:waiting]
        if waiting >= MOST_STEPS or not self._are_pairs(states[states >= 0], actions[states >= 0]):
            raise ValueError("the pairs that wait for their rewards are none of this world, or too many")
        if states.size and (states.min() < -1 or not 0 <= actions.min() <= actions.max() < self._legal.shape[1]):
            raise ValueError("a pair that waits for its rewards has a state or an action below any")
        self._window.span[:] = 0, waiting

    def _waiting(self) -> Mapping[str, Array]:
        window = self._window
        return {"waiting.state": window.state, "waiting.action": window.action, "waiting.reward": window.reward}

    def _counts(self) -> dict[str, IntArray]:
        return {**super()._counts(), "updates": self._window.updates}
