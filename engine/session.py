"""A session: one run at a time with its timeline, what a person does with it, and what there is to see of it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine import autosaves, saves
from engine.breakpoints import Breakpoint
from engine.comparison import PORTION, Comparison, twin
from engine.curves import Sample
from engine.derivation import Derivation
from engine.errors import InputError
from engine.hand import Hand
from engine.keeping import Keeping
from engine.messages import (
    Advance,
    CloseEpisode,
    Command,
    Compare,
    ComparisonView,
    EpisodeBack,
    Fall,
    GoTo,
    Load,
    Look,
    Notice,
    Reset,
    RunUntil,
    Save,
    ShowEpisode,
    Snapshot,
    Start,
    StepBack,
    SwitchBranch,
    Trajectory,
)
from engine.observer import Observer
from engine.run import UNLIMITED, Run
from engine.timeline import MEMORY, PORTIONS, Timeline
from engine.worlds import catalogue as worlds

if TYPE_CHECKING:
    from engine.evaluation import Walk

NOTICES_KEPT = 8


class Session:
    """Holds the run and obeys the commands that change it; knows nothing of time and threads.

    `say` is called with a few words before something that takes a while, such as loading torch. `on_the_way` is told
    step and target on the way to a far step, or the same of episodes and the unit, and ends it there by saying no.
    """

    def __init__(
        self,
        folder: Path,
        say: Callable[[str], None],
        timeline_memory: int = MEMORY,
        on_the_way: Callable[..., bool] = lambda step, target, unit="step": True,
    ) -> None:
        self.keeping = Keeping(folder)
        """What of the run is in which save."""
        self._memory = timeline_memory
        self._on_the_way = on_the_way
        self.breakpoint: Breakpoint | None = None
        """What the run goes on until, if it has such an end."""
        self.timeline: Timeline | None = None
        self.demonstration: Walk | None = None
        self.comparison: Comparison | None = None
        """The second run that is held against this one."""
        self._stays_behind = False
        """Whether the second run was stopped on its way to the step of the first."""
        self._derivation: Derivation | None = None
        self._trajectory: Trajectory | None = None
        self._say = say
        self.cold = False
        """Whether the loop of the run may have to be compiled before its first step."""
        self._notices: tuple[Notice, ...] = ()
        self._observer: Observer | None = None
        self._look = Look()
        self._hand = Hand(say, self.notify)

    @property
    def complaint(self) -> str:
        """Why there is no run, where the first one could not be begun; empty if there is one, or none was tried."""
        return self._notices[-1].text if self.timeline is None and self._notices else ""

    @property
    def unsaved(self) -> bool:
        """Whether there is something in the run, on any branch, that is in no save."""
        return self.timeline is not None and self.keeping.unsaved(self.timeline)

    @property
    def ended(self) -> bool:
        """Whether the episode is over: that of the demonstration where one is shown, else that of the run."""
        if self.demonstration is not None:
            return self.demonstration_over
        return self.timeline is None or self.timeline.run.interaction.ended

    @property
    def demonstration_over(self) -> bool:
        """Whether a demonstration is shown that has come to its end."""
        shown = self.demonstration.interaction if self.demonstration else None
        return shown is not None and shown.step > 0 and shown.ended

    def obey(self, command: Command) -> None:
        """Do what a command says to the run; a mistake becomes a notice and changes nothing."""
        try:
            self._obey(command)
        except InputError as error:
            self.notify(str(error), error=True)

    def _obey(self, command: Command) -> None:
        match command:
            case Look():
                self._look = command
            case Compare(agent, save):
                self._compare(agent, save)
            case Start(world, agent, settings, seed):
                self._say(f"preparing {world} and {agent}")
                timeline = Timeline(Run(worlds.find(world), agent, settings, seed), self._memory)
                self.keeping.begin(timeline)
                self._take(timeline)
            case Load(name):
                self._load(name)
            case Save(name):
                self.notify(self.keeping.save(self._the_timeline(), name))
            case Reset():
                self._reset()
            case Advance(amount, unit):
                self.make(amount, unit)
            case RunUntil(until):
                self.breakpoint = Breakpoint(until, self._the_timeline())
            case ShowEpisode(episode):
                self._derivation = Derivation(self._the_timeline(), episode)
                self._trajectory = self._derivation.shown
            case CloseEpisode():
                self._derivation = self._trajectory = None
            case StepBack() | EpisodeBack() | GoTo() | SwitchBranch():
                self._travel(command)
            case _:
                self._hand.obey(self._the_timeline(), command)

    def _reset(self) -> None:
        """Begin the same run anew; what it is saved as and compared with stays."""
        run, beside = self._the_timeline().run, self.comparison
        self._say("beginning anew")
        timeline = Timeline(Run(run.origin_world, run.agent_name, run.origin_settings, run.seed), self._memory)
        self.keeping.begin(timeline, self.keeping.save_name)
        self._take(timeline)
        self.comparison, self._stays_behind = beside, False
        self.notify("begun anew: nothing is learned yet")

    def _travel(self, command: StepBack | EpisodeBack | GoTo | SwitchBranch) -> None:
        """Go to another step of the run, or to another branch, and the second run with it."""
        self._stays_behind = False
        match command:
            case StepBack(steps):
                self._the_timeline().go_to(self._the_timeline().step - steps)
            case EpisodeBack():
                self._the_timeline().back_one_episode()
            case GoTo(step):
                self._say(f"going to step {step:,}")
                self._the_timeline().go_to(step)
                self._tell_arrival(min(max(step, 0), self._the_timeline().head))
            case SwitchBranch(name):
                self._say(f"going to {name}")
                self._the_timeline().switch(name)
                self._tell_arrival(self._the_timeline().head)

    @property
    def deriving(self) -> bool:
        """Whether an episode that was asked for is being derived again."""
        return self._derivation is not None

    def derive(self) -> None:
        """Go a portion further with the episode that was asked for."""
        derivation, self._derivation = self._derivation, None
        if derivation is not None:
            derivation.advance()
            self._trajectory = derivation.shown
            self._derivation = None if derivation.done else derivation

    def warm_up(self) -> None:
        """Compile the loop of a new run before its first step is asked for."""
        if self.timeline is not None and self.cold:
            self.cold = False
            self.timeline.run.warm_up()

    def notify(self, text: str, *, error: bool = False) -> None:
        """Add a notice for the person."""
        number = self._notices[-1].number + 1 if self._notices else 1
        self._notices = (*self._notices, Notice(number, text, error))[-NOTICES_KEPT:]

    def advance(self, steps: int, episodes: int = UNLIMITED) -> int:
        """Go on with the demonstration or else with the run, to a breakpoint at most; return the transitions made."""
        if self.demonstration is None:
            together = self.comparison is not None and not self.catching_up
            made = (self.breakpoint or self._the_timeline()).advance(steps, episodes)
            if together:
                self.catch_up(made)
            return made
        return 0 if self.demonstration_over else self.demonstration.advance(steps, 1)

    def make(self, amount: int, unit: str = "step") -> None:
        """Make so many steps or episodes, in portions between which one may be stopped; tell where, if one was."""
        run, by_steps, made = self._the_timeline().run, unit == "step", 0
        portion = max(1, run.agent.keyframe_every // PORTIONS)
        began = run.step if by_steps else run.statistics.episodes
        while made < amount:
            left = amount - made
            steps = self.advance(*((min(left, portion),) if by_steps else (portion, left)))
            made = made + steps if by_steps else run.statistics.episodes - began
            if not steps:
                return
            if made < amount and not self._on_the_way(began + made, began + amount, unit):
                self._tell_stop(began + made, began + amount, unit)
                return

    @property
    def catching_up(self) -> bool:
        """Whether the second run of a comparison is on its way to the step of the first."""
        return self.comparison is not None and not self._stays_behind and self.late is not None

    @property
    def late(self) -> tuple[int, int] | None:
        """At which step the second run of a comparison is, and at which the first, where they are not the same."""
        if self.comparison is None or self.comparison.step == self._the_timeline().step:
            return None
        return self.comparison.step, self._the_timeline().step

    def stay_behind(self) -> None:
        """Leave the second run where it is: it keeps its distance until one goes to another step."""
        self._stays_behind = True
        if self.late is not None:
            second, first = self.late
            self.notify(f"the second run was stopped at step {second:,} on the way to {first:,}")

    def catch_up(self, steps: int = PORTION) -> None:
        """Bring the second run so many steps nearer to the first; one that cannot go on by itself is given up."""
        try:
            if self.comparison is not None:
                self.comparison.keep_up(self._the_timeline().step, steps)
        except InputError as error:
            self.comparison = None
            self.notify(f"no comparison any more: {error}", error=True)

    def _compare(self, agent: str, save: str) -> None:
        """Begin a comparison with a twin or with a save, or end it where neither is named."""
        run = self._the_timeline().run
        self.comparison, self._stays_behind = None, False
        if agent:
            self._say(f"preparing {agent} in {run.origin_world.name}")
            self.comparison = Comparison(run, Timeline(twin(run, agent), self._memory), f"{agent} twin")
        elif save:
            self._say(f"loading {save}")
            self.comparison = Comparison(run, saves.load(self.keeping.folder, save), save)

    def _comparison_view(self, snapshot: Snapshot) -> ComparisonView | None:
        """Show the second run, if there is one; where the two have parted, say so and end the comparison."""
        if self.comparison is None or snapshot.demonstration:
            return None
        try:
            return self.comparison.view(self._the_timeline().run, snapshot, self._look)
        except InputError as error:
            self.comparison = None
            self.notify(str(error), error=True)
            return None

    def leave_breakpoint(self) -> None:
        """Wait for nothing any more, and tell whether it came."""
        if self.breakpoint is not None:
            met, until = self.breakpoint.met, self.breakpoint.until
            self.notify(f"{'stopped' if met else 'given up'} at step {self._the_timeline().step:,}: {until}")
            self.breakpoint = None

    def demonstrate(self) -> None:
        """Begin an episode of the greedy policy as it stands, without touching the run; or end the one shown."""
        if self.demonstration is not None:
            self.demonstration = None
            return
        from engine.evaluation import greedy_walk  # It loads the compiled loops, which a start must not wait for.

        run = self._the_timeline().run
        self.demonstration = greedy_walk(run, run.seed + run.step)

    def leave_demonstration(self, *, only_if_over: bool = False) -> None:
        """Come back to the run if a demonstration is shown."""
        if self.demonstration_over or not only_if_over:
            self.demonstration = None

    @property
    def may_fall(self) -> bool:
        """Whether there are cells that send back to a start."""
        return self.timeline is not None and self._observer_of(self.timeline.run).cliff.there

    @property
    def fall(self) -> Fall | None:
        """The last step of what is shown, if it was a fall."""
        run = self._the_timeline().run
        shown = self.demonstration.interaction if self.demonstration else run.interaction
        return self._observer_of(run).fall(shown)

    def snapshot(
        self,
        *,
        playing: bool,
        speed: float,
        steps_per_second: float,
        obeyed: int = 0,
        busy: str = "",
        fall: Fall | None = None,
    ) -> Snapshot | None:
        """Show the session as it stands, with the fall that was the last one; None as long as there is no run."""
        if self.timeline is None:
            return None
        snapshot = Snapshot(
            **self._observer_of(self.timeline.run).seen(self.timeline, self.demonstration, self._look),
            playing=playing,
            speed=speed,
            steps_per_second=steps_per_second,
            demonstration=self.demonstration is not None,
            save_name=self.keeping.save_name,
            unsaved=self.unsaved,
            autosave_name=autosaves.word_of(kept) if (kept := self.keeping.autosaved) else "",
            autosave_failed=self.unsaved and self.keeping.autosave_failed,
            busy=busy,
            notices=self._notices,
            trajectory=self._trajectory,
            obeyed=obeyed,
            until=str(self.breakpoint.until) if self.breakpoint else "",
            share=self.breakpoint.share if self.breakpoint else float("nan"),
            fall=self.fall or fall,
        )
        beside = self._comparison_view(snapshot)
        return snapshot if beside is None else replace(snapshot, comparison=beside)

    @property
    def autosave_wanted(self) -> bool:
        """Whether there is something that is in no save and in no autosave either."""
        return self.timeline is not None and self.keeping.autosave_wanted(self.timeline)

    def autosave(self) -> None:
        """Keep the run among the autosaves if something would be lost; where it cannot be written, say so once."""
        if self.timeline is not None and self.autosave_wanted and (failure := self.keeping.autosave(self.timeline)):
            self.notify(failure, error=True)

    def _take(self, timeline: Timeline) -> None:
        """Let another run be that of the session."""
        self.timeline, self.demonstration = timeline, None
        self._derivation = self._trajectory = self.comparison = None
        timeline.watch(self._sample)
        timeline.on_the_way = self._on_the_way
        self.cold = True

    def _load(self, name: str) -> None:
        self._say(f"loading {name}")
        timeline = self.keeping.load(name)
        timeline.memory = self._memory
        self._take(timeline)
        if others := saves.made_with_others(self.keeping.folder, name):
            self.notify(others)

    def _observer_of(self, run: Run) -> Observer:
        if self._observer is None or not self._observer.fits(run):
            self._observer = Observer(run)
        return self._observer

    def _sample(self, run: Run) -> Sample:
        return self._observer_of(run).truth.sample(run)

    def _tell_arrival(self, target: int) -> None:
        """Tell where one is if one was stopped before the target."""
        if (step := self._the_timeline().step) != target:
            self._tell_stop(step, target)

    def _tell_stop(self, step: int, target: int, unit: str = "step") -> None:
        self.notify(f"stopped at {unit} {step:,} on the way to {target:,}")

    def _the_timeline(self) -> Timeline:
        if self.timeline is None:
            raise InputError("there is no run yet; choose a world first")
        return self.timeline
