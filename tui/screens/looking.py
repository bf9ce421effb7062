"""What the main screen does with what the person looks at: views, layers, zoom, and the inspector with its cursor."""

from dataclasses import replace
from typing import cast

from textual.reactive import reactive

from engine import messages
from engine.messages import Snapshot
from tui.screens.panels import Panels
from tui.screens.spans import Line
from tui.widgets.layers import next_layer
from tui.widgets.map_places import inspected_action, legal_actions, neighbour
from tui.widgets.panel import Panel
from tui.widgets.q_table import QTable
from tui.widgets.sight import Sight, look_for
from tui.widgets.world import WorldPanel
from tui.widgets.zoom import rungs

ARRIVING = messages.Step | messages.FinishEpisode | messages.StepBack | messages.EpisodeBack | messages.GoTo
"""The commands that bring the run somewhere, and leave it there."""


class Looking(Panels):
    """The commands that change what is seen, and nothing in the run."""

    sight: reactive[Sight] = reactive(Sight(), repaint=False, init=False)
    _comes_to_rest = False
    """Whether the last command brings the run somewhere, and leaves it there."""
    _goes_along = False
    """Whether the cursor goes to where the agent comes to rest."""

    def watch_sight(self, old: Sight, new: Sight) -> None:
        """Ask the trainer for what is looked at, and make room for the inspector."""
        if look_for(new) != look_for(old):
            self.trainer.submit(look_for(new))
        self.take_room("-inspecting", taken=new.cursor is not None)

    def show(self, snapshot: Snapshot | None) -> None:
        """Take a snapshot; in another world the cursor goes to the agent, for states have other numbers there."""
        known = self.snapshot
        if self._goes_along and snapshot is not None:
            self._go_to_state(snapshot.state)
            self._goes_along = not self._rests(snapshot)
        moved = self.sight.cursor is not None and (not known or not snapshot or known.world is not snapshot.world)
        if moved:
            self.sight = replace(self.sight, cursor=None, action=None)
        self.snapshot = snapshot
        if moved and snapshot is not None and snapshot.observation is None:
            self.sight = replace(self.sight, cursor=snapshot.state)

    def action_redraw(self) -> None:
        """Send everything again: something else may have written to the terminal."""
        cast(Line, self.app).shown.forget()
        self.refresh()

    def action_next_layer(self) -> None:
        """Show the next layer on the map."""
        if self.snapshot is not None:
            self.sight = replace(self.sight, layer=next_layer(self.sight.layer, self.snapshot))

    def action_zoom_in(self) -> None:
        """Draw the cells larger."""
        self._zoom(-1)

    def action_zoom_out(self) -> None:
        """Draw the cells smaller."""
        self._zoom(1)

    def action_inspect(self) -> None:
        """Open the inspector on the agent's state, the one that it is on the way to; or close it."""
        self._goes_along = False
        if self.snapshot is None or self.snapshot.observation is not None or self.sight.cursor is not None:
            self.sight = replace(self.sight, cursor=None, action=None)
            return
        if not isinstance(self.focused, WorldPanel | QTable):
            self.query_one(WorldPanel).focus()
        self.sight = replace(self.sight, cursor=self.snapshot.state, action=None)
        self._goes_along = self._comes_to_rest and not self._rests(self.trainer.snapshot)

    def _rests(self, snapshot: Snapshot | None) -> bool:
        """Whether a snapshot shows what came of the last command, and nothing of it is still to come."""
        if snapshot is None or snapshot is self._before_answer:
            return False
        return not snapshot.playing and not snapshot.busy

    def send(self, command: messages.Command) -> None:
        """Hand a command to the trainer."""
        self._comes_to_rest = isinstance(command, ARRIVING)
        self._goes_along = self._goes_along and self._comes_to_rest
        super().send(command)

    def action_stop(self) -> None:
        """Stop whatever goes on; where nothing does, close the inspector."""
        if self.sight.cursor is not None and self.resting:
            self.action_inspect()
        else:
            super().action_stop()

    def action_next_action(self) -> None:
        """Look at the next action of the state."""
        self._change_action(1, around=True)

    def move_cursor(self, columns: int, rows: int) -> bool:
        """Move the cursor if the inspector is open, and return whether it is.

        On the map it goes to the next state that way; on the table along the states and the actions.
        """
        snapshot, cursor = self.snapshot, self.sight.cursor
        if snapshot is None or cursor is None or not isinstance(self.focused, WorldPanel | QTable):
            return False
        if isinstance(self.focused, WorldPanel):
            self._go_to_state(neighbour(snapshot.world, cursor, columns, rows))
        elif columns:
            self._change_action(columns)
        else:
            self._go_to_state(min(max(cursor + rows, 0), len(snapshot.world.states) - 1))
        self._goes_along = False
        return True

    def cursor_to_agent(self) -> None:
        """Bring the cursor to where the agent is, if there is one."""
        if self.snapshot is not None and self.sight.cursor is not None:
            self._go_to_state(self.snapshot.state)

    def action_look_up(self) -> None:
        """Move the view up."""
        self._look(0, -1)

    def action_look_down(self) -> None:
        """Move the view down."""
        self._look(0, 1)

    def action_look_left(self) -> None:
        """Move the view left."""
        self._look(-1, 0)

    def action_look_right(self) -> None:
        """Move the view right."""
        self._look(1, 0)

    def action_page_up(self) -> None:
        """Move the view up by a page."""
        if isinstance(self.focused, Panel):
            self.focused.look_pages(-1)

    def action_page_down(self) -> None:
        """Move the view down by a page."""
        if isinstance(self.focused, Panel):
            self.focused.look_pages(1)

    def action_follow(self) -> None:
        """Let every panel follow the agent again."""
        for panel in self.query(Panel):
            panel.follow_again()
        self.cursor_to_agent()

    def _look(self, columns: int, rows: int) -> None:
        """Let an arrow steer the agent, else move the cursor of the inspector, else the view of the focused panel."""
        if self.steer(columns, rows) or self.move_cursor(columns, rows):
            return
        if isinstance(self.focused, Panel):
            self.focused.look(columns, rows)

    def _go_to_state(self, state: int) -> None:
        if state != self.sight.cursor:
            self.sight = replace(self.sight, cursor=state, action=None)

    def _change_action(self, by: int, *, around: bool = False) -> None:
        snapshot = self.snapshot
        action = inspected_action(snapshot, self.sight) if snapshot else None
        if snapshot is None or action is None or self.sight.cursor is None:
            return
        legal = legal_actions(snapshot, self.sight.cursor)
        place = legal.index(action) + by
        place = place % len(legal) if around else min(max(place, 0), len(legal) - 1)
        self.sight = replace(self.sight, action=legal[place])

    def _zoom(self, by: int) -> None:
        """Go along the ladder from the rung that is seen; beyond its ends the space chooses again."""
        if self.snapshot is None:
            return
        panel = self.query_one(WorldPanel)
        ladder = rungs(self.snapshot.world.actions)
        place = ladder.index(panel.view(panel.size).zoom.rung) + by
        self.sight = replace(self.sight, rung=ladder[place] if 0 <= place < len(ladder) else None)
