"""A world without states to tell apart: no text speaks of a map, of states or of an optimum, for there are none."""

import numpy as np
import pytest

from engine.messages import EpisodeStep, ObservationView, Trajectory
from tests.tui.fakes import episodes, learned, names, snapshot, table_update, transition, values
from tests.tui.test_drawing import PALETTE
from tests.tui.waiting import screen_text, seen
from tui.commands import kind_of
from tui.screens.help import ON_A_MAP, help_rows
from tui.widgets.canvas import Canvas
from tui.widgets.episodes import facts
from tui.widgets.explanation import explain
from tui.widgets.hints import LEGEND, LEGEND_OF_NAMES, driving
from tui.widgets.inspector import Inspector
from tui.widgets.observation import draw_observation
from tui.widgets.why_large import explain_at_large

SEEN = ObservationView(("angle", "speed"), np.zeros(2), np.full(2, -1.0), np.full(2, 1.0), "")


def cart(**fields):
    world = names(1, ("left", "right"))
    return snapshot(world, values(world, s0=[1.0, 2.0]), **({"truth": None, "observation": SEEN} | fields))


def lines(shown, width=78):
    return ["".join(text for text, _ in line) for line in explain(shown, width)]


@pytest.mark.parametrize("width", [38, 58, 78])
def test_the_legend_is_that_of_what_is_drawn(width):
    numbers, of_names, of_a_map = (lines(shown, width)[1] for shown in (cart(), snapshot(names(3)), snapshot()))
    assert "●" in numbers
    assert not set("@↑┼·") & set(numbers.replace("┼ zero", ""))
    assert of_names in LEGEND_OF_NAMES
    assert of_a_map in LEGEND
    assert len(numbers) <= width


def test_a_step_is_told_by_its_action_alone():
    last = transition(state=0, action=1, next_state=0)
    assert lines(cart(last=last, update=table_update(state=0, action=1)))[0].startswith("step 12  right   ")
    assert "".join(text for text, _ in explain_at_large(cart(last=last), 78)[0]) == "step 12  right"


def test_what_cannot_be_known_of_the_optimum_is_not_among_the_numbers():
    told = dict(facts(cart()))
    assert not {"policy optimal", "max |Q−Q*|", "V*(start)"} & set(told)
    assert {"episode", "epsilon", "steps/s"} <= set(told)


def test_on_a_narrow_screen_names_that_begin_alike_are_told_apart():
    observed = ObservationView(("cart position", "cart velocity"), np.zeros(2), np.full(2, -1.0), np.full(2, 1.0), "")
    canvas = Canvas(18, 6)
    draw_observation(canvas, cart(observation=observed, step=3), 0, PALETTE)
    assert [line.split()[:2] for line in canvas.text.split("\n")[1:3]] == [["cart", "pos…"], ["cart", "vel…"]]


async def test_there_is_no_state_to_inspect(app, trainer):
    trainer.snapshot = cart()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i", "o", "v", "z")
        await seen(pilot, "the agent sees" if trainer.snapshot.step else "before the first step")
        assert not app.main_screen.query_one(Inspector).display


async def test_the_inspector_closes_when_one_comes_to_such_a_world(app, trainer):
    trainer.snapshot = learned()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i")
        await seen(pilot, "Inspector")
        trainer.snapshot = cart()
        await seen(pilot, "angle")
        assert "Inspector" not in screen_text(app)


async def test_the_steps_of_an_episode_are_their_actions(app, trainer):
    steps = tuple(EpisodeStep(n, "now", "left", 1.0, "now", False, False, 0.0, 1.0, n + 1.0) for n in range(3))
    trainer.snapshot = cart(episodes=episodes(3.0), trajectory=Trajectory(1, steps, True, 1.0))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("H", "enter")
        await seen(pilot, "action", "0 left", "Σ γ^t·r")
        assert "now" not in screen_text(app)


def test_the_help_leaves_out_what_the_world_has_not():
    told = {key.strip() for key, _ in help_rows(kind=kind_of(cart()))}
    assert not told & {*ON_A_MAP, "i enter", "o", "v", "z", "Layers of the map"}
    assert {"●", "▸", "s", "Glyphs"} <= told
    of_names = {key.strip() for key, _ in help_rows(kind=kind_of(snapshot(names(3))))}
    assert not of_names & {"80%", "█", "v", "Layers of the map"}
    assert {"@", "i enter"} <= of_names
    assert {*ON_A_MAP, "i enter", "v"} <= {key.strip() for key, _ in help_rows()}


def test_only_the_arrows_that_act_are_named():
    assert [(hint.key, hint.meaning) for hint in driving(("left", "right"))] == [("d", "stop"), ("→ ←", "act")]
