"""The last step in words and numbers: what happened, and the arithmetic of what was learned from it."""

from collections.abc import Iterable, Sequence

from engine.messages import Backup, BatchUpdate, PlannedUpdate, Snapshot, TableUpdate, Transition
from tui.commands import with_keys
from tui.widgets import backups
from tui.widgets.canvas import width_of
from tui.widgets.hints import legend_of
from tui.widgets.numbers import coefficient, count, number, term

Piece = tuple[str, str]
"""A text and the name of its style in the palette."""
Line = Sequence[Piece]

FIRST_STEP = (
    "press {step} for one step, {finish_episode} for an episode, {play} to run, {help} for help",
    "{step} one step · {finish_episode} an episode · {play} run · {help} help",
    "{step} step · {finish_episode} episode · {help} help",
)
FIRST_ACTION = (
    "choose an action with {look_up} {look_right} {look_down} {look_left} or digits, and it learns; {help} for help",
    "choose an action with {look_up} {look_right} {look_down} {look_left} or digits; {help} for help",
    "{look_up} {look_right} {look_down} {look_left} act · {help} help",
)
NEXT = {
    "q-learning": ("the best there", "best Q(s′)"),
    "sarsa": ("taken next", "Q(s′, a′) taken next"),
    "expected-sarsa": ("over π", "mean Q(s′) under π"),
    "double-q-learning": ("by the other table", "other table's Q(s′)"),
    "n-step-sarsa": ("taken next", "Q(s′, a′) taken next"),
    "sarsa-lambda": ("taken next", "Q(s′, a′) taken next"),
    "q-lambda": ("the best there", "best Q(s′)"),
    "dyna-q": ("the best there", "best Q(s′)"),
    "human": ("the best there", "best Q(s′)"),
}
"""Which value of the next state the target of an agent uses: in the line, and under the number at large."""
LEVELS = {"softmax": "T", "ucb": "c"}
"""What says how much is explored, where it is not epsilon: the temperature, the confidence."""
WAITS: Sequence[Line] = (
    [("nothing was learned from this step: the rule waits for the rewards that follow", "muted")],
    [("nothing learned yet: it waits for rewards", "muted")],
)
DEMONSTRATED = (
    "demonstration: always the greedy action, nothing is learned · {demonstrate} ends it",
    "demonstration: nothing is learned · {demonstrate} ends it",
    "demonstration: nothing is learned",
)
NOTHING_LEARNED = ("this agent learned nothing from the step", "nothing was learned from the step")
"""Each in the wordings to choose from, the longest first."""


def explain(snapshot: Snapshot, width: int, panel: str = "world") -> tuple[Line, Line]:
    """Return the two lines below the panels, in the longest wording that the width has room for.

    `panel` is the one whose signs are explained before the first step, by its name on the tabs.
    """
    if snapshot.last is not None:
        what, why = what_happened(snapshot, snapshot.last), _what_was_learned(snapshot, snapshot.last)
    else:
        first = FIRST_ACTION if snapshot.agent.waits_for_person else FIRST_STEP
        said, below = DEMONSTRATED if snapshot.demonstration else first, legend_of(snapshot, panel)
        what, why = [[(with_keys(text), "strong")] for text in said], [[(text, "muted")] for text in below]
    return _first_that_fits(what, width), _first_that_fits(why, width)


def move_of(snapshot: Snapshot, last: Transition) -> str:
    """Write from where the action led where to; where states have no names, the action alone."""
    world = snapshot.world
    if snapshot.observation is not None:
        return world.actions[last.action]
    there, fall = world.states[last.next_state], snapshot.fall
    if fall is not None and fall.step == last.step:
        there = f"{world.states[fall.cell]} → back to {there}"
    return f"{world.states[last.state]} → {world.actions[last.action]} → {there}"


def _first_that_fits(lines: Iterable[Line], width: int) -> Line:
    line: Line = []
    for line in lines:
        if sum(width_of(text) for text, _ in line) <= width:
            return line
    return line


def what_happened(snapshot: Snapshot, last: Transition) -> Iterable[Line]:
    """Say the transition, from the fullest wording to the shortest."""
    if isinstance(snapshot.update, Backup):
        yield from backups.what_was_planned(snapshot, last, snapshot.update)
        return
    move = move_of(snapshot, last)
    step: Piece = (f"step {count(last.step)}  ", "muted")
    exploration = snapshot.agent.settings.get("exploration", "epsilon-greedy")
    full, short = choice(last, "" if snapshot.demonstration else exploration)
    gained: Piece = (number(last.reward), sign_role(last.reward))
    words: Line = [("  reward ", "muted"), gained]
    end = _end(last)
    yield [step, (move, "strong"), ("   ", ""), *full, (" ", ""), *words, *end]
    yield [step, (move, "strong"), ("  ", ""), *short, *words, *end]
    yield [(move, "strong"), ("  ", ""), *short, *words, *end]
    yield [(move, "strong"), ("  ", ""), short[0], ("  ", ""), gained, *end]
    yield [(move, "strong"), ("  ", ""), gained]


