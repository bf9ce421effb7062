"""The ways in which a session ends from outside, tried on a real pseudo-terminal."""

import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from fcntl import ioctl

import pytest

LEFT_THE_SCREEN = b"\x1b[?1049l"
PATIENCE = 10.0


class Session:
    """The application in a process of its own, on a terminal that this test holds the other end of."""

    def __init__(self, file, environment):
        self.master, slave = pty.openpty()
        ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.tui.rescued_app", str(file)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
        )
        os.close(slave)

    def read(self, seconds, until=None):
        """Return what arrives within that time, or until the text is there."""
        got, end = b"", time.monotonic() + seconds
        while time.monotonic() < end and not (until and until in got):
            if select.select([self.master], [], [], 0.05)[0]:
                try:
                    got += os.read(self.master, 65536)
                except OSError:
                    break
        return got

    def wait(self):
        """Return the exit code, reading on so that the process is not held up."""
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.05)
        return self.process.poll()


@pytest.fixture
def session(tmp_path):
    environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "COLUMNS": "80", "LINES": "24"}
    session = Session(tmp_path / "rescued", environment)
    session.file = tmp_path / "rescued"
    assert b"step" in session.read(PATIENCE, until=b"\x1b[?2004h") + session.read(PATIENCE, until=b"quit")
    yield session
    if session.process.poll() is None:
        session.process.kill()
    session.process.wait()
    os.close(session.master)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_signal_saves_puts_the_terminal_in_order_and_ends_with_its_number(session, number):
    session.process.send_signal(number)
    last = session.read(PATIENCE, until=LEFT_THE_SCREEN)
    assert LEFT_THE_SCREEN in last
    assert session.wait() == 128 + number
    assert session.file.read_text() == "rescue"


def test_a_terminal_that_is_gone_saves_and_ends(session):
    os.close(session.master)
    session.master = os.open(os.devnull, os.O_RDONLY)
    assert session.process.wait(PATIENCE) == 128 + signal.SIGHUP
    assert session.file.read_text() == "rescue"


def test_a_terminal_that_nobody_reads_saves_and_ends(session):
    os.write(session.master, b"s" * 3000)
    time.sleep(2.0)
    session.process.send_signal(signal.SIGHUP)
    assert session.process.wait(PATIENCE) == 128 + signal.SIGHUP
    assert session.file.read_text() == "rescue"


def test_q_ends_it_without_a_rescue(session):
    os.write(session.master, b"q")
    session.read(PATIENCE, until=b"Discard")
    session.read(0.3)
    os.write(session.master, b"d")
    assert LEFT_THE_SCREEN in session.read(PATIENCE, until=LEFT_THE_SCREEN)
    assert session.wait() == 0
    assert not session.file.exists()


def test_an_idle_screen_sends_nothing(session):
    session.read(1.0)
    assert session.read(1.0) == b""


def test_a_step_sends_little(session):
    session.read(1.0)
    os.write(session.master, b"s")
    assert 0 < len(session.read(0.5)) < 200
