"""What the main screen does with comparisons, and the dialog in which the second run is chosen."""

from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static

from engine.messages import Compare, Snapshot
from tui.screens.dialog import Dialog
from tui.screens.ports import Library
from tui.screens.rows import aligned, options
from tui.screens.time_travel import TimeTravel

NETWORK, TABLE = "dqn", "q-learning"
TWIN, SAVE = "twin ", "save "
"""How the answers of the dialog begin."""


class ChooseSecondRun(Dialog[Compare]):
    """Answers with the run to compare with: a twin, or a save of the same world."""

    TITLE = "Compare with"
    HINT = "↑ ↓ move · enter compare · escape close"
    WIDTH = 90

    def __init__(self, library: Library, snapshot: Snapshot) -> None:
        super().__init__()
        self.twin = TABLE if snapshot.agent.name == NETWORK else NETWORK
        self.seed = snapshot.agent.seed
        fitting = [save for save in library.saves() if not save.problem and save.world == snapshot.world.name]
        others = [save for save in fitting if save.name != snapshot.autosave_name]
        self.saves = sorted(others, key=lambda save: save.modified, reverse=True)

    def body(self) -> list[Widget]:
        """List the twin, then the saves, the newest first."""
        kind = "DQN" if self.twin == NETWORK else "tabular"
        rows = [
            ("second run", "agent", "saved at", ""),
            (f"{kind} twin, same seed {self.seed}", self.twin, "", ""),
            *((s.name, s.agent, f"step {s.steps:,}", f"{s.modified:%Y-%m-%d %H:%M}") for s in self.saves),
        ]
        ids = [f"{TWIN}{self.twin}", *(f"{SAVE}{save.name}" for save in self.saves)]
        heading, *lines = aligned(rows, self.line_width, 0)
        question = "It is kept at the step of this run, and neither learns from the other."
        return [
            Static(Content(question), classes="question"),
            Static(Content(heading), classes="heading"),
            OptionList(*options(ids, lines), compact=True, markup=False),
        ]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer with the chosen run."""
        chosen = event.option_id or ""
        if chosen.startswith(TWIN):
            self.dismiss(Compare(agent=chosen.removeprefix(TWIN)))
        else:
            self.dismiss(Compare(save=chosen.removeprefix(SAVE)))


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
