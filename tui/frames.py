"""Little under way: on a slow line the next frame of a run waits until the terminal says that it has shown the last.

What is written to a slow line waits in buffers of megabytes, so that a key shows its effect only when all frames before
it have gone through. A terminal answers the request for the position of its cursor in the order of what it is sent; so
the answer to a request behind a frame says that the frame is shown.
"""

from collections import deque

REQUEST = "\x1b[6n"
"""Asks the terminal where its cursor is."""
PATIENCE = 5.0
"""Seconds after which an answer is not waited for any longer."""
ATTEMPTS = 3
"""So many requests in a row without an answer, and no more are made."""
WINDOW = 16_384
"""Characters that may be under way before what a person does is drawn later, too."""


class Frames:
    """Keeps account of the frames that were sent and of the answers of the terminal.

    Nothing waits before the terminal has answered for the first time: one that never does loses nothing.
    """

    def __init__(self) -> None:
        self._answers = False
        self._under_way: deque[tuple[float, int]] = deque()
        self._in_vain = 0

    def sent(self, size: int, now: float) -> bool:
        """Take note of a frame of so many characters; return whether to ask for an answer behind it."""
        self._let_go(now)
        if self._in_vain >= ATTEMPTS or (self._under_way and not self._answers):
            return False
        self._under_way.append((now, size))
        return True

    def answered(self) -> None:
        """Take note of an answer: the oldest frame is shown."""
        self._answers = True
        self._in_vain = 0
        if self._under_way:
            self._under_way.popleft()

    def all_shown(self, now: float) -> bool:
        """Return whether nothing is under way, so that the next frame of a run may be drawn."""
        self._let_go(now)
        return not self._answers or not self._under_way

    def few_under_way(self, now: float) -> bool:
        """Return whether what a person does may be drawn."""
        self._let_go(now)
        return not self._answers or sum(size for _, size in list(self._under_way)) < WINDOW

    def awaited(self, now: float) -> bool:
        """Return whether an answer is still to come."""
        self._let_go(now)
        return bool(self._under_way)

    def _let_go(self, now: float) -> None:
        """Wait no longer for answers that are overdue; whoever owes several in a row is not asked again."""
        while self._under_way and now - self._under_way[0][0] >= PATIENCE:
            self._under_way.popleft()
            self._in_vain += 1
        if self._in_vain >= ATTEMPTS:
            self._under_way.clear()
