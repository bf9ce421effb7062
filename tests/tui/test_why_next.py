"""Which value of the next state the target of each agent used: the line that says why tells it, on every screen."""

import pytest

from engine.messages import Start
from engine.session import Session
from tui.widgets.explanation import NEXT, explain
from tui.widgets.why_large import explain_at_large

SMALL = {"learning_starts": "5", "batch_size": "4", "hidden": "8"}


def followed(folder, agent, world="russell-norvig-4x3", steps=40, **settings):
    """Yield what is seen after each step from which the agent learned and after which something followed."""
    session = Session(folder, lambda _: None)
    session.obey(Start(world, agent, settings, 0))
    for _ in range(steps):
        session.advance(1)
        seen = session.snapshot(playing=False, speed=1.0, steps_per_second=0.0)
        learned = seen.update is not None and getattr(seen.update, "step", seen.step) == seen.step
        if learned and not seen.last.terminated:
            yield seen


def why(seen, width):
    return "".join(text for text, _ in explain(seen, width)[1])


@pytest.mark.parametrize("agent", [name for name in NEXT if name != "human"])
def test_the_line_says_which_next_value_the_target_used(agent, saves):
    seen = list(followed(saves, agent))
    assert len(seen) > 10
    for one in seen:
        how, _ = NEXT[agent]
        assert how in why(one, 160)
        if one.update.next_action >= 0:
            action = one.world.actions[one.update.next_action]
            assert f"{one.world.states[one.last.next_state]}; {action}), {how}" in why(one, 160)
            assert f"a′ {action}" in why(one, 78) or f"; {action})" in why(one, 78)
        else:
            assert "mean" in why(one, 78)


def test_sarsa_says_the_action_that_it_then_takes(saves):
    seen = {one.step: one for one in followed(saves, "sarsa")}
    for step, one in seen.items():
        if step + 1 in seen and not one.last.truncated:
            assert seen[step + 1].last.action == one.update.next_action


@pytest.mark.parametrize("world", ["russell-norvig-4x3", "gym:CartPole-v1"])
def test_a_network_names_the_action_with_a_model_and_without(world, saves):
    for seen in followed(saves, "dqn", world, **SMALL):
        action = seen.world.actions[seen.update.next_action]
        assert f"(a′ {action})" in why(seen, 78)
        large = ["".join(text for text, _ in line) for line in explain_at_large(seen, 100)]
        state = seen.world.states[seen.last.next_state]
        assert any(
            line.startswith("best Q(s′), target net: ") and line.endswith(f"Q({state}; {action})") for line in large
        )


def test_who_learns_at_the_end_of_an_episode_says_that_it_waits(saves):
    session = Session(saves, lambda _: None)
    session.obey(Start("cliff", "monte-carlo", {}, 0))
    session.advance(1)
    seen = session.snapshot(playing=False, speed=1.0, steps_per_second=0.0)
    assert why(seen, 100) == "nothing was learned from this step: the rule waits for the rewards that follow"


def test_who_never_learns_says_so(saves):
    session = Session(saves, lambda _: None)
    session.obey(Start("cliff", "random", {}, 0))
    session.advance(1)
    seen = session.snapshot(playing=False, speed=1.0, steps_per_second=0.0)
    assert why(seen, 100) == "this agent learned nothing from the step"
