"""Running until something holds: the run stops at the very step, whoever learns and in whatever portions."""

import math

import pytest

from engine import planning
from engine.agents import catalogue as agents
from engine.breakpoints import Breakpoint
from engine.errors import InputError
from engine.interventions import Act, Change, Edit
from engine.run import Run
from engine.timeline import Timeline
from engine.until import EXAMPLES, MEANINGS, Until
from engine.worlds import catalogue

FAR = 20_000


def timeline(agent="q-learning", world="seed-2x3", seed=0):
    settings = {"learning_starts": "20"} if agent == "dqn" else {}
    return Timeline(Run(catalogue.find(world), agent, settings, seed))


def td_error(run, before):
    """The |TD errors| that the last step added to those of its episode, which were `before` if it had begun."""
    progress = run.interaction.memory.progress[0]
    return progress["abs_td_error"] - (before if progress["length"] > 1 else 0.0)


def holds(until, run, before):
    """The condition, asked of the run as it stands after one more step."""
    if until.kind == "return":
        return run.interaction.ended and run.statistics.returns[-1] >= until.amount
    if until.kind == "state":
        return run.world.states[run.interaction.transition().next_state] == until.state
    if until.kind == "td":
        return td_error(run, before) >= until.amount - 1e-9
    solution = planning.solve(run.world, float(run.settings["discount"]))
    if not run.interaction.ended:
        return False
    if until.kind == "optimal":
        return planning.policy_agreement(run.agent.q_values(), solution) == 1.0
    return planning.q_error(run.agent.q_values(), solution) <= until.amount


def first_step(until, run, most):
    """Where the condition first holds, found step by step."""
    while run.step < most:
        before = float(run.interaction.memory.progress["abs_td_error"][0])
        run.advance(steps=1)
        if holds(until, run, before):
            return run.step
    return None


@pytest.mark.parametrize("agent", [name for name in agents.names() if name != "human"])
@pytest.mark.parametrize("text", ["return>=9", "return>=-5", "state 1,2", "td>=2.5"])
def test_every_agent_stops_at_the_step_where_it_first_holds(agent, text):
    until, past = Until.parse(text), timeline(agent)
    expected = first_step(until, timeline(agent).run, 300)
    stop = Breakpoint(until, past)
    stop.advance(300)
    assert stop.met == (expected is not None)
    assert past.step == past.head == (expected or 300)
    plain = timeline(agent)
    plain.advance(past.step)
    assert past.run.digest() == plain.run.digest()


@pytest.mark.parametrize("text", ["optimal", "error<=4", "return>=10", "td>=9"])
def test_it_is_found_at_full_speed_as_step_by_step(text):
    until, past = Until.parse(text), timeline()
    expected = first_step(until, timeline().run, FAR)
    assert expected is not None
    Breakpoint(until, past).advance(FAR)
    assert past.step == expected


@pytest.mark.parametrize("text", ["optimal", "return>=10", "state 0,2", "episodes 7", "steps 31"])
def test_the_portions_make_no_difference(text):
    whole, cut = timeline(), timeline()
    Breakpoint(Until.parse(text), whole).advance(FAR)
    stop = Breakpoint(Until.parse(text), cut)
    while not stop.met:
        stop.advance(3)
    assert cut.run.digest() == whole.run.digest()


def test_the_run_that_stopped_is_the_run_that_was_only_made_as_far():
    past, plain = timeline(), timeline()
    Breakpoint(Until.parse("return>=10"), past).advance(FAR)
    plain.advance(past.step)
    assert past.run.digest() == plain.run.digest()
    past.advance(500)
    plain.advance(500)
    assert past.run.digest() == plain.run.digest()


@pytest.mark.parametrize(("text", "steps", "episodes"), [("steps 31", 31, None), ("episodes 7", None, 7)])
def test_counts_are_of_more_steps_and_episodes(text, steps, episodes):
    past = timeline()
    past.advance(40)
    before = past.run.statistics.episodes
    stop = Breakpoint(Until.parse(text), past)
    stop.advance(FAR)
    assert stop.met
    assert stop.share == 1.0
    assert steps is None or past.step == 40 + steps
    assert episodes is None or past.run.statistics.episodes == before + episodes


