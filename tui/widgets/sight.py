"""What the person chose to see: the layer and the zoom of the map, and the state that the cursor is on."""

from dataclasses import dataclass

from engine.messages import Look
from tui.widgets.layers import REPLAYED, Layer
from tui.widgets.zoom import Rung


@dataclass(frozen=True)
class Sight:
    """The choices that all panels share."""

    layer: Layer = Layer.VALUE
    rung: Rung | None = None
    """The rung of the zoom ladder that was chosen by hand; None: as the space allows."""
    cursor: int | None = None
    """The state that is inspected; None while the inspector is closed."""
    action: int | None = None
    """The action of that state whose outcomes are shown; None: the best one."""


def look_for(sight: Sight) -> Look:
    """Return what the trainer has to show for that sight."""
    layer = sight.layer
    return Look(
        visits=layer is Layer.VISITS,
        td_errors=layer is Layer.TD_ERROR,
        replay=layer in REPLAYED,
        state=sight.cursor,
    )
