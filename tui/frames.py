"""At most one frame under way: on a slow line the next one waits until the terminal says that it has shown the last.

What is written to a slow line waits in buffers of megabytes, so that a key shows its effect only when all frames before
it have gone through. A terminal answers the request for the position of its cursor in the order of what it is sent; so
the answer to a request behind a frame says that the frame is shown.
"""

REQUEST = "\x1b[6n"
"""Asks the terminal where its cursor is."""
PATIENCE = 5.0
"""Seconds after which an answer is not waited for any longer."""
ATTEMPTS = 3
"""So many requests in a row without an answer, and no more are made."""


class Frames:
    """Keeps account of the frames that were sent and of the answers of the terminal.

    No frame waits before the terminal has answered for the first time: one that never does loses nothing.
    """

    def __init__(self) -> None:
        self.answers = False
        """Whether the terminal is one that answers."""
        self._asked_at: float | None = None
        self._in_vain = 0

    def sent(self, now: float) -> bool:
        """Take note of a frame; return whether to ask for an answer behind it."""
        if self._in_vain >= ATTEMPTS or not self.may_follow(now) or self._under_way(now):
            return False
        if self._asked_at is not None:
            self._in_vain += 1
        self._asked_at = now
        return self._in_vain < ATTEMPTS

    def answered(self) -> None:
        """Take note of an answer."""
        self.answers = True
        self._asked_at = None
        self._in_vain = 0

    @property
    def awaited(self) -> bool:
        """Whether an answer is still to come."""
        return self._asked_at is not None and self._in_vain < ATTEMPTS

    def may_follow(self, now: float) -> bool:
        """Return whether the next frame may be drawn."""
        return not (self.answers and self._in_vain < ATTEMPTS and self._under_way(now))

    def _under_way(self, now: float) -> bool:
        return self._asked_at is not None and now - self._asked_at < PATIENCE
