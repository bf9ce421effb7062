"""What is promised of the compiled loops: they let other threads work, and need no place that can be written to."""

import subprocess
import sys
import threading
import time

import numpy as np

from engine.agents.dqn.agent import epsilon_greedy
from engine.agents.kernels import choosing
from engine.run import Run
from engine.worlds import catalogue

NOWHERE = """
from numba.core import caching
caching.FunctionCache._impl_class._locator_classes = []
from engine.agents.exploration import Schedule
from engine.agents.kernels.schedules import schedule_value
print(schedule_value(Schedule.parse("1.0->0.0/10").row, 5))
"""


def test_they_are_compiled_where_nothing_can_be_kept_on_disk():
    done = subprocess.run([sys.executable, "-c", NOWHERE], capture_output=True, text=True, check=True)
    assert done.stdout == "0.5\n"


def test_other_threads_work_while_one_runs():
    run = Run(catalogue.find("frozen-lake-8x8"), "q-learning", {}, 0)
    run.warm_up()
    thread = threading.Thread(target=run.agent.advance, args=(run.interaction, 2**62, 4000))
    looked = 0
    thread.start()
    while thread.is_alive():
        looked += 1
        time.sleep(0)
    assert run.interaction.memory.finished_count[0] == 4000
    assert looked > 10  # A loop that held the lock would be over at the first look.


def test_the_network_chooses_as_the_tables_do_from_the_same_draws():
    by_network, by_table = (np.random.default_rng(3) for _ in range(2))
    legal = np.array([True, True, False, True])
    for values in np.random.default_rng(4).integers(0, 2, (300, 4)).astype(np.float64):
        expected = choosing.epsilon_greedy(values, values, legal, 0.4, by_table)
        assert epsilon_greedy(values, legal, 0.4, by_network) == expected
    assert by_network.random() == by_table.random()
