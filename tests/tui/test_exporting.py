"""Writing files: whole or not at all, and never over somebody's own."""

import os

import pytest

from engine.errors import InputError
from tui.exporting import expanded, world_path, write_new


def test_a_file_is_written_and_nothing_else_is_left_beside_it(tmp_path):
    write_new(tmp_path / "a.csv", "one\n")
    write_new(tmp_path / "a.csv", b"two\n", replace=True)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.csv", "two\n")]


def test_a_file_is_replaced_only_by_who_says_so(tmp_path):
    (tmp_path / "a.csv").write_text("mine")
    with pytest.raises(InputError, match="exists already"):
        write_new(tmp_path / "a.csv", "theirs")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.csv", "mine")]


def test_a_file_that_cannot_be_finished_leaves_the_old_one_whole(tmp_path, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    (tmp_path / "a.csv").write_text("mine")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"cannot write .*a\.csv: No space left on device"):
        write_new(tmp_path / "a.csv", "theirs", replace=True)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.csv", "mine")]


def test_what_a_link_points_to_is_replaced_and_the_link_stays(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_new(tmp_path / "link", "new", replace=True)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_where_no_links_can_be_made_a_new_file_is_written_all_the_same(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    write_new(tmp_path / "a.csv", "one")
    assert (tmp_path / "a.csv").read_text() == "one"


@pytest.mark.parametrize("text", ["", "  ", "a\x1b.toml", "a\n.toml"])
def test_what_is_no_name_is_refused(text):
    with pytest.raises(InputError):
        expanded(text)


@pytest.mark.parametrize("text", ["mine", "mine.json", ".toml", "-mine.toml", "folder/"])
def test_a_world_file_has_a_name_that_opens_it(text):
    with pytest.raises(InputError, match=r"write one such as my-world\.toml"):
        world_path(text)
