"""What crosses between the trainer and whoever watches it: Commands in, Snapshots out, all plain values.

Nothing here holds a lock, a thread, a tensor or an agent, so that the trainer can sit in a thread today and in another
process tomorrow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.transition import Backup, BatchUpdate, PlannedUpdate, Replayed, TableUpdate, Transition, Update
from engine.until import Until

__all__ = [
    "ActByHand",
    "AgentView",
    "Backup",
    "BatchUpdate",
    "BranchView",
    "BrushCell",
    "ChangeSettings",
    "CloseEpisode",
    "Command",
    "Compare",
    "ComparisonView",
    "CurvesView",
    "Demonstrate",
    "Differences",
    "EditCell",
    "EditRules",
    "EpisodeBack",
    "EpisodeStep",
    "EpisodesView",
    "Faster",
    "FinishEpisode",
    "GoTo",
    "Inspection",
    "Load",
    "Look",
    "Notice",
    "ObservationView",
    "Outcome",
    "Pause",
    "PlannedUpdate",
    "PlayOrPause",
    "ReplayView",
    "Replayed",
    "Reset",
    "RunAtFullSpeed",
    "RunUntil",
    "Save",
    "ShowEpisode",
    "Slower",
    "Snapshot",
    "Start",
    "Step",
    "StepBack",
    "SwitchBranch",
    "TableUpdate",
    "TimelineView",
    "Trajectory",
    "Transition",
    "TruthView",
    "UndoEdit",
    "Update",
    "WorldView",
]  # fmt: skip

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    FloatArray = npt.NDArray[np.float64]
    IntArray = npt.NDArray[np.int64]
    BoolArray = npt.NDArray[np.bool_]
else:

    def __getattr__(name: str) -> Any:
        """Load numpy when one of its types is asked for: commands do without, and a screen begins with commands."""
        if name in {"FloatArray", "IntArray", "BoolArray"}:
            import numpy as np

            return np.typing.NDArray[{"F": np.float64, "I": np.int64, "B": np.bool_}[name[0]]]
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


# Commands: what a person can ask of the trainer.


@dataclass(frozen=True)
class Step:
    """Make one transition or several, then pause; in a demonstration, so many steps of it."""

    steps: int = 1


@dataclass(frozen=True)
class FinishEpisode:
    """Go to the end of the episode, then pause; at the end of one, go through the next."""


@dataclass(frozen=True)
class PlayOrPause:
    """Run at the chosen speed, or pause if something runs."""


@dataclass(frozen=True)
class RunAtFullSpeed:
    """Run as fast as it goes, or pause if that is what it does."""


@dataclass(frozen=True)
class RunUntil:
    """Run as fast as it goes and pause at the step where the condition first holds; a pause before gives it up."""

    until: Until


@dataclass(frozen=True)
class Pause:
    """Pause, whatever runs, and stop on the way to a far step."""


@dataclass(frozen=True)
class Faster:
    """Go one up on the ladder of speeds."""


@dataclass(frozen=True)
class Slower:
    """Go one down on the ladder of speeds."""


@dataclass(frozen=True)
class Demonstrate:
    """Show an episode of the greedy policy, without learning and without touching the run; again: end it."""


@dataclass(frozen=True)
class Reset:
    """Begin the same run anew: same world, agent, settings and seed, nothing learned."""


@dataclass(frozen=True)
class Start:
    """Begin a new run."""

    world: str
    """A word for the catalogue: an id, a path, or `gym:...`."""
    agent: str
    settings: Mapping[str, str] = field(default_factory=dict)
    """The settings that differ from their defaults, each as a person writes it."""
    seed: int = 0


@dataclass(frozen=True)
class StepBack:
    """Take back one transition or several, at most all."""

    steps: int = 1


@dataclass(frozen=True)
class EpisodeBack:
    """Take back one episode: go to the end of the one before, or to the beginning of the run."""


@dataclass(frozen=True)
class GoTo:
    """Go to a step of this branch of the run, at most to the furthest one."""

    step: int


@dataclass(frozen=True)
class ShowEpisode:
    """Derive a finished episode again, step by step, beside the run."""

    episode: int
    """Its number, counted from 1."""


@dataclass(frozen=True)
class CloseEpisode:
    """Give up or forget the episode that was asked for."""


@dataclass(frozen=True)
class SwitchBranch:
    """Go on in another branch of the run, where it was furthest."""

    name: str


@dataclass(frozen=True)
class ActByHand:
    """Make one transition with an action that the person chooses; the agent learns from it."""

    action: int


@dataclass(frozen=True)
class ChangeSettings:
    """Go on with other settings."""

    settings: Mapping[str, str]
    """Those that change, each as a person writes it."""


@dataclass(frozen=True)
class EditCell:
    """Go on in a world with another cell; row and column are counted from 0."""

    row: int
    column: int
    cell: Mapping[str, Any]
    """`{"wall": true}`, `{"start": true}`, or what a world file says of a cell: `{}` for an open one."""


@dataclass(frozen=True)
class BrushCell:
    """Go on in a world in which one thing of a cell is another, by what the cell is when this is obeyed."""

    row: int
    column: int
    brush: str
    """`start`, `terminal` and `to_start` are turned on, or off; `reward` is set; `again` is the cell put last."""
    reward: float | None = None
    """What the brush `reward` lets it pay; None for what any cell pays."""


@dataclass(frozen=True)
class EditRules:
    """Go on in a world with other rules."""

    rules: Mapping[str, Any]
    """Those that change, by their keys in a world file; None for one that the file does not name."""


@dataclass(frozen=True)
class UndoEdit:
    """Take back the last edit of the world, if it was made at this very step, as if it had never been made."""


@dataclass(frozen=True)
class Save:
    """Save the run under a name in the folder of saves."""

    name: str


@dataclass(frozen=True)
class Load:
    """Go on with a saved run."""

    name: str


@dataclass(frozen=True)
class Compare:
    """Keep a second run beside this one, at the same step: a twin or a save; with neither, end the comparison."""

    agent: str = ""
    """Who learns in the twin: same world, same seed, same discount, nothing done by hand."""
    save: str = ""
    """The name of a save."""


@dataclass(frozen=True)
class Look:
    """Say what the person looks at: the snapshots that follow carry that, and nothing more that is large.

    It changes nothing in the run, and holds until the next one, also for the runs that are begun in between.
    """

    visits: bool = False
    """Whether `Snapshot.visits` is wanted."""
    td_errors: bool = False
    """Whether `Snapshot.td_errors` is wanted."""
    replay: bool = False
    """Whether `Snapshot.replay` is wanted."""
    state: int | None = None
    """The state of which `Snapshot.inspection` is wanted; None for none."""


Command = (
    Step
    | FinishEpisode
    | PlayOrPause
    | RunAtFullSpeed
    | RunUntil
    | Pause
    | Faster
    | Slower
    | Demonstrate
    | Reset
    | Start
    | StepBack
    | EpisodeBack
    | GoTo
    | ShowEpisode
    | CloseEpisode
    | SwitchBranch
    | ActByHand
    | ChangeSettings
    | BrushCell
    | EditCell
    | EditRules
    | UndoEdit
    | Save
    | Load
    | Compare
    | Look
)


# Snapshots: what there is to see.


@dataclass(frozen=True, eq=False)
class WorldView:
    """A world as a screen needs it; the same object in every snapshot of a run."""

    name: str
    title: str
    source: str
    states: tuple[str, ...]
    actions: tuple[str, ...]
    terminal: BoolArray
    """Shape (states,)."""
    start: BoolArray
    """Where an episode may begin, shape (states,)."""
    entered: BoolArray
    """Where the agent can come to stand, shape (states,): not in a cell that sends it back to a start at once."""
    discount: float
    max_steps: int
    cells: tuple[str, ...]
    """The rows of the map, all of one length, `#` a wall and a space outside; empty for a world without a map."""
    places: IntArray
    """Row and column of each state on the map, shape (states, 2); shape (0, 2) for a world without a map."""
    labels: tuple[str, ...]
    """A short text a state, such as the reward `+10` for entering it, or an empty one."""
    definition: Mapping[str, Any] = field(default_factory=dict)
    """The world file as plain values, for a world that can be edited; empty for any other."""


@dataclass(frozen=True, eq=False)
class ObservationView:
    """What is seen in a world without a model; the arrays have shape (features,)."""

    names: tuple[str, ...]
    values: FloatArray
    low: FloatArray
    """The least that each can be; -inf where there is no bound."""
    high: FloatArray
    drawing: str
    """The environment's own drawing in text; empty if it has none."""


