"""A person's hand in a run that learns: commands become interventions, and it is told what came of them."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import InputError
from engine.interventions import Act, Change, Edit, Rules, WorldEdit, told
from engine.messages import ActByHand, BrushCell, ChangeSettings, Command, EditCell, EditRules, UndoEdit
from engine.timeline import Timeline
from engine.worlds.brushes import brushed
from engine.worlds.editing import what_changes


class Hand:
    """Acts, changes settings and edits the world; what it did last to a cell it can do again to another one."""

    def __init__(self, say: Callable[[str], None], notify: Callable[[str], None]) -> None:
        """`say` is told of something before it takes a while, `notify` afterwards what was done."""
        self._say, self._notify = say, notify
        self._last_put: Mapping[str, Any] | None = None
        """The cell that was put last."""

    def obey(self, timeline: Timeline, command: Command) -> None:
        """Do what the command says; raises `InputError` if it cannot be, `TypeError` for any other kind of command."""
        branch = timeline.branch.name
        match command:
            case ActByHand(action):
                timeline.intervene(Act(timeline.step, action))
            case ChangeSettings(settings):
                timeline.intervene(Change(timeline.step, dict(settings)))
                self._notify(f"from step {timeline.step:,} on: {told(timeline.run.log[-1])}")
            case EditCell(row, column, cell):
                self._edit(timeline, Edit(timeline.step, row, column, dict(cell)))
            case BrushCell(row, column):
                cell = self._under_the_brush(timeline.run.world.definition, command)
                self._edit(timeline, Edit(timeline.step, row, column, cell))
            case EditRules(rules):
                self._edit(timeline, Rules(timeline.step, dict(rules)))
            case UndoEdit():
                self._say("taking back an edit")
                self._notify(f"taken back: {told(timeline.undo())}")
            case _:
                raise TypeError(f"{command} is nothing that is done to a run")
        if timeline.branch.name != branch:
            self._notify(f"{timeline.branch.name} begins at step {timeline.branch.fork:,}; {branch} is kept")

    def _edit(self, timeline: Timeline, edit: WorldEdit) -> None:
        """Edit the world, unless it is so already: an edit that changes nothing could not be seen to be undone."""
        if isinstance(edit, Edit):
            self._last_put = edit.cell
        new = what_changes(timeline.run.world, edit)
        if new is None:
            self._notify(f"nothing changes, it is so already: {told(edit)}")
            return
        timeline.intervene(new)
        self._notify(f"from step {edit.step:,} on: {told(new)}")

    def _under_the_brush(self, definition: Mapping[str, Any], command: BrushCell) -> Mapping[str, Any]:
        """Return what the cell becomes in the world as it is now, which the screen may not have shown yet."""
        if command.brush != "again":
            return brushed(definition, command.row, command.column, command.brush, command.reward)
        if self._last_put is None:
            raise InputError("nothing was put anywhere yet")
        return self._last_put
