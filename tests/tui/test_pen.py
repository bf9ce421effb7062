"""The pen: a terminal shows what was put, and gets no more than it takes for that."""

import re

from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

from tui.pen import PLAIN, Look, Pen, Shown, look_of

WIDTH, HEIGHT = 12, 3
TOKEN = re.compile(r"\x1b\[([\d;]*)([A-Za-z])|(.)", re.DOTALL)
WIDE = "漢"
STYLES = [
    Style.parse(words) for words in ("none", "bold red", "red on blue", "reverse", "bold underline", "dim italic")
]


class Terminal:
    """As much of a terminal as it takes; where its cursor is behind the last column, it refuses to say."""

    def __init__(self):
        self.rows = [[(" ", PLAIN)] * WIDTH for _ in range(HEIGHT)]
        self.x = self.y = 0
        self.look = PLAIN

    def feed(self, text):
        for parameters, final, character in TOKEN.findall(text):
            if character:
                self.put(character)
            elif final == "H":
                self.y, self.x = (int(number) - 1 for number in parameters.split(";"))
            elif final == "m":
                self.change(parameters.split(";"))
            else:
                assert self.x < WIDTH
                right, down = {"A": (0, -1), "B": (0, 1), "C": (1, 0), "D": (-1, 0)}[final]
                self.x += right * int(parameters or 1)
                self.y += down * int(parameters or 1)

    def put(self, character):
        size = 2 if character == WIDE else 1
        self.rows[self.y][self.x : self.x + size] = [(character, self.look), ("", self.look)][:size]
        self.x += size

    def change(self, codes):
        attributes, foreground, background = set(self.look.attributes), self.look.foreground, self.look.background
        for code in codes:
            number = int(code or 0)
            if number == 0:
                attributes, foreground, background = set(), "", ""
            elif number < 10:
                attributes.add(code)
            elif number < 30:
                attributes -= {"22": {"1", "2"}, "23": {"3"}, "24": {"4"}, "27": {"7"}}[code]
            elif number < 40:
                foreground = "" if number == 39 else code
            else:
                background = "" if number == 49 else code
        self.look = Look(frozenset(attributes), foreground, background)

    @property
    def seen(self):
        """The cells as an eye sees them: of a blank neither its colour nor how bold it is."""
        return [
            [(c, k if c != " " or k.attributes - {"1", "2", "3"} else k.background) for c, k in r] for r in self.rows
        ]


def pen(shown):
    return Pen(ColorSystem.STANDARD, shown, WIDTH, HEIGHT)


def sent(shown, *puts):
    writer = pen(shown)
    for x, y, text, style in puts:
        writer.put(x, y, [Segment(text, style)])
    return writer.finish()


puts = st.lists(
    st.tuples(
        st.integers(0, WIDTH - 1),
        st.integers(0, HEIGHT - 1),
        st.text(st.sampled_from("ab →"), min_size=1, max_size=WIDTH),
        st.sampled_from(STYLES),
    ),
    max_size=8,
)


@given(st.lists(puts, max_size=4))
def test_a_terminal_shows_what_was_put_last(frames):
    shown, terminal, expected = Shown(), Terminal(), Terminal()
    for frame in [[(0, y, " " * WIDTH, STYLES[0]) for y in range(HEIGHT)], *frames]:
        terminal.feed(sent(shown, *frame))
        assert terminal.look == PLAIN
        for x, y, text, style in frame:
            expected.x, expected.y, expected.look = x, y, look_of(style, ColorSystem.STANDARD)
            for character in text[: WIDTH - x]:
                expected.put(character)
        assert terminal.seen == expected.seen


def test_what_is_shown_already_is_not_sent_again():
    shown, put = Shown(), (2, 1, "as before", STYLES[1])
    assert "as before" in sent(shown, put)
    assert sent(shown, put) == ""


def test_what_was_forgotten_is_sent_again():
    shown, put = Shown(), (2, 1, "as before", STYLES[1])
    first = sent(shown, put)
    shown.forget()
    assert sent(shown, put) == first


def test_only_the_cells_that_differ_are_sent():
    shown = Shown()
    sent(shown, (0, 0, "step 1 of 99", STYLES[0]))
    assert sent(shown, (0, 0, "step 2 of 99", STYLES[0])) == "\x1b[1;6H2"


def test_a_style_is_said_once_for_all_cells_that_have_it():
    assert sent(Shown(), (0, 0, "a", STYLES[1]), (4, 2, "b", STYLES[1])) == "\x1b[1;1H\x1b[1;31ma\x1b[3;5Hb\x1b[m"


def test_a_near_cell_is_reached_by_a_short_move():
    shown = Shown()
    sent(shown, (0, 0, "a bcdefgh c", STYLES[0]))
    assert sent(shown, (0, 0, "A bcdefgh C", STYLES[0])) == "\x1b[1;1HA\x1b[9CC"


def test_behind_a_character_of_doubtful_width_the_cursor_is_placed_anew():
    shown = Shown()
    sent(shown, (0, 0, "→bcdefghijk", STYLES[0]))
    assert sent(shown, (0, 0, "↑bcdefghijK", STYLES[0])) == "\x1b[1;1H↑\x1b[1;11HK"


def test_a_wide_character_takes_two_cells():
    shown, terminal = Shown(), Terminal()
    terminal.feed(sent(shown, (0, 0, f"{WIDE}b", STYLES[0])))
    terminal.feed(sent(shown, (0, 0, "abc", STYLES[0])))
    assert [character for character, _ in terminal.rows[0][:3]] == ["a", "b", "c"]


def test_a_blank_takes_the_colour_that_it_does_not_show_from_what_is_before_it():
    shown = Shown()
    writer = pen(shown)
    writer.put(0, 0, [Segment("a", STYLES[1]), Segment(" ", STYLES[0]), Segment("b", STYLES[1])])
    assert writer.finish() == "\x1b[1;1H\x1b[1;31ma b\x1b[m"
