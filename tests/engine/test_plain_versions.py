"""The rules of several steps against plain versions of themselves, written as the book writes them, without economy."""

import numpy as np
import pytest

from engine.run import Run
from tests.engine.worlds import FIVE_BY_FIVE, build

STEPS, DISCOUNT, ALPHA = 2500, 0.95, 0.25


def walked(agent, **settings):
    """Return the run and its transitions."""
    settings = {"epsilon": "0.3", "step_size": str(ALPHA)} | settings
    run, rows = Run(build(FIVE_BY_FIVE | {"slip": 0.1, "max_steps": 40}), agent, settings, seed=3), []
    for _ in range(STEPS):
        run.advance(steps=1)
        rows.append(run.interaction.transition())
    assert any(row.truncated for row in rows)
    assert any(row.terminated for row in rows)
    return run, rows


def episodes(rows):
    """Cut the steps into episodes; the last may be open."""
    episode = []
    for row in rows:
        episode.append(row)
        if row.terminated or row.truncated:
            yield episode
            episode = []
    yield episode


@pytest.mark.parametrize("accumulating", [True, False])
@pytest.mark.parametrize("decay", [0.5, 0.9])
def test_watkins_traces_over_the_whole_table_come_to_the_same_values(decay, accumulating):
    traces = "accumulating" if accumulating else "replacing"
    run, rows = walked("q-lambda", trace_decay=str(decay), traces=traces)
    legal = run.world.legal
    q, cuts = np.zeros(legal.shape), 0
    for episode in episodes(rows):
        z = np.zeros(legal.shape)
        for row in episode:
            s, a = row.state, row.action
            greedy = q[s, a] == q[s].max()
            cuts += not greedy
            z *= DISCOUNT * decay if greedy else 0.0
            z[s, a] = z[s, a] + 1.0 if accumulating else 1.0
            value = 0.0 if row.terminated else q[row.next_state].max()
            q += ALPHA * (row.reward + DISCOUNT * value - q[s, a]) * z
    assert cuts > 100
    assert np.allclose(run.agent.q_values()[legal], q[legal], atol=1e-8)


@pytest.mark.parametrize("accumulating", [True, False])
def test_sarsa_traces_over_the_whole_table_come_to_the_same_values(accumulating):
    traces = "accumulating" if accumulating else "replacing"
    settings = {"epsilon": "0.3", "step_size": str(ALPHA), "trace_decay": "0.8", "traces": traces}
    run = Run(build(FIVE_BY_FIVE | {"slip": 0.1, "max_steps": 40}), "sarsa-lambda", settings, seed=3)
    q = np.zeros(run.world.legal.shape)
    z = np.zeros_like(q)
    for _ in range(STEPS):
        if run.interaction.ended:
            z[...] = 0.0
        run.advance(steps=1)
        row, following = run.interaction.transition(), run.agent.update().next_action
        s, a = row.state, row.action
        z *= DISCOUNT * 0.8
        z[s, a] = z[s, a] + 1.0 if accumulating else 1.0
        value = 0.0 if row.terminated else q[row.next_state, following]
        q += ALPHA * (row.reward + DISCOUNT * value - q[s, a]) * z
        assert np.allclose(run.agent.traces(), z, atol=1e-9)
    assert np.allclose(run.agent.q_values()[run.world.legal], q[run.world.legal], atol=1e-8)


@pytest.mark.parametrize("n", [2, 5, 30])
def test_n_step_sarsa_by_the_book_comes_to_the_same_values(n):
    settings = {"epsilon": "0.3", "step_size": str(ALPHA), "n": str(n)}
    run = Run(build(FIVE_BY_FIVE | {"slip": 0.1, "max_steps": 40}), "n-step-sarsa", settings, seed=3)
    q = np.zeros(run.world.legal.shape)
    rows = []
    for _ in range(STEPS):
        run.advance(steps=1)
        row = run.interaction.transition()
        rows.append(row)
        ended = row.terminated or row.truncated
        following = run.state().values["agent.pending"]["action"]
        value = 0.0 if row.terminated else q[row.next_state, following]
        first = len(rows) - n
        for tau in range(max(first, 0), len(rows)) if ended else [first] if first >= 0 else []:
            rewards = [later.reward for later in rows[tau:]]
            g = sum(r * DISCOUNT**k for k, r in enumerate(rewards)) + DISCOUNT ** len(rewards) * value
            q[rows[tau].state, rows[tau].action] += ALPHA * (g - q[rows[tau].state, rows[tau].action])
        rows = [] if ended else rows
    assert np.allclose(run.agent.q_values()[run.world.legal], q[run.world.legal], atol=1e-9)


def test_monte_carlo_on_whole_trajectories_comes_to_the_same_values():
    run, rows = walked("monte-carlo", step_size="1/n")
    legal = run.world.legal
    returns = {}
    for episode in list(episodes(rows))[:-1]:
        pairs = [(row.state, row.action) for row in episode]
        for at, pair in enumerate(pairs):
            if pair not in pairs[:at]:
                g = sum(row.reward * DISCOUNT**k for k, row in enumerate(episode[at:]))
                returns.setdefault(pair, []).append(g)
    q = run.agent.q_values()
    assert all(q[pair] == pytest.approx(np.mean(seen)) for pair, seen in returns.items())
    assert set(map(tuple, np.argwhere(legal & (q != 0.0)))) <= set(returns)
