"""A person's own keys, and what is said about a file that cannot be."""

import ast
import json
import re
from pathlib import Path

import pytest

from engine import messages
from engine.errors import InputError
from tests.tui.fakes import CROSS, FakeLibrary, FakeTrainer
from tui import commands, keymap
from tui.app import QScope
from tui.cli import run_command_line
from tui.lessons import shelf
from tui.screens.help import help_rows
from tui.screens.why import WhyScreen
from tui.widgets import hints
from tui.widgets.explanation import explain
from tui.widgets.key_line import KeyLine


@pytest.fixture
def file():
    """Where the keys are looked for."""
    return keymap.path()


def written(file, text):
    file.write_text(f"[keys]\n{text}\n")
    return keymap.load(file)


def test_without_a_file_the_keys_are_those_of_the_table(file):
    assert keymap.load(file) == {}


def test_keys_are_written_as_people_write_them(file):
    read = written(file, 'step = "f2"\nfull_speed = ["!", "F5"]\nback = "pageup"\npage_up = "%"')
    assert read == {
        "step": ("f2",),
        "full_speed": ("exclamation_mark", "f5"),
        "back": ("pageup",),
        "page_up": ("percent_sign",),
    }


def test_a_key_of_the_editor_may_be_one_that_means_something_else_only_on_the_main_screen(file):
    assert written(file, 'edit_wall = "z"\nedit_step = "m"') == {"edit_wall": ("z",), "edit_step": ("m",)}


def test_two_commands_may_swap_their_keys(file):
    assert written(file, 'step = "e"\nfinish_episode = "s"') == {"step": ("e",), "finish_episode": ("s",)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('step = "e"', "'e' is the key of both step and finish_episode"),
        ('edit_wall = "space"', "'space' is the key of both edit_wall and play"),
        ('back = "c"\ncompare = "f2"', "'c' is the key of both edit_cliff and back"),
        ('step = "escape"\nstop = "f2"', "step: 'escape' closes screens wherever step works"),
        ('play = "enter"\ninspect = "i"\nedit_again = "f2"', "play: 'enter' opens what is chosen from a list"),
        ('back = "end"', "back: 'end' goes to the end of lists"),
        ('zoom_in = "ctrl+q"\nquit = "q"', "zoom_in: 'ctrl+q' leaves qscope"),
        ('step = ["f2", "f2"]', "'F2' is the key of both step and step"),
        ('setp = "n"', "unknown command 'setp'; did you mean 'stop'? (qscope keys lists them all)"),
        ('step = "ctrl+enter"', "'ctrl+enter' is no key that works everywhere"),
        ('step = "ctrl+i"', "no key that works everywhere"),
        ('step = "3"', "'3' is kept for actions and steps"),
        ("step = 3", "step: write a key"),
        ("step = []", "step: write a key"),
        ('step = ["f2", 3]', "step: write a key"),
        ('step = ""', "no key that works everywhere"),
        ("step = ", "not valid TOML"),
        ('[colours]\na = "b"', "'colours' is not possible"),
    ],
)
def test_a_mistake_is_told_with_the_name_of_the_file(file, text, said):
    with pytest.raises(InputError) as error:
        written(file, text)
    assert said in str(error.value)
    assert str(error.value).startswith(f"{file}: ")


def test_a_file_of_bytes_that_are_no_text_is_told(file):
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="cannot be read"):
        keymap.load(file)


def test_every_key_of_the_table_works_everywhere():
    for command in commands.COMMANDS:
        for key in command.keys:
            assert key in keymap.NAMED or len(commands.key_name(key)) == 1, key


async def test_remapped_keys_work_and_the_old_ones_do_not(file):
    commands.use(written(file, 'step = ["f2", "f5"]\nfinish_episode = "s"\nhelp = "e"'))
    trainer = FakeTrainer()
    app = QScope(trainer, FakeLibrary())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f2", "f5", "s", "question_mark")
        assert app.screen is app.main_screen
        assert app.main_screen.query_one(KeyLine).draw(79, 1).text.startswith("F2 step s episode")
        await pilot.press("e")
        assert app.screen is not app.main_screen
    assert trainer.commands == [messages.Step(), messages.Step(), messages.FinishEpisode()]
    keys, texts = zip(*help_rows(), strict=True)
    assert keys[texts.index("Make one transition, then wait.")].split() == ["F2", "F5"]


