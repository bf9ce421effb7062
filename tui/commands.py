"""The one table of commands: it makes the key bindings, the command palette, the footer and the help."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from textual.binding import Binding
from textual.keys import _character_to_key

from engine.messages import Snapshot

KEY_NAMES = {
    "plus": "+",
    "full_stop": ".",
    "comma": ",",
    "equals_sign": "=",
    "minus": "-",
    "question_mark": "?",
    "colon": ":",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    **{f"f{number}": f"F{number}" for number in range(1, 13)},
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "page up",
    "pagedown": "page down",
}
"""How a key is written where Textual calls it something else."""

_CHARACTERS = {_character_to_key(chr(code)): chr(code) for code in range(0x21, 0x7F)}
"""Every other sign that Textual calls by a name."""


@dataclass(frozen=True)
class Command:
    """Something that a person can ask for, and the keys that ask for it."""

    id: str
    """The screen answers with its method `action_<id>`; a keymap remaps the keys under this name, too."""
    keys: tuple[str, ...]
    """As Textual names them; the first is the one that the footer shows."""
    label: str
    """A word or two for the footer and the palette."""
    help: str
    """One sentence for the help and the palette."""
    group: str
    footer: int = 0
    """The rank in the footer, 1 the last to be left out where space is short; 0: not in the footer."""
    needs_run: bool = True
    """Whether it takes a run to do this to."""
    palette: bool = True
    """Whether it makes sense to choose it from a list."""
    priority: bool = False
    """Whether its keys go before those of the focused widget."""

    @property
    def keys_now(self) -> tuple[str, ...]:
        """The keys as the person remapped them, else those of the table."""
        return _KEYMAP.get(self.id, self.keys)

    @property
    def binding(self) -> Binding:
        """The keys of the table, bound to the action; the application lays a person's own over them."""
        return Binding(",".join(self.keys), self.id, self.label, show=False, priority=self.priority, id=self.id)

    @property
    def keys_shown(self) -> tuple[str, ...]:
        """The keys as a person reads them."""
        return tuple(key_name(key) for key in self.keys_now)


Keymap = Mapping[str, tuple[str, ...]]
"""Keys of commands by their ids, as a person remapped them."""
_KEYMAP: dict[str, tuple[str, ...]] = {}


def key_name(key: str) -> str:
    """Return how a person writes the key."""
    return KEY_NAMES.get(key) or _CHARACTERS.get(key, key)


STEPPING, TIME, RUN, MEASURES = "Learning", "Time", "The run", "Measures"
FILES, LOOKING, LESSON, EDIT = "Files", "The screen", "Lessons", "Editing the world"

