"""The exact solution of a maze of 300x300, against policy iteration with scipy's sparse direct solver."""

from functools import partial

import numpy as np
import scipy.sparse
import scipy.sparse.csgraph
import scipy.sparse.linalg

from engine.planning import solve
from engine.worlds import catalogue
from engine.worlds.mdp import FloatArray, IntArray, TabularMDP
from tests.benchmarks.speed.measuring import (
    ROUNDS,
    Bench,
    Measured,
    alternating,
    medians,
    processor_seconds,
    ratios,
)

SIZE = 300
WALLS = 0.25
"""The share of cells that are walls at first; those that are cut off become walls, too."""
CLOSE = 1e-9
"""How far apart the two solutions may lie, relative to the largest value."""


def maze(size: int = SIZE, slip: float = 0.0) -> TabularMDP:
    """Return a maze with the start at the top left and the goal at the bottom right; always the same one."""
    walls = np.random.default_rng(0).random((size, size)) < WALLS
    walls[0, 0] = walls[-1, -1] = False
    cells = np.where(_connected(~walls), ".", "#")
    cells[0, 0], cells[-1, -1] = "S", "G"
    definition = {
        "discount": 0.99,
        "max_steps": 10_000,
        "step_reward": -1.0,
        "slip": slip,
        "map": "\n".join("".join(line) for line in cells),
        "cells": {"G": {"terminal": True}},
    }
    return catalogue.build(f"maze-{size}x{size}", definition)


def _connected(open_cells: np.ndarray) -> np.ndarray:
    """Return which open cells can be walked to from the last one; the first one must be among them."""
    found, last = np.zeros_like(open_cells), np.zeros_like(open_cells)
    found[-1, -1] = True
    while (found != last).any():
        last = found.copy()
        for there, here in ((np.s_[1:], np.s_[:-1]), (np.s_[:-1], np.s_[1:])):
            found[there] |= found[here] & open_cells[there]
            found[:, there] |= found[:, here] & open_cells[:, there]
    if not found[0, 0]:
        raise ValueError("there is no way through this maze")
    return found


class PolicyIteration:
    """Policy iteration (Howard, 1960) in which each evaluation solves a sparse linear system exactly.

    It begins, as ours does, with the policy that walks towards the nearest end.
    """

    def __init__(self, world: TabularMDP, discount: float) -> None:
        states, actions = world.legal.shape
        pair = np.repeat(np.arange(states * actions), np.diff(world.offsets))
        weight = np.where(world.terminated, 0.0, discount * world.probability)
        self.step = scipy.sparse.csr_matrix((weight, (pair, world.next_state)), shape=(states * actions, states))
        self.reward = np.bincount(pair, world.probability * world.reward, states * actions)
        self.legal, self.acting = world.legal, np.flatnonzero(~world.terminal)
        self.policy = self._towards_an_end(world, pair)

    def _towards_an_end(self, world: TabularMDP, pair: IntArray) -> IntArray:
        """Return in each state the action whose likeliest outcome is nearest to an end, counted in steps."""
        states, actions = world.legal.shape
        ends = np.flatnonzero(world.terminal)
        back = scipy.sparse.csr_matrix(
            (np.ones(len(pair)), (world.next_state, pair // actions)), shape=(states, states)
        )
        away = scipy.sparse.csgraph.dijkstra(back, indices=ends, unweighted=True, min_only=True)
        mean = np.bincount(pair, world.probability * np.minimum(away[world.next_state], states), states * actions)
        policy: IntArray = np.where(self.legal, mean.reshape(states, actions), np.inf).argmin(axis=1)
        return policy

    def solve(self) -> FloatArray:
        """Return the optimal values, shape (states,)."""
        states, actions = self.legal.shape
        here = np.arange(states)
        acts = scipy.sparse.diags(np.isin(here, self.acting).astype(np.float64))
        while True:
            rows = here * actions + self.policy
            system = scipy.sparse.identity(states, format="csc") - (acts @ self.step[rows]).tocsc()
            v = scipy.sparse.linalg.spsolve(system, acts @ self.reward[rows])
            q = np.where(self.legal, (self.reward + self.step @ v).reshape(states, actions), -np.inf)[self.acting]
            now, best = q[np.arange(len(q)), self.policy[self.acting]], q.max(axis=1)
            better = best > now + 1e-10 * np.abs(now)
            if not better.any():
                return v
            self.policy[self.acting[better]] = q[better].argmax(axis=1)


def solution(slip: float, reach: float | None, aim: float | None, rounds: int) -> list[Measured]:
    """Compare both on the maze, and make sure that they find the same values."""
    world = maze(slip=slip)
    work = f"exact solution, maze of {SIZE}x{SIZE}" + (f", slip {slip:g}" if slip else "")
    against = "policy iteration with scipy's sparse solver"
    ours, theirs = solve(world).v, PolicyIteration(world, world.discount).solve()
    apart = float(np.abs(ours - theirs).max() / np.abs(theirs).max())
    if apart > CLOSE:
        raise ValueError(f"the two solutions of {work} lie {apart:.1g} apart")
    pairs = alternating(
        lambda: 1.0 / processor_seconds(partial(solve, world)),
        lambda: 1.0 / processor_seconds(lambda: PolicyIteration(world, world.discount).solve()),
        rounds,
    )
    mine, other = medians(pairs)
    note = f"{1 / mine:.2f} s against {1 / other:.2f} s; {len(world.states):,} cells are open; {apart:.1g} apart"
    return [Measured(work, against, ratios(pairs), "x", reach, aim, note=note)]


BENCHES = (
    Bench("solution", partial(solution, 0.0, 1.0, 3.0, ROUNDS)),
    Bench("solution-slippery", partial(solution, 0.2, None, None, 3)),
)
