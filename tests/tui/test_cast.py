"""A recording of the screen plays to what the screen showed."""

import json

import pyte
import pytest

from engine.errors import InputError
from tests.benchmarks.terminal import application
from tui import exporting
from tui.cast import BLANK, LARGEST, Cast


def played(path):
    """Return header, events, and the text of a terminal to which the events were sent."""
    header, *events = (json.loads(line) for line in path.read_text("utf-8").splitlines())
    screen = pyte.Screen(header["width"], header["height"])
    stream = pyte.Stream(screen)
    for _, code, data in events:
        if code == "o":
            stream.feed(data)
        else:
            columns, lines = map(int, data.split("x"))
            screen.resize(lines, columns)
    return header, events, [line.rstrip() for line in screen.display]


def recording(terminal, path, steps):
    """Record so many steps, and leave the terminal where the recording goes on."""
    terminal.press(b"X")
    assert terminal.wait_for(lambda: "for asciinema" in str(terminal.screen))
    terminal.press(b"\x1b[F")  # to the end of the list
    assert terminal.wait_for(lambda: "-cast.cast" in str(terminal.screen))
    terminal.press(b"\t\x15")  # to the name, and away with it
    assert terminal.wait_for(lambda: "-cast.cast" not in str(terminal.screen))
    terminal.press(str(path).encode())
    assert terminal.wait_for(lambda: path.name in str(terminal.screen))
    terminal.press(b"\r")
    assert terminal.wait_for(lambda: "● rec" in str(terminal.screen))
    for step in range(1, steps + 1):
        terminal.press(b"s")
        assert terminal.wait_for(lambda step=step: terminal.step == step)


def test_a_recording_plays_to_what_the_screen_showed(tmp_path):
    path = tmp_path / "run.cast"
    with application(tmp_path, "seed-2x3") as terminal:
        recording(terminal, path, 3)
        assert path.read_text() == ""
        terminal.read(0.3)
        shown = str(terminal.screen).split("\n")
        terminal.press(b"X")
        assert terminal.wait_for(lambda: "frames written" in str(terminal.screen))
        assert "● rec" not in str(terminal.screen).split("\n")[0]
    header, events, text = played(path)
    assert (header["version"], header["width"], header["height"]) == (2, 80, 24)
    assert [time for time, _, _ in events] == sorted(time for time, _, _ in events)
    assert {code for _, code, _ in events} == {"o"}
    assert text[1:] == shown[1:]
    assert "step 3" in text[0]


def test_leaving_ends_a_recording(tmp_path):
    path = tmp_path / "run.cast"
    with application(tmp_path, "seed-2x3") as terminal:
        recording(terminal, path, 1)
        terminal.press(b"q")
        assert terminal.wait_for(lambda: "was never saved" in str(terminal.screen))
        terminal.press(b"d")
        assert terminal.wait_for(lambda: terminal.process.poll() is not None)
    assert "step 1" in "\n".join(played(path)[2])


def test_a_frame_is_one_event_and_a_change_of_size_another(tmp_path):
    cast = Cast(80, 24, "a run", "xterm", 100.0)
    cast.output("one")
    cast.output(" two")
    cast.end_frame(80, 24, 100.5)
    cast.end_frame(80, 24, 101.0)
    cast.end_frame(90, 30, 102.0)
    header, *events = map(json.loads, cast.contents().splitlines())
    assert header["env"] == {"TERM": "xterm"}
    assert events == [[0.5, "o", f"{BLANK}one two"], [2.0, "r", "90x30"]]
    assert cast.frames == 1


def test_a_recording_is_full_at_some_size():
    cast = Cast(80, 24, "a run", "xterm", 0.0)
    cast.output("x" * LARGEST)
    assert not cast.full
    cast.end_frame(80, 24, 1.0)
    assert cast.full


def test_an_export_that_fails_leaves_neither_half_a_file_nor_a_temporary(tmp_path, monkeypatch):
    def fail(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exporting.os, "fsync", fail)
    (tmp_path / "old.csv").write_text("old")
    for name, replace in (("new.csv", False), ("old.csv", True)):
        with pytest.raises(InputError, match="No space left"):
            exporting.write_new(tmp_path / name, "data", replace=replace)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("old.csv", "old")]
