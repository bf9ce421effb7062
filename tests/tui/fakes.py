"""A trainer that trains nothing, lists that stay the same, and snapshots made by hand."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from engine.errors import InputError
from engine.messages import (
    AgentView,
    BatchUpdate,
    BranchView,
    EpisodesView,
    Notice,
    Snapshot,
    Start,
    TableUpdate,
    TimelineView,
    Transition,
    TruthView,
    WorldView,
)

NAN = float("nan")
TITLE = "The article's 2x3 grid"
CROSS = ("up", "right", "down", "left")


def grid(*rows, actions=CROSS, terminal="G", to_start="", labels=None, name="seed-2x3", title=TITLE, **fields):
    """A world with a map; `terminal` and `to_start` are letters of such cells, `labels` a text a letter."""
    places = [(r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if cell not in "# "]
    letters = [rows[r][c] for r, c in places]
    cells = {
        letter: {
            **({"reward": float(labels[letter])} if letter in (labels or {}) else {}),
            **({"terminal": True} if letter in terminal else {}),
            **({"to_start": True} if letter in to_start else {}),
        }
        for letter in dict.fromkeys(letters)
        if letter not in "S."
    }
    return WorldView(
        name=name,
        title=title,
        source="",
        states=tuple(f"{r},{c}" for r, c in places),
        actions=tuple(actions),
        terminal=np.array([letter in terminal for letter in letters]),
        start=np.array([letter == "S" for letter in letters]),
        entered=np.array([letter not in to_start for letter in letters]),
        cells=rows,
        places=np.array(places, dtype=np.int64),
        labels=tuple((labels or {}).get(letter, "") for letter in letters),
        **(
            {
                "discount": 0.9,
                "max_steps": 100,
                "definition": {"discount": 0.9, "max_steps": 100, "map": "\n".join(rows), "cells": cells},
            }
            | fields
        ),
    )


def seed_grid():
    return grid("SXG", "...", labels={"X": "-10", "G": "+10"})


def names(count, actions=("go", "stay"), **fields):
    """A world without a map."""
    return WorldView(
        name="names",
        title="A world of names",
        source="",
        states=tuple(f"s{n}" for n in range(count)),
        actions=tuple(actions),
        terminal=np.zeros(count, dtype=bool),
        start=np.arange(count) == 0,
        entered=np.ones(count, dtype=bool),
        discount=0.9,
        max_steps=100,
        cells=(),
        places=np.zeros((0, 2), np.int64),
        labels=("",) * count,
        **fields,
    )


def values(world, **rows):
    """Q of zeros, NaN for terminal states, and rows such as `s0=[...]` by the number of the state."""
    q = np.zeros((len(world.states), len(world.actions)))
    q[world.terminal] = NAN
    for state, row in rows.items():
        q[int(state.removeprefix("s"))] = row
    return q


def greedy(q):
    filled = np.where(np.isnan(q), -np.inf, q)
    return (filled == filled.max(axis=1, keepdims=True)) & ~np.isnan(q)


def episodes(*returns):
    got = np.array(returns, dtype=float)
    mean = float(got[-100:].mean()) if returns else NAN
    return EpisodesView(
        finished=len(got),
        returns=got,
        discounted_returns=got * 0.729,
        td_errors=np.linspace(1.0, 0.1, len(got)),
        epsilons=np.full(len(got), 0.1),
        lengths=np.full(len(got), 4),
        terminated=np.ones(len(got), bool),
        mean_return=mean,
        mean_length=4.0 if returns else NAN,
    )


def timeline(head=0, **fields):
    """A run of one branch, at its furthest step."""
    none = np.zeros(0, np.int64)
    first = {
        "head": head,
        "branch": "main",
        "branches": (BranchView("main", 0, head),),
        "keyframes": np.zeros(1, np.int64),
        "episode_ends": none,
        "earlier_episodes": 0,
        "interventions": none,
        "saves": none,
    }
    return TimelineView(**(first | fields))


def snapshot(world=None, q=None, **fields):
    """The first moment of a run, but for what is given."""
    world = world or seed_grid()
    q = values(world) if q is None else q
    state = fields.pop("state", int(np.flatnonzero(world.start)[0]))
    settings = {"discount": "0.9", "step_size": "0.5", "epsilon": "0.1"}
    first = {
        "world": world,
        "agent": AgentView("q-learning", "Q-learning, a table of values", settings, 0),
        "step": 0,
        "episode": 0,
        "episode_length": 0,
        "episode_return": 0.0,
        "ended": False,
        "state": state,
        "path": (state,),
        "epsilon": 0.1,
        "q": q,
        "greedy": greedy(q),
        "last": None,
        "update": None,
        "episodes": episodes(),
        "truth": TruthView(10.0, 0.25, 7.29, 7.29e-11),
        "timeline": timeline(fields.get("step", 0)),
        "playing": False,
        "speed": 5.0,
        "steps_per_second": 0.0,
        "demonstration": False,
        "save_name": "",
        "unsaved": False,
        "busy": "",
        "notices": (),
    }
    return Snapshot(**(first | fields))


def transition(**fields):
    first = {
        "step": 12,
        "state": 3,
        "action": 1,
        "reward": -1.0,
        "next_state": 4,
        "terminated": False,
        "truncated": False,
        "explored": True,
        "die": 0.03,
        "epsilon": 0.1,
    }
    return Transition(**(first | fields))


def table_update(**fields):
    first = {
        "step": 221,
        "state": 3,
        "action": 1,
        "value_before": 0.0,
        "step_size": 0.5,
        "reward": -1.0,
        "discount": 0.9,
        "next_value": 0.0,
        "next_action": 0,
        "td_target": -1.0,
        "td_error": -1.0,
        "value_after": -0.5,
        "steps": 1,
        "trace": 1.0,
        "pairs": 1,
    }
    return TableUpdate(**(first | fields))


def batch_update(**fields):
    first = {
        "updates": 63,
        "loss": 0.0123,
        "batch_size": 32,
        "mean_abs_td_error": 0.41,
        "updates_until_copy": 37,
        "replay_size": 162,
        "replay_capacity": 10_000,
        "learning_starts": 100,
        "value_before": 0.10,
        "value_after": 0.08,
        "reward": -1.0,
        "discount": 0.9,
        "next_value": 0.52,
        "td_target": -0.532,
    }
    return BatchUpdate(**(first | fields))


def learned(world=None, **fields):
    """The 2x3 grid in the middle of its 41st episode, nearly learned."""
    world = world or seed_grid()
    q = values(
        world,
        s0=[3.28, -6.72, 7.29, 0.0],
        s1=[0.0, 5.0, 0.0, 5.53],
        s3=[0.0, 8.10, 5.41, 3.52],
        s4=[-6.39, 9.0, 7.08, 5.47],
        s5=[10.0, 4.5, 5.62, 0.0],
    )
    first = {
        "step": 221,
        "episode": 41,
        "episode_length": 2,
        "state": 4,
        "path": (0, 3, 4),
        "last": transition(step=221, reward=0.0, explored=False, die=0.35),
        "update": table_update(value_before=8.1, reward=0.0, next_value=9.0, next_action=1, value_after=8.1),
        "episodes": episodes(*([-10.0, 0.0] + [10.0] * 8) * 4),
        "truth": TruthView(2.5, 0.8, 7.29, 7.29e-11),
        "unsaved": True,
    }
    return snapshot(world, q, **(first | fields))


class FakeTrainer:
    """Writes down what it is asked for and shows the snapshot that it is given."""

    complaint = ""

    def __init__(self, first=None):
        self.snapshot = first or snapshot()
        self.commands = []
        self.told = None
        self.gave_way = 0

    def listen(self, told):
        self.told = told

    def give_way(self):
        self.gave_way += 1

    def submit(self, command):
        self.commands.append(command)

    def show(self, **fields):
        """Publish a snapshot that differs from the last one in these fields."""
        if "step" in fields:
            fields.setdefault("timeline", timeline(fields["step"]))
        if "q" in fields:
            fields.setdefault("greedy", greedy(fields["q"]))
        self.snapshot = replace(self.snapshot, **fields)

    def tell(self, text, *, error=False, **fields):
        """Publish a notice."""
        number = len(self.snapshot.notices) + 1
        self.show(notices=(*self.snapshot.notices, Notice(number, text, error)), **fields)


@dataclass(frozen=True)
class World:
    id: str
    title: str
    states: int = 6
    actions: int = 4
    discount: float = 0.9


@dataclass(frozen=True)
class Setting:
    name: str
    default: str
    meaning: str = "what it is for"
    range: str = "0 to 1"
    fixed: bool = False


@dataclass(frozen=True)
class Agent:
    name: str
    title: str
    settings: tuple = ()
    learning: str = "off-policy"
    behaviour_policy: str = "as the setting exploration says"
    target_policy: str = "greedy: the best next action"


@dataclass(frozen=True)
class Save:
    name: str
    world: str = "cliff"
    agent: str = "q-learning"
    steps: int = 1234
    episodes: int = 56
    modified: datetime = datetime(2025, 3, 1, 12, 30)
    problem: str = ""


@dataclass
class FakeLibrary:
    """Two worlds, two agents, and the saves that it is given."""

    folder: Path = Path("saves")
    saved: list = field(default_factory=list)
    broken: Save | None = None

    def worlds(self):
        return [World("seed-2x3", "The article's 2x3 grid"), World("cliff", "Cliff walking", 48, 4, 1.0)]

    def check_world(self, word):
        if "wrong" in word:
            raise InputError(f"{word}: there is no such file")

    def agents(self):
        table = (Setting("discount", "the world's"), Setting("step_size", "0.5"), Setting("epsilon", "0.1"))
        return [Agent("q-learning", "a table", table), Agent("dqn", "a network", table[:1])]

    def check_settings(self, agent, settings):
        for key, value in settings.items():
            try:
                possible = 0.0 <= float(value) <= 1.0
            except ValueError:
                possible = False
            if not possible:
                raise InputError(f"setting {key}: {value} is out of range (0 to 1)")

    def saves(self):
        return self.saved

    def broken_off(self):
        return self.broken

    def forget(self, save):
        self.broken = None

    def check_save_name(self, name):
        if not name or "/" in name:
            raise InputError(f"{name!r} cannot be the name of a save")


FIRST = Start("seed-2x3", "q-learning")
