"""The dialogs in which an agent is chosen and set up."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Label

from engine.errors import InputError
from engine.messages import Snapshot, Start
from tui.screens.dialog import whole_number
from tui.screens.form import Form, SettingLine
from tui.screens.ports import AgentEntry, Library, SettingEntry
from tui.screens.search import Search

SEED = "seed"
LARGEST_SEED = 2**63 - 1
SEED_MEANING, SEED_RANGE = "begins all chance: same seed, same run", "a whole number from 0 on"


@dataclass(frozen=True)
class ChosenAgent:
    """Who is to learn: the settings are those that differ from their defaults."""

    name: str
    settings: Mapping[str, str]
    seed: int


class ChooseAgent(Search):
    """Answers with the name of an agent."""

    TITLE = "Choose an agent"
    HINT = "type to search · ↑ ↓ move · enter its settings · escape close"

    def __init__(self, library: Library, current: str = "") -> None:
        super().__init__({agent.name: (agent.name, agent.title) for agent in library.agents()}, current)

    def check(self, word: str) -> None:
        """Refuse what stands in no name."""
        raise InputError(f"no agent has {word!r} in its name or title")


class AgentSettings(Form[ChosenAgent]):
    """A form with a line for each setting; an empty field stands for the default, which it shows."""

    HINT = "tab next · enter begin a new run · empty = default · escape close"
    WIDTH = 100
    living = False
    """Whether the agent lives, so that some of its settings are fixed."""

    def __init__(self, library: Library, agent: AgentEntry, given: Mapping[str, str], seed: int | None) -> None:
        """`seed` is None where no new run begins."""
        super().__init__(f"Settings of {agent.name}")
        self.library = library
        self.agent = agent
        self.given = given
        self.seed = seed

    def lines(self) -> list[SettingLine]:
        """Return a line for the seed and one for each setting."""
        lines = [] if self.seed is None else [SettingLine(SEED, str(self.seed), "0", SEED_MEANING, SEED_RANGE)]
        for entry in self.agent.settings:
            value = self.given.get(entry.name, "")
            about = f"{entry.range} · default {entry.default}"
            line = SettingLine(entry.name, value, self.left_empty(entry), entry.meaning, about)
            if entry.fixed and self.living:
                line.fix()
            lines.append(line)
        return lines

    def body(self) -> list[Widget]:
        """Say above the lines how the agent acts and whose values it learns."""
        learns = f"{self.agent.learning} · {self.agent.target_policy}"
        policies = [
            Label(Content(f"{name:<7}  {policy}"), classes="policy")
            for name, policy in (("acts", self.agent.behaviour_policy), ("learns", learns))
        ]
        return [*policies, *super().body()]

    def left_empty(self, entry: SettingEntry) -> str:
        """Return what an empty field stands for."""
        return entry.default

    def on_mount(self) -> None:
        """Begin at the first setting, below the seed."""
        self.query(Input)[1 if self.agent.settings and self.seed is not None else 0].focus()

    def submit(self, values: Mapping[str, str]) -> None:
        """Answer if the values are possible together, too."""
        settings = {key: value for key, value in values.items() if key != SEED}
        try:
            self.library.check_settings(self.agent.name, settings)
        except InputError as error:
            self.complain(str(error))
        else:
            self.dismiss(ChosenAgent(self.agent.name, settings, int(values.get(SEED, "0"))))

    def problem(self, key: str, value: str) -> str:
        """Return what is wrong with the seed or with a setting."""
        if key == SEED:
            seed = whole_number(value)
            possible = seed is not None and seed <= LARGEST_SEED
            return "" if possible else f"{value!r} is no seed ({SEED_RANGE})"
        try:
            self.library.check_settings(self.agent.name, {key: value})
        except InputError as error:
            return str(error).removeprefix(f"setting {key}: ")
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


def chosen_settings(library: Library, snapshot: Snapshot) -> dict[str, str]:
    """Return the settings of a run that differ from their defaults; the default of the discount is the world's."""
    agent = next((agent for agent in library.agents() if agent.name == snapshot.agent.name), None)
    defaults = {setting.name: setting.default for setting in agent.settings} if agent else {}
    chosen = {key: value for key, value in snapshot.agent.settings.items() if value != defaults.get(key)}
    if _same_number(chosen.get("discount", ""), snapshot.world.discount):
        del chosen["discount"]
    return chosen


def start_in(library: Library, world: str, snapshot: Snapshot) -> Start:
    """Return how the agent of a run begins in another world: with its settings and its seed."""
    return Start(world, snapshot.agent.name, chosen_settings(library, snapshot), snapshot.agent.seed)


def _same_number(text: str, number: float) -> bool:
    try:
        return math.isclose(float(text), number)
    except ValueError:
        return False
