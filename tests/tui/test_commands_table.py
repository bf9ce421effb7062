from tests.tui.fakes import snapshot
from tui.commands import ALL, COMMANDS, EDITING, GIVEN_WAY, SCREENS, available, bindings, by_id, key_name, use
from tui.screens.editor import Editor
from tui.screens.help import help_rows
from tui.screens.main import MainScreen
from tui.widgets.key_line import laid_out


def test_no_key_is_bound_twice():
    for screen in SCREENS:
        keys = [key for command in screen for key in command.keys]
        twice = {key for key in keys if keys.count(key) > 1}
        assert twice <= {key for _, key in GIVEN_WAY} == {"s"}


def test_every_command_is_answered_by_the_main_screen():
    missing = [command.id for command in COMMANDS if not callable(getattr(MainScreen, f"action_{command.id}", None))]
    assert missing == []


def test_every_command_of_the_editor_is_answered_by_it():
    missing = [command.id for command in EDITING if not callable(getattr(Editor, f"action_{command.id}", None))]
    assert missing == []


def test_every_binding_has_the_id_of_its_command():
    assert [binding.id for binding in bindings()] == [command.id for command in COMMANDS]
    assert {binding.action for binding in bindings()} == {command.id for command in COMMANDS}


def test_a_screen_that_is_loaded_late_does_not_take_over_a_persons_keys():
    use({"step": ("f2",)})
    assert [binding.key for binding in bindings()] == [",".join(command.keys) for command in COMMANDS]


def test_the_help_lists_every_key_and_only_those():
    keys, texts = zip(*help_rows(), strict=True)
    for command in ALL:
        assert keys[texts.index(command.help)].split() == " ".join(command.keys_shown).split()
    learning_to_screen = texts[: texts.index("The agent.")]
    assert [text for text in learning_to_screen if text] == [command.help for command in ALL]


def test_the_footer_names_the_most_important_keys_at_80_columns():
    shown = {command.id for _, command in laid_out(79)}
    assert {"step", "finish_episode", "play", "choose_world", "choose_agent", "save", "help", "quit"} <= shown


def test_a_narrow_footer_keeps_the_ways_to_step_to_get_help_and_to_leave():
    assert [command.id for _, command in laid_out(40)] == ["step", "finish_episode", "play", "help", "quit"]


def test_nothing_can_be_done_to_a_run_that_is_not_there_yet():
    usable = {command.id for command in COMMANDS if available(command, None)}
    assert "help" in usable
    assert "quit" in usable
    assert not {"step", "save", "reset"} & usable


def test_there_is_nothing_to_reset_before_the_first_step():
    reset = by_id("reset")
    assert not available(reset, snapshot())
    assert available(reset, snapshot(step=1))


def test_keys_are_written_as_they_are_typed():
    assert by_id("slower").keys_shown == ("-",)
    assert all(character.isascii() for key in ("minus", "plus", "colon", "equals_sign") for character in key_name(key))
