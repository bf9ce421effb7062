"""Encodings: how a state number becomes an observation for the network."""

import torch
from torch import Tensor


class OneHot:
    """One input a state, 1 where the agent is and 0 elsewhere, as in the article that this system is built after."""

    def __init__(self, states: int) -> None:
        self.features = states

    def observe(self, states: Tensor) -> Tensor:
        """Return the observations of state numbers, shapes (batch,) -> (batch, features)."""
        return torch.zeros(len(states), self.features).scatter_(1, states.unsqueeze(1), 1.0)
