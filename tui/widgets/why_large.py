"""The last step explained at large: how the action was chosen, what was learned, and a name under every number."""

import math
import textwrap

from textual.geometry import Size

from engine.messages import Backup, BatchUpdate, PlannedUpdate, Replayed, Snapshot, TableUpdate, Transition
from tui.commands import with_keys
from tui.widgets import backups
from tui.widgets.canvas import Canvas, fitting, shortened
from tui.widgets.explanation import NEXT, Line, choice, move_of, reach, sign_role, targets
from tui.widgets.numbers import coefficient, count, number, percent
from tui.widgets.panel import Panel
from tui.widgets.sums import Part, Write, named

ENDED = "0: terminated"
BAR = 20
"""Cells of the bar that shows how full the replay is."""


class WhyPanel(Panel):
    """Follows the run: every step is explained anew."""

    def __init__(self) -> None:
        super().__init__("Why")

    def draw(self, width: int, height: int) -> Canvas:
        """Write as many lines as are seen."""
        canvas = Canvas(width, height)
        if self.snapshot is not None:
            for y, line in enumerate(explain_at_large(self.snapshot, width)[self.row : self.row + height]):
                canvas.put_pieces(0, y, ((text, self.palette.roles[role]) for text, role in line))
        return canvas

    def move_view(self, columns: int, rows: int, size: Size) -> None:
        """Scroll."""
        if self.snapshot is not None:
            self.row = max(min(self.row + rows, self._lines(size) - size.height), 0)

    def hidden(self, size: Size) -> tuple[int, int]:
        """Return how many lines lie above and below."""
        return self.row, self._lines(size) - self.row - size.height

    def _lines(self, size: Size) -> int:
        return len(explain_at_large(self.snapshot, size.width)) if self.snapshot and size else 0


def explain_at_large(snapshot: Snapshot, width: int, write: Write = named) -> list[Line]:
    """Return all there is to say of the last step; `write` says how a sum is told."""
    last = snapshot.last
    if last is None:
        nothing = "the world was edited where the last step was made" if snapshot.step else "nothing has happened yet"
        return [[(with_keys(nothing + ": {step} makes one step"), "muted")]]
    if isinstance(snapshot.update, Backup):
        return backups.explain_at_large(snapshot, last, snapshot.update, width)
    move = move_of(snapshot, last)
    lines: list[Line] = [
        [(f"step {count(last.step)}  ", "muted"), (shortened(move, width - 12), "strong")],
        [("reward ", "muted"), (number(last.reward), sign_role(last.reward)), *_ending(snapshot, last)],
        [],
        [("The action", "accent")],
        *_chosen(snapshot, last, width),
        [],
    ]
    update = snapshot.update
    if isinstance(update, TableUpdate):
        return lines + _table(snapshot, last, update, width, write) + _planned(snapshot, update, width)
    if isinstance(update, BatchUpdate):
        return lines + _batch(snapshot, last, update, width, write)
    nothing = "a demonstration" if snapshot.demonstration else "this step"
    return [*lines, [(f"Nothing is learned from {nothing}.", "muted")]]


def _ending(snapshot: Snapshot, last: Transition) -> Line:
    if last.terminated:
        return [("  the episode terminated: nothing follows", "accent")]
    if last.truncated:
        update = snapshot.update
        alone = isinstance(update, TableUpdate) and update.step == last.step and _by_rewards_alone(update)
        follows = "what was seen counts alone" if alone else "still bootstraps"
        return [(f"  cut short at {count(snapshot.world.max_steps)} steps: {follows}", "accent")]
    return []


def _chosen(snapshot: Snapshot, last: Transition, width: int) -> list[Line]:
    """Say what decided: the die and epsilon with their names, or the person."""
    exploration = "" if snapshot.demonstration else snapshot.agent.settings.get("exploration", "epsilon-greedy")
    full, _ = choice(last, exploration)
    if last.by_hand or exploration != "epsilon-greedy":
        return [full]
    meaning = "a random action" if last.explored else "the best action, ties by lot"
    case = "the die fell below ε" if last.explored else "the die did not fall below ε"
    return [full, [(fitting([f"{case}: {meaning}", meaning], width), "muted")]]


def _table(snapshot: Snapshot, last: Transition, update: TableUpdate, width: int, write: Write) -> list[Line]:
    """Write the rule three times: as a whole, and its target and error on their own (Sutton & Barto, eq. 6.8)."""
    world = snapshot.world
    if update.step < last.step:
        waits = "nothing from this step yet: the rule waits for the rewards that follow"
        return [[("What was learned", "accent")], [(shortened(waits, width), "muted")]]
    pair = f"Q({world.states[update.state]}; {world.actions[update.action]})"
    ended = last.terminated
    following = NEXT.get(snapshot.agent.name, ("", "next value"))[1]
    ahead = Part(number(update.next_value), ENDED if ended else following, "warning" if ended else "")
    several = update.steps > 1
    reward = Part(number(update.reward), f"{count(update.steps)} rewards" if several else "reward")
    discount = Part(coefficient(update.discount), f"γ^{update.steps}" if several else "γ")
    old, step_size = Part(number(update.value_before), "old"), Part(coefficient(update.step_size), "α")
    target, error = Part(number(update.td_target), "target"), Part(number(update.td_error), "TD error")
    plus, times, equals = Part("+"), Part("·"), Part("=")
    lines: list[Line] = [[("What was learned", "accent")], [(f"{shortened(pair, width - 3)} ←", "strong")]]
    aimed = [reward] if _by_rewards_alone(update) else [reward, plus, discount, times, ahead]
    share = (
        [step_size, times]
        if update.trace == 1.0
        else [step_size, times, Part(coefficient(update.trace), "trace"), times]
    )
    inside = [Part("("), *aimed, Part("−"), old]
    new = Part(number(update.value_after), "new", "strong")
    whole = [old, plus, *share, *inside, Part(")"), equals, new]
    lines += write(whole, width)
    lines += [[(shortened(text, width), "muted")] for text in reach(update)[:1]]
    if update.next_action >= 0 and not ended:
        source = f"Q({world.states[last.next_state]}; {world.actions[update.next_action]})"
        lines.append([(shortened(f"{following}: {number(update.next_value)} is {source}", width), "muted")])
    lines += [[], [("In parts", "accent")]]
    lines += write([*aimed, equals, target._replace(role="strong")], width)
    lines += write([target, Part("−"), old, equals, error._replace(role="strong")], width)
    return lines + write([old, plus, *share, error, equals, new], width)


