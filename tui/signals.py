"""The rescue: when the line breaks or the process is told to go, save first, then leave, whatever state it is in."""

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import NoReturn

RESCUED = (signal.SIGHUP, signal.SIGTERM)
GRACE = 1.5
"""Seconds that the application has to put the terminal in order; then the process ends."""


class Rescue:
    """Waits in a thread of its own for a signal that ends the process.

    The event loop may be stuck writing to a terminal that nobody reads, so neither a Python signal handler nor one of
    the loop can be relied on. What always runs is the handler in C: it writes the number of the signal to a pipe, on
    which the thread waits. A Python handler has to be there for that, so there is one that does nothing.
    """

    def __init__(self, save: Callable[[], object], leave: Callable[[int], None]) -> None:
        self._save = save
        self._leave = leave
        self._before: dict[signal.Signals, object] = {}
        self._saved = threading.Event()
        self.signal: int | None = None
        """The signal that came, None if none did."""

    def install(self) -> None:
        """Begin to wait; to be called from the main thread."""
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        for number in RESCUED:
            self._before[number] = signal.signal(number, lambda *_: None)
        self._fd_before = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        threading.Thread(target=self._wait, name="rescue", daemon=True).start()

    def remove(self) -> None:
        """Stop waiting and put everything back; a rescue that has begun is waited for."""
        signal.set_wakeup_fd(self._fd_before)
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        os.close(self._writer)
        if self.signal is not None:
            self._saved.wait()

    def _wait(self) -> None:
        while numbers := os.read(self._reader, 64):
            for number in numbers:
                if number in RESCUED:
                    self._rescue(number)
        os.close(self._reader)

    def _rescue(self, number: int) -> NoReturn:
        self.signal = number
        try:
            self._save()
        finally:
            self._saved.set()
            self._leave(128 + number)
            time.sleep(GRACE)
            os._exit(128 + number)
