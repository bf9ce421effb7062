"""The conversation: a key or a word comes in, the room that answers it is found, and lines go out."""

from engine import messages
from engine.errors import InputError, near_miss
from tui import commands
from tui.plain.charts import Charts
from tui.plain.choosing import Choosing
from tui.plain.comparing import Comparing
from tui.plain.keys import name_of
from tui.plain.lessons import Lessons
from tui.plain.looking import Looking
from tui.plain.measuring import Measuring
from tui.plain.running import Running
from tui.plain.speech import key, key_words, spoken
from tui.plain.talk import Answer, Talk, anything
from tui.plain.telling import headline, state_of_the_run
from tui.plain.unspoken import INSTEAD, instead_of
from tui.widgets.hints import DIGITS

TICK = 0.05
"""Seconds from one look at keys and run to the next."""

TOLD_ANYWAY = {"next_layer", "inspect"}
"""Layers without a map, and what is observed where there is no state to look at."""


class Conversation:
    """Takes keys and words to who answers them, until the person leaves."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._running = Running(talk)
        self._looking = Looking(talk, self._running)
        self._choosing = Choosing(talk)
        self.lessons = Lessons(talk, self._looking, lambda name: self.answers[name].do(""))
        charts = Charts(talk)
        self.answers: dict[str, Answer] = {
            **self._running.answers,
            **self._looking.answers,
            **self._choosing.answers,
            **charts.answers,
            **Measuring(talk, charts).answers,
            **Comparing(talk).answers,
            **self.lessons.answers,
            "stop": Answer(self._stop, help="Stop what goes on; else close the inspector, then the lesson."),
            "redraw": Answer(self._redraw, help="Say again where the run stands and what happened last."),
            "command_palette": Answer(
                self._find, anything, "Do a command by its name, with what it takes; or find one by a word."
            ),
            "help": Answer(self._help, help="List the keys."),
            "quit": Answer(self._quit, anything),
        }
        """How each command is answered; what is not here is in `INSTEAD`."""
        self.left = False
        """Whether the person asked to leave."""

    def begin(self) -> None:
        """Say where one is, and how to go on."""
        shown = self._talk.shown
        self._talk.begin()
        self._talk.say(f"{headline(shown)}, at step {shown.step:,}")
        self._talk.say(f"press {key('step')} for one step, {key('help')} for all keys")

    def welcome(self) -> None:
        """Offer to go on where the last sitting broke off."""
        self._choosing.welcome()

    def run(self) -> None:
        """Talk until the person leaves or there is nothing more to read."""
        while not self.left:
            typed = self._talk.keys.read(TICK)
            if typed is None:
                break
            if typed:
                self.obey(*typed)
            self._talk.tell_news()
        self._talk.submit(messages.Pause())

    def obey(self, word: str, rest: str = "") -> None:
        """Do what a key or the name of a command asks for, and then what follows on the line, as far as it is known."""
        while word and not self.left:
            answer = self._answer_to(word)
            if answer is None:
                return
            with_text = bool(rest) and answer.takes(rest)
            try:
                answer.do(rest if with_text else "")
            except InputError as error:
                self._talk.say(str(error))
            if with_text:
                return
            word, _, rest = rest.partition(" ")
            word, rest = name_of(word), rest.strip()

    def _answer_to(self, word: str) -> Answer | None:
        if len(word) == 1 and word in DIGITS and self._running.driving:
            return Answer(lambda rest: self._running.act(int(word)))
        command = _command(word)
        name = command.id if command else word
        if command and name in self.answers and not self._available(command):
            return Answer(lambda rest: self._talk.say(f"{command.label} would do nothing now"))
        if name in self.answers:
            return self.answers[name]
        if name in INSTEAD:
            return Answer(lambda rest: self._talk.say(instead_of(name)))
        known = [command.id for command in commands.COMMANDS] if len(word) > 2 else []
        shown = commands.key_name(word)
        meant = near_miss(word, known) or f"; {key('help')} lists them"
        self._talk.say(f"{shown!r} is no key{meant}")
        return None

    def _available(self, command: commands.Command) -> bool:
        """Return whether a command would do something; some are told of worlds in which nothing can be drawn, too."""
        in_a_hurry = not self._talk.at_rest  # What is shown may be about to change: nobody can tell yet.
        return in_a_hurry or command.id in TOLD_ANYWAY or commands.available(command, self._talk.shown)

    # The commands of the conversation itself.

    def _stop(self, rest: str) -> None:
        """Stop what goes on; where nothing does, close the inspector, then the lesson."""
        shown = self._talk.shown
        if shown.playing or shown.busy:
            self._talk.submit(messages.Pause())
        elif self._looking.sight.cursor is not None:
            self._looking.close()
        elif self.lessons.reading:
            self.lessons.leave()
        else:
            self._talk.say("nothing goes on")

    def _redraw(self, rest: str) -> None:
        self._talk.tell(*state_of_the_run(self._talk.shown))
        self._talk.tell_again()

    def _help(self, rest: str) -> None:
        """List the keys by group; those that need the screen come last, in one line."""
        for group, known in commands.groups().items():
            here = [command for command in known if command.id in self.answers]
            if here:
                self._talk.say("Looking:" if group == commands.LOOKING else f"{group}:")
            for command in here:
                self._talk.say(self._about(command))
        away = [key_words(c.keys_shown[0]) for c in commands.COMMANDS if c.id in INSTEAD]
        self._talk.say(f"of the full screen only, and each says what to use in its place: {', '.join(away)}")

    def _find(self, rest: str) -> None:
        """Obey a line that begins with a key or a name, or list the commands in which a word stands."""
        line = self._talk.choose((), "command, with what it takes, or a word to look for", rest)
        word, _, text = line.partition(" ")
        if _command(name_of(word)) is not None:
            self.obey(name_of(word), text.strip())
            return
        found = [about for about in map(self._about, commands.ALL) if line.lower() in about.lower()]
        for about in found:
            self._talk.say(about)
        if not found:
            self._talk.say(f"no command speaks of {line!r}")

    def _about(self, command: commands.Command) -> str:
        """Say the keys of a command and what it does here."""
        keys = " or ".join(map(key_words, command.keys_shown))
        if command.id in INSTEAD:
            return f"{keys}: {instead_of(command.id)}"
        return f"{keys}: {spoken(self.answers[command.id].help or command.help)}"

    def _quit(self, rest: str) -> None:
        """Leave; what is not saved takes a word."""
        self._talk.settle()
        if self._talk.begun and self._talk.shown.unsaved and not rest:
            question = "not saved; a name to save it, discard to leave without, empty to stay"
            if not self._talk.keys.interactive:
                self._talk.say(f"{question}:")
            rest = self._talk.ask(question)
            if not rest:
                return
        if self._talk.shown.unsaved and rest != "discard":
            self._talk.submit(messages.Pause())
            self._talk.submit(messages.Save(rest))
            if self._talk.shown.unsaved:
                return
        self.left = True


def _command(word: str) -> commands.Command | None:
    """Return the command with that name or key."""
    return next((known for known in commands.COMMANDS if word in (known.id, *known.keys_now)), None)
