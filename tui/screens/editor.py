"""The editor of the world: a cursor on its map, a key for each kind of cell, while the agent lives in it."""

from collections.abc import Mapping
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from engine import messages
from engine.messages import Snapshot, WorldView
from tui import commands
from tui.screens.help import Help
from tui.screens.live import LiveScreen, Main
from tui.screens.world_forms import AskReward, EditRules, SaveWorld
from tui.widgets.cells import Place, cell_at, described, reward_of
from tui.widgets.editor import EditorPanel
from tui.widgets.panel import Panel

HINT_LINES = 2
GAP = "  "


class Editor(LiveScreen, inherit_bindings=False):
    """Sends the trainer an edit for each key; the run goes on, or stands, as it did before."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *commands.bindings(commands.EDITING),
        Binding("escape", "close", show=False, id="close_editor"),
        Binding("pageup", "look_page(-1)", show=False, id="page_up"),
        Binding("pagedown", "look_page(1)", show=False, id="page_down"),
    ]

    def __init__(self, main: Main, snapshot: Snapshot) -> None:
        super().__init__(main)
        self._first = _place(snapshot)

    def hint(self, width: int) -> str:
        """Return as many keys as there is room for."""
        return key_lines(width)

    def panel(self) -> Panel:
        """The map."""
        return EditorPanel(self._first)

    @property
    def map(self) -> EditorPanel:
        """The map with its cursor."""
        return self.query_one(EditorPanel)

    def watch_snapshot(self, snapshot: Snapshot | None) -> None:
        """Tell what came of the last edit."""
        for notice in self.main.news(snapshot) if snapshot is not None else ():
            self.map.said = f"not possible: {notice.text}" if notice.error else notice.text

    def on_key(self, event: events.Key) -> None:
        """Take a key that means nothing here for what it means on the main screen; bindings come after this."""
        own = any(event.key in command.keys_now for command in commands.EDITING)
        passed = [command for command in commands.PASSING if event.key in command.keys_now]
        if passed and not own:
            event.stop()
            self.action_pass_on(passed[0].id)

    # What moves the cursor.

    def action_edit_up(self) -> None:
        """Go up."""
        self.action_look(0, -1)

    def action_edit_down(self) -> None:
        """Go down."""
        self.action_look(0, 1)

    def action_edit_left(self) -> None:
        """Go left."""
        self.action_look(-1, 0)

    def action_edit_right(self) -> None:
        """Go right."""
        self.action_look(1, 0)

    def action_look(self, columns: int, rows: int) -> None:
        """Move the cursor, no further than to the edge of the map."""
        if self.snapshot is not None:
            cells, (row, column) = self.snapshot.world.cells, self.map.cursor
            row, column = min(max(row + rows, 0), len(cells) - 1), min(max(column + columns, 0), len(cells[0]) - 1)
            self._go((row, column))

    def action_look_page(self, pages: int) -> None:
        """Move the cursor by as many rows as are about a page."""
        self.action_look(0, pages * max(self.map.size.height // 2, 1))

    def action_edit_agent(self) -> None:
        """Go to where the agent is."""
        if self.snapshot is not None:
            self._go(_place(self.snapshot))

    def _go(self, place: Place) -> None:
        self.map.said = ""
        self.map.cursor = place

    # What is put where the cursor is.

    def action_edit_wall(self) -> None:
        """Put a wall."""
        self._put(messages.EditCell(*self.map.cursor, {"wall": True}))

    def action_edit_open(self) -> None:
        """Put an open cell."""
        self._put(messages.EditCell(*self.map.cursor, {}))

    def action_edit_start(self) -> None:
        """Let it be a start, or no longer."""
        self._put(messages.BrushCell(*self.map.cursor, "start"))

    def action_edit_end(self) -> None:
        """Let it end the episode, or no longer."""
        self._put(messages.BrushCell(*self.map.cursor, "terminal"))

    def action_edit_cliff(self) -> None:
        """Let it send back to a start, or no longer."""
        self._put(messages.BrushCell(*self.map.cursor, "to_start"))

    def action_edit_reward(self) -> None:
        """Ask what it pays."""
        if (snapshot := self.snapshot) is None:
            return
        world, place = snapshot.world, self.map.cursor

        def put(answer: tuple[float | None] | None) -> None:
            if answer is not None:
                self._put(messages.BrushCell(*place, "reward", answer[0]))

        self.app.push_screen(AskReward(described(world, place), reward_of(cell_at(world, place))), put)

    def action_edit_again(self) -> None:
        """Put what was put last."""
        self._put(messages.BrushCell(*self.map.cursor, "again"))

    def _put(self, command: messages.EditCell | messages.BrushCell) -> None:
        """Send the edit; the trainer knows what the cell is, of which the screen may not have heard yet."""
        self.map.said = ""
        self.main.send(command)

    # What is done to the world as a whole, and to the run.

    def action_edit_undo(self) -> None:
        """Take back the last edit."""
        self.map.said = ""
        self.main.send(messages.UndoEdit())

    def action_edit_rules(self) -> None:
        """Ask for other rules."""
        if self.snapshot is not None:
            self.app.push_screen(EditRules(self.snapshot.world, self.map.cursor[1]), self._change_rules)

    def action_edit_save(self) -> None:
        """Ask for the name of a file and write the world to it."""
        if self.snapshot is not None:
            self.app.push_screen(SaveWorld(self.snapshot.world), self._saved)

    def action_edit_step(self) -> None:
        """Make a transition for each press."""
        self.map.said = ""
        self.main.send(messages.Step(self.presses("edit_step")))

    def action_edit_help(self) -> None:
        """Show the keys, those of the editor first."""
        self.app.push_screen(Help(first=commands.EDIT))

    def _change_rules(self, rules: Mapping[str, object] | None) -> None:
        if rules:
            self.main.send(messages.EditRules(rules))

    def _saved(self, said: str | None) -> None:
        if said is not None:
            self.map.said = said


def key_lines(width: int, most: int = HINT_LINES) -> str:
    """Return the keys of the editor in lines of that width, the less important ones left out where space is short."""
    always = [f"{commands.key_of('play')} run", "escape leave"]
    ranked = sorted((command for command in commands.EDITING if command.footer), key=lambda command: command.footer)
    for count in range(len(ranked), -1, -1):
        shown = [f"{c.keys_shown[0]} {c.label}" for c in commands.EDITING if c in ranked[:count]]
        lines = [""]
        for key in [*shown, *always]:
            if lines[-1] and len(lines[-1]) + len(GAP + key) > width:
                lines.append("")
            lines[-1] += GAP * bool(lines[-1]) + key
        if len(lines) <= most:
            break
    return "\n".join(lines)


def editable(world: WorldView) -> bool:
    """Whether there is a text map to edit."""
    return "map" in world.definition


def _place(snapshot: Snapshot) -> Place:
    row, column = snapshot.world.places[snapshot.state].tolist()
    return row, column
