"""The timeline bar: where in the run one is, and what there is to go back to."""

from itertools import cycle

import numpy as np
from rich.style import Style
from textual import events
from textual.message import Message

from engine.messages import Snapshot, TimelineView
from tui.widgets import numbers
from tui.widgets.canvas import Canvas, shortened, width_of
from tui.widgets.panel import Drawing

HERE = "●"
SAVE, INTERVENTION, EPISODE, EPISODES, KEYFRAME, LINE = "▾▾", "◆◆", "┷┴", "╧╧", "┯┬", "━─"
"""Each as it is drawn behind the place where one is, and ahead of it, in the known future.

`EPISODES` stands for many that ended there or nearby: long ago, only their number is known.
"""


class Timeline(Drawing, can_focus=True):
    """A line for the whole branch of the run, from its beginning to the furthest step, to be scrubbed along."""

    class Scrubbed(Message):
        """The person wants to go to a step."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    class Typed(Message):
        """The person began to type the number of a step."""

        def __init__(self, digit: str) -> None:
            super().__init__()
            self.digit = digit

    def draw(self, width: int, height: int) -> Canvas:
        """Write the step and the branch, then the bar with what happened along it."""
        canvas = Canvas(width, height)
        if self.snapshot is None:
            return canvas
        text = words(self.snapshot, width // 2)
        canvas.put(0, 0, text, self.palette.strong if self.has_focus else self.palette.muted)
        first = width_of(text) + 1
        for cell, glyph in enumerate(bar(self.snapshot.step, self.snapshot.timeline, width - first)):
            canvas.put(first + cell, 0, glyph, self._style(glyph))
        return canvas

    def on_key(self, event: events.Key) -> None:
        """Scrub with the arrows, jump with home and end, and begin to type a number."""
        target = self._target(event.key)
        if target is not None:
            self.post_message(self.Scrubbed(target))
        elif event.character and event.character.isdigit() and event.character.isascii():
            self.post_message(self.Typed(event.character))
        else:
            return
        event.stop()
        event.prevent_default()

    def on_click(self, event: events.Click) -> None:
        """Go to the step under the mouse."""
        if self.snapshot is None:
            return
        cells, head = self._cells(self.snapshot), self.snapshot.timeline.head
        cell = event.x - self.gutter.left - (self.size.width - cells)
        if 0 <= cell < cells:
            self.post_message(self.Scrubbed(min(cell * steps_a_cell(head, cells), head)))

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show whether the keys go here."""
        super().watch_has_focus(has_focus)
        self.redraw()

    def _target(self, key: str) -> int | None:
        """Return the step that a key leads to; the arrows go by one cell of the bar."""
        if self.snapshot is None:
            return None
        step, head = self.snapshot.step, self.snapshot.timeline.head
        stride = steps_a_cell(head, self._cells(self.snapshot))
        ways = {"left": max(step - stride, 0), "right": min(step + stride, head), "home": 0, "end": head}
        return ways.get(key)

    def _style(self, glyph: str) -> Style:
        palette = self.palette
        styles = {HERE: palette.agent, INTERVENTION[0]: palette.warning, SAVE[0]: palette.accent}
        styles |= {EPISODE[0]: palette.plain, KEYFRAME[1]: palette.line, LINE[1]: palette.line}
        styles |= {EPISODES[0]: palette.muted}
        return styles.get(glyph, palette.muted)

    def _cells(self, snapshot: Snapshot) -> int:
        """Return how many cells there are for the bar."""
        return max(self.size.width - width_of(words(snapshot, self.size.width // 2)) - 1, 1)


def words(snapshot: Snapshot, width: int) -> str:
    """Return where one is, in the longest wording that fits; as wide as at the furthest step, so the bar stays put."""
    timeline = snapshot.timeline
    text = ""
    for text, widest in zip(_wordings(snapshot.step, timeline), _wordings(timeline.head, timeline), strict=True):
        if width_of(widest) <= width:
            return text + " " * (width_of(widest) - width_of(text))
    return shortened(text, width)


def _wordings(step: int, timeline: TimelineView) -> list[str]:
    here, head, branches = numbers.count(step), numbers.count(timeline.head), len(timeline.branches)
    if branches == 1:
        return [f"step {here} of {head}", f"{here} of {head}", f"{here}/{head}"]
    return [
        f"step {here} of {head} on {timeline.branch} ({branches} branches)",
        f"{here} of {head} on {timeline.branch}",
        f"{here}/{head} {timeline.branch}",
    ]


def bar(step: int, timeline: TimelineView, cells: int) -> list[str]:
    """Return a glyph for each cell up to the furthest step; where several things fall into one, the rarest is shown.

    Keyframes are there for the program more than for the person, and give way to everything.
    """
    if cells < 1:
        return []
    stride = steps_a_cell(timeline.head, cells)
    here = min(step, timeline.head) // stride
    glyphs = [LINE[cell > here] for cell in range(timeline.head // stride + 1)]
    happened = [(timeline.episode_ends, EPISODE), (timeline.saves, SAVE), (timeline.interventions, INTERVENTION)]
    happened.sort(key=lambda kind: -len(kind[0]))
    if timeline.earlier_episodes:
        first = int(timeline.episode_ends.min(initial=timeline.head)) // stride
        glyphs[:first] = [EPISODES[cell > here] for cell in range(first)]
    for steps, glyph in [(timeline.keyframes, KEYFRAME), *happened]:
        for cell in np.unique(steps[(steps >= 0) & (steps <= timeline.head)] // stride).tolist():
            glyphs[cell] = glyph[cell > here]
    glyphs[here] = HERE
    return glyphs


def steps_a_cell(head: int, cells: int) -> int:
    """Return how many steps a cell stands for: 1, 2, 5, 10, 20, ..., so that the marks rarely move as a run grows."""
    size = 1
    for factor in cycle((2.0, 2.5, 2.0)):
        if head // size < cells:
            break
        size = int(size * factor)
    return size
