"""The same keys in plain lines: from a pipe, and on a real terminal."""

import re
import signal
import subprocess
import sys

import pytest

from engine import saves as engine_saves
from engine.worlds import catalogue
from tests.benchmarks.terminal import REPOSITORY, Terminal, environment


@pytest.fixture
def talk(saves):
    """Let it read lines; return exit code, the lines that it wrote, and standard error."""

    def talk(*lines, arguments=()):
        command = [sys.executable, "-m", "tui", "--plain", "--saves", str(saves), *arguments]
        typed = "".join(f"{line}\n" for line in lines)
        ended = subprocess.run(
            command, input=typed, capture_output=True, text=True, check=False, env=environment(), cwd=REPOSITORY
        )
        assert "\x1b" not in ended.stdout
        return ended.returncode, ended.stdout.splitlines(), ended.stderr

    return talk


@pytest.fixture
def terminal(saves):
    """The application in plain lines on a terminal."""
    command = [sys.executable, "-m", "tui", "--plain", "--saves", str(saves)]
    with Terminal(command, environment()) as terminal:
        assert terminal.wait_for(lambda: b"for all keys" in terminal.sent)
        yield terminal


def test_a_step_is_told_with_its_arithmetic(talk):
    code, lines, errors = talk("s", "step")
    assert (code, errors) == (0, "")
    assert lines == [
        "The article's 2x3 grid: Q-learning, a table of values, seed 0, at step 0",
        "press s for one step, ? for all keys",
        "step 1, 0,0 → up → 0,0, greedy (die 0.68 ≥ ε 0.5), reward 0.00",
        "Q(0,0; up) ← 0.00 + 0.5·(0.00 + 0.9·0.00 − 0.00) = 0.00, 0.00 is Q(0,0; up), the best there",
        "step 2, 0,0 → right → 0,1, greedy (die 0.61 ≥ ε 0.5), reward −10.00",
        "Q(0,0; right) ← 0.00 + 0.5·(−10.00 + 0.9·0.00 − 0.00) = −5.00, 0.00 is Q(0,1; up), the best there",
    ]


def test_a_condition_is_run_to_and_the_end_of_the_episode_told(talk):
    _, lines, _ = talk("u return>=9")
    assert "stopped at step 52: return>=9" in lines
    assert lines[-1] == "episode 4 ended with a return of 10; mean of the last 4 -2.5"


def test_an_action_by_hand_another_agent_and_the_why_of_a_step_are_told(talk):
    _, lines, _ = talk("d right", "d fly", "y", "a sarsa", "s")
    assert "step 1, 0,0 → right → 0,1, by hand, reward −10.00" in lines
    assert "unknown action 'fly' (there are: up, right, down, left)" in lines
    assert lines[lines.index("What was learned") + 1] == "Q(0,0; right) ←"
    assert "step 0: the agent is in 0,0; nothing is learned yet" in lines


def test_what_a_dialog_asks_may_stand_in_the_next_line(talk):
    _, lines, _ = talk("e", ":", "3")
    assert any(line.startswith("step 3, ") for line in lines)


def test_time_goes_back_and_settings_change(talk):
    _, lines, _ = talk("s", "s", "b", "p epsilon=0.2")
    assert lines[-4].startswith("step 1, ")
    assert lines[-2:] == ["from step 1 on: epsilon 0.2", "branch 2 begins at step 1; main is kept"]


