"""A form: a line for each value with its meaning, and what is wrong with one beside its field."""

from collections.abc import Mapping

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Label

from tui.screens.dialog import Answer, Dialog, Field, Problem

NAME_AND_FIELD = 39
"""Cells of the name and the field, as the style sheet has them."""
NARROWEST = 20
"""Cells for the meaning with which it says something; with fewer it is left out, and stands below the lines alone."""


class SettingLine(Horizontal):
    """The name of a value, its field, and what it means or what is wrong with it."""

    def __init__(self, key: str, value: str, default: str, meaning: str, span: str) -> None:
        super().__init__()
        self.key = key
        self.meaning = meaning
        self.range = span
        self.problem = ""
        """What is wrong with the value; empty if nothing is."""
        self.field = Field(value, placeholder=default)
        self.note = Problem(Content(meaning))
        self._explains = True
        """Whether there is room for the meaning."""

    def on_resize(self, event: events.Resize) -> None:
        """Leave the meaning out where too little of it would be seen."""
        self._explains = event.size.width - NAME_AND_FIELD >= NARROWEST
        self._show_note()

    def compose(self) -> ComposeResult:
        """Put the three beside each other."""
        yield Label(Content(self.key))
        yield self.field
        yield self.note

    def fix(self) -> None:
        """Let it be read but not changed."""
        self.field.disabled = True
        self.meaning = f"fixed · {self.meaning}"

    @property
    def value(self) -> str:
        """What was typed; empty for the default."""
        return self.field.value.strip()

    def tell(self, problem: str) -> None:
        """Show what is wrong in place of the meaning."""
        self.problem = problem
        self.note.tell(problem, self.meaning)
        self._show_note()

    def _show_note(self) -> None:
        self.note.display = self._explains or bool(self.problem)


class Form(Dialog[Answer]):
    """A line for each value, and below them all there is to say about the one that has the focus."""

    def lines(self) -> list[SettingLine]:
        """Return the lines of the form."""
        raise NotImplementedError

    def problem(self, key: str, value: str) -> str:
        """Return what is wrong with a value; nothing if nothing is."""
        raise NotImplementedError

    def submit(self, values: Mapping[str, str]) -> None:
        """Answer with what was typed, by the keys of the lines that are not empty."""
        raise NotImplementedError

    def body(self) -> list[Widget]:
        """Show the lines, and below them room for all there is to say about one."""
        return [VerticalScroll(*self.lines(), classes="form", can_focus=False), Problem(classes="detail")]

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Tell what the value is for that has the focus now."""
        if isinstance(line := event.widget.parent, SettingLine):
            self._explain(line)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say at once what is wrong with a value, beside its field."""
        if isinstance(line := event.input.parent, SettingLine):
            line.tell(self.problem(line.key, line.value) if line.value else "")
            self._explain(line)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer if every value is possible; else go to the first that is not."""
        lines = list(self.query(SettingLine))
        wrong = next((line for line in lines if line.problem), None)
        if wrong is not None:
            wrong.field.focus()
            return
        self.submit({line.key: line.value for line in lines if line.value})

    def complain(self, problem: str) -> None:
        """Say what is wrong with all of it together."""
        self.query_one(".detail", Problem).tell(problem)

    def _explain(self, line: SettingLine) -> None:
        if line.field.has_focus:
            self.query_one(".detail", Problem).tell(line.problem, f"{line.key}: {line.meaning} · {line.range}")
