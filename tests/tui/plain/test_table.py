"""Each command of the table: answered, or listed with what to do in its place."""

import pytest

from tui.commands import ALL, COMMANDS, EDITING, by_id, use
from tui.plain.unspoken import INSTEAD


def by_braces(text):
    return [part.partition("}")[0] for part in text.split("{")[1:]]


def test_each_command_is_answered_or_listed_with_what_to_do_instead_and_never_both(answers):
    assert sorted([*answers, *INSTEAD]) == sorted(command.id for command in ALL)


def test_no_command_of_the_editor_is_answered_by_a_key_that_means_something_else(answers):
    assert not {command.id for command in EDITING} & set(answers)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.id != "quit"], ids=lambda command: command.id)
def test_each_key_is_answered_by_a_line(hear, command):
    told = hear(command.keys[0])
    assert told
    assert not any("is no key" in line for line in told)


@pytest.mark.parametrize("name", [name for name in INSTEAD if by_id(name) in COMMANDS])
def test_what_needs_the_screen_says_what_does_not(hear, name):
    (line,) = hear(name)
    assert "is of the full screen only: " in line


def test_what_is_said_to_do_instead_can_be_done(answers):
    for text in INSTEAD.values():
        assert all(name in answers for name in by_braces(text))


def test_keys_are_those_that_the_person_has(hear):
    use({"step": ("f2",), "next_layer": ("s",)})
    assert hear("f2", "s")[-3].startswith("layer policy")
