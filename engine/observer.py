"""What whoever looks at a run has prepared: it holds as long as neither the world nor a setting of the run changes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine import view
from engine.agents import catalogue as agents
from engine.inspection import Microscope
from engine.interaction import Interaction
from engine.messages import Fall, Look
from engine.run import Run
from engine.timeline import Timeline
from engine.worlds.gridworld import Cliff

if TYPE_CHECKING:
    from engine.evaluation import Walk


class Observer:
    """Views of a run's world and agent, the exact optimum, and the microscope."""

    def __init__(self, run: Run) -> None:
        self._of = _about(run)
        self.world = view.world_view(run.world)
        self.agent = view.agent_view(run, agents.title(run.agent_name))
        self.truth = view.Truth(run)
        self.microscope = Microscope(run)
        self.cliff = Cliff(run.world)

    def seen(self, timeline: Timeline, demonstration: "Walk | None", look: Look) -> Mapping[str, Any]:
        """Return the fields of a Snapshot that tell of the run: where the demonstration is, if one is shown."""
        run = timeline.run
        shown = demonstration.interaction if demonstration else run.interaction
        q = run.q_values(shown)
        return {
            "world": self.world,
            "agent": self.agent,
            "step": run.step,
            "epsilon": run.agent.epsilon(run.step),
            "q": q,
            "greedy": view.greedy_actions(q) if demonstration else view.chosen_actions(run, q),
            "update": None if demonstration else run.agent.update(),
            "episodes": view.episodes_view(run.statistics),
            "truth": self.truth.beside(q),
            "timeline": view.timeline_view(timeline),
            "observation": view.observation_view(run.world, shown),
            "curves": view.curves_view(timeline),
            "q_star": self.truth.solution.q if self.truth.solution else None,
            **self.microscope.extras(run, q, look),
            **view.interaction_view(shown),
        }

    def fall(self, interaction: Interaction) -> Fall | None:
        """Return the last step there, if it was a fall."""
        last = interaction.transition()
        cell = self.cliff.entered(last) if last is not None else -1
        return Fall(last.step, cell) if last is not None and cell >= 0 else None

    def fits(self, run: Run) -> bool:
        """Whether what was prepared is still that of the run."""
        return self._of == _about(run)


def _about(run: Run) -> object:
    return run.world, run.settings, run.seed, run.agent_name, view.counted_after(run)
