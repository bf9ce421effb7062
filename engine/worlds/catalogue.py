"""The catalogue: finds a world by its word, be it an id of the library, the path of a file, or a Gymnasium id."""

import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from engine.errors import InputError, UnknownWorldError, near_miss
from engine.worlds import environment, explicit, gridrules, gridworld
from engine.worlds.environment import World
from engine.worlds.fields import first_double, in_line, shown

LIBRARY = (
    "seed-2x3",
    "gridworld-4.1",
    "gridworld-3.5",
    "dyna-maze",
    "cliff",
    "windy",
    "windy-king",
    "random-walk",
    "maximization-bias",
    "bridge",
    "russell-norvig-4x3",
    "frozen-lake-4x4",
    "frozen-lake-8x8",
    "four-rooms",
    "maze-50x50",
)
"""The worlds we ship, in an order in which they may be taught."""

GYM_PREFIX = "gym:"
MAX_FILE_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class WorldListing:
    """A line of the catalogue: what can be told of a world of the library before it is opened."""

    id: str
    title: str
    source: str
    states: int
    """How many states the world has."""
    actions: int
    """How many actions the world has."""
    discount: float


class Size(NamedTuple):
    """How large a world is, as far as that decides how large an agent's arrays are."""

    states: int
    """1 without a model: the row that stands for what is observed now."""
    actions: int
    rows: int = 0
    """Of the map; 0 where there is none."""
    columns: int = 0
    features: int = 0
    """How many numbers are observed without a model; 0 with one."""


def find(word: str) -> World:
    """Return the world that the word names: an id of the library, a path ending in .toml or .json, or `gym:...`.

    Raises `InputError` if there is no such world, or if its file or its environment holds a mistake.
    """
    if word.startswith(GYM_PREFIX):
        from engine.worlds.gymnasium import world_from_id  # only here, as gymnasium takes its time to load

        return world_from_id(word)
    if word in LIBRARY:
        return build(word, tomllib.loads(_library_file(word).read_text(encoding="utf-8")))
    if word.lower().endswith((".toml", ".json")):
        return _from_file(word)
    raise UnknownWorldError(f"unknown world {shown(word)}{near_miss(word, LIBRARY)} (qscope worlds lists them all)")


def build(name: str, definition: Mapping[str, Any]) -> World:
    """Make a world of the plain values of its definition, as `World.definition` holds them."""
    if "environment" in definition:
        return environment.from_definition(name, definition)
    if ("map" in definition) == ("transitions" in definition):
        found = "both are given" if "map" in definition else "neither is given"
        raise InputError(f"a world needs the key 'map' (a gridworld) or 'transitions' (an explicit world): {found}")
    if "map" in definition:
        return gridworld.from_definition(name, definition)
    return explicit.from_definition(name, definition)


def size_of(definition: Mapping[str, Any]) -> Size:
    """Return how large the world of a definition is, without making it, unless it is small.

    The definition may still hold mistakes.
    """
    if "environment" in definition:
        world = environment.from_definition("", definition)
        return Size(len(world.states), len(world.actions), features=len(world.features))
    if "map" in definition:
        text = definition["map"].removesuffix("\n")
        cells = len(text) - sum(text.count(nothing) for nothing in "# \n")
        return Size(cells, len(gridrules.MOVES[definition.get("moves", "cross")]), *_map_size(text.split("\n")))
    return Size(len(definition["states"]), len(definition["actions"]), *_map_size(definition.get("layout", [])))


def _map_size(lines: Sequence[str]) -> tuple[int, int]:
    return len(lines), max(map(len, lines), default=0)


def library() -> list[str]:
    """Return the ids of the worlds we ship, in an order in which they may be taught."""
    return list(LIBRARY)


def listing() -> list[WorldListing]:
    """Return a line for every world we ship, in the order of `library`."""
    return [
        WorldListing(world.name, world.title, world.source, len(world.states), len(world.actions), world.discount)
        for world in map(find, LIBRARY)
    ]


def _library_file(word: str) -> Any:
    return resources.files("engine.worlds.library") / f"{word}.toml"


def _from_file(word: str) -> World:
    path = Path(os.path.expanduser(word))  # noqa: PTH111 - Path.expanduser raises where there is no such user
    try:
        return build(path.stem, _parse(path, _read(path)))
    except InputError as error:
        raise InputError(f"{in_line(word)}: {error}") from None


def _read(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():
            raise OSError(None, "this is not a file")
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InputError(error.strerror or "the file cannot be read") from None
    except ValueError:
        raise InputError("no file can have such a name") from None
    if len(content) > MAX_FILE_BYTES:
        raise InputError(f"the file is larger than {MAX_FILE_BYTES // 1024**2} MiB; a world must be smaller")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"line {line} is not UTF-8; save the file as UTF-8") from None


def _parse(path: Path, text: str) -> dict[str, Any]:
    is_toml = path.suffix.lower() == ".toml"
    try:
        definition = tomllib.loads(text) if is_toml else json.loads(text, object_pairs_hook=_unique)
    except RecursionError:
        raise InputError("the values are nested too deeply; a world needs three levels at most") from None
    except InputError:
        raise
    except ValueError as error:
        kind = "TOML" if is_toml else "JSON"
        raise InputError(f"not valid {kind}: {' '.join(str(error).split())}") from None
    if not isinstance(definition, dict):
        raise InputError('the file must hold one JSON object, such as {"title": ..., "transitions": [...]}')
    return definition


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its pairs; JSON itself would let the last of two equal keys win."""
    if (twice := first_double(key for key, _ in pairs)) is not None:
        raise InputError(f"the key {shown(twice)} stands twice; keep one of them")
    return dict(pairs)
