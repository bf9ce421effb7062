"""The commands of the table that make no sense without drawing, each with what to do in its place."""

from tui.commands import by_id
from tui.plain.speech import keyed

INSTEAD = {
    "zoom_in": "nothing is drawn here; {inspect} tells one state, {next_layer} a layer of all of them",
    "zoom_out": "nothing is drawn here; {next_layer} tells a layer of the whole map",
    "next_panel": "there are no panels here; {follow} tells where the run stands, {why} explains the last step, "
    "{next_chart} tells a chart, {episodes} the episodes",
    "previous_panel": "there are no panels here; {follow} tells where the run stands, {help} lists the keys",
    "one_panel": "there are no panels here; {follow} tells where the run stands, {inspect} one state, "
    "{episodes} the episodes",
    "page_up": "nothing scrolls here; {episodes} tells episodes, {go_to_step} goes to a step",
    "page_down": "nothing scrolls here; {episodes} tells episodes, {go_to_step} goes to a step",
    "change_theme": "there are no colours here; the terminal has those that it always has",
    "suspend": "the shell does that: ctrl+z on a terminal, and fg comes back",
    "edit_wall": "{edit_world} and a line such as 1,2 wall",
    "edit_open": "{edit_world} and a line such as 1,2 open",
    "edit_start": "{edit_world} and a line such as 1,2 start",
    "edit_end": "{edit_world} and a line such as 1,2 end, or 1,2 reward 10 end",
    "edit_cliff": "{edit_world} and a line such as 1,2 back, or 1,2 reward -100 back",
    "edit_reward": "{edit_world} and a line such as 1,2 reward -5",
    "edit_again": "{edit_world} and the same line with another place",
    "edit_undo": "{edit_world} and the line undo",
    "edit_rules": "{edit_world} and a line such as slip 0.2, or wind 3 1 for the wind of a column",
    "edit_save": "{edit_world} and a line such as file my-world.toml",
    "edit_step": "{step}, which makes one step here, too",
    "edit_agent": "{follow} tells where the agent is",
    "edit_up": "{edit_world} and a row,column tells what is in that cell",
    "edit_down": "{edit_world} and a row,column tells what is in that cell",
    "edit_left": "{edit_world} and a row,column tells what is in that cell",
    "edit_right": "{edit_world} and a row,column tells what is in that cell",
    "edit_help": "{help}, which lists the keys here, too",
}
"""What is done here in place of each command that only a screen can have; the editor is one of its own."""


def instead_of(name: str) -> str:
    """Say that a command needs the screen, and what to do in its place."""
    command = by_id(name)
    assert command is not None
    return f"{command.label} is of the full screen only: {keyed(INSTEAD[name])}"
