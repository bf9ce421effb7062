"""Monte Carlo control: learns from whole episodes and bootstraps from nothing."""

from collections.abc import Mapping

import numpy as np

from engine.agents.kernels import monte_carlo
from engine.agents.settings import MonteCarloSettings
from engine.agents.tabular.table import TabularAgent, fill_columns
from engine.interaction import Interaction
from engine.state import Array, State
from engine.worlds.editing import numbers_after
from engine.worlds.mdp import IntArray, TabularMDP


class MonteCarlo(TabularAgent):
    """On-policy first-visit Monte Carlo control (Sutton & Barto, section 5.4)."""

    name = "monte-carlo"
    settings: MonteCarloSettings

    def __init__(self, world: TabularMDP, settings: MonteCarloSettings, generator: np.random.Generator) -> None:
        super().__init__(world, settings, generator)
        self._segments = monte_carlo.Segments.empty(*world.legal.shape)

    def advance(self, interaction: Interaction, steps: int, episodes: int, by_hand: int = -1) -> int:
        """See `Agent.advance`."""
        made: int = monte_carlo.learn_by_episodes(
            interaction.model,
            interaction.memory,
            self._tables,
            self._segments,
            self._behaviour,
            self._step_size_row,
            self.settings.discount,
            interaction.generator,
            self._generator,
            (steps, episodes, by_hand),
        )
        return made

    def resettle(self, world: TabularMDP, origin: IntArray) -> None:
        """See `Agent.resettle`: the episode moves with its states.

        A pair that is no more learns nothing; its rewards go on counting for the pairs before it.
        """
        now, before = numbers_after(origin, len(self._legal)), self._segments
        after = monte_carlo.Segments.empty(*world.legal.shape)
        kept = 0
        for at in range(before.size[0]):
            s, a = divmod(int(before.pair[at]), world.legal.shape[1])
            if now[s] >= 0 and world.legal[now[s], a]:
                after.pair[kept] = now[s] * world.legal.shape[1] + a
                after.seen[now[s], a] = True
                for name in ("began", "total", "power"):
                    getattr(after, name)[kept] = getattr(before, name)[at]
                kept += 1
            elif kept:
                after.total[kept - 1] += after.power[kept - 1] * before.total[at]
                after.power[kept - 1] *= before.power[at]
        after.size[0] = kept
        self._segments = after._replace(updates=self._carried(before.updates, world, origin, 0))
        super().resettle(world, origin)

    def state(self) -> State:
        """See `Agent.state`: of the episode, what there is of it so far."""
        arrays, values = super().state()
        count = self._segments.size[0]
        return State({**arrays, **{name: column[:count].copy() for name, column in self._episode().items()}}, values)

    def load_state(self, state: State) -> None:
        """See `Agent.load_state`."""
        super().load_state(state)
        segments, actions = self._segments, self._legal.shape[1]
        count = fill_columns(self._episode(), state)
        pairs, power = segments.pair[:count], segments.power[:count]
        if len(np.unique(pairs)) < count or not self._are_pairs(pairs // actions, pairs % actions):
            raise ValueError("the pairs of the episode are none of this world, or one comes twice")
        if count and not (segments.began[:count].min() >= 0 and 0.0 <= power.min() <= power.max() <= 1.0):
            raise ValueError("the episode so far is none")
        segments.size[0] = count
        segments.seen[...] = False
        segments.seen.ravel()[pairs] = True

    def _episode(self) -> Mapping[str, Array]:
        return {f"episode.{name}": getattr(self._segments, name) for name in ("pair", "began", "total", "power")}

    def _counts(self) -> dict[str, IntArray]:
        return {**super()._counts(), "updates": self._segments.updates}
