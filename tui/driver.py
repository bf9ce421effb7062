"""The terminal, sturdier: what a broken line or a stray byte does to Textual's own driver does not end a run.

Measured with Textual 8.2: an invalid UTF-8 byte ends the application, a SIGCONT without a suspension before it starts a
second reader of the keys, a terminal that is gone is asked for keys again and again and stops the writer, some mouse
reports are taken for keys, a paste without an end swallows every later key, and in an ASCII locale the frames turn into
escape codes. This uses names of the driver that are not public, so the version is held below 9 and tests use a real
pseudo-terminal.
"""

import os
import re
import selectors
import signal
import time
from codecs import getincrementaldecoder
from collections.abc import Mapping
from contextlib import suppress
from io import TextIOWrapper
from typing import Any

from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.events import CursorPosition, Key, Paste
from textual.message import Message

from tui.cast import Cast
from tui.frames import REQUEST, Frames
from tui.pen import Shown
from tui.typeahead import Keyboard

WAKE_EVERY = 0.1
"""Seconds after which the reader looks whether it should end."""
FAREWELL = 0.5
"""Seconds that the last answer of the terminal is waited for."""
PASTE_ENDS_AFTER = 3.0
"""Seconds of silence after which a paste is over, even if the line never says so; a key counts as `WAKE_EVERY`."""
KEY = 8
"""Bytes that are read at once of a key, at most; a paste comes in larger pieces, also through a slow line."""
MOUSE_REPORT = re.compile(rb"\x1b\[M[\x20-\xff]{3}")
"""The report of an old terminal, whose last three bytes are a button and two coordinates, and no text at all."""
CUT_SEQUENCE = re.compile(rb"(?:\x1b(?:\[[\x30-\x3f]*[\x20-\x2f]*|O)|(?<=.)\x1b)\Z", re.DOTALL)
"""An escape sequence that the line has cut in half; an escape that came alone is none, for it is the key."""
CUT_PASTE = re.compile(rb"\x1b(?:\[[\x30-\x3f]*)?\Z")
"""What may be the beginning of the end of a paste."""
MARKS = (BRACKETED_PASTE_START, BRACKETED_PASTE_END)
"""What stands before and behind a paste."""
NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""All control characters but tabs and the ends of lines."""
ESCAPE = b"\x1b"
HELD_FOR = 0.4
"""Seconds that the rest of such a sequence is waited for."""
CUT_REPORT = re.compile(rb"\x1b\[M[\x20-\xff]{0,2}\Z")


class SturdyDriver(LinuxDriver):
    """Textual's driver for Linux, with a reader and a writer that survive what a line may do."""

    def __init__(self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: Any = None) -> None:
        super().__init__(app, debug=debug, mouse=mouse and not holds_escape_back(os.environ), size=size)
        self.frames = Frames()
        self.shown = Shown()
        self.keyboard = Keyboard(app)
        self.cast: Cast | None = None
        """The recording that goes on, if one does."""
        self._written = 0
        if isinstance(self._file, TextIOWrapper):
            self._file = Outlet(self._file)  # type: ignore[assignment]

    def start_application_mode(self) -> None:
        """Take the terminal over, at the beginning or after a suspension."""
        self.shown.forget()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def run_input_thread(self) -> None:
        """Turn bytes into events until the application ends; if the terminal is gone before, say so by SIGHUP."""
        line, parser = Inlet(), XTermParser(self._debug)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                ready = selector.select(WAKE_EVERY)
                data = self._read() if ready else b""
                if ready and not data:
                    os.kill(os.getpid(), signal.SIGHUP)
                    return
                try:
                    events = _events(parser, line.text(data))
                except Exception:  # The parser knows many errors, and a new one is as good as the old.
                    events, parser = [], XTermParser(self._debug)
                for event in events:
                    self.process_message(event)

    def process_message(self, message: Message) -> None:
        """Pass on events, what was typed when its turn comes; but keep the answers to what is asked behind frames."""
        if isinstance(message, CursorPosition):
            self.frames.answered()
        elif isinstance(message, Key | Paste):
            self.keyboard.type(message)
        else:
            super().process_message(message)

    def write(self, data: str) -> None:
        """Write to the terminal."""
        self._written += len(data)
        if self.cast is not None:
            self.cast.output(data)
        super().write(data)

    def end_frame(self) -> None:
        """If anything was written, ask the terminal to answer when it has shown that."""
        if self._written and self.frames.sent(self._written, time.monotonic()):
            super().write(REQUEST)
        self._written = 0
        if self.cast is not None:
            self.cast.end_frame(*self._app.size, time.monotonic())

    def disable_input(self) -> None:
        """Read no more; an answer that is under way is waited for, so that no shell finds it on its line."""
        end = time.monotonic() + FAREWELL
        while self.frames.awaited(time.monotonic()) and time.monotonic() < end and not self.exit_event.is_set():
            time.sleep(0.01)
        super().disable_input()

    def _read(self) -> bytes:
        """Return what was typed; nothing if the terminal is gone."""
        with suppress(OSError):
            return os.read(self.fileno, 4096)
        return b""

    def _sigcont_application(self, *arguments: Any) -> None:
        """Come back from a suspension; a SIGCONT that follows none is none of our business."""
        if self._must_signal_resume:
            super()._sigcont_application(*arguments)


