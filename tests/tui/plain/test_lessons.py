"""Lessons, read as lines."""

from tui.lessons import shelf
from tui.plain.talk import Talk


def test_a_lesson_is_read_page_by_page_and_drives_the_run(hear):
    told = hear("L", "grid", ".", ".", ",", "L", ".")
    assert [line for line in told if line.startswith("page ")] == [
        "page 1 of 5, The grid and its words",
        "page 2 of 5, The grid and its words",
        "page 3 of 5, The grid and its words",
        "page 2 of 5, The grid and its words",
    ]
    assert any(line.startswith("step 2, from 0,0 right to 0,1") for line in told)
    assert "try: s, for one step" in told
    assert told[-2:] == ["the lesson is closed", "no lesson is open; L (capital l) chooses one"]


def test_every_page_of_every_lesson_can_be_read(hear):
    pages = sum(len(lesson.pages) for lesson in shelf.shipped())
    told = hear("L grid", *["."] * pages)
    assert len([line for line in told if line.startswith("page ")]) == pages
    assert told[-1] == "the lesson is closed"
    assert not any("not possible" in line for line in told)
    assert not any("`" in line or "**" in line for line in told)


def test_a_transition_within_a_page_is_said_in_words_and_the_page_begins_as_it_is_written(hear):
    told = hear("L grid", ".", ".")
    page = next(line for line in told if "Two steps have been made" in line)
    assert page.startswith("Two steps have been made.")
    assert "The line with from 0,0 right to 0,1 says it" in page


def test_the_keys_to_try_are_named(hear):
    told = hear("L cliff", ".", ".")
    assert "try: space, and wait for a fall, marked !; + (plus) is faster" in told
    assert len([line for line in told if line.startswith("step 10,286, ")]) == 1


def test_the_run_of_a_lesson_is_no_loss_but_one_that_goes_on_after_it_is(hear, monkeypatch):
    asked = []
    monkeypatch.setattr(Talk, "sure", lambda talk, question, *, unasked: asked.append(question) or True)
    hear("L grid", ".", ".", "s", "L", "L return")
    assert asked == []
    hear("L grid", "L", "e", "L return")
    assert asked == ["begin: what was learned since the last save will be lost"]


def test_a_lesson_begins_with_nothing_left_of_the_one_before(hear):
    told = hear("L grid", ".", ".", "i", "+", "L", "L return", "o")
    assert told[-1].startswith("first i to inspect a state")


def test_figures_are_told_from_the_page_on_that_speaks_of_them(hear):
    assert not any("policy optimal" in line for line in hear("L grid", *["."] * 4))
    assert any("error of Q" in line or "max" in line for line in hear("L exploration", "."))


def test_a_lesson_is_opened_again_at_the_page_where_it_was_left(hear):
    told = hear("L grid", ".", ".", "L", "L", "grid", "L", "L return", "L", "L grid")
    assert [line for line in told if line.startswith("page ")][2:] == [
        "page 3 of 5, The grid and its words",
        "page 3 of 5, The grid and its words",
        "page 1 of 5, Return and discount",
        "page 1 of 5, The grid and its words",
    ]
    assert "grid: The grid and its words, 5 pages, left at page 3" in told


def test_a_lesson_that_was_read_to_its_end_is_opened_at_its_beginning(hear):
    last, pages = shelf.find(shelf.ORDER[-1]), len(shelf.find(shelf.ORDER[-1]).pages)
    told = hear(f"L {last.name}", *["."] * pages, f"L {last.name}")
    assert [line for line in told if line.startswith("page ")][-1] == f"page 1 of {pages}, {last.title}"
