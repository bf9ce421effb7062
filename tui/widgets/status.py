"""The first line: which run this is, and what it is doing."""

import math

from textual.reactive import reactive

from engine.messages import Snapshot
from tui.widgets import numbers
from tui.widgets.canvas import Canvas, shortened, width_of
from tui.widgets.panel import Drawing

RECORDING = "● rec"
PAUSED, RUNNING, FULL = "││", "►", "►►"


class Status(Drawing):
    """Name, world, agent and seed on the left; speed and step on the right."""

    driving: reactive[bool] = reactive(False, repaint=False, init=False)
    """Whether the person chooses the actions."""

    recording: reactive[bool] = reactive(False, repaint=False, init=False)
    """Whether the screen is being recorded."""

    def watch_driving(self) -> None:
        """Say so."""
        self.redraw()

    def watch_recording(self) -> None:
        """Say so."""
        self.redraw()

    def draw(self, width: int, height: int) -> Canvas:
        """Write both halves; where they do not fit, the name of the program goes first, then the end of the run's."""
        canvas = Canvas(width, height)
        x = canvas.put(0, 0, "qscope", self.palette.accent) + 2
        if self.snapshot is None:
            canvas.put(x, 0, "loading …", self.palette.muted)
            return canvas
        recording = [(RECORDING, "warning"), ("  ", "")] if self.recording else []
        pieces = [("  ", ""), *recording, *doing(self.snapshot, driving=self.driving)]
        room = width - sum(width_of(text) for text, _ in pieces)
        name = run_name(self.snapshot)
        if x + width_of(name) > room:
            canvas.put(0, 0, " " * x)
            x = 0
        canvas.put(x, 0, shortened(name, room - x))
        canvas.put_pieces(room, 0, ((text, self.palette.roles[role]) for text, role in pieces))
        return canvas


def run_name(snapshot: Snapshot) -> str:
    """Return the world, agent and seed of the run and the name of its save, starred if it is not up to date."""
    name = f"{snapshot.world.name} · {snapshot.agent.name} · seed {snapshot.agent.seed}"
    if snapshot.save_name:
        return f"{name} · {snapshot.save_name}{'*' if snapshot.unsaved else ''}"
    return f"{name} · unsaved" if snapshot.unsaved else name


def doing(snapshot: Snapshot, *, driving: bool = False) -> list[tuple[str, str]]:
    """Return what the run does right now, as texts and the names of their styles."""
    step = (f"   step {numbers.count(snapshot.step)}", "")
    if snapshot.busy:
        return [(f"{snapshot.busy} …", "warning"), step]
    pace = (f"{PAUSED} paused", "muted")
    if snapshot.playing and snapshot.until:
        share = "" if math.isnan(snapshot.share) else f" {math.floor(100 * snapshot.share)} %"
        pace = (f"{FULL} until {snapshot.until}{share}", "strong")
    elif snapshot.playing and math.isinf(snapshot.speed):
        pace = (f"{FULL} full speed", "strong")
    elif snapshot.playing:
        pace = (f"{RUNNING} {snapshot.speed:g}/s", "strong")
    if snapshot.demonstration:
        return [(" greedy demonstration, no learning ", "agent"), ("  ", ""), pace]
    if driving:
        return [(" you drive ", "agent"), *([("  ", ""), pace] if snapshot.playing else []), step]
    return [pace, step]
