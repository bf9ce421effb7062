"""What a line may send and do to the application, on a real pseudo-terminal and byte by byte."""

import io
import os
import pty
import signal
from pathlib import Path

import pytest

from tests.benchmarks.terminal import SETTLED, application, step_once, stopped
from tui.driver import PASTE_ENDS_AFTER, WAKE_EVERY, Inlet, Outlet, holds_escape_back
from tui.frames import ATTEMPTS, PATIENCE, REQUEST, WINDOW, Frames

PASTE, END = b"\x1b[200~", b"\x1b[201~"
SILENCES = round(PASTE_ENDS_AFTER / WAKE_EVERY) + 1


@pytest.fixture
def session(tmp_path):
    """The application, paused at its first step, on a terminal."""
    with application(tmp_path, "seed-2x3") as terminal:
        yield terminal


def threads(process):
    return len(list(Path(f"/proc/{process.pid}/task").iterdir()))


def test_bytes_that_are_no_text_do_not_end_it(session):
    session.press(b"\xff\xfe\xc3\x1b[M \xc3\xa9")
    step_once(session)


def test_sigcont_without_a_suspension_starts_no_second_reader(session):
    step_once(session)
    before = threads(session.process)
    for _ in range(3):
        session.process.send_signal(signal.SIGCONT)
        session.read(0.1)
    step_once(session)
    assert threads(session.process) == before


@pytest.mark.parametrize("by_key", [False, True])
def test_it_comes_back_from_a_suspension(session, by_key):
    if by_key:
        session.press(b"\x1a")
    else:
        session.process.send_signal(signal.SIGTSTP)
    assert session.wait_for(lambda: "1049" not in session.screen.modes and stopped(session))
    session.process.send_signal(signal.SIGCONT)
    assert session.wait_for(lambda: "1049" in session.screen.modes)
    session.read(0.3)
    step_once(session)


def test_it_ends_when_its_terminal_is_gone_though_no_signal_came(session):
    session.hang_up()
    assert session.ends()
    assert session.process.returncode == 128 + signal.SIGHUP


def test_an_ascii_locale_has_frames_all_the_same(tmp_path):
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    with application(tmp_path, "seed-2x3", **ascii_only) as terminal:
        assert "╭" in str(terminal.screen)
        assert b"\\u" not in terminal.sent


@pytest.mark.parametrize(
    ("reads", "text"),
    [
        ([b"s"], "s"),
        (["é→".encode()], "é→"),
        ([b"\xe2", b"\x86\x92"], "→"),
        ([b"\xff\xfes"], "\ufffd\ufffds"),
        ([b"\xc3", b"s"], "\ufffds"),
        ([b"a\x1b[M !!b"], "ab"),
        ([b"\x1b[M \xc3\xa9s"], "s"),
        ([b"\x1b[M", b" !!s"], "s"),
        ([b"\x1b[M \xff", b"!s"], "s"),
        ([b"\x1b[M ", b"", b"s"], "s"),
        ([b"\x1b[<0;5;5M"], "\x1b[<0;5;5M"),
        ([b"\x1b[A"], "\x1b[A"),
        ([b"s\x1b[", b"A"], "s\x1b[A"),
        ([b"\x1b[1;", b"", b"", b"5", b"B"], "\x1b[1;5B"),
        ([b"\x1bO", b"", b"", b"P"], "\x1bOP"),
        ([b"\x1b[200", b"", b"~B"], "\x1b[200~B"),
        ([b"\x1b[", b"", b"", b"", b"", b"s"], "s"),
        ([b"\x1b"], "\x1b"),
        ([b"\x1b[A\x1b", b"", b"", b"[A"], "\x1b[A\x1b[A"),
        ([b"s\x1b", b"", b"", b"", b""], "s\x1b"),
        ([b"s\x1b", b"s"], "s\x1bs"),
        ([PASTE + b"a\x1b[31mb\x1b\x1b[2J" + END + b"\x1b[A"], "\x1b[200~a[31mb[2J\x1b[201~\x1b[A"),
        ([PASTE + b"a\x1b", b"[2", b"01~s"], "\x1b[200~a\x1b[201~s"),
        ([PASTE, b"\x1b", b"[201~", b"\x1b", b"s"], "\x1b[200~\x1b[201~\x1bs"),
        ([b"\x1b", b"[200~\x1bs"], "\x1b[200~s"),
        ([PASTE, b"\x1b", *[b""] * 5, b"s"], "\x1b[200~s"),
    ],
)
def test_text_is_kept_and_old_mouse_reports_are_dropped(reads, text):
    inlet = Inlet()
    assert "".join(inlet.text(data) for data in reads) == text


@pytest.mark.parametrize("reads", [[PASTE + b"text"], [b"s\x1b[20", b"0~", b"text"], [PASTE + END + PASTE]])
def test_a_paste_without_an_end_is_ended_once_after_silence(reads):
    inlet = Inlet()
    for data in reads:
        inlet.text(data)
    assert [text for text in (inlet.text(b"") for _ in range(3 * SILENCES)) if text] == [END.decode()]


@pytest.mark.parametrize("reads", [[b"s"], [PASTE + b"text" + END], [PASTE, b"text", b"\x1b[2", b"01~s"]])
def test_nothing_is_ended_that_is_over(reads):
    inlet = Inlet()
    for data in reads:
        inlet.text(data)
    assert not any(inlet.text(b"") for _ in range(3 * SILENCES))


def test_a_paste_that_goes_on_is_not_ended():
    inlet = Inlet()
    inlet.text(PASTE)
    for _ in range(3):
        assert not any(inlet.text(b"") for _ in range(SILENCES - 5))
        assert inlet.text(b"more of it") == "more of it"


