"""A person's own keys: a TOML file in the folder of their configuration, checked before the application opens.

    [keys]
    step = "f2"
    full_speed = ["F", "f5"]

The names are those of `tui.commands`; `qscope keys` lists them.
"""

import os
from pathlib import Path
from typing import Any

from textual.keys import REPLACED_KEYS, _character_to_key

from engine.errors import InputError, near_miss
from tui.commands import ALL, GIVEN_WAY, HELD, LEAVING, PASSED_ON, SCREENS, Keymap, key_name, keys_by_command

NAMED = {
    *("up", "down", "left", "right", "pageup", "pagedown", "home", "end", "insert", "delete", "space", "enter"),
    *("tab", "shift+tab", "backspace", "escape"),
    *(f"f{number}" for number in range(1, 13)),
    *(f"ctrl+{letter}" for letter in "abdefgklnopqrstuvwxyz"),
}
"""The keys beside single characters that arrive as themselves through tmux, screen and ssh.

ctrl+c, ctrl+h, ctrl+i, ctrl+j and ctrl+m are left out: they are an interrupt, backspace, tab and enter.
"""
RESERVED = frozenset("0123456789")
"""The digits choose actions while one drives, and steps on the timeline."""


def path() -> Path:
    """Return where the file is, whether it exists or not: QSCOPE_KEYS, or in the folder of the configuration."""
    if given := os.environ.get("QSCOPE_KEYS"):
        return Path(given)
    from platformdirs import user_config_path

    return user_config_path("qscope") / "keys.toml"


def load(file: Path) -> Keymap:
    """Read the keys that a person chose; none if there is no such file. Raises `InputError` for a mistake in it."""
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise InputError(f"{file}: cannot be read: it is no UTF-8 text") from None
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror or error}") from None
    import tomllib  # Only here, as it takes its time to load and most people have no such file.

    try:
        return _read(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{file}: not valid TOML: {error}") from None
    except InputError as error:
        raise InputError(f"{file}: {error}") from None


def _read(values: dict[str, Any]) -> Keymap:
    wrong = [name for name in values if name != "keys"]
    if wrong or not isinstance(values.get("keys", {}), dict):
        raise InputError(f"{(wrong or ['keys'])[0]!r} is not possible; write the keys below [keys]")
    keymap = {name: _keys(name, value) for name, value in values.get("keys", {}).items()}
    _expect_no_conflict(keymap)
    return keymap


def _keys(name: str, value: object) -> tuple[str, ...]:
    """Return the keys of one command as Textual names them."""
    known = [command.id for command in ALL]
    if name not in known:
        raise InputError(f"unknown command {name!r}{near_miss(name, known)} (qscope keys lists them all)")
    listed = value if isinstance(value, list) else [value]
    keys = tuple(_key(name, key) for key in listed if isinstance(key, str))
    if not keys or len(keys) != len(listed):
        raise InputError(f'{name}: write a key such as "n", or a list such as ["n", "f5"]')
    return keys


def _key(name: str, key: str) -> str:
    if key in RESERVED:
        raise InputError(f"{name}: {key!r} is kept for actions and steps; choose another key")
    if len(key) == 1 and key.isprintable():
        return "space" if key == " " else _character_to_key(key)
    shown = {key_name(key) for command in ALL for key in command.keys}
    if (known := REPLACED_KEYS.get(key.lower(), key.lower())) in NAMED:
        return known
    if known in {key for command in ALL for key in command.keys}:
        return known
    raise InputError(
        f"{name}: {key!r} is no key that works everywhere{near_miss(key, NAMED | shown)}; "
        "take a character, f1 to f12, ctrl and a letter, or a key such as pageup"
    )


def _expect_no_conflict(keymap: Keymap) -> None:
    """Raise `InputError` if a key would be bound twice on a screen, also to a command that keeps its own keys."""
    keys_of = keys_by_command(keymap)
    for name, keys in keys_of.items():
        held = HELD if name in PASSED_ON else {}
        for key in keys:
            if (key == LEAVING and name != "quit") or key in held:
                does = held.get(key, "leaves qscope")
                raise InputError(f"{name}: {key_name(key)!r} {does} wherever {name} works; choose another key")
    for screen in SCREENS:
        taken: dict[str, str] = {}
        for name, key in ((command.id, key) for command in screen for key in keys_of[command.id]):
            if key in taken and (taken[key], key) not in GIVEN_WAY:
                raise InputError(f"{key_name(key)!r} is the key of both {taken[key]} and {name}; give one another key")
            taken.setdefault(key, name)
