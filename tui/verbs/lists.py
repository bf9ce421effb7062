"""The verbs that list what there is: worlds, agents, saves and keys."""

import argparse
from collections.abc import Sequence

from engine import saves as engine_saves
from engine.agents import catalogue as agent_catalogue
from engine.worlds import catalogue as world_catalogue
from tui.describing import print_json, print_wrapped

SHOWN_EARLIER = 3
"""Of so many earlier files of a name the list says how they are opened."""


def worlds(options: argparse.Namespace) -> int:
    """List the worlds of the library."""
    rows = [vars(entry) for entry in world_catalogue.listing()]
    if options.json:
        return print_json({"worlds": rows})
    for row in rows:
        print_wrapped(f"{row['id']:<20} {row['states']:>6} states  discount {row['discount']:<5g} {row['title']}", 4)
    print()
    print_wrapped("or a file ending in .toml or .json, or gym:FrozenLake-v1?is_slippery=false, or gym:CartPole-v1", 0)
    return 0


def agents(options: argparse.Namespace) -> int:
    """List the agents with their settings."""
    entries = agent_catalogue.listing()
    if options.json:
        return print_json(
            {
                "agents": [
                    {**vars(entry), "settings": [vars(setting) for setting in entry.settings]} for entry in entries
                ]
            }
        )
    for entry in entries:
        print_wrapped(f"{entry.name}: {entry.title} ({entry.learning}; {entry.reference})", 2)
        print_wrapped(f"  acts {entry.behaviour_policy}; learns the values of: {entry.target_policy}", 4)
        for setting in entry.settings:
            print_wrapped(f"  {setting.name:<20} {setting.default:<16} {setting.meaning} ({setting.range})", 40)
    return 0


def saves(options: argparse.Namespace) -> int:
    """List the saves."""
    entries = engine_saves.listing(options.saves)
    if options.json:
        return print_json({"saves": [{**vars(entry), "modified": entry.modified.isoformat()} for entry in entries]})
    if not entries:
        print(f"no saves in {options.saves} yet; the application makes them, and so does qscope train --save NAME")
    width = max([36, *(len(entry.name) for entry in entries)])
    for entry in entries:
        what = entry.problem and f"not a valid save: {entry.problem}"
        what = what or f"{entry.world} · {entry.agent} · step {entry.steps:,} · episode {entry.episodes:,}"
        what += _before(entry.earlier)
        print_wrapped(f"{entry.name:<{width}} {entry.modified:%Y-%m-%d %H:%M}  {what}", 4)
    return 0


def _before(earlier: Sequence[str]) -> str:
    """Say by which words earlier files of a name are opened."""
    more = f" and {len(earlier) - SHOWN_EARLIER} more" if len(earlier) > SHOWN_EARLIER else ""
    return f" · also {', '.join(earlier[:SHOWN_EARLIER])}{more}" if earlier else ""


def keys(options: argparse.Namespace) -> int:
    """List the keys of every command, as a person may have remapped them."""
    from tui import commands, keymap  # They load Textual, which no other list needs.

    file = keymap.path()
    remapped = keymap.load(file)
    commands.use(remapped)
    if options.json:
        rows = [
            {
                "id": command.id,
                "keys": command.keys_now,
                "default": command.keys,
                "group": command.group,
                "help": command.help,
            }
            for command in commands.ALL
        ]
        return print_json({"file": str(file), "exists": file.exists(), "keys": rows})
    for group, listed in commands.groups().items():
        print(group)
        for command in listed:
            mark = "*" if command.id in remapped else " "
            print_wrapped(f" {mark} {command.id:<16} {' '.join(command.keys_shown):<14} {command.help}", 35)
    state = "* remapped there" if file.exists() else "not there yet"
    print(f'\nRemap them in {file} ({state}), such as:\n\n[keys]\nstep = "f2"\nfull_speed = ["F", "f5"]')
    return 0