def test_a_paste_makes_nothing_happen_on_the_main_screen_and_is_text_in_a_field(session):
    session.press(PASTE + b"s\x1b[31ms\x1b[2Js\x00\x07\x9b\r\ns" * 1000 + END)
    step_once(session)
    session.press(b"u" + PASTE + b"ste\x1bps 8\x07\nx" + END + b"\r")
    assert session.wait_for(lambda: session.step == 9)


@pytest.mark.parametrize("silences", [0, 2, 10])
def test_keys_that_are_pressed_in_a_paste_without_an_end_are_heard_soon(silences):
    inlet = Inlet()
    inlet.text(PASTE + b"text")
    presses, passed = 0, ""
    while END.decode() not in passed and presses < SILENCES:
        passed += inlet.text(b"s") + "".join(inlet.text(b"") for _ in range(silences))
        presses += 1
    assert presses * (1 + silences) <= SILENCES + 1 + silences
    assert passed.endswith((END + b"s").decode() if silences == 0 else END.decode())


def test_a_paste_through_a_slow_line_is_not_ended_by_its_pieces():
    inlet = Inlet()
    inlet.text(PASTE)
    for _ in range(100):
        assert inlet.text(b"nine keys") + inlet.text(b"") + inlet.text(b"") == "nine keys"
    assert inlet.text(END) == END.decode()


def test_what_is_written_to_a_terminal_that_is_gone_goes_nowhere():
    master, slave = pty.openpty()
    with io.TextIOWrapper(io.FileIO(slave, "w"), encoding="ascii", write_through=True) as stream:
        outlet = Outlet(stream)
        outlet.write("╭")
        outlet.flush()
        assert os.read(master, 16) == "╭".encode()
        os.close(master)
        outlet.write("gone")
        outlet.flush()
        outlet.write("still gone")


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_an_arrow_that_the_line_cuts_in_two_is_no_other_key(session, cut):
    step_once(session)
    step_once(session)
    before = session.step
    session.press(b"\x1b[1;5B"[: cut + 1])
    session.read(0.15)
    session.press(b"\x1b[1;5B"[cut + 1 :])
    session.read(SETTLED)
    assert session.step == before  # a B of its own goes back an episode


@pytest.mark.parametrize(
    ("environment", "asked_for"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "tmux-256color"}, True),
        ({"TERM": "screen-256color", "TMUX": "here"}, True),
        ({"TERM": "screen"}, False),
        ({"TERM": "screen.xterm-256color"}, False),
        ({"TERM": "tmux-256color", "TMUX": "here", "STY": "around it"}, False),
    ],
)
def test_the_mouse_is_asked_for_where_that_does_not_hold_back_the_escape_key(environment, asked_for):
    assert holds_escape_back(environment) is not asked_for


def test_inside_screen_the_application_asks_for_no_mouse(tmp_path):
    with application(tmp_path, "seed-2x3", TERM="screen", STY="1.here") as terminal:
        assert not {"1000", "1003"} & terminal.screen.modes_seen
    with application(tmp_path, "seed-2x3") as terminal:
        assert {"1000", "1003"} <= terminal.screen.modes_seen


# One frame under way.


def answering():
    """The account of a terminal that has answered."""
    frames = Frames()
    frames.sent(100, 0.0)
    frames.answered()
    return frames


def test_nothing_waits_for_a_terminal_that_never_answers():
    frames = Frames()
    asked = [frames.sent(100_000, float(second)) for second in range(60)]
    assert sum(asked) == ATTEMPTS
    assert all(frames.all_shown(float(second)) and frames.few_under_way(float(second)) for second in range(60))


def test_behind_a_frame_the_next_of_the_run_waits_for_the_answer():
    frames = answering()
    assert frames.all_shown(1.0)
    assert frames.sent(100, 1.0)
    assert not frames.all_shown(1.5)
    assert frames.few_under_way(1.5)
    frames.answered()
    assert frames.all_shown(1.6)


def test_what_a_person_does_waits_when_much_is_under_way():
    frames = answering()
    frames.sent(WINDOW - 1, 1.0)
    assert frames.few_under_way(1.0)
    frames.sent(1, 1.1)
    assert not frames.few_under_way(1.2)
    frames.answered()
    assert frames.few_under_way(1.3)
    assert not frames.all_shown(1.3)


def test_an_answer_that_does_not_come_is_waited_for_only_so_long():
    frames = answering()
    frames.sent(WINDOW, 1.0)
    assert not frames.all_shown(1.0 + PATIENCE - 0.1)
    assert frames.all_shown(1.0 + PATIENCE)
    assert frames.sent(100, 1.0 + PATIENCE)


def test_a_terminal_that_falls_silent_is_asked_no_more():
    frames = answering()
    asked = [frames.sent(100, 10.0 * n) for n in range(1, 20)]
    assert sum(asked) == ATTEMPTS
    assert frames.all_shown(191.0)
    assert not frames.awaited(191.0)


def test_a_real_terminal_is_asked_behind_a_frame_and_its_answer_is_no_key(session):
    assert session.sent.count(REQUEST.encode()) == 1
    session.press(b"\x1b[24;80R")
    step_once(session)
    session.press(b"\x1b[24;80R")
    step_once(session)
    assert 2 <= session.sent.count(REQUEST.encode()) <= 6


def test_an_idle_screen_sends_nothing(session):
    session.press(b"\x1b[24;80R")
    step_once(session)
    session.press(b"\x1b[24;80R")
    session.read(1.0)
    before = len(session.sent)
    session.read(2.0)
    assert len(session.sent) == before


def test_keys_of_the_burst_that_opens_a_dialog_go_to_the_dialog(session):
    session.press(b"ureturn>=9\r")
    assert session.wait_for(lambda: session.step == 52)
