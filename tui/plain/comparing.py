"""A second run beside this one, and where the two differ."""

from collections.abc import Iterator

import numpy as np

from engine.messages import Compare, ComparisonView, Snapshot
from tui.commands import key_of
from tui.plain.speech import key, listed
from tui.plain.talk import Answer, Talk
from tui.widgets import numbers
from tui.widgets.difference import sides
from tui.widgets.map_places import best_actions
from tui.widgets.other_world import other_of

MOST = 5
"""States that are told, those where the values differ most."""
MORE = "more"


class Comparing:
    """Answers compare: who is beside this run, and how the two differ."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self.answers: dict[str, Answer] = {
            "compare": Answer(
                self._compare,
                lambda rest: talk.shown.comparison is None or rest == MORE,
                f"Hold a second run beside this one; again: end; with {MORE} on the line: tell where they differ.",
            )
        }
        talk.beside = lambda shown: [short(shown)] if shown.comparison is not None and not shown.playing else []

    def _compare(self, rest: str) -> None:
        from tui.screens.comparing import rivals

        shown = self._talk.shown
        if rest == MORE and shown.comparison is not None:
            self._talk.tell(*differences(shown, shown.comparison))
        elif shown.comparison is not None:
            self._talk.submit(Compare())
            self._talk.say("no comparison any more")
        else:
            known = rivals(self._talk.library, shown)
            lines = (", ".join(filter(None, rival[:4])) for rival in known)
            name = self._talk.choose(lines, "compare with", rest)
            chosen = next((rival.compare for rival in known if name in {rival.name, rival.compare.agent}), None)
            self._begin(chosen or Compare(save=name))

    def _begin(self, compare: Compare) -> None:
        self._talk.look(compare)
        shown = self._talk.wait(
            lambda shown: shown.playing or shown.comparison is None or shown.comparison.step == shown.step,
            patience=float("inf"),
            gives_way=True,
        )
        self._talk.begin()
        if shown.comparison is not None:
            self._talk.tell(*differences(shown, shown.comparison))
            line = f"{key_of('compare')} {MORE}"
            self._talk.say(f"{key('compare')} ends it; {self._talk.with_text(line)} tells this again")


def short(shown: Snapshot) -> str:
    """Say in one line how far the two are apart."""
    beside = shown.comparison
    if beside is None:
        return ""
    apart, world = beside.differences, shown.world
    pair = f"{world.states[apart.state]} {world.actions[apart.action]}"
    late = "" if beside.step == shown.step else f" at step {beside.step:,}, on its way to {shown.step:,}"
    return (
        f"beside it, {beside.name}{late}: the same policy in {numbers.percent(apart.agreement)} of the states, "
        f"max |Q1−Q2| {numbers.number(apart.largest)} at {pair}"
    )


def differences(shown: Snapshot, beside: ComparisonView) -> Iterator[str]:
    """Say how the two runs stand, and where their values differ most."""
    yield short(shown)
    yield f"some greedy action in common in {numbers.percent(beside.differences.overlap)} of the states"
    for name, first, second in sides(shown, beside):
        yield f"{name}: {first} here, {second} beside"
    values, other = beside.differences.values, other_of(shown)
    sizes = np.nan_to_num(np.abs(values))
    most = [int(state) for state in np.argsort(-sizes, kind="stable")[:MOST] if sizes[state] > 0.0]
    for state in most:
        here, there = (listed(list(best_actions(seen, state))) for seen in (shown, other))
        greedy = f"greedy {here} in both" if here == there else f"greedy {here} here, {there} beside"
        yield f"in {shown.world.states[state]}: V1−V2 {numbers.number(float(values[state]))}, {greedy}"
    if not most:
        yield "their values are the same in every state"
