"""The dialog that asks what the run should go on until."""

from rich.table import Table
from rich.text import Text
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static

from engine.errors import InputError
from engine.until import EXAMPLES, MEANINGS, Until
from tui.screens.dialog import Dialog, Field, Problem


class RunUntil(Dialog[Until]):
    """Answers with a condition; offers the one that was asked for before."""

    TITLE = "Run until"
    HINT = "enter run at full speed · escape close"

    def __init__(self, before: str = "") -> None:
        super().__init__()
        self.before = before

    def body(self) -> list[Widget]:
        """Show a field to write the condition in, and below it what there is to write."""
        kinds = Table.grid(padding=(0, 2, 0, 0))
        kinds.add_column(no_wrap=True)
        kinds.add_column()
        for example, meaning in zip(EXAMPLES, MEANINGS.values(), strict=True):
            kinds.add_row(Text(example), Text(meaning))
        return [Field(self.before, placeholder=EXAMPLES[2]), Problem(), VerticalScroll(Static(kinds), can_focus=False)]

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take back what was said about another condition."""
        self.query_one(Problem).tell("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer, unless it is no condition."""
        try:
            self.dismiss(Until.parse(event.value))
        except InputError as error:
            self.query_one(Problem).tell(str(error))
