"""A recording of the screen for asciinema: what the terminal was sent, and when (asciicast, version 2).

https://docs.asciinema.org/manual/asciicast/v2/: the first line is a header, each line that follows an event.
"""

import json

LARGEST = 2**24
"""Characters of output after which a recording is full: some hours of looking, minutes of running at full speed."""
LONGEST_PAUSE = 2.0
"""Seconds to which a player shortens the time in which nothing happens."""
BLANK = "\x1b[?25l\x1b[0m\x1b[2J"
"""Hides the cursor and clears the screen: on what stood there before nothing may rest."""


class Cast:
    """Collects the frames of one recording. Times are seconds of the same clock."""

    def __init__(self, columns: int, lines: int, title: str, terminal: str, now: float) -> None:
        self._began = now
        self._header = {
            "version": 2,
            "width": columns,
            "height": lines,
            "title": title,
            "idle_time_limit": LONGEST_PAUSE,
            "env": {"TERM": terminal},
        }
        self._size = (columns, lines)
        self._events: list[tuple[float, str, str]] = []
        self._frame = [BLANK]
        self._characters = 0

    @property
    def frames(self) -> int:
        """How many frames there are."""
        return sum(code == "o" for _, code, _ in self._events)

    @property
    def full(self) -> bool:
        """Whether it should end here."""
        return self._characters >= LARGEST

    def output(self, data: str) -> None:
        """Take what is sent to the terminal; it belongs to the frame that is under way."""
        self._frame.append(data)

    def end_frame(self, columns: int, lines: int, now: float) -> None:
        """Make an event of what was sent since the last frame, on a screen of that size."""
        if (columns, lines) != self._size:
            self._size = (columns, lines)
            self._events.append((now, "r", f"{columns}x{lines}"))
        if data := "".join(self._frame):
            self._events.append((now, "o", data))
            self._characters += len(data)
            self._frame.clear()

    def contents(self) -> str:
        """Return the file: a line for the header and one an event."""
        events = ([round(time - self._began, 6), code, data] for time, code, data in self._events)
        return "".join(json.dumps(line) + "\n" for line in (self._header, *events))