COMMANDS = (
    Command("step", ("s",), "step", "Make one transition, then wait.", STEPPING, footer=1),
    Command("finish_episode", ("e",), "episode", "Go to the end of the episode, then wait.", STEPPING, footer=2),
    Command("play", ("space",), "run", "Run at the chosen speed, or pause.", STEPPING, footer=3),
    Command("full_speed", ("f",), "full", "Run as fast as it goes, or pause.", STEPPING, footer=10),
    Command("run_until", ("u",), "until", "Run until something holds: a return, a state, an error …", STEPPING, 12),
    Command("stop", ("escape",), "stop", "Stop what goes on; else close the inspector, a chart, the lesson.", STEPPING),
    Command("faster", ("plus", "equals_sign"), "faster", "Go one up on the ladder of speeds.", STEPPING, footer=20),
    Command("slower", ("minus",), "slower", "Go one down on the ladder of speeds.", STEPPING, footer=21),
    Command("demonstrate", ("g",), "greedy", "Show a greedy episode without learning; again: end it.", STEPPING, 11),
    Command("back", ("b",), "back", "Take back one transition.", TIME, footer=6),
    Command("back_episode", ("B",), "episode back", "Take back one episode.", TIME, footer=18),
    Command("go_to_step", ("colon",), "go to", "Go to a step of the run by its number.", TIME, footer=17),
    Command("branches", ("t",), "branches", "List the branches of the run and go to one.", TIME, footer=16),
    Command("drive", ("d",), "drive", "Choose the actions yourself, by arrows or digits; again: stop.", RUN, footer=14),
    Command("change_settings", ("p",), "settings", "Change settings while the agent lives.", RUN, footer=15),
    Command(
        "edit_world", ("E",), "edit", "Edit the world while the agent lives in it: cells and rules.", RUN, footer=19
    ),
    Command("reset", ("r",), "reset", "Begin the run anew with nothing learned.", RUN, footer=22),
    Command("choose_world", ("w",), "world", "Choose a world and begin a new run in it.", RUN, 8, needs_run=False),
    Command("choose_agent", ("a",), "agent", "Choose the agent, its settings and the seed.", RUN, footer=9),
    Command(
        "why", ("y",), "why", "Explain the last step number by number, and go on stepping; again: close.", MEASURES, 22
    ),
    Command(
        "episodes",
        ("H",),
        "episodes",
        "List the finished episodes, enter shows one of them; again: close.",
        MEASURES,
        23,
    ),
    Command("next_chart", ("n",), "chart", "Show the next chart: returns, errors, regret, lengths, ...", MEASURES, 24),
    Command("previous_chart", ("N",), "chart before", "Show the chart before.", MEASURES),
    Command("smooth_more", ("right_square_bracket",), "smoother", "Average the charts over more episodes.", MEASURES),
    Command("smooth_less", ("left_square_bracket",), "rougher", "Average the charts over fewer episodes.", MEASURES),
    Command(
        "compare", ("c",), "compare", "Hold a second run beside this one: a twin or a save; again: end.", MEASURES, 27
    ),
    Command("export", ("X",), "export", "Write the screen, a table or a chart to a file.", FILES, footer=25),
    Command("save", ("S", "ctrl+s"), "save", "Save the run under a name.", FILES, footer=7),
    Command("open", ("O", "ctrl+o"), "open", "Go on with a saved run.", FILES, footer=13, needs_run=False),
    Command(
        "lessons", ("L",), "lessons", "Choose a lesson, a guided tour; again: leave it.", LESSON, 26, needs_run=False
    ),
    Command("next_page", ("full_stop",), "next page", "In a lesson: go on.", LESSON, 0, False, palette=False),
    Command("previous_page", ("comma",), "page back", "In a lesson: go back.", LESSON, 0, False, palette=False),
    Command("inspect", ("i", "enter"), "inspect", "Inspect a state, the arrows choose it; again: close.", LOOKING, 12),
    Command("next_action", ("o",), "next action", "Inspecting: see the outcomes of the next action.", LOOKING),
    Command("next_layer", ("v",), "layer", "Show the next layer of the map: V, policy, visits, errors.", LOOKING, 13),
    Command("zoom_in", ("z",), "zoom in", "Draw the cells larger; beyond the largest: as they fit.", LOOKING, 22),
    Command("zoom_out", ("Z",), "zoom out", "Draw the cells smaller; beyond the smallest: as they fit.", LOOKING),
    Command("next_panel", ("tab",), "next panel", "Go to the next panel.", LOOKING, needs_run=False),
    Command("previous_panel", ("shift+tab",), "previous panel", "Go to the panel before.", LOOKING, needs_run=False),
    Command("one_panel", ("m",), "one panel", "Show one panel, tab goes through them, or all of them.", LOOKING),
    Command("look_up", ("up", "k"), "look up", "Move the view of the panel up.", LOOKING, palette=False),
    Command("look_down", ("down", "j"), "look down", "Move the view of the panel down.", LOOKING, palette=False),
    Command("look_left", ("left", "h"), "look left", "Move the view of the panel left.", LOOKING, palette=False),
    Command("look_right", ("right", "l"), "look right", "Move the view of the panel right.", LOOKING, palette=False),
    Command("page_up", ("pageup",), "page up", "Move the view a page up.", LOOKING, palette=False),
    Command("page_down", ("pagedown",), "page down", "Move the view a page down.", LOOKING, palette=False),
    Command("follow", ("home",), "follow", "Let the panels follow the agent again.", LOOKING),
    Command("change_theme", ("T",), "theme", "Choose the colours of the screen.", LOOKING, needs_run=False),
    Command("redraw", ("ctrl+l",), "redraw", "Send the whole screen again.", LOOKING, needs_run=False),
    Command("suspend", ("ctrl+z",), "suspend", "Go to the shell; fg comes back.", LOOKING, needs_run=False),
    Command("command_palette", ("ctrl+p",), "palette", "Find a command by its name.", LOOKING, 0, False, palette=False),
    Command("help", ("question_mark", "f1"), "help", "Show this page.", LOOKING, footer=4, needs_run=False),
    Command("quit", ("q", "ctrl+q"), "quit", "Leave; asks when something is not saved.", LOOKING, 5, needs_run=False),
)


EDITING = (
    Command("edit_wall", ("number_sign",), "wall", "Put a wall here.", EDIT, footer=2),
    Command("edit_open", ("full_stop",), "open", "Put an open cell here.", EDIT, footer=3),
    Command("edit_start", ("s",), "start", "Let episodes start here; again: no longer.", EDIT, footer=4),
    Command("edit_end", ("t",), "end", "Let episodes end here (a terminal state); again: no longer.", EDIT, footer=5),
    Command("edit_cliff", ("c",), "cliff", "Send whoever enters back to a start; again: no longer.", EDIT, footer=10),
    Command("edit_reward", ("r",), "reward", "Ask what entering this cell pays.", EDIT, footer=6),
    Command("edit_again", ("enter",), "again", "Put here what was put last.", EDIT, footer=12),
    Command("edit_undo", ("u",), "undo", "Take back the last edit, if no step was made since.", EDIT, footer=7),
    Command("edit_rules", ("p",), "rules", "Change slip, rewards, wind and the limit of steps.", EDIT, footer=8),
    Command("edit_save", ("W", "ctrl+s"), "file", "Write the world as a file that qscope opens.", EDIT, footer=9),
    Command("edit_step", ("n",), "step", "Make one transition in the world as it is now.", EDIT, footer=11),
    Command("edit_agent", ("home",), "agent", "Go to where the agent is.", EDIT),
    Command("edit_up", ("up", "k"), "up", "Go up.", EDIT, palette=False),
    Command("edit_down", ("down", "j"), "down", "Go down.", EDIT, palette=False),
    Command("edit_left", ("left", "h"), "left", "Go left.", EDIT, palette=False),
    Command("edit_right", ("right", "l"), "right", "Go right.", EDIT, palette=False),
    Command("edit_help", ("question_mark", "f1"), "keys", "Show this page.", EDIT, footer=1, palette=False),
)
"""The commands of the editor, a screen of its own."""
ALL = (*COMMANDS, *EDITING)