def choice(last: Transition, exploration: str) -> tuple[Line, Line]:
    """Say how the action was chosen, at length and in short."""
    if last.by_hand:
        return [("by hand", "agent")], [("by hand", "agent")]
    if not exploration:
        return [("greedy", "strong")], [("greedy", "strong")]
    if exploration in LEVELS:
        word = ("explored", "warning") if last.explored else ("greedy", "strong")
        level = f"{LEVELS[exploration]} {coefficient(last.epsilon)}"
        return [word, (f" ({exploration}, {level})", "muted")], [word, (f" ({level})", "muted")]
    return _die(last)


def _die(last: Transition) -> tuple[Line, Line]:
    """Say whether the die fell below epsilon."""
    word, sign = ("explored", "<") if last.explored else ("greedy", "≥")
    style = "warning" if last.explored else "strong"
    die, epsilon = _compared(last)
    return (
        [(word, style), (f" (die {die} {sign} ε {epsilon})", "muted")],
        [(word, style), (f" ({die} {sign} {epsilon})", "muted")],
    )


def _compared(last: Transition) -> tuple[str, str]:
    """Write the die and epsilon with as many decimals as it takes to see which is the smaller one."""
    die, epsilon = "", ""
    for decimals in range(2, 18):
        die = f"{last.die:.{decimals}f}"
        epsilon = coefficient(last.epsilon) if decimals < 5 else f"{last.epsilon:.{decimals}f}"
        if last.explored == (float(die) < float(epsilon.replace("−", "-"))):
            break
    return die, epsilon


def _end(last: Transition) -> Line:
    if last.terminated:
        return [("  episode ended", "accent")]
    return [("  cut short", "accent")] if last.truncated else []


def _what_was_learned(snapshot: Snapshot, last: Transition) -> Iterable[Line]:
    update = snapshot.update
    if isinstance(update, TableUpdate):
        return _table_update(snapshot, last, update)
    if isinstance(update, BatchUpdate):
        return _batch_update(snapshot, last, update)
    if isinstance(update, Backup):
        return backups.explain(snapshot, update)
    if snapshot.demonstration:
        return [[(with_keys(text), "muted")] for text in DEMONSTRATED]
    if "step_size" in snapshot.agent.settings:
        return WAITS
    return [[(text, "muted")] for text in NOTHING_LEARNED]


def _table_update(snapshot: Snapshot, last: Transition, update: TableUpdate) -> Iterable[Line]:
    """Write the update as the learning rule says it, with its numbers (Sutton & Barto, 2nd ed., equation 6.8)."""
    if update.step < last.step:
        yield from WAITS
        return
    before, after = number(update.value_before), number(update.value_after)
    sum_of = f" ← {before} + {_share(update)}·({_target_of(last, update)} − {term(update.value_before)}) = "
    pair = f"Q({snapshot.world.states[update.state]}; {snapshot.world.actions[update.action]})"
    of_this_step = (update.state, update.action) == (last.state, last.action)
    for notes in _notes(snapshot, last, update):
        for name in (pair, "Q") if of_this_step else (pair,):  # The line above names the pair of this step, too.
            for note in notes:
                yield [(name, "accent"), (sum_of, ""), (after, "strong"), (note, "muted")]
    yield [("Q", "accent"), (sum_of, ""), (after, "strong")]
    yield [("Q ", "accent"), (f"{before} → ", ""), (after, "strong"), (f", target {number(update.td_target)}", "")]


def _share(update: TableUpdate) -> str:
    """Say which share of the TD error the pair takes: the step size, and its trace where that is not 1."""
    return coefficient(update.step_size) + (f"·{coefficient(update.trace)}" if update.trace != 1.0 else "")


def _target_of(last: Transition, update: TableUpdate) -> str:
    """Write the target: the rewards and what follows them, which is nothing for a rule that never bootstraps."""
    if update.steps > 1 and update.next_action < 0:
        return number(update.reward)
    ended = " (ended)" if last.terminated else ""
    return f"{number(update.reward)} + {coefficient(update.discount)}·{term(update.next_value)}{ended}"


def reach(update: TableUpdate) -> list[str]:
    """Say how many rewards the target holds, or how many more pairs learned, where it is not one; the longest first."""
    if update.steps > 1:
        of_pairs = f", the last of {count(update.pairs)} pairs" if update.pairs > 1 else ""
        return [f"the return of {count(update.steps)} rewards{of_pairs}", f"{count(update.steps)} rewards"]
    if update.pairs > 1:
        more = count(update.pairs - 1)
        by_traces = "by its trace" if update.pairs == 2 else "by their traces"
        return [f"and {more} more {by_traces}", f"and {more} more"]
    return []


