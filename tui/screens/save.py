"""The dialogs in which a run is saved and a saved one is opened."""

import re
from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from engine.errors import InputError
from engine.messages import Snapshot
from tui.commands import key_of
from tui.screens.dialog import Dialog, Field, Problem
from tui.screens.ports import Library, SaveEntry
from tui.screens.rows import aligned, broken

HEADING = ("name", "world", "agent", "steps", "episodes", "saved")


class SaveRun(Dialog[str]):
    """Answers with the name under which to save; offers one."""

    TITLE = "Save the run"
    HINT = "enter save · escape close"

    def __init__(self, library: Library, snapshot: Snapshot) -> None:
        super().__init__()
        self.library = library
        self.current = snapshot.save_name
        self.offered = offered_name(snapshot)
        self._warned = ""

    def body(self) -> list[Widget]:
        """Show a field with the offered name in it."""
        return [Static("Name of the save", classes="question"), Field(self.offered), Problem()]

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take back what was said about another name."""
        self._warned = ""
        self.query_one(Problem).tell("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer, unless no save can be called so, or another run is and the person was not told yet."""
        name = event.value.strip()
        try:
            self.library.check_save_name(name)
        except InputError as error:
            self.query_one(Problem).tell(str(error))
            return
        if name not in (self.current, self._warned) and name in {save.name for save in self.library.saves()}:
            self._warned = name
            kept = f"what stood there is kept as a revision, such as {name}~2"
            self.query_one(Problem).tell(f"{name} exists already: enter again replaces it; {kept}")
            return
        self.dismiss(name)


class OpenSave(Dialog[str]):
    """Answers with the name of a saved run."""

    TITLE = "Open a save"
    HINT = "↑ ↓ move · enter go on with it · escape close"
    WIDTH = 90

    def __init__(self, library: Library, own: str = "") -> None:
        """Offer all saves but `own`, the autosave of the run that is open: it holds nothing else than this run."""
        super().__init__()
        self.folder = library.folder
        others = [save for save in library.saves() if save.name != own]
        self.saves = sorted(others, key=lambda save: save.modified, reverse=True)

    def body(self) -> list[Widget]:
        """List the saves, the newest first, those that are damaged with the reason; or say how to make one."""
        if not self.saves:
            text = f"There is no save in {self.folder} yet. Press {key_of('save')} while a run is open to make one."
            return [Static(Content(text), classes="question")]
        heading, entries = self.listing()
        return [Static(Content(heading), classes="heading"), OptionList(*entries, compact=True, markup=False)]

    def listing(self) -> tuple[str, Sequence[Option]]:
        """Tell of each save in its columns, or why it is damaged."""
        sound = [save for save in self.saves if not save.problem]
        heading, *lines = aligned([HEADING, *map(_row, sound)], self.line_width, 0, frozenset({3, 4}))
        line_of = {save.name: line for save, line in zip(sound, lines, strict=True)}
        return heading if self.saves else "", [
            Option(Content(line_of.get(save.name) or _damaged(save, self.line_width)), save.name, bool(save.problem))
            for save in self.saves
        ]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer with the chosen name."""
        self.dismiss(event.option_id)


def _row(save: SaveEntry) -> tuple[str, ...]:
    moment = f"{save.modified:%Y-%m-%d %H:%M}"
    name, tilde, revision = save.name.partition("~")
    shown = f"~{revision} of {name}" if tilde else name  # What tells it from the newest must not be cut off.
    return shown, save.world, save.agent, f"{save.steps:,}", f"{save.episodes:,}", moment


def _damaged(save: SaveEntry, width: int) -> str:
    return "\n  ".join(broken(f"{save.name}  damaged: {save.problem}", width, width - 2))


def offered_name(snapshot: Snapshot) -> str:
    """Return the name under which the run was saved before, or one made of its world and its agent."""
    if snapshot.save_name and "/" not in snapshot.save_name:
        return snapshot.save_name
    world = re.sub(r"[^A-Za-z0-9.-]+", "-", snapshot.world.name.removeprefix("gym:")).strip("-.")
    return f"{world[:40] or 'world'}-{snapshot.agent.name}"
