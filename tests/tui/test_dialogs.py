from textwrap import wrap

import pytest
from textual.widgets import Input, OptionList, Static

from engine import messages
from engine.agents import catalogue
from engine.messages import AgentView, BranchView
from engine.worlds import catalogue as worlds
from tests.tui.fakes import Agent, FakeLibrary, Save, Setting, World, learned, names, snapshot, timeline
from tests.tui.waiting import screen_text, seen, until
from tui.app import QScope
from tui.screens.choose_agent import AgentSettings, ChooseAgent, LivingAgentSettings
from tui.screens.choose_world import ChooseWorld
from tui.screens.confirm import Confirm
from tui.screens.dialog import Dialog, Problem
from tui.screens.form import SettingLine
from tui.screens.rows import aligned, broken
from tui.screens.save import OpenSave, SaveRun


def problem(app):
    return str(app.screen.query_one(Problem).render())


def listed(app):
    return [option.id for option in app.screen.query_one(OptionList).options]


async def test_a_world_is_chosen_from_the_list(app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("w", "down", "enter")
    assert trainer.commands == [messages.Start("cliff", "q-learning", {}, 0)]


LONG = "A title that is longer than a narrow window has room for beside the name"


@pytest.mark.parametrize("key", ["w", "a", "O", "c", "L", "t"])
async def test_a_list_is_written_anew_for_a_window_of_another_width(app, trainer, library, key):
    library.agents = lambda: [Agent("dqn", LONG, ())]
    library.worlds = lambda: [World("cliff", LONG, 48, 4, 1.0)]
    library.saves = lambda: [Save("b", problem=LONG), Save(LONG.replace(" ", "-"), "seed-2x3")]
    trainer.snapshot = learned(timeline=timeline(9, branch=LONG, branches=(BranchView(LONG, 0, 9),)))
    async with app.run_test(size=(140, 40)) as pilot:

        def lines():
            return [str(option.prompt) for option in app.screen.query_one(OptionList).options]

        await pilot.press(key)
        wide = lines()
        app.screen.query_one(OptionList).highlighted = len(wide) - 1
        await pilot.resize_terminal(44, 20)
        await until(pilot, lambda: lines() != wide)
        assert all(len(line) <= app.screen.line_width for entry in lines() for line in entry.split("\n"))
        assert app.screen.query_one(OptionList).highlighted == len(wide) - 1
        narrow = lines()
        heading = [str(line.render()) for line in app.screen.query(".heading").results(Static)]
        assert all(len(line) <= app.screen.line_width for line in heading[:1])
        await pilot.resize_terminal(140, 40)
        await until(pilot, lambda: lines() == wide != narrow)


async def test_typing_narrows_the_list_of_worlds(app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("w", *"walking")
        assert listed(app) == ["cliff"]
        await pilot.press("enter")
    assert trainer.commands == [messages.Start("cliff", "q-learning", {}, 0)]


async def test_typing_narrows_the_list_of_agents_as_it_does_that_of_worlds(app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("a", *"netw")
        assert listed(app) == ["dqn"]
        await pilot.press("enter", "enter")
    assert trainer.commands == [messages.Start("seed-2x3", "dqn", {}, 0)]


async def test_what_stands_in_no_name_of_an_agent_is_said_beside_the_field(app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("a", *"ppo", "enter")
        assert isinstance(app.screen, ChooseAgent)
        assert problem(app) == "no agent has 'ppo' in its name or title"
        await pilot.press(*["backspace"] * 3)
        assert listed(app) == ["q-learning", "dqn"]


async def test_a_world_can_be_a_gymnasium_id(app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("w", *"gym:Taxi-v3", "enter")
    assert trainer.commands == [messages.Start("gym:Taxi-v3", "q-learning", {}, 0)]


async def test_what_is_wrong_with_a_path_is_said_beside_the_field(app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("w", *"wrong.toml", "enter")
        assert isinstance(app.screen, ChooseWorld)
        assert problem(app) == "wrong.toml: there is no such file"
        await pilot.press("x")
        assert problem(app) == ""
    assert trainer.commands == []


async def test_a_new_world_keeps_the_chosen_settings_but_not_the_discount_of_the_old_one(app, trainer):
    settings = {"discount": "0.9", "step_size": "0.25", "epsilon": "0.1"}
    trainer.show(agent=AgentView("q-learning", "", settings, 7))
    async with app.run_test() as pilot:
        await pilot.press("w", "down", "enter")
    assert trainer.commands == [messages.Start("cliff", "q-learning", {"step_size": "0.25"}, 7)]


async def test_a_new_world_asks_when_something_would_be_lost(app, trainer):
    trainer.show(unsaved=True)
    async with app.run_test() as pilot:
        await pilot.press("w", "down", "enter")
        assert isinstance(app.screen, Confirm)
        await pilot.press("escape")
        assert trainer.commands == []
        await pilot.press("w", "down", "enter", "d")
    assert [type(command) for command in trainer.commands] == [messages.Start]


async def test_an_agent_is_chosen_and_then_set_up(app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("a", "enter")
        assert isinstance(app.screen, AgentSettings)
        await pilot.press("tab", *"0.25", "enter")
    assert trainer.commands == [messages.Start("seed-2x3", "q-learning", {"step_size": "0.25"}, 0)]


async def test_the_form_says_how_an_agent_acts_and_whose_values_it_learns(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("a", "enter")
        await seen(pilot, "acts as the setting exploration says", "learns off-policy · greedy: the best next action")


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (140, 40)])
async def test_a_form_says_beside_a_value_what_it_means_only_where_that_says_something(app, trainer, size):
    async with app.run_test(size=size) as pilot:
        await pilot.press("p")
        notes = [line.note for line in app.screen.query(SettingLine)]
        await until(pilot, lambda: [note.size.width >= 20 for note in notes] == [size[0] > 60] * len(notes))
        assert [note.display for note in notes] == [size[0] > 60] * len(notes)
        await seen(pilot, "discount: what it is for")
        await pilot.press(*["backspace"] * 3, "7")
        await until(pilot, lambda: notes[0].display and "out of range" in str(notes[0].render()))


@pytest.mark.parametrize("width", [44, 60, 72, 80, 140])
async def test_no_line_of_keys_begins_with_a_dot(app, width):
    async with app.run_test(size=(140, 24)) as pilot:
        await pilot.press("p")
        await pilot.resize_terminal(width, 24)
        keys = app.screen.query_one(".hint")

        def told():
            lines = [keys.render_line(y).text.strip() for y in range(keys.size.height)]
            return " · ".join(lines) == LivingAgentSettings.HINT and max(map(len, lines)) < width

        await until(pilot, told)


async def test_the_seed_can_be_chosen(app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("a", "down", "enter", "shift+tab", "4", "2", "enter")
    assert trainer.commands == [messages.Start("seed-2x3", "dqn", {}, 42)]


async def test_a_wrong_value_is_refused_beside_its_field(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("a", "enter", *"2.5", "tab", "enter")
        line = app.screen.query(SettingLine)[1]
        assert str(line.note.render()) == "2.5 is out of range (0 to 1)"
        assert line.field.has_focus
        await pilot.press(*["backspace"] * 3, "enter")
    assert trainer.commands == [messages.Start("seed-2x3", "q-learning", {}, 0)]


async def test_a_wrong_seed_is_refused(app, trainer):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("a", "enter", "shift+tab", "x", "enter")
        assert "'x' is no seed" in str(app.screen.query(SettingLine)[0].note.render())
    assert trainer.commands == []


async def test_the_form_shows_the_chosen_values_and_the_defaults(app, trainer):
    settings = {"discount": "0.9", "step_size": "0.25", "epsilon": "0.1"}
    trainer.show(agent=AgentView("q-learning", "", settings, 7))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("a", "enter")
        fields = {line.key: line.field for line in app.screen.query(SettingLine)}
        assert {key: field.value for key, field in fields.items()} == {
            "seed": "7",
            "discount": "",
            "step_size": "0.25",
            "epsilon": "",
        }
        assert fields["discount"].placeholder == "the world's"


async def test_a_save_is_offered_a_name(app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("S")
        assert app.screen.query_one(Input).value == "seed-2x3-q-learning"
        await pilot.press("enter")
    assert trainer.commands == [messages.Save("seed-2x3-q-learning")]


async def test_a_save_is_offered_its_old_name(app, trainer):
    trainer.show(save_name="mine")
    async with app.run_test() as pilot:
        await pilot.press("ctrl+s", "enter")
    assert trainer.commands == [messages.Save("mine")]


async def test_an_autosave_is_offered_a_name_of_its_own(app, trainer):
    trainer.show(save_name=".autosave/cliff-20250301")
    async with app.run_test() as pilot:
        await pilot.press("S", "enter")
    assert trainer.commands == [messages.Save("seed-2x3-q-learning")]


async def test_an_impossible_name_is_refused_beside_the_field(app, trainer):
    async with app.run_test() as pilot:
        await pilot.press("S", "/", "enter")
        assert isinstance(app.screen, SaveRun)
        assert "cannot be the name of a save" in problem(app)
    assert trainer.commands == []


async def test_replacing_another_save_takes_a_second_enter(trainer):
    app = QScope(trainer, FakeLibrary(saved=[Save("seed-2x3-q-learning")]))
    async with app.run_test() as pilot:
        await pilot.press("S", "enter")
        assert "exists already: enter again replaces it; what stood there is kept as a revision" in problem(app)
        assert trainer.commands == []
        await pilot.press("enter")
    assert trainer.commands == [messages.Save("seed-2x3-q-learning")]


async def test_a_save_is_opened_from_the_list(trainer):
    app = QScope(trainer, FakeLibrary(saved=[Save("one"), Save("broken", problem="cut short"), Save("two")]))
    async with app.run_test() as pilot:
        await pilot.press("O")
        assert listed(app) == ["one", "broken", "two"]
        assert "1,234" in str(app.screen.query_one(OptionList).options[0].prompt)
        await pilot.press("down", "enter")
    assert trainer.commands == [messages.Load("two")]


async def test_the_autosave_of_the_run_that_is_open_is_not_offered(trainer):
    trainer.show(autosave_name="autosave-1")
    app = QScope(trainer, FakeLibrary(saved=[Save("mine"), Save("autosave-1"), Save("autosave-2")]))
    async with app.run_test() as pilot:
        await pilot.press("O")
        assert listed(app) == ["mine", "autosave-2"]


async def test_without_saves_it_says_how_to_make_one(app):
    async with app.run_test() as pilot:
        await pilot.press("O")
        assert isinstance(app.screen, OpenSave)
        assert "Press S" in str(app.screen.query_one(".question").render())


async def test_a_notice_is_shown_once_and_an_error_as_an_error(app, trainer):
    async with app.run_test() as pilot:
        trainer.tell("saved as [b]mine[/b]")
        app.main_screen.pull()
        await pilot.pause()
        trainer.tell("the disk is full", error=True)
        app.main_screen.pull()
        await pilot.pause()
        trainer.show(step=5)
        app.main_screen.pull()
        await pilot.pause()
        told = [(notification.message, notification.severity) for notification in app._notifications]
    assert told == [("saved as [b]mine[/b]", "information"), ("the disk is full", "error")]


async def test_a_new_world_is_looked_at_from_its_beginning(app, trainer):
    async with app.run_test() as pilot:
        table = app.main_screen.query_one("QTable")
        table.look(3, 3)
        trainer.snapshot = snapshot(names(20))
        app.main_screen.pull()
        await pilot.pause()
        assert (table.row, table.column, table.following) == (0, 0, True)
        assert str(app.main_screen.query_one("WorldPanel").border_title) == "A world of names"


class ManySettings(FakeLibrary):
    def agents(self):
        return [Agent("q-learning", "a table", tuple(Setting(f"setting_{n}", "0.5") for n in range(40)))]


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (140, 40)])
async def test_however_many_lines_a_form_has_its_explanation_and_its_keys_are_seen(trainer, size):
    app = QScope(trainer, ManySettings())
    async with app.run_test(size=size) as pilot:
        await pilot.press("a", "enter", *["tab"] * 30)
        await seen(
            pilot, "setting_30: what it is for · 0 to 1 · default 0.5", "tab next", "escape close", "setting_30  "
        )


async def test_a_form_has_more_lines_again_in_a_larger_window(trainer):
    app = QScope(trainer, ManySettings())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("a", "enter")
        await seen(pilot, "escape close")
        assert "setting_19" not in screen_text(app)
        await pilot.resize_terminal(140, 40)
        await seen(pilot, "setting_19", "escape close")


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
@pytest.mark.parametrize("key", ["O", "S", "a", "?", "E", "H", "q"])
async def test_a_notice_above_a_dialog_lies_on_its_frame_and_hides_nothing_that_is_read(trainer, size, key):
    trainer.show(unsaved=True)
    app = QScope(trainer, FakeLibrary(saved=[Save(f"save-{n}") for n in range(30)]))
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.press(key)
        await pilot.pause()
        before = screen_text(app).split("\n")
        app.notify("an older one")
        app.notify("the newest, " + "which is longer than the line of any window of the tests " * 3)
        await seen(pilot, "the newest")
        hidden = [line for line, now in zip(before, screen_text(app).split("\n"), strict=True) if line != now]
    assert len(hidden) == 1
    assert "╰" in hidden[0]


def shown(app):
    """Return the lines of the screen that have a notice."""
    return [line for line in screen_text(app).split("\n") if "▌" in line]


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (140, 40), (200, 60)])
@pytest.mark.parametrize("early", [True, False])
async def test_a_notice_is_read_once_and_whole_beside_the_corner_of_the_dialog(app, size, early):
    async with app.run_test(size=size, notifications=True) as pilot:
        if early:
            app.notify("branch 2 begins at step 37")
            await seen(pilot, "begins at step 37")
        await pilot.press("t")
        await seen(pilot, "escape close")
        if not early:
            app.notify("branch 2 begins at step 37")
        await until(pilot, lambda: ["▌ branch 2 begins at step 37 ──╯" in line for line in shown(app)] == [True])
        await pilot.press("escape")
        await until(pilot, lambda: ["▌ branch 2 begins at step 37 ─" in line for line in shown(app)] == [True])


def test_what_there_is_to_say_of_a_setting_fits_below_its_form():
    cut = [
        (entry.name, setting.name)
        for entry in catalogue.listing()
        for setting in entry.settings
        if len(wrap(f"{setting.name}: {setting.meaning} · {setting.range} · default {setting.default}", 73)) > 3
    ]
    assert cut == []


def test_a_title_that_is_too_long_for_its_column_goes_on_below_it():
    rows = [("gridworld-3.5", "The 5x5 gridworld with two special cells", "25"), ("cliff", "Cliff walking", "48")]
    assert "\n".join(aligned(rows, 40, 1)).split("\n") == [
        "gridworld-3.5  The 5x5 gridworld      25",
        "               with two special cells",
        "cliff          Cliff walking          48",
    ]


def test_a_word_that_is_too_long_is_broken_and_what_takes_too_many_lines_is_cut():
    assert broken("a-long-name-of-a-save", 8, 8) == ["a-long-", "name-of-", "a-save"]
    assert broken("日本語日本語", 5, 6) == ["日本", "語日本", "語"]
    assert broken("aaaaaaaaaaaaaaaaaaaa", 4, 4) == ["aaaa", "aaaa", "aaa…"]


async def test_no_title_of_a_world_is_cut_at_60_columns(app):
    app.main_screen.library.worlds = worlds.listing
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("w")
        await seen(pilot, "dyna-maze")
        told = {option.id: str(option.prompt) for option in app.screen.query_one(OptionList).options}
    for world in worlds.listing():
        assert all(word in told[world.id].split() for word in world.title.split())


@pytest.mark.parametrize("key", ["w", "question_mark", "S"])
async def test_a_dialog_is_drawn_only_when_everything_fits(app, monkeypatch, key):
    app.main_screen.library.worlds = worlds.listing
    drawn, display = [], QScope._display

    def keep(self, screen, renderable):
        if isinstance(screen, Dialog):
            drawn.append(screen_text(self))
        display(self, screen, renderable)

    monkeypatch.setattr(QScope, "_display", keep)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press(key)
        await until(pilot, lambda: drawn)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main_screen)
    assert "escape close" in drawn[0]
    frames = {tuple(line for line in text.split("\n") if "╭" in line or "╰" in line) for text in drawn}
    assert len(frames) == 1


def test_no_line_ends_between_a_minus_and_its_number_but_one_may_behind_a_hyphen():
    for width in range(8, 32):
        assert "-2.5," in " ".join(broken("cell 0,5: reward -2.5, terminal", width, 31)).split()
    assert broken("policy-iteration", 10, 10) == ["policy-", "iteration"]
