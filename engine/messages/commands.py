"""Commands: what a person can ask of the trainer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.until import Until


@dataclass(frozen=True)
class Step:
    """Make one transition or several, then pause; in a demonstration, so many steps of it."""

    steps: int = 1


@dataclass(frozen=True)
class FinishEpisode:
    """Go to the end of the episode, then pause; at the end of one, go through the next."""


@dataclass(frozen=True)
class Advance:
    """Make so many transitions of the run, or finish so many of its episodes; only a pause ends it before."""

    amount: int
    unit: Literal["step", "episode"] = "step"


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
class UsualSpeed:
    """Go back to the speed that is chosen at first."""


@dataclass(frozen=True)
class Demonstrate:
    """Show an episode of the greedy policy, without learning and without touching the run; again: end it."""


@dataclass(frozen=True)
class Reset:
    """Begin the same run anew: same world, agent, settings and seed, nothing learned."""


FIRST_AGENT = "q-learning"
"""Who learns where nobody else is named."""


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
    | Advance
    | PlayOrPause
    | RunAtFullSpeed
    | RunUntil
    | Pause
    | Faster
    | Slower
    | UsualSpeed
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
