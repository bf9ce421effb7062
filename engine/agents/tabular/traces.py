"""The agents with eligibility traces: each TD error reaches back to the pairs that led to it."""

from typing import ClassVar

import numpy as np

from engine.agents.kernels import traces
from engine.agents.settings import TraceSettings
from engine.agents.tabular.table import TabularAgent
from engine.interaction import Interaction
from engine.state import State
from engine.worlds.mdp import FloatArray, IntArray, TabularMDP


class TraceAgent(TabularAgent):
    """A tabular agent with eligibility traces, without what it bootstraps from."""

    rule: ClassVar[int]
    settings: TraceSettings

    def __init__(self, world: TabularMDP, settings: TraceSettings, generator: np.random.Generator) -> None:
        super().__init__(world, settings, generator)
        self._traces = traces.Traces.of(np.zeros(world.legal.shape))
        # A step may teach every pair; so many steps are gone through again in some 50 ms.
        self.keyframe_every = min(self.keyframe_every, max(20_000_000 // world.legal.size, 500))

    def advance(self, interaction: Interaction, steps: int, episodes: int, by_hand: int = -1) -> int:
        """See `Agent.advance`."""
        made: int = traces.learn_by_traces(
            self.rule,
            self.settings.traces == "accumulating",
            self.settings.trace_decay,
            interaction.model,
            interaction.memory,
            self._tables,
            self._traces,
            self._behaviour,
            self._step_size_row,
            self.settings.discount,
            interaction.generator,
            self._generator,
            (steps, episodes, by_hand),
        )
        return made

    def traces(self) -> FloatArray:
        """Return the trace of every pair as the last update used it, shape (states, actions); 0.0 for none."""
        return self._traces.trace.copy()

    def resettle(self, world: TabularMDP, origin: IntArray) -> None:
        """See `Agent.resettle`: the traces move with their states, those of a pair that is no more are dropped."""
        self._traces = traces.Traces.of(self._carried(self._traces.trace, world, origin, 0.0))
        super().resettle(world, origin)

    def load_state(self, state: State) -> None:
        """See `Agent.load_state`."""
        super().load_state(state)
        trace = self._traces.trace
        if trace.min() < 0.0 or trace[~self._legal | (self._tables.visits == 0)].any():
            raise ValueError("a pair that was never visited has a trace, or a trace is below 0")
        self._traces = traces.Traces.of(trace)

    def _arrays(self) -> dict[str, FloatArray | IntArray]:
        return {**super()._arrays(), "trace": self._traces.trace}


class SarsaLambda(TraceAgent):
    """SARSA(lambda): on-policy control (Rummery & Niranjan, 1994; Sutton & Barto, section 12.7)."""

    name = "sarsa-lambda"
    rule = traces.SARSA_LAMBDA
    looks_ahead = True


class QLambda(TraceAgent):
    """Watkins' Q(lambda): off-policy, its traces reach back to the last action that was not greedy (Watkins, 1989)."""

    name = "q-lambda"
    rule = traces.Q_LAMBDA
