"""What is seen of states: one of them in full, to go from by arrows, and a layer of all of them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from engine.errors import InputError, near_miss
from engine.messages import IntArray, Snapshot
from tui.commands import key_of
from tui.plain.running import Running
from tui.plain.speech import key, keyed, listed
from tui.plain.talk import Answer, Talk
from tui.plain.telling import WIDE, state_of_the_run
from tui.widgets import numbers
from tui.widgets.inspector import columns, facts_of
from tui.widgets.layers import MEANINGS, MISSING, OPTIMAL, Layer, counted_since, next_layer, numbers_of, verdict
from tui.widgets.map_legend import replay_words
from tui.widgets.map_places import all_tie, best_actions, inspected_action, legal_actions, neighbour
from tui.widgets.sight import Sight, look_for

ARROWS = {"look_up": (0, -1), "look_down": (0, 1), "look_left": (-1, 0), "look_right": (1, 0)}
"""The columns and rows that each command of looking goes."""
FEW = 30
"""States of a world of which all are told."""
EXTREMES = 5
"""States that are told at either end of a layer, where there are more."""
ALL = "all"


class Looking:
    """Answers the inspector, its arrows, and the layers."""

    def __init__(self, talk: Talk, running: Running) -> None:
        self._talk = talk
        self._running = running
        self.sight = Sight()
        self.answers: dict[str, Answer] = {
            "inspect": Answer(
                self._inspect,
                self._takes_state,
                "Inspect a state, the agent's or one by its name; the arrows go to the next; again: close.",
            ),
            "next_action": Answer(self._next_action),
            "next_layer": Answer(
                self._next_layer, lambda rest: rest == ALL, "Tell the next layer: V, policy, visits, errors."
            ),
            "follow": Answer(self._follow, help="Tell where the run stands; the inspector goes to the agent."),
            **{
                name: Answer(
                    partial(self._arrow, name), help=f"Inspecting or driving: go {name.removeprefix('look_')}."
                )
                for name in ARROWS
            },
        }

    def begin_anew(self, layer: Layer) -> None:
        """Look at a layer, and at nothing else that was chosen before."""
        self.sight = Sight(layer)
        self._talk.look(look_for(self.sight))

    def close(self) -> None:
        """Look at no state any more."""
        if self.sight.cursor is not None:
            self.sight = replace(self.sight, cursor=None, action=None)
            self._talk.look(look_for(self.sight))
            self._talk.say("the inspector is closed")

    def inspect(self, state: int) -> None:
        """Look at a state and tell all that is known of it."""
        self.sight = replace(self.sight, cursor=state, action=None)
        shown = self._talk.look(look_for(self.sight))
        self._talk.tell(*state_lines(shown, self.sight))

    def show_layer(self, layer: Layer, *, every: bool = False) -> None:
        """Look at a layer and tell what it says."""
        self.sight = replace(self.sight, layer=layer)
        shown = self._talk.look(look_for(self.sight))
        self._talk.tell(*layer_lines(shown, layer, every=every))
        if not every and _states_of(shown, layer).size > FEW:
            line = f"{key_of('next_layer')} {ALL}"
            self._talk.say(f"{self._talk.with_text(line)} tells all states")

    @property
    def _cursor(self) -> int | None:
        """The state that is inspected, if the world has it; another world may have fewer."""
        cursor = self.sight.cursor
        return cursor if cursor is not None and cursor < len(self._talk.shown.world.states) else None

    def _takes_state(self, rest: str) -> bool:
        """Whether what follows names a state, or is meant to: places of a map are no keys."""
        return self._cursor is None and (rest in self._talk.shown.world.states or "," in rest)

    def _inspect(self, rest: str) -> None:
        shown = self._talk.shown
        if self._cursor is not None:
            self.close()
            return
        if shown.observation is not None:
            self._talk.tell(*state_of_the_run(shown))
            return
        states = shown.world.states
        if not rest and self._talk.keys.interactive:
            rest = self._talk.ask(f"state, empty for the agent's, {states[shown.state]}")
        if rest and rest not in states:
            raise InputError(f"{shown.world.name} has no state {rest!r}{near_miss(rest, states)}")
        self.inspect(states.index(rest) if rest else shown.state)

    def _arrow(self, name: str, rest: str) -> None:
        """Go to the next state that way, or act that way while the person drives."""
        cursor, (columns, rows) = self._cursor, ARROWS[name]
        if self._running.driving:
            self._running.steer(columns, rows)
        elif cursor is None:
            self._talk.say(keyed("first {inspect} to inspect states, or {drive} to drive; then the arrows go"))
        else:
            there = neighbour(self._talk.shown.world, cursor, columns, rows)
            if there == cursor:
                self._talk.say("no state further that way")
            else:
                self.inspect(there)

    def _next_action(self, rest: str) -> None:
        """Tell where the next action of the inspected state may lead."""
        shown, cursor = self._talk.shown, self._cursor
        if cursor is None:
            raise InputError(f"first {key('inspect')} to inspect a state")
        action = inspected_action(shown, self.sight)
        if action is not None:
            legal = legal_actions(shown, cursor)
            self.sight = replace(self.sight, action=legal[(legal.index(action) + 1) % len(legal)])
        self._talk.tell(*outcome_lines(shown, self.sight))

    def _next_layer(self, rest: str) -> None:
        if self._talk.shown.observation is not None:
            raise InputError("this world has no states to tell apart, and so no layers")
        layer = self.sight.layer if rest == ALL else next_layer(self.sight.layer, self._talk.shown)
        self.show_layer(layer, every=rest == ALL)

    def _follow(self, rest: str) -> None:
        self._talk.tell(*state_of_the_run(self._talk.shown))
        if self._cursor is not None:
            self.inspect(self._talk.shown.state)


def state_lines(shown: Snapshot, sight: Sight) -> Iterator[str]:
    """Say all that is known of the inspected state: what it is, each number of each action, where the best leads."""
    state, world = sight.cursor, shown.world
    if state is None:
        return
    pays = f", which pays {world.labels[state]}" if world.labels[state] else ""
    yield f"state {world.states[state]}{pays}: {', '.join(facts_of(shown, state)[1:])}"
    if world.terminal[state]:
        yield "a terminal state: the episode ends here, its value is 0"
        return
    known = shown.inspection if shown.inspection and shown.inspection.state == state else None
    for column in columns(shown, state, known):
        values = (
            f"{world.actions[action]} {column.write(float(column.values[action]), WIDE)}"
            for action in legal_actions(shown, state)
        )
        yield f"{column.heading} {', '.join(values)}"
    yield greedy_words(shown, state)
    yield from outcome_lines(shown, sight)


def greedy_words(shown: Snapshot, state: int) -> str:
    """Say which actions are the best of a state."""
    if all_tie(shown, state):
        return "all actions tie"
    return f"greedy {listed(list(best_actions(shown, state)))}"


def outcome_lines(shown: Snapshot, sight: Sight) -> Iterator[str]:
    """Say where the action that is looked at may lead."""
    action, known = inspected_action(shown, sight), shown.inspection
    if action is None or known is None or known.state != sight.cursor:
        return
    words = [
        f"{shown.world.states[outcome.next_state]}, {numbers.share(outcome.probability, 4)}, "
        f"reward {numbers.reward(outcome.reward)}{', the episode ends' if outcome.terminated else ''}"
        for outcome in known.outcomes
        if outcome.action == action
    ]
    if words:
        yield f"{shown.world.actions[action]} leads to {'; to '.join(words)}"


def layer_lines(shown: Snapshot, layer: Layer, *, every: bool = False) -> Iterator[str]:
    """Say a layer: what it means, and what it says of every state or of those at its ends and of the agent's."""
    yield f"layer {layer.value}: {re.split('[,;]', MEANINGS[layer])[0]}"
    found = numbers_of(shown, layer)
    if not found.known:
        yield MISSING[layer][0]
        return
    if layer in (Layer.REPLAY, Layer.REPLAY_AGE) and shown.replay is not None:
        yield replay_words(shown.replay)[0]
    if layer is Layer.VISITS and (since := counted_since(shown)):
        yield f"{since}: the save it came from tells no more"
    states = _states_of(shown, layer)
    order = [int(state) for state in states[np.argsort(found.states[states], kind="stable")]]
    if every or len(order) <= FEW:
        yield from _row_by_row(shown, layer, order)
    elif layer is Layer.POLICY:
        yield from _on_the_way(shown, order)
    else:
        yield from _at_the_ends(shown, layer, order)


