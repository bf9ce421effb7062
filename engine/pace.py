"""The pace of a run: when steps and autosaves are due, how fast steps come, and how far it is on a long way."""

from collections import deque

from engine.messages.shares import lasting, percent

SPEEDS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)
"""The ladder of speeds in steps a second; above it is only full speed."""

CHUNK_SECONDS = 0.01
"""How long the engine may be away before it looks at its commands again."""

USUAL = 5.0
"""The speed that is chosen at first."""

LONGEST_LAG = 0.1
"""Seconds of steps that are made up for when the engine was held up; what is older is let go."""

FULL = float("inf")
"""The speed of a run that goes as fast as it can."""

AUTOSAVE_EVERY = 30.0
"""Seconds from one autosave to the next while the run goes on."""

AUTOSAVE_AFTER = 1.0
"""Seconds of rest after which what was done by hand is autosaved."""

NEVER = float("inf")
"""The time of what does not come."""


class Pace:
    """When the next steps are due, and how fast they come."""

    def __init__(self) -> None:
        self.playing = False
        self.to_episode_end = False
        self.next_publishing = 0.0
        self._rung = SPEEDS.index(USUAL)
        self._full = False
        self._began = self._done = 0.0
        self._chunk = 1
        self._window: deque[tuple[float, int]] = deque()

    @property
    def speed(self) -> float:
        """Steps a second that are asked for."""
        return FULL if self._full else SPEEDS[self._rung]

    def play(self, now: float) -> None:
        """Begin to go on by itself, at the chosen speed."""
        self.playing, self._full = True, False
        self._restart(now)

    def rush(self, now: float) -> None:
        """Go to the end of the episode as fast as it goes, and pause there."""
        self.playing = self.to_episode_end = self._full = True
        self._restart(now)

    def hurry(self, now: float) -> None:
        """Go on as fast as it goes."""
        self.playing = self._full = True
        self._restart(now)

    def toggle(self, *, full: bool, now: float) -> None:
        """Pause, or play: the key for full speed turns a slower play into a faster one instead of pausing it."""
        if self.playing and (self._full or not full):
            self.pause()
        else:
            self.playing, self._full = True, full
            self._restart(now)

    def pause(self) -> None:
        """Stop going on by itself."""
        self._full = self._full and not self.to_episode_end
        self.playing = self.to_episode_end = False
        self._window.clear()

    def change(self, by: int) -> None:
        """Go up or down the ladder of speeds; full speed is left downwards, to its highest rung."""
        if self._full:
            self._rung = len(SPEEDS) - 1 if by < 0 else self._rung
            self._full = by > 0
        else:
            self._rung = min(max(self._rung + by, 0), len(SPEEDS) - 1)
        self._began, self._done = 0.0, 0.0

    def usual(self) -> None:
        """Choose the speed that is chosen at first."""
        self._full, self._rung = False, SPEEDS.index(USUAL)
        self._began, self._done = 0.0, 0.0

    def steps_due(self, now: float) -> int:
        """How many steps should be made now."""
        if self._full:
            return self._chunk
        if self._began == 0.0:
            self._restart(now)
        due, most = int((now - self._began) * self.speed - self._done), max(1, int(self.speed * LONGEST_LAG))
        if due > most:
            self._began, self._done = now, -float(most)
        return min(due, most)

    def seconds_to_next_step(self, now: float) -> float:
        """How long there is nothing to do."""
        if self._full or self._began == 0.0:
            return 0.0
        return max(0.0, self._began + (self._done + 1) / self.speed - now)

    def made(self, steps: int, began: float, now: float) -> None:
        """Take note that so many steps were made from `began` to `now`."""
        self._done += steps
        self._window.append((now, steps))
        while now - self._window[0][0] > 1.0:
            self._window.popleft()
        if self._full:
            ratio = CHUNK_SECONDS / max(now - began, 1e-6)
            self._chunk = max(1, min(int(self._chunk * min(ratio, 2.0)), 1_000_000))

    def measured(self, now: float) -> float:
        """Return the steps a second over the last second; 0 when nothing goes on."""
        if not self.playing or len(self._window) < 2:
            return 0.0
        first = self._window[0][0]
        steps = sum(steps for _, steps in self._window) - self._window[0][1]
        return steps / max(now - first, 1e-6)

    def _restart(self, now: float) -> None:
        """Count anew, and find anew how much is made at once: another agent may be a thousand times slower."""
        self._began, self._done, self._chunk = now, 0.0, 1
        self._window.clear()


class Way:
    """A long way to a step: it begins where it is first spoken of, until it is left."""

    def __init__(self) -> None:
        self._beginning: tuple[int, float] | None = None
        """The step and the time at which it began."""

    def leave(self) -> None:
        """Be on it no more; whatever comes next is another one."""
        self._beginning = None

    def seconds(self, step: int, now: float) -> float:
        """Return for how long one has been on the way, being at a step now."""
        self._beginning = self._beginning or (step, now)
        return now - self._beginning[1]

    def told(self, step: int, target: int, now: float, unit: str = "step") -> str:
        """Say how far it is from a step, or an episode, to the target, and for how long still.

        Of episodes that is not known, they grow shorter, or longer, with learning: there it is said how fast they come.
        """
        seconds = self.seconds(step, now)
        made = step - (self._beginning or (step, now))[0]
        pace = f" {made / seconds:,.0f}/s," if made and seconds else ""
        if pace and unit == "step":
            pace = f" {lasting((target - step) * seconds / made)} left,"
        return f"{unit} {target:,}: {percent(step / max(target, 1))},{pace} escape stops"


class Autosaves:
    """When an autosave is due: now and then while the run goes on, and soon after it came to rest for good."""

    def __init__(self) -> None:
        self.at = NEVER
        """The time of the next, as far as is known."""
        self._unsaved_since = self._resting_since = NEVER

    def due(self, now: float, *, wanted: bool, playing: bool) -> bool:
        """Return whether to autosave now; `wanted`: something of the run is kept nowhere, `playing`: it goes on."""
        self._unsaved_since = min(self._unsaved_since, now) if wanted else NEVER
        self._resting_since = min(self._resting_since, now) if wanted and not playing else NEVER
        self.at = min(self._unsaved_since + AUTOSAVE_EVERY, self._resting_since + AUTOSAVE_AFTER)
        if due := now >= self.at:  # Where that fails it is tried again, at rest, too.
            self._unsaved_since, self._resting_since, self.at = now, NEVER, now + AUTOSAVE_EVERY
        return due
