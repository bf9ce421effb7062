"""The catalogue finds what is there and says in one line what is not; the library holds what it says."""

import json
import math
import subprocess
import sys
from importlib import resources

import numpy as np
import pytest

from engine import planning
from engine.errors import InputError
from engine.worlds import catalogue

GRID = 'discount = 0.9\nmap = "S."\n'
EXPLICIT = {
    "discount": 0.9,
    "states": ["a"],
    "actions": ["go"],
    "start": {"a": 1.0},
    "transitions": [["a", "go", 1.0, "a", 0.0, False]],
}


class TestFind:
    def test_an_id_of_the_library_finds_its_world(self):
        assert catalogue.find("cliff").name == "cliff"

    def test_a_path_finds_a_gridworld_named_after_its_file(self, tmp_path):
        path = tmp_path / "mine.toml"
        path.write_text(GRID)
        assert catalogue.find(str(path)).name == "mine"

    def test_a_path_finds_an_explicit_world(self, tmp_path):
        path = tmp_path / "mine.json"
        path.write_text(json.dumps(EXPLICIT))
        assert catalogue.find(str(path)).states == ("a",)

    def test_either_kind_of_world_may_stand_in_either_kind_of_file(self, tmp_path):
        path = tmp_path / "mine.json"
        path.write_text(json.dumps({"discount": 0.9, "map": "S."}))
        assert catalogue.find(str(path)).states == ("0,0", "0,1")

    def test_a_mark_of_byte_order_is_no_mistake(self, tmp_path):
        path = tmp_path / "mine.toml"
        path.write_bytes(b"\xef\xbb\xbf" + GRID.encode())
        assert catalogue.find(str(path)).discount == 0.9

    def test_a_wrong_id_is_told_with_its_near_miss(self):
        with pytest.raises(InputError) as caught:
            catalogue.find("clif")
        assert str(caught.value) == "unknown world 'clif'; did you mean 'cliff'? (qscope worlds lists them all)"

    def test_an_id_like_no_other_is_told_without_a_near_miss(self):
        with pytest.raises(InputError) as caught:
            catalogue.find("zzz")
        assert str(caught.value) == "unknown world 'zzz' (qscope worlds lists them all)"

    @pytest.mark.parametrize("word", ["", "../library/cliff", "seed-2x3\n", "Cliff"])
    def test_only_exact_ids_are_found(self, word):
        with pytest.raises(InputError, match="unknown world"):
            catalogue.find(word)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.toml", b"discount = \n", "not valid TOML: Invalid value (at line 1, column 12)"),
        ("a.toml", b"discount = 1\ndiscount = 2\n", "line 2"),
        ("a.toml", b'title = "\xff"\n', "line 1 is not UTF-8"),
        ("a.toml", b"x = " + b"[" * 100_000, "nested too deeply"),
        ("a.toml", b"discount = 1" + b"0" * 5000, "not valid TOML"),
        ("a.toml", b"discount = 0.9\n", "needs the key 'map' (a gridworld) or 'transitions'"),
        ("a.toml", b'discount = 0.9\nmap = "S"\nslip = 2\n', "slip is 2; it must be"),
        ("a.toml", b'discount = 0.9\nmap = "S"\nmax_steps = 1979-05-27\n', "max_steps is datetime.date(1979, 5, 27)"),
        ("a.toml", b" " * (8 * 1024 * 1024 + 1), "larger than 8 MiB"),
        ("a.json", b'{"discount": 1,\n}', "not valid JSON: "),
        ("a.json", b"", "not valid JSON: Expecting value: line 1 column 1"),
        ("a.json", b"[1, 2]", "must hold one JSON object"),
        ("a.json", b"[" * 100_000, "nested too deeply"),
        ("a.json", b'{"map": "S", "map": "."}', "the key 'map' stands twice"),
        ("a.json", b'{"map": "S", "transitions": []}', "both are given"),
        ("a.json", b'{"map": "S", "discount": NaN}', "discount is nan"),
        ("a.JSON", b"{", "not valid JSON"),
    ],
    ids=lambda value: ascii(value)[:60],
)
def test_a_wrong_file_is_told_in_one_line_that_begins_with_its_path(tmp_path, name, content, told):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        catalogue.find(str(path))
    assert str(caught.value).startswith(f"{path}: ")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("absent.toml", "No such file"),
        ("folder.toml", "not a file"),
        ("nul\0.toml", "no file can have such a name"),
        ("two\nlines.toml", "No such file"),
    ],
)
def test_a_path_that_cannot_be_read_is_told(tmp_path, monkeypatch, word, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(InputError) as caught:
        catalogue.find(word)
    assert str(caught.value).startswith((f"{word}: ", f"{word!r}: "))
    assert told in str(caught.value)
    assert str(caught.value).isprintable()


class TestLibrary:
    def test_it_begins_with_the_articles_grid(self):
        assert catalogue.library()[0] == "seed-2x3"

    def test_it_lists_every_file_that_is_shipped(self):
        files = resources.files("engine.worlds.library").iterdir()
        shipped = {file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")}
        assert shipped == set(catalogue.library())

    def test_the_listing_says_what_the_worlds_say(self):
        first = catalogue.listing()[0]
        assert (first.id, first.states, first.actions, first.discount) == ("seed-2x3", 6, 4, 0.9)
        assert [line.id for line in catalogue.listing()] == catalogue.library()

    @pytest.mark.parametrize("word", catalogue.library())
    def test_every_world_has_a_title_a_source_and_a_layout(self, word):
        world = catalogue.find(word)
        assert world.title
        assert world.source
        assert len(world.layout.labels) == len(world.layout.places) == len(world.states)

    @pytest.mark.parametrize("word", catalogue.library())
    def test_every_world_is_solved(self, word):
        solution = planning.solve(catalogue.find(word))
        assert math.isfinite(solution.start_value)
        assert solution.optimal.any(axis=1).sum() == (solution.policy >= 0).sum()

    @pytest.mark.parametrize("word", catalogue.library())
    def test_every_world_is_built_again_from_its_definition(self, word):
        world = catalogue.find(word)
        again = catalogue.build(word, json.loads(json.dumps(world.definition)))
        for name in ("offsets", "probability", "next_state", "reward", "terminated", "start"):
            assert np.array_equal(getattr(world, name), getattr(again, name))

    def test_the_maze_is_fifty_by_fifty(self):
        layout = catalogue.find("maze-50x50").layout
        assert (layout.rows, layout.columns) == (50, 50)


def test_the_catalogue_loads_nothing_that_is_slow():
    code = "import sys, engine.worlds.catalogue; print({'torch', 'numba', 'gymnasium'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"
