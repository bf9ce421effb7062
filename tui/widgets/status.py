"""The first line: which run this is, and what it is doing."""

import math

from textual.reactive import reactive

from engine.messages import Snapshot
from tui.widgets import numbers
from tui.widgets.canvas import Canvas, shortened, width_of
from tui.widgets.panel import Drawing

RECORDING = "● rec"
PAUSED, RUNNING, FULL = "││", "►", "►►"
TITLE, GAP = "qscope", 2
DEMONSTRATION = ("greedy demonstration, no learning", "greedy demonstration", "greedy")

Piece = tuple[str, str]
"""A text and the name of its style."""
Pieces = list[Piece]


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
        """Write both halves, each in the longest wording with which both fit."""
        canvas = Canvas(width, height)
        if self.snapshot is None:
            canvas.put_pieces(0, 0, [(f"{TITLE}  ", self.palette.accent), ("loading …", self.palette.muted)])
            return canvas
        recording = [(RECORDING, "warning"), ("  ", "")] if self.recording else []
        title, name, now = wording(self.snapshot, width - width_of_all(recording), driving=self.driving)
        pieces = [*recording, *now]
        x = canvas.put(0, 0, title, self.palette.accent)
        canvas.put(x, 0, name)
        start = max(width - width_of_all(pieces), 0)
        canvas.put_pieces(start, 0, ((text, self.palette.roles[role]) for text, role in pieces))
        return canvas


def wording(snapshot: Snapshot, width: int, *, driving: bool = False) -> tuple[str, str, Pieces]:
    """Return the title, the name of the run and what it does, as they fit.

    The title is left out first, then of what it does and of the name what can be seen elsewhere: whether it is saved
    and what it does stay to the last.
    """
    names = run_names(snapshot)
    usual, shortest = doing(snapshot, driving=driving)
    choices = [(f"{TITLE}  ", names[0], usual[0])]
    choices += [("", name, pieces) for name in names for pieces in usual]
    choices += [("", name, shortest) for name in names]
    for title, name, pieces in choices:
        if width_of(title + name) + GAP + width_of_all(pieces) <= width:
            return title, name, pieces
    (text, role), *others = shortest
    now = [(shortened(text, width), role), *others]
    return "", shortened(names[-1], max(width - width_of_all(now) - GAP, 0)), now


def width_of_all(pieces: Pieces) -> int:
    """Return how many cells the pieces take."""
    return sum(width_of(text) for text, _ in pieces)


def run_names(snapshot: Snapshot) -> list[str]:
    """Return world, agent and seed of the run and the name of its save, starred if it is not up to date.

    These are wordings, the longest first.
    """
    world, agent, saved = snapshot.world.name, snapshot.agent, snapshot.save_name
    star = "*" if snapshot.unsaved else ""
    end = f" · {saved}{star}" if saved else " · unsaved" if star else ""
    end += ", no autosave" if snapshot.autosave_failed else ""
    return [
        f"{world} · {agent.name} · seed {agent.seed}{end}",
        f"{world} · {agent.name}{end}",
        f"{world}{end}",
        f"{saved or world}{star}",
    ]


def doing(snapshot: Snapshot, *, driving: bool = False) -> tuple[list[Pieces], Pieces]:
    """Return what the run does right now, as texts and the names of their styles.

    These are wordings, the longest first, and one to fall back on.
    """
    step = (f"   step {numbers.count(snapshot.step)}", "")
    if snapshot.busy:
        busy = (f"{snapshot.busy} …", "warning")
        return [[busy, step]], [busy]
    pace, short = _pace(snapshot)
    if snapshot.demonstration:
        told = [(f" {text} ", "agent") for text in DEMONSTRATION]
        usual = [[text, ("  ", ""), pace, *end] for text in told[:2] for end in ([step], [])]
        return [*usual, [told[-1], ("  ", ""), pace]], [told[-1], ("  ", ""), short]
    if driving:
        at_the_wheel = (" you drive ", "agent")
        return [[at_the_wheel, *([("  ", ""), pace] if snapshot.playing else []), step]], [at_the_wheel, step]
    return [[pace, step]], [short, step]


def _pace(snapshot: Snapshot) -> tuple[Piece, Piece]:
    """Say whether the run goes on, how fast and until when, and the same in a glyph or two."""
    if not snapshot.playing:
        return (f"{PAUSED} paused", "muted"), (PAUSED, "muted")
    if snapshot.until:
        share = "" if math.isnan(snapshot.share) else f" {numbers.percent(snapshot.share)}"
        return (f"{FULL} until {snapshot.until}{share}", "strong"), (f"{FULL}{share}", "strong")
    if math.isinf(snapshot.speed):
        return (f"{FULL} full speed", "strong"), (FULL, "strong")
    steady = (f"{RUNNING} {snapshot.speed:g}/s", "strong")
    return steady, steady
