"""What looks closer at what was learned: the why of a step, the episodes one by one, and files of both."""

from collections.abc import Iterator

from engine.errors import InputError
from engine.messages import CloseEpisode, ShowEpisode, Snapshot, Trajectory
from tui.commands import key_of
from tui.describing import of
from tui.plain.charts import Charts
from tui.plain.speech import key
from tui.plain.talk import Answer, Talk, anything
from tui.plain.telling import WIDE
from tui.widgets import numbers

LISTED = 10
"""Episodes that are told at once."""
LONGEST_SUM = 200
"""Characters of a sum that is told term by term."""
TOLD = 40
"""Steps of an episode that are told at once."""


class Measuring:
    """Answers why, the episodes and the export."""

    def __init__(self, talk: Talk, charts: Charts) -> None:
        self._talk = talk
        self._charts = charts
        self.answers: dict[str, Answer] = {
            "why": Answer(self._why, help="Explain the last step at large, number by number."),
            "episodes": Answer(
                self._episodes,
                lambda rest: rest.partition(" ")[0].isdecimal(),
                f"Tell the last {LISTED} episodes, or one of them step by step by its number, from a step of it on.",
            ),
            "export": Answer(self._export, anything, "Write a table or the charts to a file."),
        }

    def _why(self, rest: str) -> None:
        from tui.widgets.sums import in_words
        from tui.widgets.why_large import explain_at_large

        for line in explain_at_large(self._talk.shown, WIDE, in_words):
            self._talk.tell("".join(text for text, _ in line))

    def _episodes(self, rest: str) -> None:
        """List the last episodes and ask for one, or tell one at once."""
        shown = self._talk.shown
        if not len(shown.episodes.returns):
            raise InputError("no episode is finished yet")
        if not rest:
            self._talk.tell(*episode_lines(shown))
            if not self._talk.keys.interactive:
                return
            rest = self._talk.ask("episode to hear step by step, by its number; empty for none")
        number, _, first = rest.partition(" ")
        if number:
            if not number.isdecimal() or (first and not first.isdecimal()):
                raise InputError(f"{rest!r} is no number of an episode, such as 12, or 12 and the step to begin at")
            self._tell_episode(int(number[:18]), int(first[:18] or 0))

    def _tell_episode(self, number: int, first: int) -> None:
        self._talk.look(ShowEpisode(number))
        shown = self._talk.wait(lambda shown: shown.trajectory is None or bool(shown.trajectory.steps))
        if shown.trajectory is not None and shown.trajectory.steps:
            start = shown.truth.start_value if shown.truth else None
            self._talk.tell(*trajectory_lines(shown.trajectory, start, first))
            if (rest := first + TOLD) < len(shown.trajectory.steps):
                line = f"{key_of('episodes')} {number} {rest}"
                self._talk.say(f"{self._talk.with_text(line)} goes on at t {rest}")
        self._talk.look(CloseEpisode())

    def _export(self, rest: str) -> None:
        """Ask what to write and where to, and write it; over another file only if the person says so."""
        from tui.exporting import expanded, write_new
        from tui.screens.export import CAST, SCREEN, file_name, kinds

        shown = self._talk.shown
        known = {kind.id: kind for kind in kinds(shown, "", self._charts.window) if kind.id not in {SCREEN, CAST}}
        text = self._talk.choose((f"{kind.id}: {kind.meaning}" for kind in known.values()), "what to export", rest)
        what, _, name = text.partition(" ")
        if what not in known:
            raise InputError(f"{what!r} is nothing to export without a screen (there are: {', '.join(known)})")
        offered = f"{file_name(shown)}-{what}.{known[what].suffix}"
        name = name or ("" if rest else self._talk.ask(f"name of the file; empty for {offered}")) or offered
        path = expanded(name)
        replace = path.is_file() and self._talk.sure(f"{path} exists already; replace it", unasked=False)
        write_new(path, known[what].contents(), replace=replace)
        self._talk.say(f"{what} written to {path}")


def episode_lines(shown: Snapshot) -> Iterator[str]:
    """Say of each of the last episodes what stands in the table, the newest first."""
    from tui.widgets.episode_table import HEADINGS, cells
    from tui.widgets.series import level_name, regrets

    episodes, missed = shown.episodes, regrets(shown)
    headings = (*HEADINGS, level_name(shown))
    known = len(episodes.returns)
    for row in range(known - 1, max(known - 1 - LISTED, -1), -1):
        number = episodes.finished - (known - 1 - row)
        regret = float(missed[row]) if len(missed) else None
        pairs = zip(headings, cells(episodes, row, number, regret), strict=True)
        yield ", ".join(value if name == "end" else f"{name} {value}" for name, value in pairs)
    yield f"finished: {of(episodes.finished, 'episode')}" + (
        f", the last {known:,} of them are known" if known < episodes.finished else ""
    )
    if known:
        yield f"{key('episodes')} {episodes.finished} tells the last one step by step"


def trajectory_lines(shown: Trajectory, start_value: float | None, first: int) -> Iterator[str]:
    """Say the steps of an episode from one of them on, and how its discounted return adds up."""
    from tui.widgets.trajectory import summary

    yield f"episode {shown.episode:,}, {of(len(shown.steps), 'step')}"
    for t, step in [*enumerate(shown.steps)][first : first + TOLD]:
        how = ", by hand" if step.by_hand else ", explored" if step.explored else ""
        yield (
            f"t {t}: from {step.state} {step.action} to {step.next_state}{how}, reward {numbers.number(step.reward)}, "
            f"weight {numbers.coefficient(round(step.weight, 4))}, sum {numbers.number(step.total)}"
        )
    yield from summary(shown, start_value, LONGEST_SUM)
