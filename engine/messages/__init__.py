"""What crosses between the trainer and whoever watches it: Commands in, Snapshots out, all plain values.

Nothing here holds a lock, a thread, a tensor or an agent, so that the trainer can sit in a thread today and in another
process tomorrow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.messages.commands import (
    FIRST_AGENT,
    ActByHand,
    Advance,
    BrushCell,
    ChangeSettings,
    CloseEpisode,
    Command,
    Compare,
    Demonstrate,
    EditCell,
    EditRules,
    EpisodeBack,
    Faster,
    FinishEpisode,
    GoTo,
    Load,
    Look,
    Pause,
    PlayOrPause,
    Reset,
    RunAtFullSpeed,
    RunUntil,
    Save,
    ShowEpisode,
    Slower,
    Start,
    Step,
    StepBack,
    SwitchBranch,
    UndoEdit,
    UsualSpeed,
)
from engine.messages.shares import ALL, percent
from engine.messages.snapshots import Notice, Snapshot
from engine.messages.views import (
    AgentView,
    BranchView,
    ComparisonView,
    CurvesView,
    Differences,
    EpisodeStep,
    EpisodesView,
    Fall,
    Inspection,
    ObservationView,
    Outcome,
    ReplayView,
    TimelineView,
    Trajectory,
    TruthView,
    WorldView,
)
from engine.transition import Backup, BatchUpdate, PlannedUpdate, Replayed, TableUpdate, Transition, Update

__all__ = [
    "ALL",
    "FIRST_AGENT",
    "ActByHand",
    "Advance",
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
    "Fall",
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
    "UsualSpeed",
    "WorldView",
    "percent",
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
