"""The editor of the world: what each key does, what it says of a cell, and how large mazes are gone through."""

import pytest
from textual.widgets import Input

from engine import messages
from engine.errors import InputError
from engine.session import Session
from engine.worlds import catalogue, editing
from tests.tui.fakes import FakeLibrary, FakeTrainer, grid, learned, names, snapshot
from tests.tui.waiting import screen_text, seen, until
from tui import commands, keymap
from tui.app import QScope
from tui.screens.dialog import Problem
from tui.screens.editor import Editor, key_lines
from tui.screens.form import SettingLine
from tui.screens.help import Help
from tui.screens.world_forms import AskReward, EditRules, SaveWorld
from tui.widgets import cells
from tui.widgets.editor import EditorPanel, editor_view

WALL = {"wall": True}


def maze():
    """A maze of 50 by 70 cells, too large for any window of the tests."""
    rows = [["#" if (r * 7 + c * 3) % 5 == 0 else "." for c in range(70)] for r in range(50)]
    rows[25][35], rows[0][1], rows[49][69] = "S", "X", "G"
    return grid(*("".join(row) for row in rows), labels={"X": "-2"})


def panel(app):
    return app.screen.query_one(EditorPanel)


# The keys. The agent is in 0,0, a start; 0,1 pays −10; 0,2 ends the episode; the second row is open.

SENT = {
    "edit_wall": messages.EditCell(0, 0, WALL),
    "edit_open": messages.EditCell(0, 0, {}),
    "edit_start": messages.BrushCell(0, 0, "start"),
    "edit_end": messages.BrushCell(0, 0, "terminal"),
    "edit_cliff": messages.BrushCell(0, 0, "to_start"),
    "edit_again": messages.BrushCell(0, 0, "again"),
    "edit_undo": messages.UndoEdit(),
    "edit_step": messages.Step(),
}
OPENED = {"edit_reward": AskReward, "edit_rules": EditRules, "edit_save": SaveWorld, "edit_help": Help}
MOVED = {"edit_up": (0, 1), "edit_down": (2, 1), "edit_left": (1, 0), "edit_right": (1, 2), "edit_agent": (0, 0)}


def keys_of(ids):
    return [(command.id, key) for command in commands.EDITING for key in command.keys if command.id in ids]


def test_every_key_of_the_editor_is_tried_in_this_file():
    assert {*SENT, *OPENED, *MOVED} == {command.id for command in commands.EDITING}


