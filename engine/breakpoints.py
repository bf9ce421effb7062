"""Breakpoints: a run goes on as fast as it can, and stops at the very step where a condition first holds.

The compiled loops watch for a state, a TD error and the return of an episode themselves, so nothing is run twice and
nothing step by step. What is asked of the whole table, the optimal policy and the largest error, is looked at when it
is set and at the end of each episode.
"""

from engine import planning
from engine.errors import InputError, near_miss
from engine.run import UNLIMITED
from engine.timeline import Timeline
from engine.until import Until
from engine.worlds.environment import with_model

LARGEST_SOLVED = 5000
"""In worlds of more states nothing is held against the optimum after each episode."""


class Breakpoint:
    """A condition at work on a timeline.

    Raises `InputError` where the condition cannot be told: of a state that the world does not have, or where the exact
    optimum is not known.
    """

    def __init__(self, until: Until, timeline: Timeline) -> None:
        self.until = until
        self.met = False
        """Whether the condition holds, and the run has stopped there."""
        self._timeline = timeline
        self._first_step = timeline.step
        self._first_episode = timeline.run.statistics.episodes
        self._solution: planning.Solution | None = None
        self._solved: object = None
        if until.kind == "state":
            self._state()
        self.met = self._by_table and self._table_fits()

    @property
    def share(self) -> float:
        """How much of a counted way is made, from 0 to 1; NaN where the end is not known."""
        run = self._timeline.run
        if self.until.kind == "steps":
            return (run.step - self._first_step) / self.until.amount
        if self.until.kind == "episodes":
            return (run.statistics.episodes - self._first_episode) / self.until.amount
        return float("nan")

    def advance(self, steps: int, episodes: int = UNLIMITED) -> int:
        """Go on for at most so many steps and episodes, or to the breakpoint; return the transitions made."""
        interaction = self._timeline.run.interaction
        kind, amount = self.until.kind, self.until.amount
        if self.met:
            return 0
        interaction.watch(
            state=self._state() if kind == "state" else -1,
            abs_td_error=amount if kind == "td" else float("nan"),
            episode_return=amount if kind == "return" else float("nan"),
        )
        try:
            return self._advance(steps, episodes)
        finally:
            self._timeline.run.interaction.watch()

    def _advance(self, steps: int, episodes: int) -> int:
        timeline, began = self._timeline, self._timeline.step
        run = timeline.run
        finished = run.statistics.episodes
        while not self.met and (left := steps - (timeline.step - began)) > 0:
            episodes_left = episodes - (run.statistics.episodes - finished)
            if episodes_left <= 0:
                break
            known = run.statistics.episodes
            timeline.advance(*self._limits(left, episodes_left))
            self.met = self._reached() or (
                self._by_table and run.statistics.episodes > known and self._table_fits()
            )  # fmt: skip
        return timeline.step - began

    def _limits(self, steps: int, episodes: int) -> tuple[int, int]:
        """Return how far to go before the next look at the condition."""
        run = self._timeline.run
        if self.until.kind == "steps":
            return min(steps, self._first_step + int(self.until.amount) - run.step), episodes
        if self.until.kind == "episodes":
            return steps, min(episodes, self._first_episode + int(self.until.amount) - run.statistics.episodes)
        return steps, 1 if self._by_table else episodes

    def _reached(self) -> bool:
        """Whether the loops met what they watched for, or a count is full."""
        run = self._timeline.run
        if self.until.kind == "steps":
            return run.step - self._first_step >= self.until.amount
        if self.until.kind == "episodes":
            return run.statistics.episodes - self._first_episode >= self.until.amount
        return run.interaction.met

    def _state(self) -> int:
        """Return the number of the state that is waited for."""
        states = with_model(self._timeline.run.world).states
        if self.until.state not in states:
            raise InputError(
                f"there is no state {self.until.state!r} in this world{near_miss(self.until.state, states)}"
            )
        return states.index(self.until.state)

    @property
    def _by_table(self) -> bool:
        return self.until.kind in {"optimal", "error"}

    def _table_fits(self) -> bool:
        """Whether what was learned is as near to the optimum as is waited for."""
        run = self._timeline.run
        if self._solved != (run.world, run.settings["discount"]):
            self._solved = (run.world, run.settings["discount"])
            if len(run.world.states) > LARGEST_SOLVED:
                raise InputError(f"the optimum of worlds of more than {LARGEST_SOLVED:,} states is not known")
            world = with_model(run.world)
            self._solution = planning.solve(world, float(run.settings["discount"]))
        assert self._solution is not None
        q = run.agent.q_values()
        if self.until.kind == "error":
            return planning.q_error(q, self._solution) <= self.until.amount
        optimal = planning.policy_agreement(q, self._solution) == 1.0
        if optimal:
            self._timeline.found_optimal()  # The curves point out the step at which the run stops.
        return optimal