def _at_the_ends(shown: Snapshot, layer: Layer, order: list[int]) -> Iterator[str]:
    """Say it of the highest and the lowest states, and of the agent's; `order` has the lowest first."""
    found = numbers_of(shown, layer)
    if found.states[order[0]] == found.states[order[-1]]:
        yield f"{found.text(float(found.states[order[0]]), WIDE)} in every state"
        return
    yield f"highest {_said_of(shown, layer, order[: -EXTREMES - 1 : -1])}"
    yield f"lowest {_said_of(shown, layer, order[:EXTREMES])}"
    if shown.state in order:
        yield f"where the agent is, {_said_of(shown, layer, [shown.state])}"


def _states_of(shown: Snapshot, layer: Layer) -> IntArray:
    """Return the states of which a layer says something, in their order."""
    return np.flatnonzero(np.isfinite(numbers_of(shown, layer).states) & ~shown.world.terminal)


def _row_by_row(shown: Snapshot, layer: Layer, states: list[int]) -> Iterator[str]:
    """Say it of all states, a line a row of the map."""
    if not shown.world.cells:
        yield _said_of(shown, layer, sorted(states))
        return
    rows = shown.world.places[:, 0]
    for row in sorted({int(rows[state]) for state in states}):
        yield f"row {row}: {_said_of(shown, layer, [state for state in sorted(states) if rows[state] == row])}"


def _on_the_way(shown: Snapshot, states: list[int]) -> Iterator[str]:
    """Say of the policy of a large world where it is not optimal, and what it does along this episode."""
    wrong = [state for state in sorted(states) if shown.q_star is not None and verdict(shown, state) != OPTIMAL]
    if shown.q_star is not None:
        yield f"optimal in {len(states) - len(wrong):,} of {len(states):,} states" + (
            f"; not in {_said_of(shown, Layer.POLICY, wrong[:EXTREMES])}" if wrong else ""
        )
    path = [state for state in dict.fromkeys(shown.path) if not shown.world.terminal[state]]
    yield f"along this episode: {_said_of(shown, Layer.POLICY, path[-2 * EXTREMES :])}"


def _said_of(shown: Snapshot, layer: Layer, states: list[int]) -> str:
    """Say what a layer says of some states, each with its name."""
    found, names = numbers_of(shown, layer), shown.world.states
    if layer is not Layer.POLICY:
        return "; ".join(f"{names[state]} {found.text(float(found.states[state]), WIDE)}" for state in states)
    said = []
    for state in states:
        right = verdict(shown, state)
        judged = "" if not right else ": optimal" if right == OPTIMAL else ": not optimal"
        said.append(f"{names[state]} {greedy_words(shown, state).removeprefix('greedy ')}{judged}")
    return "; ".join(said)