def _by_rewards_alone(update: TableUpdate) -> bool:
    """Whether the rule bootstraps from nothing, whatever the end of the episode."""
    return update.discount == 0.0 and update.next_action < 0


def _planned(snapshot: Snapshot, update: TableUpdate, width: int) -> list[Line]:
    """List the last of the pairs that were updated from memory, where the agent plans."""
    if not isinstance(update, PlannedUpdate):
        return []
    lines: list[Line] = [[], [(f"Planned from memory: {count(update.planned)}", "accent")]]
    world = snapshot.world
    for state, action in update.planned_pairs:
        lines.append([(shortened(f"Q({world.states[state]}; {world.actions[action]})", width), "")])
    return lines


def _batch(snapshot: Snapshot, last: Transition, update: BatchUpdate, width: int, write: Write) -> list[Line]:
    """Write the target of this transition, what the last gradient step did, and what the replay holds."""
    world = snapshot.world
    pair = f"Q({world.states[last.state]}; {world.actions[last.action]})"
    ended = last.terminated
    following = _followed(snapshot)
    ahead = Part(number(update.next_value), ENDED if ended else following, "warning" if ended else "")
    target = Part(number(update.td_target), "target", "strong")
    reward, discount = Part(number(update.reward), "reward"), Part(coefficient(update.discount), "γ")
    moved = f"{number(update.value_before)} → {number(update.value_after)}"
    lines: list[Line] = [
        [("This transition", "accent")],
        [(f"{shortened(pair, width - 20)} ", "strong"), (moved, "")],
        *write([reward, Part("+"), discount, Part("·"), ahead, Part("="), target], width),
    ]
    if update.next_action >= 0 and not ended:
        source = f"Q({world.states[last.next_state]}; {world.actions[update.next_action]})"
        lines.append([(shortened(f"{following}: {number(update.next_value)} is {source}", width), "muted")])
    lines += [[], [("The last gradient step", "accent")]]
    if update.updates == 0:
        waits = f"none yet: learning waits for {count(update.learning_starts)} transitions"
        lines.append([(waits, "muted")])
    else:
        lines += write([
            Part(number(update.loss, 4), "loss"), Part(number(update.mean_abs_td_error), "mean |TD error|"),
            Part(count(update.batch_size), "replayed"), Part(count(update.updates), "updates so far"),
        ], width)  # fmt: skip
        lines.append([(targets(snapshot, update)[0], "")])
    lines += [[], [("The replay", "accent")], *_replay(update, width)]
    return lines + _rows(snapshot, update, width)


def _followed(snapshot: Snapshot) -> str:
    """Say which value of the next state the target of a network uses."""
    settings = snapshot.agent.settings
    if settings.get("target_network") == "false":
        return "best Q(s′)"
    return "target net's Q(s′, best)" if settings.get("double") == "true" else "best Q(s′), target net"


def _replay(update: BatchUpdate, width: int) -> list[Line]:
    """Say how full the replay is, and how far back it goes."""
    share = update.replay_size / update.replay_capacity
    bar = "█" * round(share * BAR) + "░" * (BAR - round(share * BAR))
    held = f"{count(update.replay_size)} of {count(update.replay_capacity)} ({percent(share)})"
    lines: list[Line] = [[(held, ""), (f"  {bar}", "muted")] if width >= 50 else [(held, "")]]
    full = "; for each new one the oldest goes" if update.replay_size == update.replay_capacity else ""
    oldest = f"{count(update.oldest_age)} step{'' if update.oldest_age == 1 else 's'} ago"
    ages = f"the oldest was made {oldest}, the mean {count(update.mean_age)}{full}"
    return [*lines, *([(line, "muted")] for line in textwrap.wrap(ages, max(width, 1)))]


def _rows(snapshot: Snapshot, update: BatchUpdate, width: int) -> list[Line]:
    """List the first transitions of the last batch with their TD errors."""
    if not update.replayed:
        return []
    title = f"{len(update.replayed)} of the batch of {count(update.batch_size)}, largest |TD error| first"
    lines: list[Line] = [[], [(shortened(title, width), "accent")]]
    for row in sorted(update.replayed, key=lambda row: -abs(row.td_error)):
        error = number(row.td_error) if math.isfinite(row.td_error) else "—"
        lines.append([(f"{error:>9}  ", "strong"), (shortened(_replayed(snapshot, row), width - 11), "")])
    return lines


def _replayed(snapshot: Snapshot, row: Replayed) -> str:
    """Write one replayed transition: where from and where to, unless its states have no numbers, and what it paid."""
    world = snapshot.world
    move = world.actions[row.action]
    if row.place >= 0 and row.next_place >= 0:
        move = f"{world.states[row.place]} → {move} → {world.states[row.next_place]}"
    weight = f"  weight {row.weight:.2f}" if row.weight != 1.0 else ""
    return f"{move}  reward {number(row.reward)}{'  terminated' if row.terminated else ''}{weight}"
