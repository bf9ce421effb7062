"""The same keys in plain lines: from a pipe, and on a real terminal."""

import re
import signal
import subprocess
import sys

import pytest

from engine import autosaves
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
    assert lines[:-1] == [
        "The article's 2x3 grid: Q-learning, a table of values, seed 0, at step 0",
        "press s for one step, ? (question mark) for all keys",
        "step 1, from 0,0 up to 0,0, greedy (die 0.68 is at least epsilon 0.5), reward 0.00",
        "Q(0,0; up) becomes 0.00 + 0.5 times (0.00 + 0.9 times 0.00 minus 0.00) = 0.00, "
        "0.00 is Q(0,0; up), the best there",
        "step 2, from 0,0 right to 0,1, greedy (die 0.61 is at least epsilon 0.5), reward -10.00",
        "Q(0,0; right) becomes 0.00 + 0.5 times (-10.00 + 0.9 times 0.00 minus 0.00) = -5.00, "
        "0.00 is Q(0,1; up), the best there",
    ]


def test_a_condition_is_run_to_and_the_end_of_the_episode_told(talk):
    _, lines, _ = talk("u return>=9")
    assert "stopped at step 52: return>=9" in lines
    assert lines[-2] == "episode 4 ended with a return of 10; mean of the last 4 -2.5"