async def test_a_screen_above_the_main_one_has_the_keys_of_the_person_too(file):
    commands.use(written(file, 'play = "pageup"\npage_up = "%"'))
    trainer = FakeTrainer()
    app = QScope(trainer, FakeLibrary())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("y", "pageup")
        assert isinstance(app.screen, WhyScreen)
        assert app.screen.active_bindings["percent_sign"].binding.action == "look_page(-1)"
    assert trainer.commands == [messages.PlayOrPause()]


def test_the_keys_are_listed_with_their_file(file, capsys):
    written(file, 'step = "f2"')
    assert run_command_line(["keys", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert (listed["file"], listed["exists"]) == (str(file), True)
    step = next(row for row in listed["keys"] if row["id"] == "step")
    assert (step["keys"], step["default"]) == (["f2"], ["s"])
    assert [row["id"] for row in listed["keys"]] == [command.id for command in commands.ALL]
    assert run_command_line(["keys"]) == 0
    assert f"Remap them in {file} (* remapped there)" in capsys.readouterr().out


LETTERS = {key for command in commands.COMMANDS for key in command.keys_shown if len(key) == 1 and key not in "a↑→↓←"}
ALONE = re.compile(r"(?<![\w'’.{(<>|·-])([A-Za-z?]|space)(?![\w'’}′(^·:=-])")
"""A letter, a question mark or the space bar as a word of its own; the article and signs of formulas are none."""
FORMULAS = re.compile("[γΣ%]")


def texts_of(file):
    """Return the texts of a file that people may read: all but docstrings, and such as have several words."""
    tree = ast.parse(file.read_text("utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docstrings)
    return [node.value for node in constants if isinstance(node.value, str) and " " in node.value.strip()]


def literal_keys(text):
    return [] if FORMULAS.search(text) else sorted({*ALONE.findall(text)} & {*LETTERS, "space"})


def test_no_text_names_a_key_that_a_person_may_have_remapped():
    files = [
        file for folder in ("screens", "widgets") for file in (Path(commands.__file__).parent / folder).glob("*.py")
    ]
    named = {(file.name, text): keys for file in files for text in texts_of(file) if (keys := literal_keys(text))}
    assert named == {}


def test_the_search_for_literal_keys_finds_them():
    assert literal_keys("press s for one step, ? for help, space to run") == ["?", "s", "space"]
    assert literal_keys("{step} makes a step of the run") == []


def test_what_tells_of_keys_tells_of_those_that_the_person_has(file):
    commands.use(written(file, 'step = "f2"\nhelp = "e"\nfinish_episode = "f5"\ndrive = "D"\nlook_up = "U"'))
    assert explain(FakeTrainer().snapshot, 80)[0] == [
        ("press F2 for one step, F5 for an episode, space to run, e for help", "strong")
    ]
    assert hints.driving(CROSS)[:2] == [hints.Hint("D", "stop"), hints.Hint("U → ↓ ←", "act")]
    assert commands.with_keys(WhyScreen.HINTS[0]).startswith("y or escape close · ↑ ↓ look · F2 step · F5 episode")
    assert commands.in_own_keys("`s` makes a step, `enter` looks, `dqn` learns") == (
        "`F2` makes a step, `enter` looks, `dqn` learns"
    )


def test_all_keys_that_lessons_name_are_of_the_table():
    known = {key for command in commands.COMMANDS for key in command.keys_shown}
    for lesson in shelf.shipped():
        for page in lesson.pages:
            for quoted in re.findall("`([^`]+)`", page.keys):
                assert quoted in known or len(quoted) > 1, (lesson.name, quoted)


@pytest.mark.parametrize("arguments", [["keys"], ["seed-2x3"], ["--plain"]])
def test_a_bad_file_is_one_line_and_exit_code_2(file, capsys, arguments):
    file.write_text("[keys]\nsetp = 'n'\n")
    assert run_command_line(arguments) == 2
    errors = capsys.readouterr().err
    assert errors.count("\n") == 1
    assert errors.startswith(f"qscope: {file}: unknown command 'setp'")