def _notes(snapshot: Snapshot, last: Transition, update: TableUpdate) -> list[list[str]]:
    """Return what there is to add after the sum: what says most first, and of what says the same the longest first."""
    planned = update.planned if isinstance(update, PlannedUpdate) else 0
    more = [f"then {count(planned)} planned"] if planned else reach(update)
    said = _cut_short(snapshot, last, update) or _following(snapshot, last, update)
    both = [f"{text}; {words}" for text in said for words in more]
    return [both, said, [f"   {words}" for words in more], [""]]


def _following(snapshot: Snapshot, last: Transition, update: TableUpdate) -> list[str]:
    """Say which value of the next state the target used, the longest first; nothing where it used none."""
    if last.terminated or update.discount == 0.0:
        return []
    value, state = number(update.next_value), snapshot.world.states[last.next_state]
    how, _ = NEXT.get(snapshot.agent.name, ("", ""))
    if update.next_action < 0:
        return [f"   {value} is the mean of Q({state}; ·) {how}", f"  mean {how}"]
    action = snapshot.world.actions[update.next_action]
    named = f"   {value} is Q({state}; {action})"
    return [f"{named}, {how}", named, f"  a′ {action}"]


def _cut_short(snapshot: Snapshot, last: Transition, update: TableUpdate) -> list[str]:
    """Say that a truncated step still bootstraps, the longest first; nothing of a rule that never does."""
    if last.terminated or not last.truncated or update.discount == 0.0:
        return []
    cut = f"cut short at {count(snapshot.world.max_steps)} steps, still bootstraps"
    return [f"   {cut}", f"  {cut}", "  cut short, still bootstraps"]


def _batch_update(snapshot: Snapshot, last: Transition, update: BatchUpdate) -> Iterable[Line]:
    """Write the target of this transition, and what the last gradient step did."""
    pair = f"Q({snapshot.world.states[last.state]}; {snapshot.world.actions[last.action]})"
    target, shorter = (_target(snapshot, last, update, named=named) for named in (True, False))
    before, after = number(update.value_before), number(update.value_after)
    value = before if update.updates == 0 else f"{before} → {after}"
    cut = f", cut short at {count(snapshot.world.max_steps)} steps, still bootstraps"
    notes = [cut, ", cut short, still bootstraps"] if last.truncated and not last.terminated else [""]
    for progress in _progress(update, targets(snapshot, update)):
        for note in notes:
            for name, numbers in ((pair, value), ("Q", value), ("Q", before)):
                yield [(f"{name} ", "accent"), (f"{numbers}, target {target}{note}", ""), (f" · {progress}", "muted")]
    left: Line = [(f" · {targets(snapshot, update)[-1]}", "muted")] if update.updates else []
    for note in dict.fromkeys((notes[-1], "")):
        for text in (target, shorter, number(update.td_target)):
            yield [("Q ", "accent"), (f"{before}, target {text}{note}", ""), *left]
    yield [("Q ", "accent"), (f"{before}, target {shorter}{notes[-1]}", "")]
    yield [("Q ", "accent"), (f"{before}, target {shorter}", "")]


def _target(snapshot: Snapshot, last: Transition, update: BatchUpdate, *, named: bool = True) -> str:
    """Write the one-step target; `named`: with the next action whose value it used."""
    action = f" (a′ {snapshot.world.actions[update.next_action]})" if named and update.next_action >= 0 else ""
    ended = " (ended)" if last.terminated else action
    return (
        f"{number(update.reward)} + {coefficient(update.discount)}·{term(update.next_value)}{ended}"
        f" = {number(update.td_target)}"
    )


def targets(snapshot: Snapshot, update: BatchUpdate) -> tuple[str, str, str]:
    """Say how the target network keeps up with the one that learns, the longest wording first."""
    settings = snapshot.agent.settings
    if settings.get("target_network") == "false":
        return "no target network: the target moves", "the target moves", "target moves"
    if (share := settings.get("target_tau", "0.0")) != "0.0":
        return f"the target follows by {share} each update", f"target follows by {share}", f"follows by {share}"
    left = count(update.updates_until_copy)
    return f"copy to target in {left} updates", f"copy in {left} updates", f"copy in {left}"


def _progress(update: BatchUpdate, targets: tuple[str, str, str]) -> list[str]:
    """Say how far learning has come, the longest wording first."""
    if update.updates == 0:
        held, needed = count(update.replay_size), count(update.learning_starts)
        return [
            f"the replay holds {held} of the {needed} transitions that learning waits for",
            f"replay {held} of {needed} before learning",
            f"replay {held}/{needed}",
        ]
    loss, batch = f"loss {number(update.loss, 4)}", count(update.batch_size)
    return [
        f"{loss} over {batch} replayed · mean |TD| {number(update.mean_abs_td_error)} · {targets[0]}",
        f"{loss} over {batch} replayed · {targets[1]}",
        f"{loss} · {targets[2]}",
        loss,
    ]


def sign_role(value: float) -> str:
    """Return the name of the style of a gain or a loss."""
    return "above" if value > 0 else "below" if value < 0 else "strong"
