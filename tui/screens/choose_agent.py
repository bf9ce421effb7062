"""The dialogs in which an agent is chosen and set up."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Label, OptionList

from engine.errors import InputError
from engine.messages import Snapshot
from tui.screens.dialog import Dialog, Field, Problem, whole_number
from tui.screens.ports import AgentEntry, Library, SettingEntry
from tui.screens.rows import aligned, options

SEED = "seed"
LARGEST_SEED = 2**63 - 1
SEED_MEANING, SEED_RANGE = "begins all chance: same seed, same run", "a whole number from 0 on"


@dataclass(frozen=True)
class ChosenAgent:
    """Who is to learn: the settings are those that differ from their defaults."""

    name: str
    settings: Mapping[str, str]
    seed: int


class ChooseAgent(Dialog[str]):
    """Answers with the name of an agent."""

    TITLE = "Choose an agent"
    HINT = "↑ ↓ move · enter its settings · escape close"

    def __init__(self, library: Library, current: str = "") -> None:
        super().__init__()
        self.agents = library.agents()
        self.current = current

    def body(self) -> list[Widget]:
        """List the agents."""
        names = [agent.name for agent in self.agents]
        lines = aligned([(agent.name, agent.title) for agent in self.agents], self.line_width, 1)
        return [OptionList(*options(names, lines), compact=True, markup=False)]

    def on_mount(self) -> None:
        """Begin at the agent of the run."""
        names = [agent.name for agent in self.agents]
        if self.current in names:
            self.query_one(OptionList).highlighted = names.index(self.current)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer with the chosen name."""
        self.dismiss(event.option_id)


class AgentSettings(Dialog[ChosenAgent]):
    """A form with a line for each setting; an empty field stands for the default, which it shows."""

    HINT = "tab next · enter begin a new run · empty = default · escape close"
    living = False
    """Whether the agent lives, so that some of its settings are fixed."""

    def __init__(self, library: Library, agent: AgentEntry, given: Mapping[str, str], seed: int | None) -> None:
        """`seed` is None where no new run begins."""
        super().__init__(f"Settings of {agent.name}")
        self.library = library
        self.agent = agent
        self.given = given
        self.seed = seed

    def body(self) -> list[Widget]:
        """Show the seed and the settings, and below them all there is to say about the one that has the focus."""
        lines = [] if self.seed is None else [SettingLine(SEED, str(self.seed), "0", SEED_MEANING, SEED_RANGE)]
        for entry in self.agent.settings:
            value = self.given.get(entry.name, "")
            about = f"{entry.range} · default {entry.default}"
            line = SettingLine(entry.name, value, self.left_empty(entry), entry.meaning, about)
            if entry.fixed and self.living:
                line.fix()
            lines.append(line)
        policies = [
            Label(Content(f"{name:<7}  {policy}"), classes="policy")
            for name, policy in (("acts", self.agent.behaviour_policy), ("learns", self._learns()))
        ]
        return [*policies, VerticalScroll(*lines, classes="form", can_focus=False), Problem(classes="detail")]

    def _learns(self) -> str:
        """Say whose values the agent learns."""
        return f"{self.agent.learning} · {self.agent.target_policy}"

    def left_empty(self, entry: SettingEntry) -> str:
        """Return what an empty field stands for."""
        return entry.default

    def on_mount(self) -> None:
        """Begin at the first setting, below the seed."""
        self.query(Input)[1 if self.agent.settings and self.seed is not None else 0].focus()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Tell what the setting is for that has the focus now."""
        if isinstance(line := event.widget.parent, SettingLine):
            self._explain(line)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say at once what is wrong with a value, beside its field."""
        if isinstance(line := event.input.parent, SettingLine):
            line.tell(self._problem(line))
            self._explain(line)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer if every value is possible; else go to the first that is not."""
        lines = list(self.query(SettingLine))
        wrong = next((line for line in lines if line.problem), None)
        if wrong is not None:
            wrong.field.focus()
            return
        values = {line.key: line.value for line in lines if line.value}
        seed = int(values.pop(SEED, "0"))
        try:
            self.library.check_settings(self.agent.name, values)
        except InputError as error:
            self.query_one(".detail", Problem).tell(str(error))
        else:
            self.dismiss(ChosenAgent(self.agent.name, values, seed))

    def _explain(self, line: "SettingLine") -> None:
        if line.field.has_focus:
            self.query_one(".detail", Problem).tell(line.problem, f"{line.key}: {line.meaning} · {line.range}")

    def _problem(self, line: "SettingLine") -> str:
        """Return what is wrong with the value of a line; nothing if nothing is."""
        if not line.value:
            return ""
        if line.key == SEED:
            seed = whole_number(line.value)
            possible = seed is not None and seed <= LARGEST_SEED
            return "" if possible else f"{line.value!r} is no seed ({SEED_RANGE})"
        try:
            self.library.check_settings(self.agent.name, {line.key: line.value})
        except InputError as error:
            return str(error).removeprefix(f"setting {line.key}: ")
        return ""


class LivingAgentSettings(AgentSettings):
    """A form for the settings of an agent that learns on with them; an empty field leaves a setting as it is."""

    living = True
    HINT = "tab next · enter learn on with these · empty = as it was · escape close"

    def __init__(self, library: Library, agent: AgentEntry, given: Mapping[str, str]) -> None:
        super().__init__(library, agent, given, None)

    def left_empty(self, entry: SettingEntry) -> str:
        """Return the value that the agent has now."""
        return self.given.get(entry.name, "")


class SettingLine(Horizontal):
    """The name of a setting, its field, and what it means or what is wrong with it."""

    def __init__(self, key: str, value: str, default: str, meaning: str, span: str) -> None:
        super().__init__()
        self.key = key
        self.meaning = meaning
        self.range = span
        self.problem = ""
        """What is wrong with the value; empty if nothing is."""
        self.field = Field(value, placeholder=default)
        self.note = Problem(Content(meaning))

    def compose(self) -> ComposeResult:
        """Put the three beside each other."""
        yield Label(Content(self.key))
        yield self.field
        yield self.note

    def fix(self) -> None:
        """Let it be read but not changed."""
        self.field.disabled = True
        self.meaning = f"fixed while the agent lives · {self.meaning}"

    @property
    def value(self) -> str:
        """What was typed; empty for the default."""
        return self.field.value.strip()

    def tell(self, problem: str) -> None:
        """Show what is wrong in place of the meaning."""
        self.problem = problem
        self.note.tell(problem, self.meaning)


def chosen_settings(library: Library, snapshot: Snapshot) -> dict[str, str]:
    """Return the settings of a run that differ from their defaults; the default of the discount is the world's."""
    agent = next((agent for agent in library.agents() if agent.name == snapshot.agent.name), None)
    defaults = {setting.name: setting.default for setting in agent.settings} if agent else {}
    chosen = {key: value for key, value in snapshot.agent.settings.items() if value != defaults.get(key)}
    if _same_number(chosen.get("discount", ""), snapshot.world.discount):
        del chosen["discount"]
    return chosen


def _same_number(text: str, number: float) -> bool:
    try:
        return math.isclose(float(text), number)
    except ValueError:
        return False
