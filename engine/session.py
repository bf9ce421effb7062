"""A session: one run at a time, what a person does with it, and what there is to see of it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from engine import saves, view
from engine.agents import catalogue as agents
from engine.errors import InputError
from engine.messages import Command, Load, Notice, Reset, Save, Snapshot, Start
from engine.run import UNLIMITED, Run
from engine.worlds import catalogue as worlds

if TYPE_CHECKING:
    from engine.evaluation import GreedyEpisodes

NOTICES_KEPT = 8


class Session:
    """Holds the run and obeys the commands that change which run it is; knows nothing of time and threads.

    `say` is called with a few words before something that takes a while, such as loading torch.
    """

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self.folder = folder
        self.run: Run | None = None
        self.demonstration: GreedyEpisodes | None = None
        self.save_name = ""
        self._say = say
        self._saved_step = 0
        self._notices: tuple[Notice, ...] = ()

    @property
    def unsaved(self) -> bool:
        """Whether the run has gone on since it was last saved, loaded or begun."""
        return self.run is not None and self.run.step != self._saved_step

    def obey(self, command: Command) -> None:
        """Start, load, reset or save a run; a mistake becomes a notice and changes nothing."""
        try:
            match command:
                case Start(world, agent, settings, seed):
                    self._say(f"preparing {world} and {agent}")
                    self._take(Run(worlds.find(world), agent, settings, seed))
                case Load(name):
                    self._say(f"loading {name}")
                    path = saves.find(self.folder, name)
                    self._take(saves.load(self.folder, name), path.name.removesuffix(saves.SUFFIX) if path else name)
                case Reset():
                    run = self._the_run()
                    self._say("beginning anew")
                    self._take(Run(run.world, run.agent_name, run.settings, run.seed), self.save_name, saved=0)
                    self.notify("begun anew: nothing is learned yet")
                case Save(name):
                    self._save(name)
                case _:
                    raise TypeError(f"{command} is not for the session")
        except InputError as error:
            self.notify(str(error), error=True)

    def notify(self, text: str, *, error: bool = False) -> None:
        """Add a notice for the person."""
        number = self._notices[-1].number + 1 if self._notices else 1
        self._notices = (*self._notices, Notice(number, text, error))[-NOTICES_KEPT:]

    def advance(self, steps: int, episodes: int = UNLIMITED) -> int:
        """Go on with the demonstration or else with the run; return the transitions made."""
        if self.demonstration is None:
            return self._the_run().advance(steps, episodes)
        return 0 if self.demonstration_over else self.demonstration.advance(steps, 1)

    def demonstrate(self) -> None:
        """Begin an episode of the greedy policy as it stands, without touching the run; or end the one shown."""
        if self.demonstration is not None:
            self.demonstration = None
            return
        from engine.evaluation import GreedyEpisodes  # It loads the compiled loops, which a start must not wait for.

        run = self._the_run()
        self.demonstration = GreedyEpisodes(run.world, run.agent.q_values(), run.seed + run.step)

    def leave_finished_demonstration(self) -> None:
        """Come back to the run if a demonstration is shown that has come to its end."""
        if self.demonstration_over:
            self.demonstration = None

    @property
    def demonstration_over(self) -> bool:
        """Whether a demonstration is shown that has come to its end."""
        shown = self.demonstration.interaction if self.demonstration else None
        return shown is not None and shown.step > 0 and shown.ended

    @property
    def ended(self) -> bool:
        """Whether the episode of the run is over."""
        return self.run is None or self.run.interaction.ended

    def snapshot(self, *, playing: bool, speed: float, steps_per_second: float) -> Snapshot | None:
        """Show the session as it stands; None as long as there is no run."""
        run = self.run
        if run is None:
            return None
        q = run.agent.q_values()
        shown = self.demonstration.interaction if self.demonstration else run.interaction
        return Snapshot(
            world=self._world_view,
            agent=self._agent_view,
            step=run.step,
            epsilon=run.agent.epsilon(run.step),
            q=q,
            greedy=view.greedy_actions(q),
            update=None if self.demonstration else run.agent.update(),
            episodes=view.episodes_view(run.statistics),
            truth=self._truth.beside(q),
            playing=playing,
            speed=speed,
            steps_per_second=steps_per_second,
            demonstration=self.demonstration is not None,
            save_name=self.save_name,
            unsaved=self.unsaved,
            busy="",
            notices=self._notices,
            **view.interaction_view(shown),
        )

    def autosave(self) -> Path | None:
        """Keep the run among the autosaves if something would be lost; return where, or None."""
        return saves.autosave(self.run, self.folder) if self.run is not None and self.unsaved else None

    def _take(self, run: Run, save_name: str = "", saved: int | None = None) -> None:
        self.run, self.demonstration, self.save_name = run, None, save_name
        self._saved_step = run.step if saved is None else saved
        self._world_view = view.world_view(run.world)
        self._agent_view = view.agent_view(run, agents.title(run.agent_name))
        self._truth = view.Truth(run)

    def _save(self, name: str) -> None:
        run = self._the_run()
        path = saves.save(run, self.folder, name)
        self.save_name, self._saved_step = name, run.step
        self.notify(f"saved as {name} ({path.stat().st_size / 1024:,.0f} KiB, step {run.step:,})")

    def _the_run(self) -> Run:
        if self.run is None:
            raise InputError("there is no run yet; choose a world first")
        return self.run