def test_keys_on_one_line_are_obeyed_one_after_the_other_also_without_a_line_feed(saves):
    command = [sys.executable, "-m", "tui", "--plain", "--saves", str(saves)]
    ended = subprocess.run(
        command, input="n n q", capture_output=True, text=True, check=False, env=environment(), cwd=REPOSITORY
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines()[2:] == [
        "chart 1 of 7, return: nothing yet",
        "chart 2 of 7, max absolute Q minus Q star, step 0",
        "10.00 all the way",
    ]


def test_what_a_dialog_asks_may_stand_in_the_next_line(talk):
    _, lines, _ = talk("e", ":", "3")
    assert any(line.startswith("step 3, ") for line in lines)


def test_time_goes_back_and_settings_change(talk):
    _, lines, _ = talk("s", "s", "b", "p epsilon=0.2")
    assert lines[-5].startswith("step 1, ")
    assert lines[-3:-1] == ["from step 1 on: epsilon 0.2", "branch 2 begins at step 1; main is kept"]


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


def test_a_mistake_is_one_line_and_the_talk_goes_on(talk):
    code, lines, errors = talk("p epsilon=2", "s")
    assert (code, errors) == (0, "")
    assert any(told.startswith("not possible: setting epsilon: 2 is out of range") for told in lines)
    assert any(told.startswith("step 1, ") for told in lines)


def test_what_was_saved_is_gone_on_with(talk, saves):
    assert talk("e", "S mine", "q")[0] == 0
    assert engine_saves.load(saves, "mine").run.step == 23
    assert talk(arguments=["mine"])[1][0].endswith("at step 23")


def test_leaving_asks_what_to_do_with_what_is_not_saved(talk, saves):
    talk("s", "q", "kept")
    assert engine_saves.load(saves, "kept").run.step == 1
    assert talk("s", "q", "discard")[0] == 0
    assert autosaves.broken_off(saves) is None


def test_at_the_end_of_a_pipe_nothing_is_lost_and_it_says_where_it_is(talk, saves):
    code, lines, _ = talk("s", "s", "s")
    kept = autosaves.broken_off(saves)
    assert (code, kept.steps) == (0, 3)
    assert lines[-1] == f"autosaved: qscope {kept.name} goes on here"
    assert any(
        "broke off at step 3" in line and line.endswith(f"qscope {kept.name} goes on there") for line in talk()[1]
    )
    assert talk(arguments=[kept.name])[1][0].endswith("at step 3")


def test_what_cannot_be_kept_at_the_end_of_a_pipe_is_no_success(talk):
    code, _, errors = talk("s", arguments=["--saves", "/proc/nowhere"])
    assert (code, errors) == (1, "what was learned is lost: it cannot be kept in /proc/nowhere\n")


def test_where_nothing_was_learned_the_end_of_a_pipe_is_silent(talk):
    code, lines, errors = talk("n")
    assert (code, errors) == (0, "")
    assert "autosaved" not in lines[-1]


def test_a_lesson_is_read_without_a_screen(saves):
    command = [sys.executable, "-m", "tui", "lessons", "grid", "--plain", "--saves", str(saves)]
    ended = subprocess.run(
        command, input=".\nq", capture_output=True, text=True, check=False, env=environment(), cwd=REPOSITORY
    )
    pages = [line for line in ended.stdout.splitlines() if line.startswith("page ")]
    assert (ended.returncode, pages[-1]) == (0, "page 2 of 5, The grid and its words")


def test_a_mistake_in_the_arguments_ends_it(talk):
    code, _, errors = talk(arguments=["clif"])
    assert code == 2
    assert "'clif' is no command, no world and no save" in errors


def test_keys_of_a_terminal_act_at_once_and_nothing_is_drawn(terminal):
    terminal.press(b"s\x1b[99~s")
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


def test_arrows_of_a_terminal_go_from_state_to_state_and_escape_closes_the_inspector(terminal):
    terminal.press(b"i")
    assert terminal.wait_for(lambda: b"empty for the agent's, 0,0: " in terminal.sent)
    terminal.press(b"\n")
    assert terminal.wait_for(lambda: b"state 0,0: start, agent here" in terminal.sent)
    terminal.press(b"\x1b[C")
    assert terminal.wait_for(lambda: b"state 0,1, which pays -10" in terminal.sent)
    terminal.press(b"\x1bOB")
    assert terminal.wait_for(lambda: b"state 1,1" in terminal.sent)
    terminal.press(b"\x1b")
    assert terminal.wait_for(lambda: b"the inspector is closed" in terminal.sent)


def test_a_terminal_is_asked_before_something_is_lost(terminal):
    terminal.press(b"s")
    assert terminal.wait_for(lambda: b"step 1, " in terminal.sent)
    terminal.press(b"r")
    assert terminal.wait_for(lambda: b"will be lost; yes, or empty for no: " in terminal.sent)
    terminal.press(b"\n")
    assert terminal.wait_for(lambda: b"nothing was done" in terminal.sent)
    terminal.press(b"r")
    assert terminal.wait_for(lambda: terminal.sent.count(b"will be lost") == 2)
    terminal.press(b"yes\n")
    assert terminal.wait_for(lambda: b"begun anew" in terminal.sent)


def test_where_the_last_sitting_broke_off_one_may_go_on(talk, saves):
    talk("s", "s", "s")
    with Terminal([sys.executable, "-m", "tui", "--plain", "--saves", str(saves)], environment()) as terminal:
        assert terminal.wait_for(lambda: b"continue, forget, or empty for neither: " in terminal.sent)
        terminal.press(b"continue\n")
        assert terminal.wait_for(lambda: b"step 3, " in terminal.sent)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_saves_and_gives_the_terminal_back(terminal, saves, number):
    terminal.press(b"s")
    assert terminal.wait_for(lambda: b"step 1, " in terminal.sent)
    terminal.process.send_signal(number)
    assert terminal.ends()
    assert terminal.process.returncode == 128 + number
    assert autosaves.broken_off(saves).steps == 1
    assert terminal.attributes == terminal.attributes_before


def test_an_interrupt_saves_and_gives_the_terminal_back(terminal, saves):
    terminal.press(b"s")
    assert terminal.wait_for(lambda: b"step 1, " in terminal.sent)
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.ends()
    assert terminal.process.returncode == 128 + signal.SIGINT
    assert autosaves.broken_off(saves).steps == 1
    assert terminal.attributes == terminal.attributes_before
