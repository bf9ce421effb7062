"""Which panels the main screen shows: all of them, or one that has the whole room."""

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tui.commands import with_keys
from tui.screens.time_travel import TimeTravel
from tui.widgets.episodes import EpisodesPanel
from tui.widgets.panel import Drawing, Panel
from tui.widgets.panel_tabs import PanelTabs
from tui.widgets.q_table import QTable
from tui.widgets.timeline import Timeline
from tui.widgets.why import Why
from tui.widgets.world import WorldPanel

PANELS: dict[str, type[Panel]] = {"world": WorldPanel, "Q": QTable, "episodes": EpisodesPanel}
"""The panels of which one can have the room, by their names on the tabs."""
NARROW = "-narrow"
"""The class of a window in which one panel is shown alone unless all are asked for; elsewhere it is the other way."""
CHARTING = "{next_chart} next · {stop} close"
"""The keys of a chart that has the place of something else."""
TAKERS = {"-inspecting": "the inspector", "-comparing": "the comparison", "-lesson": "the lesson"}
"""What needs room beside the panels, by the class that the screen has meanwhile."""


class Panels(TimeTravel):
    """The commands that go from panel to panel, and the one rule of when one of them is shown alone."""

    _one: bool | None = None
    """Whether the person wants to see one panel at a time; `None`: as the window is wide."""
    _chosen = "world"
    """The name of the one that is shown then."""
    _covered = ""
    """The name of the one in whose place a chart is shown alone; empty where the person went to it by another key."""

    def on_resize(self, event: events.Resize) -> None:
        """Show one panel or all, as there is room now."""
        if self.single != self.has_class("-single"):
            self._choose()
            self._lay_out()

    def _refresh_layout(self, size: Size | None = None, scroll: bool = False) -> None:
        """Lay out, a private method of Textual 8.2, and move notices to where they cover nothing that is read.

        The last line is on the upper frame of the lowest panel, below another frame or the tabs; where the first would
        cover the status, on the lower frame.
        """
        super()._refresh_layout(size, scroll)
        framed = [panel.region for panel in self.query(Drawing) if panel.region and panel.styles.border_top[0]]
        if not framed:
            return
        lowest = max(framed, key=lambda region: region.y)
        for rack in self.query("ToastRack"):
            lines = sum(toast.outer_size.height for toast in rack.query("Toast"))
            below = self.size.height - (lowest.y + 1 if lines <= lowest.y else lowest.bottom)
            if rack.styles.margin.bottom != below:
                rack.styles.margin = (0, 0, below, 0)

    def action_one_panel(self) -> None:
        """Give the room to the panel that has the focus, or to all of them again."""
        if taker := next((name for state, name in TAKERS.items() if self.has_class(state)), ""):
            self.app.notify(f"{taker} needs the room; close it first", severity="warning", markup=False)
            return
        self._one = not self.single
        self._choose()
        self._lay_out()

    def action_show_panel(self, name: str) -> None:
        """Give the room to the panel of that name, and the keys, too."""
        self._chosen, self._covered = name, ""
        self._lay_out()
        self.set_focus(self._panel, scroll_visible=False)

    def action_next_panel(self) -> None:
        """Focus the next panel."""
        if self.single:
            self._go_round(1)
        else:
            self.focus_next()

    def action_previous_panel(self) -> None:
        """Focus the panel before."""
        if self.single:
            self._go_round(-1)
        else:
            self.focus_previous()

    def take_room(self, state: str, *, taken: bool) -> None:
        """Let one of the takers have room, or have it no longer."""
        if taken != self.has_class(state):
            self.set_class(taken, state)
            self._lay_out()

    def show_chart(self) -> None:
        """Give a chart the place of something else: of the panel that is alone, or of what takes room."""
        covered = self._chosen
        if self.single:
            self.action_show_panel("episodes")
            self._covered = covered
        self.set_class(not self.single, "-charting")
        self.query_one(EpisodesPanel).border_subtitle = Content(with_keys(CHARTING))

    def close_chart(self) -> bool:
        """Give the place of a chart back to what it covers; return whether it had one."""
        covered, charting = self._covered if self.single else "", self.has_class("-charting")
        self._end_chart()
        if covered:
            self.action_show_panel(covered)
        return charting or bool(covered)

    def _end_chart(self) -> None:
        self.set_class(False, "-charting")
        self._covered = self.query_one(EpisodesPanel).border_subtitle = ""

    @property
    def single(self) -> bool:
        """Whether one panel is shown alone: it is wanted or there is no room for two, and nothing else needs it."""
        wanted = NARROW in self.classes_at(self.app.size) if self._one is None else self._one
        return wanted and not any(map(self.has_class, TAKERS))

    @property
    def _panel(self) -> Panel:
        return self.query_one(PANELS[self._chosen])

    def _choose(self) -> None:
        """Let the panel that has the focus be the one."""
        self._chosen = next((name for name, kind in PANELS.items() if isinstance(self.focused, kind)), self._chosen)

    def _lay_out(self) -> None:
        """Show what is to be shown; the keys go where the person sees what they do."""
        self.set_class(self.single, "-single")
        self.query_one(PanelTabs).chosen = self._chosen
        self.query_one(Why).panel = self._chosen if self.single else "world"
        shown = self._panel.ancestors_with_self
        for node in self.query("#upper, WorldPanel, QTable, EpisodesPanel"):
            node.set_class(node in shown, "-alone")
        if not self.single:
            return
        self._end_chart()
        if not isinstance(self.focused, Timeline):
            self.set_focus(self._panel, scroll_visible=False)

    def _go_round(self, by: int) -> None:
        """Go through the panels and, where it is shown, the timeline."""
        timeline: Widget = self.query_one(Timeline)
        stops = [*PANELS, *([""] if timeline.display else [])]
        here = stops.index("" if self.focused is timeline else self._chosen)
        following = stops[(here + by) % len(stops)]
        if following:
            self.action_show_panel(following)
        else:
            self.set_focus(timeline, scroll_visible=False)
