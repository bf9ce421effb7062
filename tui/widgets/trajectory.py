"""One episode step by step, and its discounted return added up term by term."""

from textual.geometry import Size

from engine.messages import EpisodeStep, Trajectory
from tui.widgets import numbers
from tui.widgets.canvas import Canvas, shortened, width_of
from tui.widgets.panel import Panel

NUMBER = 9
"""Cells for a number with the gap before it."""
BAR = 20


class TrajectoryPanel(Panel):
    """A line a transition: where, what, what it paid, and what that adds to the discounted return."""

    def __init__(self) -> None:
        super().__init__("Episode")

    def draw(self, width: int, height: int) -> Canvas:
        """Draw the lines that are seen between the headings and the sum; or how far the derivation is."""
        canvas = Canvas(width, height)
        shown = self.snapshot.trajectory if self.snapshot else None
        if shown is None or height < 4:
            return canvas
        if not shown.steps:
            done = int(shown.progress * BAR)
            bar = "█" * done + "░" * (BAR - done)
            canvas.put_centred(
                0, height // 2, width, f"deriving it again {bar} {numbers.percent(shown.progress)}", self.palette.plain
            )
            return canvas
        named = 2 * NUMBER if width < 60 else 4 * NUMBER + 4
        room = max(width - named - 4, 10)
        canvas.put(0, 0, "  t", self.palette.muted)
        what = "state → action → next state" if self._named else "action"
        canvas.put(5, 0, shortened(what, room - 1), self.palette.muted)
        headings = ("reward", "Σ γ^t·r") if width < 60 else ("reward", "γ^t", "γ^t·r", "sum")
        for n, heading in enumerate(reversed(headings)):
            canvas.put_right(width - n * NUMBER, 0, heading, self.palette.muted)
        for y, (t, step) in enumerate([*enumerate(shown.steps)][self.row : self.row + height - 3], start=1):
            self._draw_step(canvas, y, (t, step), room, wide=width >= 60)
        for y, text in enumerate(summary(shown, self._start_value, width), start=height - 2):
            canvas.put(0, y, text, self.palette.strong if y == height - 2 else self.palette.muted)
        return canvas

    def move_view(self, columns: int, rows: int, size: Size) -> None:
        """Move through the episode."""
        shown = self.snapshot.trajectory if self.snapshot else None
        if shown is not None:
            self.row = max(min(self.row + rows, len(shown.steps) - size.height + 3), 0)

    def hidden(self, size: Size) -> tuple[int, int]:
        """Return how many steps lie above and below."""
        shown = self.snapshot.trajectory if self.snapshot else None
        return self.row, (len(shown.steps) if shown and size else 0) - self.row - (size.height - 3)

    @property
    def _named(self) -> bool:
        """Whether states have names that tell them apart."""
        return self.snapshot is not None and self.snapshot.observation is None

    @property
    def _start_value(self) -> float | None:
        return self.snapshot.truth.start_value if self.snapshot and self.snapshot.truth else None

    def _draw_step(self, canvas: Canvas, y: int, line: tuple[int, EpisodeStep], room: int, *, wide: bool) -> None:
        t, step = line
        canvas.put_right(4, y, numbers.count(t), self.palette.muted)
        how = " by hand" if step.by_hand else " explored" if step.explored else ""
        move = f"{step.state} → {step.action} → {step.next_state}" if self._named else step.action
        end = canvas.put(5, y, shortened(move, room - 1))
        if how and end + width_of(how) < 4 + room:
            canvas.put(end, y, how, self.palette.agent if step.by_hand else self.palette.warning)
        elif how:
            canvas.put(4, y, "*", self.palette.warning)
        terms = [step.reward, step.weight, step.weight * step.reward, step.total] if wide else [step.reward, step.total]
        for n, value in enumerate(reversed(terms)):
            style = (
                self.palette.strong
                if n == 0
                else self.palette.sign(value)
                if n == len(terms) - 1
                else self.palette.plain
            )
            canvas.put_right(canvas.width - n * NUMBER, y, numbers.fitted(value, NUMBER - 1), style)


def summary(shown: Trajectory, start_value: float | None, width: int) -> tuple[str, str]:
    """Return the sum of the terms, and what it falls short of."""
    total = shown.steps[-1].total
    terms = [f"{numbers.coefficient(step.weight)}·{numbers.term(step.reward)}" for step in shown.steps if step.reward]
    end = "ended" if shown.terminated else "cut short"
    tail = f" = {numbers.number(total)}"
    added = " + ".join(terms) if terms else "0"
    said = f"Σ γ^t·r = {added}{tail}"
    if width_of(said) > width:
        said = f"Σ γ^t·r over {numbers.count(len(shown.steps))} steps{tail}"
    regret = ""
    if start_value is not None:
        missed = numbers.number(round(start_value - total, 9))
        regret = f" · regret {numbers.number(start_value)} − {numbers.term(total)} = {missed}"
    below = f"return {numbers.number(sum(step.reward for step in shown.steps))} · {end}{regret}"
    return said, shortened(below, width)
