"""Lessons from the command line: their list, and what is wrong with one of a person's own."""

import pytest

from tests.command_line.mistakes import assert_mistake

TRAIN = ["train", "seed-2x3", "--agent", "q-learning", "--seed", "0"]


def test_lessons_lists_them_in_the_order_of_the_story(run_json):
    lessons = run_json("lessons")["lessons"]
    assert [lesson["name"] for lesson in lessons][:2] == ["grid", "return"]
    assert lessons[-1]["agent"] == "dqn"


def test_a_lesson_of_ones_own_is_checked_claim_by_claim(run, run_json, tmp_path):
    path = tmp_path / "mine.md"
    path.write_text("---\ntitle: Mine\nworld: seed-2x3\n---\nSix states.\n> expect states = 6\n")
    assert run_json("lessons", str(path), "--check") == {"lesson": "mine", "pages": 1, "claims": 1, "mistakes": []}
    path.write_text(path.read_text().replace("= 6", "= 7"))
    assert run("lessons", str(path), "--check") == (1, f"{path}:6: states = 7: it is 6\n", "")


def test_a_lesson_that_is_not_there_is_a_mistake(run):
    assert_mistake(run("lessons", "clif"), "no lesson 'clif'; did you mean 'cliff'?")
    assert_mistake(run("lessons", "nowhere.md"), "cannot read nowhere.md")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("---\ntitle: Mine\nworld: clif\n---\nA page.\n", "mine.md:3: unknown world 'clif'"),
        ("---\ntitle: Mine\nworld: cliff\n---\nA page.\n> jump\n", "mine.md:6: unknown directive 'jump'"),
        ("---\ntitle: Mine\nworld: cliff\n---\nA page.\n> start cliff dqm\n", "mine.md:6: unknown agent 'dqm'"),
    ],
)
def test_a_mistake_in_a_lesson_is_told_with_file_and_line(run, tmp_path, text, said):
    path = tmp_path / "mine.md"
    path.write_text(text)
    assert_mistake(run("lessons", str(path)), said)