@dataclass(frozen=True)
class AgentView:
    """Who learns, and how."""

    name: str
    title: str
    settings: Mapping[str, str]
    """Every setting as a person writes it."""
    seed: int
    waits_for_person: bool = False
    """Whether a person has to choose every action."""


@dataclass(frozen=True, eq=False)
class EpisodesView:
    """The finished episodes: how many there are, and the last of them, oldest first, in arrays of one length."""

    finished: int
    returns: FloatArray
    discounted_returns: FloatArray
    td_errors: FloatArray
    """The mean |TD error| of each episode."""
    epsilons: FloatArray
    """Epsilon at the last step of each episode."""
    lengths: IntArray
    terminated: BoolArray
    """False where the step limit cut the episode short."""
    mean_return: float
    """The mean return of the last 100 episodes; NaN before the first is finished."""
    mean_length: float


@dataclass(frozen=True)
class TruthView:
    """The learner held against the exact optimum of its world."""

    q_error: float
    """max |Q - Q*| over the legal pairs of the reachable states."""
    policy_agreement: float
    """Share of the non-terminal reachable states whose greedy action is optimal."""
    start_value: float
    """V*(start), the mean over the start states."""


@dataclass(frozen=True, eq=False)
class CurvesView:
    """How the learner came nearer to the optimum: samples at ever wider distances, arrays of one length."""

    steps: IntArray
    """The steps of the run at which it was looked; the last is at most the step of the snapshot."""
    q_error: FloatArray
    """max |Q - Q*| at each; NaN where the optimum is not known."""
    policy_agreement: FloatArray
    loss: FloatArray
    """The loss of the last gradient step; NaN for an agent without one."""
    first_optimal: int | None
    """The first sampled step at which the greedy policy was optimal in every state; None if at none."""


