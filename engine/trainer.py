"""The trainer: owns the thread in which a session goes on, takes Commands, publishes Snapshots.

Time enters here and nowhere else in the engine: it decides when the next step is made, never what comes of it.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.messages import (
    BrushCell,
    ChangeSettings,
    CloseEpisode,
    Command,
    Compare,
    Demonstrate,
    EditCell,
    EditRules,
    Fall,
    Faster,
    FinishEpisode,
    GoTo,
    Load,
    Look,
    Pause,
    PlayOrPause,
    RunAtFullSpeed,
    Save,
    ShowEpisode,
    Slower,
    Snapshot,
    Start,
    Step,
    UndoEdit,
    UsualSpeed,
)
from engine.pace import FULL, Autosaves, Pace, Way

if TYPE_CHECKING:
    from engine.session import Session

PUBLISH_EVERY = 1 / 30
"""Seconds from one snapshot to the next while something goes on."""

AWAY = 0.03
"""Seconds for which a run stands still where it gives way."""

FALLEN_FOR = 1.0
"""Seconds for which a fall is told of while the run goes on: a step later the agent is elsewhere."""

STEPPING_FOR = 1.0
"""Seconds that many steps at once may take while something else is asked for."""


class Trainer:
    """Runs a session in a thread of its own. Every method may be called from any thread."""

    def __init__(
        self, saves: Path, timeline_memory: int | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`saves` is the folder of saves, `timeline_memory` how many bytes the past of the run may take (64 MiB)."""
        self._saves, self._timeline_memory = saves, timeline_memory
        self._clock = clock
        self._commands: deque[Command] = deque()
        self._wake = threading.Condition()
        self._lock = threading.Lock()
        self._closing = self._yielding = self._stepping = False
        self._snapshot: Snapshot | None = None
        self._asked = True
        """Whether anybody has looked since the last snapshot: one that nobody would see costs a slow agent time."""
        self._complaint = ""
        self._way, self._second_way = Way(), Way()
        """The way of the run to a far step, and that of the second run to the first."""
        self._obeyed = self._answered = 0
        self._told: Callable[[], None] = lambda: None
        self._away_until = 0.0
        self._autosaves = Autosaves()
        self._fall: Fall | None = None
        self._fall_until = 0.0
        self._pace = Pace()
        self._thread = threading.Thread(target=self._work, name="trainer", daemon=True)

    @cached_property
    def _session(self) -> "Session":
        """What the thread works on. It loads the engine, which the first frame on the screen does not wait for."""
        from engine.session import Session
        from engine.timeline import MEMORY

        return Session(self._saves, self._say, self._timeline_memory or MEMORY, self._on_the_way)

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest snapshot; None as long as there is no run. While a run goes on the next is made for who asks."""
        self._asked = True
        return self._snapshot

    @property
    def complaint(self) -> str:
        """Why the first run could not be begun; empty as long as all is well."""
        return self._complaint

    def listen(self, told: Callable[[], None]) -> None:
        """Call `told`, from the thread, whenever a snapshot shows what came of commands, or that the run rests."""
        self._told = told

    def start(self, first: Start | Load) -> None:
        """Start the thread, with the run to begin or to go on with; what was submitted before comes after it."""
        self._commands.appendleft(first)
        self._thread.start()

    def submit(self, command: Command) -> None:
        """Queue a command and return at once; its effect, or why there was none, comes with a later snapshot."""
        with self._wake:
            self._commands.append(command)
            self._wake.notify()

    def give_way(self) -> None:
        """Let the run stand still for a moment, unless a command comes: a person waits for something large to be drawn.

        The interpreter and the caches are then the screen's alone.
        """
        self._away_until = self._clock() + AWAY

    def rescue(self, patience: float = 2.0) -> Path | None:
        """Autosave what would be lost, for another sitting to go on with, and return where; None if nothing would.

        None, too, if it cannot be written, or if the engine stays away too long.
        """
        self._yielding = True
        if not self._lock.acquire(timeout=patience):
            return None
        try:
            self._session.autosave()
            self._session.keeping.leave()
            return None if self._session.autosave_wanted else self._session.keeping.autosaved
        finally:
            self._lock.release()

    def close(self, *, forget: bool = False) -> None:
        """Stop the thread and wait for its end; `forget` removes the autosave, when the person left on purpose."""
        self._closing = True
        with self._wake:
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join()
        if forget:
            self._session.keeping.forget_autosave()
        self._session.keeping.leave()

    def _work(self) -> None:
        while not self._closing:
            wait = self._seconds_to_wait()
            if wait > 0:
                self._sleep(wait)
            if self._yielding:
                time.sleep(PUBLISH_EVERY)
                continue
            with self._lock:
                self._turn()

    def _turn(self) -> None:
        """Obey one command or go on, then show it; whatever goes wrong becomes a notice and a pause."""
        try:
            if self._commands and not self._has_to_wait(self._commands[0]):
                self._way.leave()
                self._stepping, self._fall = False, None
                self._obey(self._next_command())
                if not self._pace.playing:
                    self._session.leave_breakpoint()
            elif self._pace.playing:
                self._go_on()
            if self._session.deriving:
                self._session.derive()
            if self._session.catching_up:
                self._session.catch_up()
            if self._autosaves.due(self._clock(), wanted=self._session.autosave_wanted, playing=self._pace.playing):
                self._session.autosave()
            if not self._commands or self._clock() >= self._pace.next_publishing:
                self._publish()
            if self._session.cold and not self._commands:
                self._say("compiling, once")
                self._session.warm_up()
                self._publish()
        except InputError as error:
            self._give_up(str(error))
        except Exception as error:  # The thread must outlive any mistake in an agent or a world.
            self._give_up(f"this failed: {type(error).__name__}: {error}")

    def _give_up(self, why: str) -> None:
        """Pause, wait for nothing any more, and tell why."""
        self._pace.pause()
        self._session.breakpoint = None
        self._session.notify(why, error=True)
        with suppress(Exception):  # It may be the showing that fails. What is done next is shown again.
            self._publish()

    def _next_command(self) -> Command:
        """Take the next command; of several looks, or ways to a step, that come one behind the other only the last."""
        while True:
            self._obeyed += 1
            command = self._commands.popleft()
            if not (isinstance(command, GoTo | Look) and self._commands and type(self._commands[0]) is type(command)):
                return command

    def _has_to_wait(self, command: Command) -> bool:
        """Whether the end of the episode that was asked for comes first; a pause, a play or a look comes before it."""
        sooner = Pause | PlayOrPause | RunAtFullSpeed | Look
        return self._pace.to_episode_end and not isinstance(command, sooner)

    def _obey(self, command: Command) -> None:
        session, pace = self._session, self._pace
        match command:
            case Step(steps):
                pace.pause()
                session.leave_breakpoint()
                session.leave_demonstration(only_if_over=True)
                self._stepping = True
                session.make(steps)
            case FinishEpisode():
                session.leave_breakpoint()
                session.leave_demonstration(only_if_over=True)
                pace.rush(self._clock())
            case PlayOrPause() | RunAtFullSpeed():
                session.leave_demonstration(only_if_over=True)
                pace.toggle(full=isinstance(command, RunAtFullSpeed), now=self._clock())
            case Faster() | Slower() | UsualSpeed():
                self._change_speed(command)
            case Pause():
                if session.catching_up and not pace.playing:
                    session.stay_behind()
                pace.pause()
            case Demonstrate():
                session.leave_breakpoint()
                session.demonstrate()
                pace.pause()
                if session.demonstration is not None:
                    pace.play(self._clock())
            case EditCell() | BrushCell() | EditRules() | UndoEdit():
                session.leave_demonstration()  # It is an episode in the world as it was.
                session.obey(command)
            case Save() | ChangeSettings() | ShowEpisode() | CloseEpisode() | Compare() | Look():
                session.obey(command)
            case _:
                pace.pause()
                session.leave_breakpoint()
                session.leave_demonstration()
                session.obey(command)
                if session.breakpoint is not None and not session.breakpoint.met:
                    pace.hurry(self._clock())

    def _advance(self, steps: int) -> int:
        """Make the steps that are due; below full speed look at each, if it may be a fall, and return how many."""
        if self._pace.speed == FULL or not self._session.may_fall:
            return self._session.advance(steps, *([1] if self._pace.to_episode_end else []))
        made = 0
        while made < steps and self._session.advance(1):
            made += 1
            if (fall := self._session.fall) is not None:
                self._fall, self._fall_until = fall, self._clock() + FALLEN_FOR
        return made

    def _change_speed(self, command: Faster | Slower | UsualSpeed) -> None:
        if isinstance(command, UsualSpeed):
            self._pace.usual()
        else:
            self._pace.change(1 if isinstance(command, Faster) else -1)

    def _go_on(self) -> None:
        due = self._pace.steps_due(self._clock())
        if due > 0:
            began = self._clock()
            made = self._advance(due)
            self._pace.made(made, began, self._clock())
        if self._session.breakpoint is not None and self._session.breakpoint.met:
            self._pace.pause()
            self._session.leave_breakpoint()
        if self._session.demonstration_over or (self._pace.to_episode_end and self._session.ended):
            self._pace.pause()

    def _seconds_to_wait(self) -> float:
        if self._commands or self._session.deriving or self._session.catching_up:
            return 0.0
        if self._pace.playing:
            now = self._clock()
            return max(self._pace.seconds_to_next_step(now), self._away_until - now)
        return max(self._autosaves.at - self._clock(), 0.0)

    def _sleep(self, seconds: float) -> None:
        with self._wake:
            if not self._commands and not self._closing:
                self._wake.wait(None if seconds == FULL else seconds)

    def _publish(self) -> None:
        began, pace, answers = self._clock(), self._pace, self._obeyed > self._answered
        early = began < pace.next_publishing or not self._asked
        if pace.playing and early and not self._commands and not answers:
            return
        self._asked = False
        rested = self._snapshot is not None and self._snapshot.playing and not pace.playing
        self._complaint = self._session.complaint
        self._snapshot = self._session.snapshot(
            playing=pace.playing,
            speed=pace.speed,
            steps_per_second=pace.measured(began),
            obeyed=self._obeyed,
            busy=self._catching_up(began),
            fall=self._fall if pace.playing and began < self._fall_until else None,
        )
        pace.next_publishing = began + max(PUBLISH_EVERY, 4 * (self._clock() - began))
        if answers or rested:
            self._answered = self._obeyed
            self._told()

    def _catching_up(self, now: float) -> str:
        """Say how far the second run is, and how fast it goes, while the first stands and waits for it."""
        late = self._session.late
        if late is None or self._pace.playing or not self._session.catching_up:
            self._second_way.leave()
            return ""
        return f"second run to {self._second_way.told(*late, now)}"

    def _on_the_way(self, step: int, target: int, unit: str = "step") -> bool:
        """Show how far it is to a step or an episode, and how fast; say no if the way is not to be gone to its end."""
        now = self._clock()
        seconds = self._way.seconds(step, now)
        if now >= self._pace.next_publishing and seconds > 0.0:
            self._pace.next_publishing = now + PUBLISH_EVERY
            self._say(f"going to {self._way.told(step, target, now, unit)}")
        return not (self._yielding or self._closing or self._should_stop(seconds))

    def _should_stop(self, seconds: float) -> bool:
        """Whether a long way is not gone on: at a pause; steps that take long also for anything else that is asked."""
        going_on = Step | Look if self._stepping and seconds > STEPPING_FOR else Command
        return any(isinstance(asked, Pause) or not isinstance(asked, going_on) for asked in list(self._commands))

    def _say(self, busy: str) -> None:
        if self._snapshot is not None:
            self._snapshot = replace(self._snapshot, busy=busy)