def test_the_world_is_edited_in_lines_and_taken_back(talk, tmp_path):
    file = tmp_path / "mine.toml"
    lines = [
        "E 1,1 wall",
        "E undo",
        "s",
        "E 0,1 reward -5 end",
        "E slip 0.25",
        "E wind 2 1",
        f"E file {file}",
        "E undo",
    ]
    code, said, _ = talk(*lines)
    assert code == 0
    assert [line for line in said if "cell" in line or "wind" in line or "slip" in line or "written" in line] == [
        "from step 0 on: cell 1,1: wall",
        "taken back: cell 1,1: wall",
        "from step 1 on: cell 0,1: reward -5, terminal",
        "from step 1 on: slip 0.25",
        "from step 1 on: wind [0, 0, 1]",
        f"written to {file}: qscope {file} opens it",
        "taken back: wind [0, 0, 1]",
    ]
    world = catalogue.find(str(file))
    assert (world.definition["slip"], world.definition["wind"], world.layout.labels[1]) == (0.25, [0, 0, 1], "-5")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("E 7,7 wall", "'7,7' is no row,column of this map; the top left is 0,0"),
        ("E 0,1 lava", "'lava' is no cell; write wall, open, start, end, back, reward -5, or reward 10 end"),
        ("E slipp 1", "unknown rule 'slipp'; did you mean 'slip'?"),
        ("E wind 9 1", "'9' is no column of this map"),
        ("E file mine", "'mine' is no name of a world file"),
        ("E undo", "not possible: no edit to take back at step 0"),
        ("nonsense", "'nonsense' is no key; ? lists them"),
        ("u soon", "'soon' is no condition"),
        (": x", "'x' is no number of a step"),
        ("p epsilon", "'epsilon' is no setting"),
        ("p epsilon=2", "not possible: setting epsilon: 2 is out of range"),
        ("w clif", "not possible: unknown world 'clif'; did you mean 'cliff'?"),
        ("T", "theme is of the full screen only"),
    ],
)
def test_a_mistake_is_one_line_and_the_talk_goes_on(talk, line, said):
    code, lines, _ = talk(line, "s")
    assert code == 0
    assert any(told.startswith(said) for told in lines)
    assert any(told.startswith("step 1, ") for told in lines)


def test_what_was_saved_is_gone_on_with(talk, saves):
    assert talk("e", "S mine", "q")[0] == 0
    assert engine_saves.load(saves, "mine").run.step == 23
    assert talk(arguments=["mine"])[1][0].endswith("at step 23")


def test_leaving_asks_what_to_do_with_what_is_not_saved(talk, saves):
    talk("s", "q", "kept")
    assert engine_saves.load(saves, "kept").run.step == 1
    assert talk("s", "q", "discard")[0] == 0
    assert engine_saves.broken_off(saves) is None


def test_at_the_end_of_a_pipe_nothing_is_lost(talk, saves):
    talk("s", "s", "s")
    assert engine_saves.broken_off(saves).steps == 3


def test_help_lists_keys(talk):
    _, lines, _ = talk("?")
    assert "s: Make one transition, then wait." in lines


def test_a_mistake_in_the_arguments_ends_it(talk):
    code, _, errors = talk(arguments=["clif"])
    assert code == 2
    assert "'clif' is no command, no world and no save" in errors


def test_keys_of_a_terminal_act_at_once_and_nothing_is_drawn(terminal):
    terminal.press(b"s\x1b[As")
    assert terminal.wait_for(lambda: b"step 2, " in terminal.sent)
    terminal.press(b"u")
    assert terminal.wait_for(lambda: b"run until: " in terminal.sent)
    terminal.press(b"episodes 3\n")
    assert terminal.wait_for(lambda: b"episodes 3\r\n" in terminal.sent and b"stopped at step" in terminal.sent)
    terminal.press(b"f")
    assert terminal.wait_for(lambda: re.search(rb"step \d{1,3},\d{3}", terminal.sent))
    terminal.press(b" ")
    terminal.press(b"q")
    assert terminal.wait_for(lambda: b"not saved" in terminal.sent)
    terminal.press(b"discard\n")
    assert terminal.ends()
    assert terminal.process.returncode == 0
    assert b"\x1b" not in terminal.sent
    assert terminal.attributes == terminal.attributes_before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_saves_and_gives_the_terminal_back(terminal, saves, number):
    terminal.press(b"s")
    assert terminal.wait_for(lambda: b"step 1, " in terminal.sent)
    terminal.process.send_signal(number)
    assert terminal.ends()
    assert terminal.process.returncode == 128 + number
    assert engine_saves.broken_off(saves).steps == 1
    assert terminal.attributes == terminal.attributes_before


def test_an_interrupt_saves_and_gives_the_terminal_back(terminal, saves):
    terminal.press(b"s")
    assert terminal.wait_for(lambda: b"step 1, " in terminal.sent)
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.ends()
    assert terminal.process.returncode == 128 + signal.SIGINT
    assert engine_saves.broken_off(saves).steps == 1
    assert terminal.attributes == terminal.attributes_before
