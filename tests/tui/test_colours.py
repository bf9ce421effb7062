"""What is seen on terminals of few colours, read through an emulator: text alone tells where the agent is and why."""

import random
import re
import sys
from contextlib import contextmanager
from itertools import pairwise

import pyte
import pytest

from tests.benchmarks.terminal import Terminal, application, environment, run_at_full_speed

COLOURS = {
    "16": {"TERM": "xterm"},
    "256": {"TERM": "xterm-256color"},
    "none": {"TERM": "xterm-256color", "NO_COLOR": "1"},
}


def emulated(terminal: Terminal, size: tuple[int, int] = (80, 24)) -> list[str]:
    """Everything that was sent, as an emulator shows it."""
    screen = pyte.Screen(*size)
    pyte.ByteStream(screen).feed(bytes(terminal.sent).replace(b"\x1b[>29u", b"").replace(b"\x1b[<u", b""))
    return screen.display


@contextmanager
def at_step_51(home, depth):
    """The 2x3 grid after the fourth episode, the first that led to the goal, with its last step taken back."""
    with application(home, "seed-2x3", **COLOURS[depth]) as terminal:
        terminal.press(b"ureturn>=9\r")
        assert terminal.wait_for(lambda: terminal.step == 52)
        terminal.press(b"b")
        assert terminal.wait_for(lambda: terminal.step == 51)
        terminal.read(0.3)
        yield terminal


@pytest.fixture(scope="module", params=COLOURS, name="learned")
def learned_on_a_terminal(request, tmp_path_factory):
    """A terminal of that many colours, at step 51."""
    with at_step_51(tmp_path_factory.mktemp("home"), request.param) as terminal:
        yield request.param, terminal


def cells(lines: list[str]) -> dict[str, str]:
    """The text of each cell of the map of 2x3 by the name of its state, read off between the lines that part them."""
    first = next(y for y, line in enumerate(lines) if line.count("┬") == 2)
    middle = next(y for y, line in enumerate(lines) if line.count("├") == line.count("┤") == 1 and y > first)
    last = next(y for y, line in enumerate(lines) if "└" in line)
    borders = [x for x, character in enumerate(lines[first]) if character in "┌┬┐"]
    return {
        f"{row},{column}": " ".join(line[left + 1 : right].strip() for line in lines[top + 1 : bottom])
        for row, (top, bottom) in enumerate([(first, middle), (middle, last)])
        for column, (left, right) in enumerate(pairwise(borders))
    }


def test_the_agent_is_found_by_text_alone_and_moves_with_it(learned):
    _, terminal = learned
    before = emulated(terminal)
    assert [name for name, text in cells(before).items() if "@" in text] == ["1,2"]
    terminal.press(b"s")
    assert terminal.wait_for(lambda: terminal.step == 52)
    terminal.read(0.3)
    assert [name for name, text in cells(emulated(terminal)).items() if "@" in text] == ["0,2"]
    terminal.press(b"b")
    assert terminal.wait_for(lambda: terminal.step == 51)
    terminal.read(0.3)
    assert emulated(terminal) == before


def test_best_actions_and_values_are_found_on_the_map_by_text_alone(learned):
    _, terminal = learned
    on_map = cells(emulated(terminal))
    assert "↑" in on_map["1,2"]
    assert "8.75" in on_map["1,2"]
    assert "end" in on_map["0,2"]
    assert [name for name, text in on_map.items() if "S" in text] == ["0,0"]


def test_best_action_and_values_are_found_in_the_table_by_text_alone(learned):
    _, terminal = learned
    lines = emulated(terminal)
    row = next(line for line in lines if "►" in line and " 1,2 " in line)
    assert re.findall(r"▸ *([−\d.]+)", row) == ["8.75"]
    assert "step 51" in lines[0]
    assert any(("greedy" in line or "explored" in line) and "step 51" in line for line in lines[1:])


def test_a_terminal_of_any_colours_shows_the_same_text(tmp_path):
    texts = {}
    for depth in COLOURS:
        with at_step_51(tmp_path, depth) as terminal:
            texts[depth] = [line for line in emulated(terminal) if "@ agent" not in line]  # there, the ramp is as long
    assert texts["16"] == texts["256"] == texts["none"]


def test_a_terminal_is_sent_no_colours_that_it_does_not_have(learned):
    depth, terminal = learned
    truecolor, many = b"8;2;" in terminal.sent, b"38;5;" in terminal.sent
    assert not (truecolor and depth != "none")
    assert many == (depth != "16")  # without colours there are greys


def test_without_an_answer_and_with_many_keys_at_once_it_goes_on(tmp_path):
    command = [sys.executable, "-m", "tui", "--saves", tmp_path]
    with Terminal(command, environment()) as terminal:
        assert terminal.wait_for(lambda: terminal.step == 0)
        terminal.press(b"s" * 300)
        assert terminal.wait_for(lambda: terminal.step == 300)


def test_a_terminal_that_can_only_write_lines_is_told_of_the_plain_mode(tmp_path):
    with Terminal([sys.executable, "-m", "tui", "--saves", tmp_path], environment(TERM="dumb")) as terminal:
        assert terminal.ends(20)
        assert terminal.process.returncode == 2
        assert "TERM=dumb) can only write lines; qscope --plain" in " ".join(str(terminal.screen).split())


def test_after_a_storm_of_sizes_at_full_speed_the_screen_is_right(tmp_path):
    sizes = random.Random(0)
    with application(tmp_path, "cliff", owner=True) as terminal:
        terminal.answers = True
        run_at_full_speed(terminal, 0.1)
        for _ in range(80):
            terminal.resize(sizes.randint(10, 300), sizes.randint(5, 100))
            terminal.read(0.01)
        terminal.resize(80, 24)
        terminal.read(0.5)
        terminal.press(b"f")
        assert terminal.wait_for(lambda: "paused" in str(terminal.screen))
        expect_as_redrawn(terminal)
        assert "quit" in emulated(terminal)[-1]


def test_where_panels_come_and_go_nothing_of_what_was_there_before_stays(tmp_path):
    with application(tmp_path, "russell-norvig-4x3", size=(140, 40)) as terminal:
        terminal.answers = True
        for keys, there in [
            (b"c\r", "2 · dqn twin"),
            (b"s", " step 1"),
            (b"c", "Q(state, action)"),
            (b"i", "Inspector"),
            (b"E", "Edit the world"),
            (b"\x1b", "Inspector"),
        ]:
            terminal.press(keys)
            assert terminal.wait_for(lambda there=there: there in str(terminal.screen)), (keys, str(terminal.screen))
            expect_as_redrawn(terminal, (140, 40))


def expect_as_redrawn(terminal: Terminal, size: tuple[int, int] = (80, 24)) -> None:
    """Require that what was sent piece by piece shows what the whole screen does, drawn anew."""
    terminal.read(0.3)
    before = emulated(terminal, size)
    terminal.press(b"\x0c")
    terminal.read(0.3)
    assert emulated(terminal, size) == before
