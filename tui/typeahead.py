"""What was typed and is not answered yet: one key is handed to the application when the one before it is answered.

Textual hands on whatever arrives at once, to the widget that has the focus then. So a flood of keys (one held down
while a slow line stood still, a file sent without the marks of a paste) was worked off for minutes, and the keys
behind one that opens a dialog missed the dialog. Here keys wait, and no more of them than a person could mean:

- Equal keys in a row are one entry with a number. A command that can, takes all of them at once (`Keyboard.presses`).
- For any other command a long row is shortened by multiples of `CYCLE`: whatever toggles or goes round ends where it
  would have.
- What waits for too long while many different keys do is left out, the oldest first, and the person is told.
- A key that needs a run waits for the first one to be there, and those behind it wait with it, for `LOADING` at most.
"""

import time
from asyncio import AbstractEventLoop, TimerHandle, get_running_loop
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any

from textual.app import App
from textual.events import Key, Paste
from textual.message import Message

CYCLE = 60
"""Presses that bring back whatever has two, three, four, five, six, ten or twelve states in turn."""
LONGEST_ROW = 2 * CYCLE
"""So many equal keys in a row are answered one by one, whoever answers them."""
STALE = 1.0
"""Seconds after which a key is left out if many others wait behind it."""
FEW = 32
"""So many entries wait as long as it takes."""
MOST = 2048
"""So many wait at all."""
LOADING = 20.0
"""Seconds that keys wait for the first run at most; torch is loaded for it, perhaps from a slow disk."""
LOOK_EVERY = 0.02
"""Seconds after which it is looked again whether it is there."""
PATIENCE = 0.5
"""Seconds that a key has to be answered; one that took its widget with it may never be reported."""


@dataclass
class Row:
    """Equal keys that were typed one after the other."""

    event: Key | Paste
    presses: int
    since: float
    """When the last of them arrived."""

    def takes(self, event: Key | Paste) -> bool:
        """Return whether an event is the same key again."""
        return isinstance(self.event, Key) and isinstance(event, Key) and self.event.key == event.key


class TypeAhead:
    """What was typed and waits; the reader of the terminal adds to it, the application takes from it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._rows: deque[Row] = deque()
        self._answered: Row | None = None
        """The row of which a key is being answered."""
        self._left_out = 0

    def add(self, event: Key | Paste, now: float) -> None:
        """Let it wait behind the others."""
        with self._lock:
            last = self._rows[-1] if self._rows else None
            if last and last.takes(event):
                last.presses += 1
                last.since = now
            else:
                self._rows.append(Row(event, 1, now))
                if len(self._rows) > MOST:
                    self._leave_out_first()

    def next(self, now: float) -> Key | Paste | None:
        """Return what is to be answered next; None if nothing waits."""
        with self._lock:
            while len(self._rows) > FEW and now - self._rows[0].since > STALE:
                self._leave_out_first()
            row = self._rows[0] if self._rows else None
            if row is not None and row is self._answered and row.presses > self._bound(row, now):
                self._shorten(row)
            self._answered = row
            return self._taken(row) if row else None

    def first(self) -> Key | Paste | None:
        """Return what would be answered next, and leave it where it is; None if nothing waits."""
        with self._lock:
            return self._rows[0].event if self._rows else None

    def presses(self, keys: tuple[str, ...]) -> int:
        """Return how often the key that is answered was pressed in a row, if it is one of these; all are taken."""
        with self._lock:
            row = self._answered
            if row is None or not isinstance(row.event, Key) or row.event.key not in keys:
                return 1
            presses = 1 + row.presses
            row.presses = 0
            if self._rows and self._rows[0] is row:
                self._rows.popleft()
            return presses

    def left_out(self) -> int:
        """Return how many keys were left out since this was asked last."""
        with self._lock:
            left_out, self._left_out = self._left_out, 0
            return left_out

    def _taken(self, row: Row) -> Key | Paste:
        """Take one press of the first row, as an event of its own: one that went its way cannot go it again."""
        row.presses -= 1
        if not row.presses:
            self._rows.popleft()
        return Key(row.event.key, row.event.character) if isinstance(row.event, Key) else row.event

    def _leave_out_first(self) -> None:
        self._left_out += self._rows.popleft().presses

    def _bound(self, row: Row, now: float) -> int:
        """Return how many presses a row may have: fewer when it takes long to answer them."""
        return CYCLE if now - row.since > STALE else LONGEST_ROW

    def _shorten(self, row: Row) -> None:
        left_out = (row.presses - 1) // CYCLE * CYCLE
        row.presses -= left_out
        self._left_out += left_out


class Followed(Message):
    """Goes the way of a key behind it, and so comes back to the application when the key is answered."""

    def __init__(self, number: int, again: bool) -> None:
        """`again`: go the way a second time, behind what the widgets have told each other because of the key."""
        super().__init__()
        self.number = number
        self.again = again


class Keyboard:
    """Hands what was typed to the application, one key after the other; lives in its loop but for `type`."""

    def __init__(self, app: App[Any]) -> None:
        self._typed = TypeAhead()
        self._app = app
        self._loop: AbstractEventLoop | None = None
        self._number = 0
        self._overdue: TimerHandle | None = None
        """Set while a key is being answered."""
        self._look_again: TimerHandle | None = None
        """Set while keys wait for the first run."""

    def begin(self, waits: Callable[[str], bool]) -> None:
        """Hand over what was typed until now, and what will be; called in the application's loop.

        `waits` says of a key whether it has to wait for the first run.
        """
        self._loop, self._waits, self._begun = get_running_loop(), waits, time.monotonic()
        self._hand_over()

    def type(self, event: Key | Paste) -> None:
        """Take what was typed; may be called from any thread."""
        self._typed.add(event, time.monotonic())
        if self._loop is not None and self._overdue is None:
            with suppress(RuntimeError):  # the loop is closed: the application has ended
                self._loop.call_soon_threadsafe(self._hand_over)

    def presses(self, keys: tuple[str, ...]) -> int:
        """Return how often the key that is being answered was pressed in a row, if it is one of these."""
        return self._typed.presses(keys) if self._overdue is not None else 1

    def followed(self, message: Followed) -> None:
        """Go on, when a key is answered."""
        if message.number != self._number:
            return
        if message.again:
            self._follow(again=False)
        else:
            self._go_on(self._number)

    def _hand_over(self) -> None:
        if self._overdue is not None or self._loop is None or self._waits_for_run(self._loop):
            return
        event = self._typed.next(time.monotonic())
        if event is None:
            if left_out := self._typed.left_out():
                self._app.notify(f"{left_out:,} keys came faster than they could be answered and were left out")
            return
        self._number += 1
        self._overdue = self._loop.call_later(PATIENCE, self._go_on, self._number)
        event.set_sender(self._app)
        self._app.post_message(event)
        self._app.call_later(self._follow, again=True)

    def _waits_for_run(self, loop: AbstractEventLoop) -> bool:
        """Return whether what comes next needs a run that is not there yet; then see to it that it is asked again."""
        if self._look_again is not None:
            self._look_again.cancel()
            self._look_again = None
        event = self._typed.first()
        waits = isinstance(event, Key) and time.monotonic() < self._begun + LOADING and self._waits(event.key)
        if waits:
            self._look_again = loop.call_later(LOOK_EVERY, self._hand_over)
        return waits

    def _follow(self, *, again: bool) -> None:
        """Send a message behind the key."""
        target = self._app.focused or self._app.screen
        if not target.post_message(Followed(self._number, again)):
            self._go_on(self._number)

    def _go_on(self, number: int) -> None:
        if number == self._number and self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None
            self._hand_over()