class Inlet:
    """Makes text of the bytes that a line sends, without those that only look like keys."""

    def __init__(self) -> None:
        self._decode = getincrementaldecoder("utf-8")(errors="replace").decode
        self._cut = b""
        self._given_up_after = HELD_FOR
        self._escape_before = ""
        """The escape that came alone, if it did."""
        self._pasting = False
        self._silence = 0.0
        self._no_paste_for = 0.0
        """Seconds in which nothing came that looks like a paste: silence, or keys."""

    def text(self, data: bytes) -> str:
        """Return what is for the parser of what was read, which is nothing if `WAKE_EVERY` went by in silence."""
        if not data:
            return self._after_silence()
        self._silence = 0.0
        self._no_paste_for = self._no_paste_for + WAKE_EVERY if len(data) <= KEY else 0.0
        data = MOUSE_REPORT.sub(b"", self._cut + data)
        report = CUT_REPORT.search(data)
        cut = report or (CUT_PASTE if self._pasting else CUT_SEQUENCE).search(data)
        self._given_up_after = WAKE_EVERY if report else HELD_FOR
        self._cut = cut.group() if cut else b""
        text = self._decode(data.removesuffix(self._cut))
        return self._overdue_end() + self._follow_pastes(text)

    def _after_silence(self) -> str:
        """Give up what the line began and did not go on with; of an escape sequence only the escape is a key."""
        self._silence += WAKE_EVERY
        self._no_paste_for += WAKE_EVERY
        if self._cut and self._silence > self._given_up_after - WAKE_EVERY / 2:
            alone, self._cut = self._cut == ESCAPE, b""
            return ESCAPE.decode() * (alone and not self._pasting)
        return self._overdue_end()

    def _overdue_end(self) -> str:
        """Return the end of a paste to which nothing has been added for a while: whoever types wants to be heard."""
        if not self._pasting or self._no_paste_for < PASTE_ENDS_AFTER:
            return ""
        self._pasting = False
        return BRACKETED_PASTE_END

    def _follow_pastes(self, text: str) -> str:
        """Note where pastes begin and end; of one only text is kept, for the parser takes an escape in it for keys."""
        before, kept = self._escape_before, []
        self._escape_before = ESCAPE.decode() if text == ESCAPE.decode() else ""
        for part in re.split(f"({'|'.join(map(re.escape, MARKS))})", before + text):
            if part in MARKS:
                self._pasting = part == BRACKETED_PASTE_START
                self._no_paste_for = 0.0
            kept.append(NO_TEXT.sub("", part) if self._pasting and part not in MARKS else part)
        return "".join(kept).removeprefix(before)


class Outlet:
    """Writes UTF-8 to the terminal whatever the locale, and to nowhere once the terminal is gone."""

    def __init__(self, stream: TextIOWrapper) -> None:
        stream.reconfigure(encoding="utf-8", errors="replace")
        self._stream = stream

    def fileno(self) -> int:
        """Return the number of the file that is written to."""
        return self._stream.fileno()

    def write(self, text: str) -> None:
        """Write to the terminal if it is there."""
        try:
            self._stream.write(text)
        except OSError:
            self._let_go()

    def flush(self) -> None:
        """Send what was written if the terminal is there."""
        try:
            self._stream.flush()
        except OSError:
            self._let_go()

    def _let_go(self) -> None:
        """Put nowhere in the place of the terminal, so that the interpreter can flush the stream when it ends, too."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)


def holds_escape_back(environment: Mapping[str, str]) -> bool:
    """Return whether an escape may be kept until the next key comes while the mouse is reported.

    GNU screen 4.9 does: it waits without end whether the escape begins a report of the mouse. Over ssh only the name of
    the terminal tells of it, which tmux may have, too.
    """
    return "STY" in environment or (environment.get("TERM", "").startswith("screen") and "TMUX" not in environment)


def _events(parser: XTermParser, text: str) -> list[Message]:
    return [*(parser.feed(text) if text else ()), *parser.tick()]
