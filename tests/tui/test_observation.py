"""What stands for the map and the table in a world without a model."""

import numpy as np
import pytest

from engine.messages import Start
from engine.trainer import Trainer
from tests.tui.waiting import until
from tui.app import QScope
from tui.screens.engine_library import EngineLibrary
from tui.widgets.observation import place_of, range_of
from tui.widgets.q_table import QTable
from tui.widgets.world import WorldPanel


@pytest.mark.parametrize(
    ("low", "high", "value", "expected"),
    [
        (-4.8, 4.8, 1.0, (-4.8, 4.8)),
        (-np.inf, np.inf, 0.0, (-0.1, 0.1)),
        (-np.inf, np.inf, -1.25, (-2.0, 2.0)),
        (-np.inf, np.inf, 37.0, (-50.0, 50.0)),
        (0.0, np.inf, 6.0, (0.0, 10.0)),
    ],
)
def test_a_number_lies_on_its_own_range_or_on_a_round_one(low, high, value, expected):
    assert range_of(low, high, value) == pytest.approx(expected)


def test_the_ends_of_a_range_are_the_ends_of_its_bar():
    assert [place_of(value, -2.0, 2.0, 21) for value in (-9.0, -2.0, 0.0, 2.0, 9.0)] == [0, 0, 10, 20, 20]


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_an_environment_shows_what_is_seen_and_what_each_action_is_worth(saves, size):
    trainer = Trainer(saves)
    trainer.start(Start("gym:CartPole-v1", "dqn", {"hidden": "8", "batch_size": "4"}))
    app = QScope(trainer, EngineLibrary(saves))
    async with app.run_test(size=size) as pilot:
        screen = app.main_screen
        await until(pilot, lambda: screen.snapshot is not None)
        world, table = screen.query_one(WorldPanel), screen.query_one(QTable)
        assert "before the first step" in world.draw(*world.size).text
        for step in range(1, 4):
            await pilot.press("s")
            await until(pilot, lambda step=step: screen.snapshot.step == step)
        lines = world.draw(*world.size).text.splitlines()
        for name, value in zip(screen.snapshot.observation.names, screen.snapshot.observation.values, strict=True):
            (line,) = (line for line in lines if line.startswith(name))
            assert float(line.removeprefix(name).split()[0].replace("−", "-")) == pytest.approx(value, abs=0.006)
            assert "●" in line
        best = screen.snapshot.world.actions[int(np.nanargmax(screen.snapshot.q[0]))]
        (marked,) = (line for line in table.draw(*table.size).text.splitlines() if "▸" in line)
        assert best in marked
        before = table.draw(*table.size).text
        await pilot.press("b")
        await until(pilot, lambda: screen.snapshot.step == 2)
        await pilot.press("s")
        await until(pilot, lambda: screen.snapshot.step == 3)
        assert table.draw(*table.size).text == before
        await pilot.press("g")
        await until(pilot, lambda: screen.snapshot.demonstration and screen.snapshot.ended)
    trainer.close(forget=True)
