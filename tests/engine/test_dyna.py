"""Dyna-Q and prioritized sweeping: what is remembered, what is planned, and how much sooner the maze is learned."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.kernels.priority_queue import Queue, pop, push
from engine.interventions import Act, Edit
from engine.run import Run
from engine.state import State
from engine.worlds import catalogue
from tests.engine.worlds import CORRIDOR, FIVE_BY_FIVE, SLIPPERY, build

SETTINGS = {"epsilon": "0.3", "step_size": "0.5"}
LONG = CORRIDOR | {"map": "S........G", "max_steps": 1000, "discount": 0.9}
RIGHT, LEFT = 1, 3


def make(definition=SLIPPERY, seed=2, **settings):
    return Run(build(definition), "dyna-q", SETTINGS | settings, seed)


def arrays(run):
    return run.state().under("agent").arrays


@pytest.mark.parametrize("prioritized", ["false", "true"])
@pytest.mark.parametrize("exploration", ["epsilon-greedy", "softmax", "ucb"])
def test_without_planning_it_is_q_learning_to_the_bit(prioritized, exploration):
    shared = SETTINGS | {"exploration": exploration, "step_size": "1/n^0.8"}
    dyna = Run(build(SLIPPERY), "dyna-q", shared | {"planning_steps": "0", "prioritized": prioritized}, seed=2)
    plain = Run(build(SLIPPERY), "q-learning", shared, seed=2)
    for run in (dyna, plain):
        run.advance(steps=3000)
    assert np.array_equal(dyna.agent.q_values(), plain.agent.q_values(), equal_nan=True)
    assert dyna.interaction.transition() == plain.interaction.transition()


def test_what_is_remembered_of_a_pair_is_its_last_outcome():
    run = make(planning_steps="2")
    last, order = {}, []
    for _ in range(300):
        run.advance(steps=1)
        step = run.interaction.transition()
        pair = (step.state, step.action)
        order += [] if pair in last else [pair]
        last[pair] = (step.reward, step.next_state, step.terminated)
        remembered = arrays(run)
        for known, outcome in last.items():
            assert (
                remembered["remembered_reward"][known],
                remembered["remembered_next_state"][known],
                remembered["remembered_terminated"][known],
            ) == outcome
        assert (remembered["remembered_next_state"] >= 0).sum() == len(last)
        assert [divmod(pair, 4) for pair in remembered["tried"][: len(order)].tolist()] == order
    assert any(terminated for _, _, terminated in last.values())


def test_a_truncated_outcome_is_remembered_as_one_that_goes_on():
    run = Run(build(CORRIDOR), "dyna-q", SETTINGS, seed=0)
    for action in (RIGHT, LEFT, RIGHT):
        run.intervene(Act(run.step, action))
    assert run.interaction.transition().truncated
    assert not arrays(run)["remembered_terminated"].any()


def test_an_ended_outcome_is_planned_without_a_next_value():
    rows = [["a", "go", 1.0, "b", 1.0, True], ["b", "go", 1.0, "b", 5.0, True]]
    world = {"title": "two", "discount": 0.9, "states": ["a", "b"], "actions": ["go"], "transitions": rows}
    run = Run(
        build(world | {"start": {"a": 0.5, "b": 0.5}, "max_steps": 9}), "dyna-q", {"planning_steps": "20"}, seed=0
    )
    run.advance(steps=50)
    assert run.agent.q_values().ravel().tolist() == pytest.approx([1.0, 5.0])


def test_only_pairs_that_were_tried_are_planned_and_all_of_them_alike():
    run = make(planning_steps="8")
    run.advance(steps=500)
    tried = {divmod(pair, 4) for pair in arrays(run)["tried"].tolist() if pair >= 0}
    counts = dict.fromkeys(tried, 0)
    for _ in range(2000):
        run.advance(steps=1)
        update = run.agent.update()
        assert update.planned == len(update.planned_pairs) == 8
        tried |= {(run.interaction.transition().state, run.interaction.transition().action)}
        for pair in update.planned_pairs:
            assert pair in tried
            counts[pair] = counts.get(pair, 0) + 1
    expected = 16_000 / len(counts)
    assert len(counts) == len(tried)
    assert max(abs(count - expected) for count in counts.values()) < 5 * expected**0.5


def test_planning_is_no_visit():
    run = make(planning_steps="50")
    run.advance(steps=100)
    assert arrays(run)["visits"].sum() == 100


def test_prioritized_sweeping_carries_a_reward_back_along_the_corridor_within_one_step():
    run = make(LONG, prioritized="true", planning_steps="20", step_size="1.0", discount="0.9")
    for step in range(8):
        run.intervene(Act(step, RIGHT))
    assert not run.agent.q_values()[~run.world.terminal].any()
    run.intervene(Act(8, RIGHT))
    values = run.agent.q_values()[:9, RIGHT]
    assert values.tolist() == pytest.approx([0.9**k for k in range(8, -1, -1)])
    assert run.agent.update().planned == 8
    assert run.agent.update().planned_pairs == tuple((state, RIGHT) for state in range(7, -1, -1))


def test_uniform_planning_does_not_do_so():
    run = make(LONG, planning_steps="20", step_size="1.0")
    for step in range(9):
        run.intervene(Act(step, RIGHT))
    assert (run.agent.q_values()[:9, RIGHT] == 0.0).any()


def test_an_error_below_the_threshold_is_not_queued():
    run = make(LONG, prioritized="true", planning_steps="20", step_size="1.0", priority_threshold="0.7")
    for step in range(9):
        run.intervene(Act(step, RIGHT))
    assert run.agent.q_values()[:9, RIGHT].tolist() == pytest.approx([0, 0, 0, 0, 0, 0.9**3, 0.9**2, 0.9, 1])


def test_what_does_not_fit_into_one_step_stays_queued_also_in_a_save():
    run = make(LONG, prioritized="true", planning_steps="3", step_size="1.0")
    for step in range(9):
        run.intervene(Act(step, RIGHT))
    assert np.count_nonzero(arrays(run)["priority"]) == 1
    other = make(LONG, prioritized="true", planning_steps="3", step_size="1.0")
    other.load_state(run.state(), run.log)
    for again in (run, other):
        again.intervene(Act(9, LEFT))
        assert again.agent.q_values()[2, RIGHT] == pytest.approx(0.9**6)
    assert other.digest() == run.digest()


@given(st.lists(st.tuples(st.integers(0, 19), st.sampled_from([0.5, 1.0, 2.0, 3.0])), max_size=60))
def test_the_queue_gives_the_highest_priority_first_and_the_smaller_number_among_equals(pushed):
    queue, expected = Queue.of(np.zeros(20)), {}
    for pair, priority in pushed:
        push(queue, pair, priority)
        expected[pair] = max(priority, expected.get(pair, 0.0))
    again = Queue.of(queue.priority)
    order = sorted(expected, key=lambda pair: (-expected[pair], pair))
    assert [pop(queue) for _ in order] == order
    assert [pop(again) for _ in order] == order
    assert queue.size[0] == again.size[0] == 0


@pytest.mark.parametrize("prioritized", ["false", "true"])
def test_it_goes_on_exactly_from_any_cut(prioritized):
    generator = np.random.default_rng(0)
    for seed in range(10):
        settings = {"prioritized": prioritized, "planning_steps": "4", "step_size": "0.7"}
        run, other = make(FIVE_BY_FIVE, seed, **settings), make(FIVE_BY_FIVE, seed, **settings)
        run.advance(steps=int(generator.integers(1, 500)))
        other.load_state(run.state())
        run.advance(steps=200)
        for _ in range(200):
            other.advance(steps=1)
        assert other.digest() == run.digest()


def test_in_an_edited_world_it_remembers_what_was_there_until_it_tries_again():
    run = make(FIVE_BY_FIVE, planning_steps="5")
    run.advance(episodes=100)
    states = run.world.states
    old = arrays(run)
    run.intervene(Edit(run.step, 0, 2, {"wall": True}))
    now = arrays(run)
    for state, name in enumerate(run.world.states):
        for action in range(4):
            before = old["remembered_next_state"][states.index(name), action]
            known = now["remembered_next_state"][state, action]
            if before < 0 or states[before] == "0,2":
                assert known == -1
            else:
                assert run.world.states[known] == states[before]
    run.advance(episodes=50)
    digest = run.digest()
    again = Run(run.origin_world, "dyna-q", run.origin_settings, run.seed)
    again.advance(steps=run.log[0].step)
    again.intervene(run.log[0])
    again.advance(steps=run.step - again.step)
    assert again.digest() == digest


@pytest.mark.parametrize(
    ("name", "place", "value"),
    [
        ("remembered_next_state", (0, 0), 99),
        ("remembered_next_state", (0, 0), -2),
        ("remembered_next_state", (8, 0), 0),
        ("tried", 0, 99),
        ("tried", 1, -1),
        ("tried", -1, 3),
        ("priority", 0, -1.0),
        ("priority", 35, 1.0),
        ("planned", 1, 99),
        ("planned", 0, -1),
    ],
)
def test_a_state_that_fits_no_memory_is_refused(name, place, value):
    run = make(SLIPPERY | {"map": "S..\n...\n..G"}, planning_steps="5")
    run.advance(steps=500)
    state = run.state()
    changed = state.arrays[f"agent.{name}"].copy()
    changed[place] = value
    with pytest.raises(ValueError):
        run.load_state(State({**state.arrays, f"agent.{name}": changed}, state.values))


def plain_dyna(maze, planning_steps, seed, episodes=5):
    """Tabular Dyna-Q as the book's box says it, in a few lines of its own; return the lengths of the episodes."""
    chance = random.Random(seed)
    rows, ways = maze.split(), ((-1, 0), (0, 1), (1, 0), (0, -1))
    q, model, lengths = {}, {}, []
    values = lambda state: q.setdefault(state, [0.0] * 4)  # noqa: E731

    def learn(state, action, reward, following):
        values(state)[action] += 0.1 * (reward + 0.95 * max(values(following)) - values(state)[action])

    for _ in range(episodes):
        state, length = (2, 0), 0
        while state != (0, 8):
            best = [action for action in range(4) if values(state)[action] == max(values(state))]
            action = chance.randrange(4) if chance.random() < 0.1 else chance.choice(best)
            row, column = state[0] + ways[action][0], state[1] + ways[action][1]
            free = 0 <= row < 6 and 0 <= column < 9 and rows[row][column] != "#"
            following = (row, column) if free else state
            reward = 1.0 if following == (0, 8) else 0.0
            learn(state, action, reward, following)
            model[state, action] = (reward, following)
            for pair in chance.choices(list(model), k=planning_steps):
                learn(*pair, *model[pair])
            state, length = following, length + 1
        lengths.append(length)
    return lengths


@pytest.mark.parametrize(("planning_steps", "seeds", "about"), [(0, 100, 275), (5, 60, 23), (50, 12, 17.3)])
def test_the_fifth_episode_of_the_dyna_maze_is_as_long_as_for_a_plain_dyna_q(planning_steps, seeds, about):
    definition = dict(catalogue.find("dyna-maze").definition) | {"max_steps": 10**6, "title": "the Dyna maze"}
    fifth = []
    for seed in range(4 * seeds):
        settings = {"epsilon": "0.1", "step_size": "0.1", "planning_steps": str(planning_steps)}
        run = Run(build(definition), "dyna-q", settings, seed)
        run.advance(episodes=5)
        fifth.append(int(run.statistics.last(1)["length"][0]))
    plain = [plain_dyna(definition["map"], planning_steps, seed)[-1] for seed in range(seeds)]
    error = np.hypot(np.std(fifth, ddof=1) / len(fifth) ** 0.5, np.std(plain, ddof=1) / len(plain) ** 0.5)
    assert abs(np.mean(fifth) - np.mean(plain)) < 4 * error
    assert np.mean(fifth) == pytest.approx(about, rel=0.2)
