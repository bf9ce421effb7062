"""A question with a few answers, such as before something is lost."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from tui.screens.dialog import Dialog


class Confirm(Dialog[str]):
    """Asks a question; the answer is one of the choices, of which one is the default; escape gives none."""

    HINT = "← → choose · enter confirm · first letter · escape cancel"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,down", "app.focus_next", show=False, id="next_choice"),
        Binding("left,up", "app.focus_previous", show=False, id="previous_choice"),
    ]

    def __init__(self, title: str, question: str, choices: Sequence[str], default: str) -> None:
        super().__init__(title)
        self.default = default
        self.question = question
        self.choices = tuple(choices)

    def body(self) -> list[Widget]:
        """Show the question and a button a choice."""
        buttons = [Button(Content(choice.capitalize()), name=choice, compact=True) for choice in self.choices]
        return [Static(Content(self.question), classes="question"), Horizontal(*buttons, classes="choices")]

    def on_mount(self) -> None:
        """Begin at the default."""
        self.query(Button)[self.choices.index(self.default)].focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer with the chosen button."""
        self.dismiss(event.button.name)

    def on_key(self, event: events.Key) -> None:
        """Answer by the first letter of a choice."""
        for choice in self.choices:
            if event.character and event.character.lower() == choice[0].lower():
                event.stop()
                self.dismiss(choice)
                return
