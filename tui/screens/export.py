"""The dialog in which what is seen is written to a file."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static

from engine import tables
from engine.errors import InputError
from engine.messages import Snapshot
from tui.exporting import expanded, write_new
from tui.plots import charts
from tui.screens.dialog import Answer, Dialog, Field, Problem
from tui.screens.rows import options


class Kind(NamedTuple):
    """Something to write."""

    id: str
    meaning: str
    suffix: str
    contents: Callable[[], str | bytes]


class Exported(NamedTuple):
    """What was written."""

    path: Path
    kind: str


SCREEN = "screen"
"""What is seen, as a picture."""
CAST = "cast"
"""What is written only when it is ended; its file is there from the beginning, so that the name is taken."""


class WriteFile(Dialog[Answer]):
    """Asks for the name of a file and writes it; answers with what was written."""

    _warned = ""

    def path(self, text: str) -> Path:
        """Return the path that was typed; raises `InputError` if it is none."""
        return expanded(text)

    def contents(self) -> str | bytes:
        """Return what is to be written; raises `InputError` if it cannot be made."""
        raise NotImplementedError

    def written(self, path: Path) -> Answer:
        """Return the answer."""
        raise NotImplementedError

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Write it."""
        self.write()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take back what was said about another name."""
        self._warned = ""
        self.query_one(Problem).tell("")

    def write(self) -> None:
        """Write the file, but over another one only after the person was told."""
        text = self.query_one(Input).value
        try:
            path = self.path(text)
            if path.is_file() and self._warned != text:
                self._warned = text
                self.query_one(Problem).tell(f"{path} exists already: enter again replaces it")
                return
            write_new(path, self.contents(), replace=self._warned == text)
        except InputError as error:
            self.query_one(Problem).tell(str(error))
            return
        self.dismiss(self.written(path))


class Export(WriteFile[Exported]):
    """Writes what is seen."""

    TITLE = "Export"
    HINT = "↑ ↓ choose · tab name of the file · enter write · escape close"

    def __init__(self, snapshot: Snapshot, picture: str, window: int) -> None:
        """`picture` is the screen as it was, `window` over how many episodes its charts are smoothed."""
        super().__init__()
        self.name_of_run = file_name(snapshot)
        self.kinds = kinds(snapshot, picture, window)

    def body(self) -> list[Widget]:
        """List what can be written, and ask where to."""
        lines = [kind.meaning for kind in self.kinds]
        listed = OptionList(*options([kind.id for kind in self.kinds], lines), compact=True, markup=False)
        return [listed, Static(Content("Name of the file"), classes="question"), Field(""), Problem()]

    def on_mount(self) -> None:
        """Begin at the list."""
        self.query_one(OptionList).highlighted = 0
        self.query_one(OptionList).focus()

    @property
    def kind(self) -> Kind:
        """What is chosen."""
        return self.kinds[self.query_one(OptionList).highlighted or 0]

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Offer a name that goes with it."""
        self.query_one(Input).value = f"{self.name_of_run}-{self.kind.id}.{self.kind.suffix}"

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Write it."""
        self.write()

    def contents(self) -> str | bytes:
        """Return what is chosen."""
        return self.kind.contents()

    def written(self, path: Path) -> Exported:
        """Say what was written, and where."""
        return Exported(path, self.kind.id)


def kinds(snapshot: Snapshot, picture: str, window: int) -> list[Kind]:
    """Return what there is to write of a run."""
    world, known = snapshot.world, len(snapshot.episodes.returns)
    start_value = snapshot.truth.start_value if snapshot.truth else None
    curves = snapshot.curves
    return [
        Kind(SCREEN, "the screen, as a picture (SVG)", "svg", lambda: picture),
        Kind("episodes", f"the last {known:,} episodes, as a table (CSV)", "csv",
             lambda: tables.episodes_table(snapshot.episodes, start_value)),
        Kind("q", "the Q-table (CSV)", "csv", lambda: tables.q_table(world.states, world.actions, snapshot.q)),
        *([Kind("curves", "the distance to the optimum over the steps (CSV)", "csv",
                lambda: tables.curves_table(curves))] if curves is not None else []),
        Kind("charts", "the charts, as a picture (SVG, needs matplotlib)", "svg",
             lambda: charts(snapshot, window, "svg")),
        Kind("charts-png", "the charts, as a picture (PNG, needs matplotlib)", "png",
             lambda: charts(snapshot, window, "png")),
        Kind(CAST, "the screen from now on, for asciinema, until you export again", "cast", lambda: ""),
    ]  # fmt: skip


def file_name(snapshot: Snapshot) -> str:
    """Return the beginning of the name of a file of this run, at this step."""
    world = re.sub(r"[^A-Za-z0-9.-]+", "-", snapshot.world.name.removeprefix("gym:")).strip("-.")
    return f"qscope-{world[:40] or 'world'}-{snapshot.agent.name}-{snapshot.step}"
