"""Views: the parts of which a snapshot is made, one for each thing that there is to see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    FloatArray = npt.NDArray[np.float64]
    IntArray = npt.NDArray[np.int64]
    BoolArray = npt.NDArray[np.bool_]


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
    counted_after: int = 0
    """After how many steps of the run it began to count visits; more than 0 only where an older save tells no more."""


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
    known_to: float
    """How far the optimum itself may be off: what is no further from a value of it is no error."""


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
    """The step by which the greedy policy was optimal in every state: the first sampled one where it was, or None."""


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


class Fall(NamedTuple):
    """A transition in which a cell sent the agent back to a start."""

    step: int
    """The number of the step."""
    cell: int
    """The state that stands for the cell; nobody ever comes to stand in it."""


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
    """How often each action was taken here; None for an agent that does not count."""
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
    began: str = ""
    """With what it began, such as `right by hand`; nothing for the first, or where an old save did not tell it."""


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


@dataclass(frozen=True, eq=False)
class Differences:
    """Where two tables of values differ. Arrays have shape (states,).

    States in which no choice is made, and those that no episode can visit, are not counted.
    """

    largest: float
    """max |Q1 - Q2| over the legal pairs of the states that are counted."""
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
    """V1 - V2, NaN for states that are not counted."""


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
    visits: IntArray | None = None
    """As in the snapshot of the first run, only if wanted; so are the next two."""
    td_errors: FloatArray | None = None
    replay: ReplayView | None = None
