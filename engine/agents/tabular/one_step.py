"""The agents that learn by a one-step rule: one small class each, over one compiled loop."""

from typing import ClassVar

from engine.agents.kernels import one_step
from engine.agents.tabular.table import TabularAgent
from engine.interaction import Interaction


class OneStepAgent(TabularAgent):
    """A tabular agent that learns from each transition as it is made."""

    rule: ClassVar[int]

    def advance(self, interaction: Interaction, steps: int, episodes: int, by_hand: int = -1) -> int:
        """See `Agent.advance`."""
        made: int = one_step.learn_by_table(
            self.rule,
            interaction.model,
            interaction.memory,
            self._tables,
            self._behaviour,
            self._step_size_row,
            self.settings.discount,
            interaction.generator,
            self._generator,
            (steps, episodes, by_hand),
        )
        return made


class QLearning(OneStepAgent):
    """Q-learning: off-policy control by the best next value (Watkins, 1989; Sutton & Barto, section 6.5)."""

    name = "q-learning"
    rule = one_step.Q_LEARNING


class Sarsa(OneStepAgent):
    """SARSA: on-policy control by the action that is taken next (Rummery & Niranjan, 1994; Sutton & Barto, 6.4)."""

    name = "sarsa"
    rule = one_step.SARSA
    looks_ahead = True


class ExpectedSarsa(OneStepAgent):
    """Expected SARSA: on-policy control by the mean under the policy (van Seijen et al., 2009; Sutton & Barto, 6.6)."""

    name = "expected-sarsa"
    rule = one_step.EXPECTED_SARSA


class DoubleQLearning(OneStepAgent):
    """Double Q-learning: two tables, so that none judges its own guess (van Hasselt, 2010; Sutton & Barto, 6.7)."""

    name = "double-q-learning"
    rule = one_step.DOUBLE_Q_LEARNING
    two_tables = True
