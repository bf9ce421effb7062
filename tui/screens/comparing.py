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

    def __init__(self, library: Library, snapshot: Snapshot) -> None:
        super().__init__()
        self.twin = TABLE if snapshot.agent.name == NETWORK else NETWORK
        self.seed = snapshot.agent.seed
        self.saves = [s for s in library.saves() if not s.problem and s.world == snapshot.world.name]

    def body(self) -> list[Widget]:
        """List the twin, then the saves, the newest first."""
        what = "the DQN twin" if self.twin == NETWORK else "the tabular twin"
        rows = [(what, f"{self.twin}, same world, seed {self.seed}")]
        ids = [f"{TWIN}{self.twin}"]
        for save in sorted(self.saves, key=lambda save: save.modified, reverse=True):
            rows.append((save.name, f"{save.agent}, saved at step {save.steps:,}"))
            ids.append(f"{SAVE}{save.name}")
        question = "It is kept at the step of this run, and neither learns from the other."
        listed = OptionList(*options(ids, aligned(rows, self.line_width, 1)), compact=True, markup=False)
        return [Static(Content(question), classes="question"), listed]

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
        else:
            self.app.push_screen(ChooseSecondRun(self.library, self.snapshot), self._compare)

    def _compare(self, chosen: Compare | None) -> None:
        if chosen is not None:
            self.send(chosen)
