"""What is chosen from a list: a world, an agent, a save."""

from engine import messages
from engine.errors import InputError, near_miss
from tui.plain.running import read_settings
from tui.plain.talk import Answer, Talk, anything


class Choosing:
    """Answers the commands that begin another run, and those that keep one and go on with it."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self.answers: dict[str, Answer] = {
            "choose_world": Answer(self._choose_world, anything),
            "choose_agent": Answer(self._choose_agent, anything),
            "save": Answer(self._save, anything),
            "open": Answer(self._open, anything),
        }

    def welcome(self) -> None:
        """Where the last sitting ended without a word, offer to go on; a pipe is told how."""
        from tui.screens.continue_run import CONTINUE, FORGET, question_about, told_of

        broken_off = self._talk.library.broken_off()
        if broken_off is None:
            return
        if not self._talk.keys.interactive:
            self._talk.say(f"{told_of(broken_off)}; qscope {broken_off.name} goes on there")
            return
        self._talk.say(question_about(broken_off))
        answer = self._talk.ask(f"{CONTINUE}, forget, or empty for neither")
        if answer == CONTINUE:
            self._talk.submit(messages.Load(broken_off.name))
        elif answer in {"forget", FORGET}:
            self._talk.library.forget(broken_off)
            self._talk.say("forgotten")

    def _choose_world(self, rest: str) -> None:
        from tui.screens.choose_agent import start_in

        worlds = (
            f"{world.id}: {world.title}, {world.states:,} states, {world.actions} actions, discount {world.discount:g}"
            for world in self._talk.library.worlds()
        )
        word = self._talk.choose(worlds, "world, a .toml or .json file, or gym: and an id", rest)
        self._talk.library.check_world(word)
        self._begin(start_in(self._talk.library, word, self._talk.shown))

    def _choose_agent(self, rest: str) -> None:
        from tui.screens.choose_agent import SEED, chosen_settings

        agents = {agent.name: agent for agent in self._talk.library.agents()}
        lines = (f"{agent.name}: {agent.title}" for agent in agents.values())
        name, _, written = self._talk.choose(lines, "agent", rest).partition(" ")
        if name not in agents:
            raise InputError(f"unknown agent {name!r}{near_miss(name, agents)} (there are: {', '.join(agents)})")
        shown = self._talk.shown
        settings = chosen_settings(self._talk.library, shown) if shown.agent.name == name else {}
        if not rest:
            self._talk.tell(*(f"{s.name} {s.default}: {s.meaning} ({s.range})" for s in agents[name].settings))
            written = self._talk.ask("settings, such as epsilon=0.1 seed=3; empty for these")
        given = read_settings(written) if written else {}
        seed = given.pop(SEED, str(shown.agent.seed))
        if not seed.isdecimal() or len(seed) > 18:
            raise InputError(f"{seed!r} is no seed, which is a whole number from 0 on")
        self._talk.library.check_settings(name, settings | given)
        self._begin(messages.Start(shown.world.name, name, settings | given, int(seed)))

    def _begin(self, start: messages.Start) -> None:
        if self._talk.may_lose_it("begin"):
            self._talk.submit(start)

    def _save(self, rest: str) -> None:
        from tui.screens.save import offered_name

        shown = self._talk.shown
        offered = offered_name(shown)
        name = rest or self._talk.ask(f"name of the save; empty for {offered}") or offered
        self._talk.library.check_save_name(name)
        taken = name != shown.save_name and name in {save.name for save in self._talk.library.saves()}
        question = f"{name} exists already; replace it (what stood there is kept as a revision)"
        if not taken or self._talk.sure(question, unasked=True):
            self._talk.submit(messages.Save(name))

    def _open(self, rest: str) -> None:
        saves = sorted(self._talk.library.saves(), key=lambda save: save.modified, reverse=True)
        if not saves:
            raise InputError(f"there is no save in {self._talk.library.folder} yet")
        lines = (
            f"{save.name}: damaged, {save.problem}"
            if save.problem
            else f"{save.name}: {save.agent} in {save.world}, {save.steps:,} steps, {save.episodes:,} episodes, "
            f"saved {save.modified:%Y-%m-%d %H:%M}"
            for save in saves
        )
        name = self._talk.choose(lines, "save to open", rest)
        if self._talk.may_lose_it("open"):
            self._talk.submit(messages.Load(name))
