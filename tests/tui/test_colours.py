"""What is seen on terminals of few colours, read through an emulator: text alone tells where the agent is and why."""

import sys

import pyte
import pytest

from tests.benchmarks.terminal import Terminal, application, environment

COLOURS = {
    "16": {"TERM": "xterm"},
    "256": {"TERM": "xterm-256color"},
    "none": {"TERM": "xterm-256color", "NO_COLOR": "1"},
}


def emulated(terminal: Terminal) -> list[str]:
    """Everything that was sent, as an emulator shows it."""
    screen = pyte.Screen(80, 24)
    pyte.ByteStream(screen).feed(bytes(terminal.sent).replace(b"\x1b[>29u", b"").replace(b"\x1b[<u", b""))
    return screen.display


@pytest.fixture(scope="module", params=COLOURS, name="learned")
def learned_on_a_terminal(request, tmp_path_factory):
    """The 2x3 grid after four episodes, of which the last led to the goal."""
    home = tmp_path_factory.mktemp("home")
    with application(home, "seed-2x3", **COLOURS[request.param]) as terminal:
        terminal.press(b"u")
        assert terminal.wait_for(lambda: "Run until" in str(terminal.screen))
        terminal.read(0.3)
        terminal.press(b"return>=9\r")
        assert terminal.wait_for(lambda: terminal.step == 52)
        terminal.press(b"b")
        assert terminal.wait_for(lambda: terminal.step == 51)
        terminal.read(0.3)
        yield request.param, terminal


def test_agent_best_action_and_values_are_found_by_text_alone(learned):
    _, terminal = learned
    lines = emulated(terminal)
    text = "\n".join(lines)
    assert "@" in text
    row = next(line for line in lines if "►" in line and "1,2" in line)
    assert "▸" in row
    assert "8.75" in row
    assert "step 51" in lines[0]
    assert "greedy" in text or "explored" in text


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