PASSED_ON = ("step", "finish_episode", "play", "full_speed", "faster", "slower", "back", "back_episode", "quit")
"""The commands that do on the screens which go on showing the run what they do on the main screen."""
PASSING = tuple(command for command in COMMANDS if command.id in PASSED_ON)
SCREENS = (COMMANDS, (*EDITING, *PASSING))
"""The commands that share a screen, where no two can have the same key."""
GIVEN_WAY = {(own.id, key) for own in EDITING for other in PASSING for key in own.keys if key in other.keys}
"""Keys that the table itself takes for a command of the editor, and whatever is passed on has to give way."""
HELD = {"escape": "closes screens", "end": "goes to the end of lists", "enter": "opens what is chosen from a list"}
"""Keys that do the same on every screen that passes commands on, whoever has them on the main screen."""
LEAVING = "ctrl+q"
"""The key that asks to leave wherever one is, and goes before all others."""


def use(keymap: Keymap) -> None:
    """Let the table have these keys from now on."""
    _KEYMAP.clear()
    _KEYMAP.update(keymap)


def remapped() -> Keymap:
    """Return the keys of the commands that have other ones than in the table.

    Textual goes through all bindings of the screen for each of them, at every key; with the whole table that took most
    of the time from a key to its effect.
    """
    return {command.id: command.keys_now for command in ALL if command.keys_now != command.keys}


def keys_by_command(keymap: Keymap) -> dict[str, tuple[str, ...]]:
    """Return the keys of every command under a keymap, as Textual names them."""
    return {command.id: tuple(keymap.get(command.id, command.keys)) for command in ALL}


def key_of(name: str) -> str:
    """Return the first key of a command as a person reads it, for a sentence."""
    return _BY_ID[name].keys_shown[0]


def with_keys(text: str, write: Callable[[str], str] = key_of) -> str:
    """Return a sentence with the keys of the commands that it names in braces, such as `{step}`."""
    return _NAMED.sub(lambda found: write(found[1]), text)


def in_own_keys(text: str) -> str:
    """Return a sentence in which keys of the table stand in backquotes, with the keys that the person has for them."""
    ids = {key_name(command.keys[0]): command.id for command in COMMANDS}
    return _QUOTED.sub(lambda found: f"`{key_of(ids[found[1]])}`" if found[1] in ids else found[0], text)


def available(command: Command, snapshot: Snapshot | None) -> bool:
    """Return whether the command would do something now."""
    if snapshot is None:
        return not command.needs_run
    if command.id in {"back", "back_episode"}:
        return snapshot.step > 0
    if not in_world(command, kind_of(snapshot)):
        return False
    return command.id != "reset" or snapshot.timeline.head > 0


class Kind(NamedTuple):
    """What kind a world is of, for a screen."""

    map: bool
    """Whether it is drawn as a map."""
    states: bool
    """Whether it has states to tell apart."""


MAPPED = Kind(True, True)
"""A world that has everything."""


def kind_of(snapshot: Snapshot) -> Kind:
    """Return of what kind the world of a snapshot is."""
    return Kind(bool(snapshot.world.cells), snapshot.observation is None)


def in_world(command: Command, kind: Kind) -> bool:
    """Return whether such a world has what the command is about."""
    if command.id in {"next_layer", "zoom_in", "zoom_out"}:
        return kind.map
    return command.id not in {"inspect", "next_action"} or kind.states


def by_id(name: str) -> Command | None:
    """Return the command of that id, if it is one of the table."""
    return _BY_ID.get(name)


def bindings(listed: Sequence[Command] = COMMANDS) -> list[Binding]:
    """Return the bindings of the main screen, or of another one's commands."""
    return [command.binding for command in listed]


def groups() -> dict[str, list[Command]]:
    """Return the commands by group, in the order of the table."""
    grouped: dict[str, list[Command]] = {}
    for command in ALL:
        grouped.setdefault(command.group, []).append(command)
    return grouped


_BY_ID = {command.id: command for command in ALL}
_NAMED = re.compile("{([a-z_]+)}")
_QUOTED = re.compile("`([^`]+)`")
