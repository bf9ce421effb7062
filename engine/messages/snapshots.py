"""Snapshots: all that there is to see of a run at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.messages.views import (
    AgentView,
    ComparisonView,
    CurvesView,
    EpisodesView,
    Fall,
    Inspection,
    ObservationView,
    ReplayView,
    TimelineView,
    Trajectory,
    TruthView,
    WorldView,
)
from engine.transition import Transition, Update

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    FloatArray = npt.NDArray[np.float64]
    IntArray = npt.NDArray[np.int64]
    BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Notice:
    """A sentence for the person: what was done or why not."""

    number: int
    """Counted from 1, so that each is shown once."""
    text: str
    error: bool = False


@dataclass(frozen=True, eq=False)
class Snapshot:
    """All that a screen shows of a run, at one moment."""

    world: WorldView
    agent: AgentView
    step: int
    """How many transitions the run has made."""
    episode: int
    """The number of the current episode, counted from 1; 0 before the first step."""
    episode_length: int
    """How many steps the current episode has made."""
    episode_return: float
    """The rewards of the current episode so far, added up without discount."""
    ended: bool
    """Whether the current episode has come to its end; the next step begins a new one."""
    state: int
    """Where the agent is."""
    path: tuple[int, ...]
    """The states of this episode in the order of their visit, the current one last; the oldest may be missing."""
    epsilon: float
    q: FloatArray
    """Q of every pair, shape (states, actions), NaN where the action is not legal."""
    greedy: BoolArray
    """Which actions are best in each state, or may be taken by a planner's policy, shape (states, actions)."""
    last: Transition | None
    """The last transition; None before the first."""
    update: Update | None
    """What was learned from it; None before the first, in a demonstration, and for an agent that does not learn."""
    episodes: EpisodesView
    truth: TruthView | None
    """None where the exact optimum is not known (yet)."""
    timeline: TimelineView
    """Where in the run one is."""
    playing: bool
    """Whether the run goes on by itself."""
    speed: float
    """Steps a second that were asked for; infinite when it runs as fast as it goes."""
    steps_per_second: float
    """Steps a second as measured; 0 when paused."""
    demonstration: bool
    """Whether this shows the greedy policy, without learning: state, path, last, episode_* are then of that episode."""
    save_name: str
    """The name under which the run was last saved or loaded; empty if never."""
    unsaved: bool
    """Whether something would be lost."""
    busy: str
    """What the trainer is occupied with, such as loading torch; empty when it is free."""
    notices: tuple[Notice, ...]
    """The last few notices, oldest first."""
    observation: ObservationView | None = None
    """What is seen, in a world without a model."""
    curves: CurvesView | None = None
    """How the learner came nearer to the optimum up to this step; None where nobody took samples."""
    trajectory: Trajectory | None = None
    """The finished episode that was asked for; None if none was."""
    q_star: FloatArray | None = None
    """Q* of every pair, shape (states, actions), NaN where not legal: the same object until world or discount change.

    None where the exact optimum is not known.
    """
    visits: IntArray | None = None
    """How often the agent acted from each pair, shape (states, actions).

    None unless `Look` asked for it, and for an agent that does not count.
    """
    td_errors: FloatArray | None = None
    """The TD error that each pair has on average, r + discount * max Q(next) - Q, shape (states, actions).

    None unless `Look` asked for it, and for a world without a model.
    """
    replay: ReplayView | None = None
    """What the replay holds; None unless `Look` asked for it, and for an agent without one."""
    inspection: Inspection | None = None
    """The state that `Look` asked for."""
    until: str = ""
    """What the run goes on until, as a person writes it; empty if it has no such end."""
    share: float = float("nan")
    """How much of a counted way to there is made, from 0 to 1; NaN where that cannot be known."""
    obeyed: int = 0
    """How many commands the trainer has taken up since it was made."""
    autosave_name: str = ""
    """The save that keeps what is in no other one; empty if there is none."""
    autosave_failed: bool = False
    """Whether what is in no save is in no autosave either, as none can be written."""
    comparison: ComparisonView | None = None
    """The second run that is held against this one; None if none is, and in a demonstration."""
    fall: Fall | None = None
    """The last step, if it was a fall; while the run goes on step by step one of a moment ago, else None."""