def test_what_holds_already_stops_before_the_first_step():
    past = timeline()
    past.advance(FAR)
    assert Breakpoint(Until.parse("optimal"), past).met
    assert Breakpoint(Until.parse("error<=1000"), past).met


def test_where_the_limit_comes_first_it_is_not_met():
    past = timeline()
    stop = Breakpoint(Until.parse("return>=1000"), past)
    assert stop.advance(500) == 500
    assert not stop.met
    assert math.isnan(stop.share)


def test_nothing_is_watched_for_afterwards():
    past = timeline()
    Breakpoint(Until.parse("state 1,1"), past).advance(FAR)
    assert past.advance(1000) == 1000


def test_a_known_future_with_interventions_is_gone_through_to_the_step():
    past = timeline()
    past.advance(30)
    while not past.run.interaction.may_act(1):
        past.advance(1)
    past.intervene(Act(past.step, 1))
    past.intervene(Change(past.step, {"epsilon": "1.0"}))
    while past.run.world.states[past.run.interaction.transition().next_state] == "0,1":
        past.advance(1)
    past.intervene(Edit(past.step, 0, 1, {"wall": True}))
    past.advance(400)
    digest = past.run.digest()
    past.go_to(0)
    expected = None
    while past.step < 400 and expected is None:
        past.advance(1)
        if past.step > 60 and past.run.world.states[past.run.interaction.transition().next_state] == "1,2":
            expected = past.step
    past.go_to(60)
    Breakpoint(Until.parse("state 1,2"), past).advance(FAR)
    assert past.step == expected
    past.go_to(past.head)
    assert past.run.digest() == digest


@pytest.mark.parametrize("text", EXAMPLES)
def test_what_is_written_is_read_again(text):
    assert str(Until.parse(text)) == text
    assert Until.parse(str(Until.parse(text))) == Until.parse(text)


def test_there_is_an_example_and_a_meaning_of_every_kind():
    assert [Until.parse(text).kind for text in EXAMPLES] == list(MEANINGS)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("500 steps", "steps 500"),
        ("1,000 episodes", "episodes 1000"),
        ("1 step", "steps 1"),
        (" Return ≥ −9.5 ", "return>=-9.5"),
        ("optimal policy", "optimal"),
        ("max error <= 0.5", "error<=0.5"),
        ("|TD error| >= 3", "td>=3"),
        ("state  0,2", "state 0,2"),
    ],
)
def test_people_may_write_it_in_their_words(text, same):
    assert str(Until.parse(text)) == same


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "9", ">=9", "state", "steps", "steps 0", "steps 1.5", "steps -3", "steps " + "9" * 400),
        *("return", "return 9", "return<=9", "return>=x", "td>=-1", "td>=inf", "error>=1", "error<=nan"),
        *("optimal 3", "optimal>=3"),
    ],
)
def test_what_is_no_condition_is_refused_with_an_example(text):
    with pytest.raises(InputError, match=r"write"):
        Until.parse(text)


def test_a_state_that_the_world_does_not_have_is_refused():
    with pytest.raises(InputError, match="no state '9,9'"):
        Breakpoint(Until.parse("state 9,9"), timeline())


@pytest.mark.parametrize("text", ["state now", "optimal"])
def test_a_world_without_a_model_has_neither_states_nor_an_optimum(text):
    with pytest.raises(InputError, match="model"):
        Breakpoint(Until.parse(text), timeline("dqn", "gym:CartPole-v1"))


def test_a_return_is_waited_for_in_a_world_without_a_model():
    until, past = Until.parse("return>=15"), timeline("dqn", "gym:CartPole-v1")
    expected = first_step(until, timeline("dqn", "gym:CartPole-v1").run, 300)
    Breakpoint(until, past).advance(300)
    assert past.step == expected


def test_where_there_is_no_optimum_nothing_is_held_against_it(tmp_path):
    world = tmp_path / "endless.toml"
    world.write_text('title = "endless"\ndiscount = 1.0\nstep_reward = 1.0\nmax_steps = 10\nmap = "S."\n')
    with pytest.raises(InputError, match="discount"):
        Breakpoint(Until.parse("optimal"), timeline(world=str(world)))
