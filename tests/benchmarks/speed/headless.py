"""Training without a screen, in portions: `python -m tests.benchmarks.speed.headless WORLD AGENT`.

Each line of standard input is a number of steps; for each, the steps a second are printed. The run goes on from portion
to portion as that of an open screen does, and is driven as `qscope train` drives it.
"""

import sys
import time

from engine.run import Run
from engine.timeline import Timeline
from engine.worlds import catalogue

WARM = 1000
"""Steps before the first portion, as before the screen is measured."""


def main(world: str, agent: str) -> None:
    """Answer until nothing more is asked."""
    timeline = Timeline(Run(catalogue.find(world), agent, {}, 0))
    timeline.run.warm_up()
    timeline.advance(WARM)
    for line in sys.stdin:
        began, steps = time.perf_counter(), int(line)
        timeline.advance(steps)
        print(steps / (time.perf_counter() - began), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