@dataclass(frozen=True)
class EpisodeStep:
    """One transition of an episode that was looked up, with its term of the discounted return."""

    step: int
    """The number of the step in the run."""
    state: str
    action: str
    reward: float
    next_state: str
    explored: bool
    by_hand: bool
    td_error: float
    """NaN where nothing was learned from the step."""
    weight: float
    """discount ** t, t counted from 0 at the first step of the episode."""
    total: float
    """The sum of the terms weight * reward up to this step."""


@dataclass(frozen=True, eq=False)
class Trajectory:
    """A finished episode, derived again step by step; without steps as long as this goes on."""

    episode: int
    steps: tuple[EpisodeStep, ...]
    terminated: bool
    progress: float
    """The share of the derivation that is done, from 0.0 to 1.0."""


class Outcome(NamedTuple):
    """What may come of a pair: one row of the model of a world."""

    action: int
    probability: float
    next_state: int
    reward: float
    terminated: bool


@dataclass(frozen=True, eq=False)
class Inspection:
    """One state in full. Arrays have shape (actions,) and NaN where the action is not legal."""

    state: int
    visits: IntArray | None
    """How often each action was learned from here; None for an agent that does not count."""
    td_errors: FloatArray | None
    """The expected TD error of each action, as in `Snapshot.td_errors`; None for a world without a model."""
    target: FloatArray | None
    """What the target network says; None for an agent without one."""
    outcomes: tuple[Outcome, ...]
    """Where each action may lead, in the order of the actions; empty for a world without a model."""
    replayed: IntArray | None = None
    """How many transitions of each action from here the replay holds; None for an agent without one."""


@dataclass(frozen=True, eq=False)
class ReplayView:
    """What the replay of an agent holds."""

    size: int
    """How many transitions it holds."""
    capacity: int
    counts: IntArray
    """How many of them were made with each pair, shape (states, actions)."""
    ages: IntArray
    """Their ages added up, for each pair; the age is how many transitions ago one was made."""
    oldest: int
    """The age of the oldest one; 0 while there is none."""
    mean_age: float


@dataclass(frozen=True)
class BranchView:
    """One way in which the run went on."""

    name: str
    fork: int
    """The step at which it left the branch it came from."""
    head: int
    """The furthest step that it reached."""


@dataclass(frozen=True, eq=False)
class TimelineView:
    """Where in the run one is, and what there is to go to. All numbers are steps of the run."""

    head: int
    """The furthest step of this branch."""
    branch: str
    branches: tuple[BranchView, ...]
    keyframes: IntArray
    """Where the whole state is kept: to these one comes at once, to others by going on from the one before."""
    episode_ends: IntArray
    """The last steps of the last finished episodes, one of those that lie too close together to be told apart."""
    earlier_episodes: int
    """How many episodes ended before these; where is not known."""
    interventions: IntArray
    """Where a person acted by hand, changed a setting or edited the world."""
    saves: IntArray
    """Where the run was saved on this branch, or before it left another."""


@dataclass(frozen=True)
class Notice:
    """A sentence for the person: what was done or why not."""

    number: int
    """Counted from 1, so that each is shown once."""
    text: str
    error: bool = False


@dataclass(frozen=True, eq=False)
class Differences:
    """Where two tables of values differ. Arrays have shape (states,); terminal states are not counted."""

    largest: float
    """max |Q1 - Q2| over the legal pairs."""
    state: int
    """The state of that pair."""
    action: int
    same: BoolArray
    """Whether the greedy actions of both are the same."""
    overlapping: BoolArray
    """Whether some action is greedy in both."""
    agreement: float
    """The share of the states where the greedy actions are the same."""
    overlap: float
    """The share of the states where some action is greedy in both."""
    values: FloatArray
    """V1 - V2, NaN for terminal states."""


@dataclass(frozen=True, eq=False)
class ComparisonView:
    """The second run of a comparison, and how it differs from the first."""

    name: str
    """What it is, for people: the name of a save or of a twin."""
    agent: AgentView
    step: int
    """That of the first run, or another one while it catches up."""
    state: int
    path: tuple[int, ...]
    q: FloatArray
    """Shape (states, actions), NaN where the action is not legal."""
    greedy: BoolArray
    episodes: EpisodesView
    """The counts and means; of the finished episodes themselves only the last."""
    truth: TruthView | None
    differences: Differences


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
    discounted_return: float
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
    """How often each pair was learned from, shape (states, actions).

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
    comparison: ComparisonView | None = None
    """The second run that is held against this one; None if none is, and in a demonstration."""
