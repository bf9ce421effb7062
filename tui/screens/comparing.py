"""What the main screen does with comparisons, and the dialog in which the second run is chosen."""

from collections.abc import Sequence
from typing import NamedTuple

from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from engine.messages import Compare, Snapshot
from tui.screens.dialog import Dialog
from tui.screens.ports import Library
from tui.screens.rows import aligned, options
from tui.screens.time_travel import TimeTravel

NETWORK, TABLE = "dqn", "q-learning"


class Rival(NamedTuple):
    """A run to compare with."""

    name: str
    agent: str
    step: str
    """At which step it was saved; empty for a twin."""
    saved: str
    """When it was saved; empty for a twin."""
    compare: Compare


def rivals(library: Library, snapshot: Snapshot) -> list[Rival]:
    """Return the twin of a run, then the saves of its world, the newest first."""
    twin = TABLE if snapshot.agent.name == NETWORK else NETWORK
    kind = "DQN" if twin == NETWORK else "tabular"
    fitting = [save for save in library.saves() if not save.problem and save.world == snapshot.world.name]
    others = [save for save in fitting if save.name != snapshot.autosave_name]
    return [
        Rival(f"{kind} twin, same seed {snapshot.agent.seed}", twin, "", "", Compare(agent=twin)),
        *(
            Rival(s.name, s.agent, f"step {s.steps:,}", f"{s.modified:%Y-%m-%d %H:%M}", Compare(save=s.name))
            for s in sorted(others, key=lambda save: save.modified, reverse=True)
        ),
    ]


class ChooseSecondRun(Dialog[Compare]):
    """Answers with the run to compare with: a twin, or a save of the same world."""

    TITLE = "Compare with"
    HINT = "↑ ↓ move · enter compare · escape close"
    WIDTH = 90

    def __init__(self, library: Library, snapshot: Snapshot) -> None:
        super().__init__()
        self.rivals = rivals(library, snapshot)

    def body(self) -> list[Widget]:
        """List them."""
        heading, entries = self.listing()
        question = "It is kept at the step of this run, and neither learns from the other."
        return [
            Static(Content(question), classes="question"),
            Static(Content(heading), classes="heading"),
            OptionList(*entries, compact=True, markup=False),
        ]

    def listing(self) -> tuple[str, Sequence[Option]]:
        """Tell of each run, by its number."""
        rows = [("second run", "agent", "saved at", ""), *(rival[:4] for rival in self.rivals)]
        heading, *lines = aligned(rows, self.line_width, 0)
        return heading, options([str(n) for n in range(len(lines))], lines)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer with the chosen run."""
        self.dismiss(self.rivals[event.option_index].compare)


class Comparing(TimeTravel):
    """The command that holds a second run beside the first."""

    def action_compare(self) -> None:
        """Choose a second run, or end the comparison."""
        if self.snapshot is None:
            return
        if self.snapshot.comparison is not None:
            self.send(Compare())
        elif self.snapshot.observation is not None:
            why = f"{self.snapshot.world.name} has no table of states, so there is nothing to compare state by state"
            self.app.notify(why, severity="warning", markup=False)
        else:
            self.app.push_screen(ChooseSecondRun(self.library, self.snapshot), self._compare)

    def _compare(self, chosen: Compare | None) -> None:
        if chosen is not None:
            self.send(chosen)