@pytest.mark.parametrize(("name", "key"), keys_of(SENT))
async def test_a_key_sends_its_command(name, key, app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("E", key)
    assert trainer.commands == [SENT[name]]


@pytest.mark.parametrize(("name", "key"), keys_of(OPENED))
async def test_a_key_opens_its_dialog_above_the_editor(name, key, app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("E", key)
        assert isinstance(app.screen, OPENED[name])
        await pilot.press("escape")
        assert isinstance(app.screen, Editor)
        await pilot.press("escape")
        assert app.screen is app.main_screen
    assert trainer.commands == []


@pytest.mark.parametrize(("name", "key"), keys_of(MOVED))
async def test_a_key_moves_the_cursor(name, key, app, trainer):
    trainer.snapshot = snapshot(grid("S..", "...", "..G"))
    async with app.run_test() as pilot:
        await pilot.press("E", "down", "right", key)
        assert panel(app).cursor == MOVED[name]


async def test_the_cursor_stays_on_the_map(app):
    async with app.run_test() as pilot:
        await pilot.press("E", "up", "left", "pageup")
        assert panel(app).cursor == (0, 0)
        await pilot.press("pagedown", *["right"] * 5)
        assert panel(app).cursor == (1, 2)


class Waiting(FakeTrainer):
    """A trainer that comes to its commands only when it is told to."""

    def __init__(self, folder):
        super().__init__()
        self.session = Session(folder, lambda text: None)
        self.session.obey(messages.Start("seed-2x3", "q-learning"))
        self.catch_up()

    def catch_up(self):
        for command in self.commands:
            self.session.obey(command)
        self.commands.clear()
        self.snapshot = self.session.snapshot(playing=False, speed=5.0, steps_per_second=0.0)

    @property
    def log(self):
        return [dict(entry.cell) for entry in self.session.timeline.run.log]

    @property
    def lower_row(self):
        definition = self.session.timeline.run.world.definition
        return [definition["cells"].get(letter, letter) for letter in editing.rows_of(definition)[1]]


async def test_however_fast_keys_are_typed_each_of_them_counts_and_is_taken_back_alone(tmp_path):
    trainer = Waiting(tmp_path)
    app = QScope(trainer, FakeLibrary())
    both = {"terminal": True, "reward": 2.5}
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("E", "down", "right", "t", "t", "t", "r", *"2.5", "enter", "right", "enter")
        trainer.catch_up()
        assert trainer.log == [{"terminal": True}, {}, {"terminal": True}, both, both]
        assert trainer.lower_row == [".", both, both]
        await pilot.press("u", "u", "u")
        trainer.catch_up()
        assert trainer.lower_row == [".", ".", "."]
        await pilot.press("u", "u")
        trainer.catch_up()
        assert trainer.log == []


async def test_a_notice_that_comes_before_the_editor_has_its_map_waits_for_it(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        app.main_screen.action_edit_world()
        trainer.tell("no such thing", error=True)
        app.main_screen.on_main_screen_answered()
        await seen(pilot, "not possible: no such thing")


async def test_before_anything_was_put_there_is_nothing_to_put_again(tmp_path):
    trainer = Waiting(tmp_path)
    async with QScope(trainer, FakeLibrary()).run_test(size=(80, 24)) as pilot:
        await pilot.press("E", "enter")
        trainer.catch_up()
        pilot.app.main_screen.pull()
        await seen(pilot, "not possible: nothing was put anywhere yet")


@pytest.mark.parametrize("key", ["e", "space", "f", "plus", "minus", "b", "B"])
async def test_the_agent_can_learn_on_meanwhile_by_the_keys_of_the_main_screen(key, app, trainer):
    trainer.show(step=3)
    async with app.run_test() as pilot:
        await pilot.press(key)
        on_the_main_screen = trainer.commands.copy()
        await pilot.press("E", key)
    assert on_the_main_screen
    assert trainer.commands == on_the_main_screen * 2


async def test_ctrl_q_leaves_the_editor_and_q_asks_as_ever(app, trainer):
    trainer.show(step=3, unsaved=True)
    async with app.run_test() as pilot:
        await pilot.press("E", "ctrl+q")
        assert app.screen is app.main_screen
        await pilot.press("E", "q")
        assert app.screen.title == "Quit"


async def test_a_remapped_key_is_that_of_the_editor_and_those_of_the_main_screen_give_way(trainer):
    file = keymap.path()
    file.write_text('[keys]\nstep = "e"\nfinish_episode = "s"\nedit_wall = "w"\nplay = "f2"\n')
    commands.use(keymap.load(file))
    app = QScope(trainer, FakeLibrary())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("E", "w", "number_sign", "s", "f2", "space")
        await seen(pilot, "w wall", "F2 run")
    assert trainer.commands == [SENT["edit_wall"], SENT["edit_start"], messages.PlayOrPause()]


def test_two_keys_of_the_editor_cannot_be_the_same():
    file = keymap.path()
    file.write_text('[keys]\nedit_wall = "u"\n')
    with pytest.raises(InputError, match="'u' is the key of both edit_wall and edit_undo"):
        keymap.load(file)


async def test_the_palette_offers_the_commands_of_the_editor(app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("E", "ctrl+p", *"put a wall")
        await seen(pilot, "key: #")
        await pilot.press("enter")
        await until(pilot, lambda: trainer.commands)
    assert trainer.commands == [SENT["edit_wall"]]


@pytest.mark.parametrize("width", [38, 58, 78, 138])
def test_the_keys_are_told_in_two_lines_and_the_less_important_left_out(width):
    told = key_lines(width)
    assert told.count("\n") < 2
    assert all(len(line) <= width for line in told.split("\n"))
    assert all(key in told for key in ("# wall", ". open", "? keys", "space run", "escape leave"))
    assert ("enter again" in told) == (width > 58)


# What is asked for.


async def test_a_reward_is_asked_for_and_may_be_taken_away(app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("E", "right", "right", "r")
        assert app.screen.query_one(Input).value == "10"
        await pilot.press(*"-0.5", "enter", "r", "backspace", "enter")
    assert trainer.commands == [messages.BrushCell(0, 2, "reward", reward) for reward in (-0.5, None)]


@pytest.mark.parametrize("text", ["much", "nan", "1e999", "1 2"])
async def test_what_is_no_reward_is_refused_beside_the_field(app, trainer, text):
    async with app.run_test() as pilot:
        await pilot.press("E", "r")
        app.screen.query_one(Input).value = text
        await pilot.press("enter")
        assert str(app.screen.query_one(Problem).render()) == f"{text!r} is no finite number, such as −5 or 0.5"
    assert trainer.commands == []


def rules(app):
    return {line.key: line.field.value for line in app.screen.query(SettingLine)}


async def test_the_rules_are_shown_as_they_are_and_only_what_changes_is_sent(app, trainer):
    world = grid("S.G", definition={"discount": 0.9, "max_steps": 50, "slip": 0.25, "wind": [0, 2, 0], "map": "S.G"})
    trainer.snapshot = snapshot(world)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("E", "right", "p")
        assert rules(app) == {
            "slip": "0.25",
            "step_reward": "",
            "bump_reward": "",
            "wind of column 1": "2",
            "max_steps": "50",
        }
        await pilot.press("enter")
        assert trainer.commands == []
        await pilot.press("p", "backspace", "tab", *"-1", "tab", "tab", *"1", "enter")
    assert trainer.commands == [messages.EditRules({"slip": None, "step_reward": -1.0, "wind": [0, 1, 0]})]


async def test_the_last_wind_that_ceases_leaves_the_file(app, trainer):
    world = grid("S.G", definition={"discount": 0.9, "wind": [0, 2, 0], "map": "S.G"})
    trainer.snapshot = snapshot(world)
    async with app.run_test() as pilot:
        await pilot.press("E", "right", "p", "tab", "tab", "tab", *"0", "enter")
    assert trainer.commands == [messages.EditRules({"wind": None})]


@pytest.mark.parametrize(
    ("tabs", "text", "told"),
    [
        (0, "1.5", "1.5; it must be a finite number from 0 to 1"),
        (3, "0.5", "'0.5'; it must be a whole number"),
        (4, "0", "0; it must be a whole number from 1 to 1000000000"),
    ],
)
async def test_an_impossible_rule_is_refused_beside_its_field(app, trainer, tabs, text, told):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("E", "p", *["tab"] * tabs, *text, "enter")
        assert isinstance(app.screen, EditRules)
        assert str(app.screen.query(SettingLine)[tabs].note.render()) == told
    assert trainer.commands == []


async def test_each_rule_has_its_meaning_its_range_and_its_default(app):
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("E", "p")
        await seen(pilot, "slip: chance that a move turns aside, half of it to either side · 0 to 1 · default 0")


async def test_the_world_is_written_as_a_file_that_opens_and_replaces_none_silently(
    app, trainer, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("E", "W", "enter")
        await seen(pilot, "written to seed-2x3-edited.toml: qscope seed-2x3-edited.toml opens it")
        world = catalogue.find("seed-2x3-edited.toml")
        assert world.layout.cells == ("SXG", "...")
        assert world.layout.labels == ("", "-10", "+10", "", "", "")
        (path,) = tmp_path.iterdir()
        path.write_text("mine")
        await pilot.press("W", "enter")
        await seen(pilot, "exists already: enter again replaces it")
        assert path.read_text() == "mine"
        await pilot.press("enter")
        assert path.read_text().startswith("discount = 0.9")


async def test_a_world_that_was_edited_before_is_offered_its_own_file(trainer):
    trainer.snapshot = snapshot(grid("S.G", name="mine-edited"))
    async with QScope(trainer, FakeLibrary()).run_test(size=(80, 24)) as pilot:
        await pilot.press("E", "W")
        assert pilot.app.screen.query_one(Input).value == "mine-edited.toml"


@pytest.mark.parametrize("name", ["mine.txt", "", "no/such/folder.toml"])
async def test_what_is_no_name_of_a_world_file_is_refused(app, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("E", "W")
        app.screen.query_one(Input).value = name
        await pilot.press("enter")
        assert isinstance(app.screen, SaveWorld)
        assert "shown" in app.screen.query_one(Problem).classes
    assert list(tmp_path.iterdir()) == []


# What it says.


async def test_what_came_of_an_edit_is_said_until_the_cursor_moves_and_never_again(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("E", "number_sign")
        trainer.tell("the agent stands there; let it go on first", error=True)
        app.main_screen.pull()
        await seen(pilot, "not possible: the agent stands there; let it go on first")
        await pilot.press("down")
        await until(pilot, lambda: "not possible" not in screen_text(app))
        await pilot.press("escape")
        app.main_screen.pull()
        await pilot.pause()
        assert list(app._notifications) == []


async def test_an_exit_says_what_it_is_and_offers_what_it_pays(app, trainer):
    world = grid("SA", definition={"discount": 0.9, "map": "SA", "cells": {"A": {"exit_reward": 1.0, "exit_to": "S"}}})
    trainer.snapshot = snapshot(world)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("E", "right")
        await seen(pilot, "0,1 · A · exit: any action pays 1 and leads to S")
        await pilot.press("r", "enter")
    assert trainer.commands == [messages.BrushCell(0, 1, "reward", 1.0)]


async def test_a_world_without_a_text_map_cannot_be_edited_and_says_so(app, trainer):
    trainer.snapshot = snapshot(names(3))
    async with app.run_test() as pilot:
        await pilot.press("E")
        assert app.screen is app.main_screen
        assert [notice.message for notice in app._notifications] == [
            "only a gridworld, which has a text map, can be edited"
        ]


CLIFF = {
    "discount": 1.0,
    "step_reward": -1.0,
    "map": "S.#C\n A G",
    "cells": {
        "C": {"reward": -100.0, "to_start": True},
        "A": {"exit_reward": 1.0, "exit_terminal": True},
        "G": {"terminal": True},
    },
}


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ((0, 0), "0,0 · start · pays −1 like any cell"),
        ((0, 1), "0,1 · pays −1 like any cell"),
        ((0, 2), "0,2 · wall"),
        ((0, 3), "0,3 · C · pays −100 · then back to the start"),
        ((1, 0), "1,0 · outside"),
        ((1, 1), "1,1 · A · exit: any action pays 1 and ends the episode"),
        ((1, 3), "1,3 · G · pays −1 like any cell · ends the episode"),
    ],
)
def test_a_cell_is_described_in_words(place, words):
    assert cells.described(grid("S.#C", " A G", definition=CLIFF), place) == words


def test_every_letter_is_explained():
    world = grid("S.#C", " A G", definition=CLIFF)
    assert cells.letters(world) == ["S start", "C −100 back", "A +1 exit", "G end", "# wall"]


def test_a_map_without_a_marked_start_says_that_every_open_cell_is_one():
    world = grid("..G")
    assert cells.letters(world) == ["no S: every . is a start", "G end"]
    assert cells.described(world, (0, 1)) == "0,1 · pays 0 like any cell · start, as is every open cell"


# Mazes larger than the window, and terminals without colours.


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (140, 40)])
async def test_a_large_maze_is_gone_through_with_the_cursor(size):
    trainer = FakeTrainer(snapshot(maze()))
    app = QScope(trainer, FakeLibrary())
    async with app.run_test(size=size) as pilot:
        await pilot.press("E")
        await seen(pilot, "@", "25,35 · start", "S start · X −2 · G end · # wall", "escape leave")
        await pilot.press(*["up"] * 25, *["left"] * 34)
        await seen(pilot, "0,1 · X · pays −2", "X□")
        assert (panel(app).row, panel(app).column) == (0, 0)
        await pilot.press("home")
        await seen(pilot, "25,35 · start", "@□")


async def test_the_view_of_a_maze_stays_where_it_is_while_cells_change():
    trainer = FakeTrainer(snapshot(maze()))
    app = QScope(trainer, FakeLibrary())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("E", *["down"] * 20, *["right"] * 20)
        before = panel(app).row, panel(app).column
        assert before != (0, 0)
        trainer.show(world=maze())
        app.main_screen.pull()
        await pilot.pause()
        assert (panel(app).row, panel(app).column) == before


async def test_everything_is_told_apart_without_colours(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    world = grid("S.#", ".XG", labels={"X": "-5", "G": "+1"})
    app = QScope(FakeTrainer(snapshot(world, state=2)), FakeLibrary())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("E", "right", "up")
        await seen(pilot, "@", "S 0,0", "███", "X 1,1", "−5", "G 1,2", "+1", "end", "╔═", "0,1 · pays 0 like any cell")


def test_a_maze_that_does_not_fit_is_shown_in_part_in_cells_that_are_read_with_ease():
    view = editor_view(maze(), 78, 18, 10, 10)
    assert (view.row, view.column, view.rows, view.columns, view.zoom.width) == (10, 10, 18, 39, 2)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (140, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_editor(snap_compare, size):
    app = QScope(FakeTrainer(learned()), FakeLibrary())
    assert snap_compare(app, terminal_size=size, press=["E", "up"])


async def test_a_notice_that_comes_while_the_editor_is_taken_apart_harms_nobody(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("E")
        await until(pilot, lambda: app.screen.query(EditorPanel))
        await app.screen.query_one(EditorPanel).remove()
        trainer.tell("late")
        app.main_screen.on_main_screen_answered()
        assert not app.screen.has_panel
