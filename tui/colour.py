"""Colours with a meaning: a value becomes a shade, for terminals of every depth."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from rich.style import Style
from textual.color import Color
from textual.theme import Theme

from engine.messages import FloatArray, IntArray
from tui.depth import Depth

LEVELS = 8
"""How many shades there are on either side of zero where the terminal has all colours."""

# Diverging ramps, from just beyond zero outwards. Orange against blue is told apart by every kind of colour vision, and
# the shades of one rank are equally bright on both sides. Those for 256 colours are colours of the xterm cube.

BLUE_TRUE = {True: ("#20262e", "#1c4f82", "#74b9f7"), False: ("#eef3f9", "#9cc6f0", "#1d64ad")}
ORANGE_TRUE = {True: ("#2c2620", "#7d4411", "#f4ac5c"), False: ("#faf2ea", "#f3bf85", "#b65d0b")}
BLUE_MANY = {
    True: ("#00005f", "#005f87", "#0087af", "#5fafd7", "#87d7ff"),
    False: ("#d7d7ff", "#afd7ff", "#87afff", "#5f87d7", "#005faf"),
}
ORANGE_MANY = {
    True: ("#5f0000", "#875f00", "#af5f00", "#d78700", "#ffaf5f"),
    False: ("#ffd7af", "#ffd787", "#ffaf5f", "#d78700", "#af5f00"),
}
BLUE_SIXTEEN = ("blue", "bright_blue")
ORANGE_SIXTEEN = ("yellow", "bright_yellow")

# Ramps for what has no sign, such as visits, after cividis (Nunez, Anderton & Renslow, 2018), which is read the same by
# every kind of colour vision: the least next to the background, the brightness changes all the way.

AMOUNT_TRUE = {True: ("#0a2a5c", "#6b6d72", "#fee838"), False: ("#f6eca8", "#8a8678", "#12356f")}
AMOUNT_MANY = {
    True: ("#00005f", "#5f5f5f", "#87875f", "#afaf5f", "#d7d75f"),
    False: ("#d7d787", "#afaf87", "#878787", "#5f5f87", "#00005f"),
}
AMOUNT_SIXTEEN = ("blue", "yellow", "bright_yellow")

# Colours that only tell actions apart, after Okabe & Ito (2008).

KINDS = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#d55e00", "#0072b2", "#999999")
KINDS_MANY = ("#5fafff", "#d7af00", "#00af87", "#d787af", "#ffff5f", "#d75f00", "#005faf", "#9e9e9e")
KINDS_SIXTEEN = ("bright_blue", "bright_yellow", "bright_cyan", "red", "green", "magenta", "white", "yellow")


@dataclass(frozen=True)
class Palette:
    """The styles of everything that panels draw."""

    depth: Depth
    dark: bool
    positive: tuple[Style, ...]
    """Backgrounds for values above zero, the greatest last, each with a readable foreground."""
    negative: tuple[Style, ...]
    muted: Style
    line: Style
    """For frames and walls, which should not draw the eye."""
    strong: Style
    accent: Style
    warning: Style
    above: Style
    """The foreground of a gain."""
    below: Style
    """The foreground of a loss."""
    agent: Style
    amounts: tuple[Style, ...]
    """Backgrounds for what has no sign, the greatest last."""
    kinds: tuple[Style, ...]
    """Backgrounds that only tell actions apart."""
    wall: str
    """The colour of walls that are drawn as half blocks; empty where there are no colours."""
    trail: str
    """The colour of the path where it is drawn as half blocks."""

    plain = Style()

    def value(self, value: float, scale: float) -> Style:
        """Return the shade of a value between -scale and +scale: no shade for zero and for what is no number."""
        shades = self.positive if value > 0.0 else self.negative
        if not shades or not scale > 0.0 or not abs(value) > 0.0:
            return self.plain
        return shades[min(int(abs(value) / scale * len(shades)), len(shades) - 1)]

    def amount(self, value: float, scale: float) -> Style:
        """Return the shade of a value between 0 and scale: no shade for zero and for what is no number."""
        if not self.amounts or not scale > 0.0 or not value > 0.0:
            return self.plain
        return self.amounts[min(int(value / scale * len(self.amounts)), len(self.amounts) - 1)]

    def sign(self, value: float) -> Style:
        """Return the foreground for a number that is a gain or a loss."""
        if value > 0.0:
            return self.above
        return self.below if value < 0.0 else self.plain

    @cached_property
    def roles(self) -> dict[str, Style]:
        """The styles by name, for text that is made elsewhere."""
        return {"": self.plain, "muted": self.muted, "strong": self.strong, "accent": self.accent} | {
            "warning": self.warning, "above": self.above, "below": self.below, "agent": self.agent
        }  # fmt: skip


def ranks(values: FloatArray, scale: float, shades: int) -> IntArray:
    """Return the rank of the shade of each value: 1 to `shades`, negative below zero, 0 where there is no shade.

    It is what `Palette.value` and `Palette.amount` do for one value.
    """
    known = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    if not scale > 0.0 or not shades:
        return np.zeros(known.shape, np.int64)
    rank = np.minimum((np.abs(known) / scale * shades).astype(np.int64), shades - 1) + 1
    return rank * np.sign(known).astype(np.int64)


def palette(theme: Theme, depth: Depth) -> Palette:
    """Return the palette that goes with a theme in a terminal of that depth."""
    return _palette(theme.foreground, theme.background, theme.accent, theme.warning, theme.dark, theme.ansi, depth)


@lru_cache(maxsize=32)
def _palette(
    foreground: str | None,
    background: str | None,
    accent: str | None,
    warning: str | None,
    dark: bool,
    ansi: bool,
    depth: Depth,
) -> Palette:
    if depth == Depth.NONE:
        return _colourless(dark)
    blue, orange, amounts = _ramps(dark, depth)
    ink = Color.parse(foreground or ("#e0e0e0" if dark else "#1f1f1f"))
    paper = Color.parse(background or ("#121212" if dark else "#efefef"))
    named = ansi or depth == Depth.SIXTEEN
    return Palette(
        depth=depth,
        dark=dark,
        positive=tuple(_shade(colour) for colour in blue),
        negative=tuple(_shade(colour) for colour in orange),
        muted=Style(dim=True) if named else Style(color=paper.blend(ink, 0.55).rich_color),
        line=Style(dim=True) if named else Style(color=paper.blend(ink, 0.3).rich_color),
        strong=Style(bold=True),
        accent=Style(bold=True) if named else Style(color=Color.parse(accent or "#ffa62b").rich_color, bold=True),
        warning=Style(bold=True, color="yellow" if named else (warning or "#ffa62b")),
        above=Style(bold=True, color=("bright_blue" if dark else "blue") if named else blue[-1]),
        below=Style(bold=True, color="yellow" if named else orange[-1]),
        agent=Style(bold=True, reverse=True),
        amounts=tuple(_shade(colour) for colour in amounts),
        kinds=tuple(_shade(colour) for colour in _kinds(depth)),
        wall="bright_black" if named else paper.blend(ink, 0.3).hex6,
        trail=("bright_white" if dark else "black") if named else ink.hex6,
    )


def _colourless(dark: bool) -> Palette:
    bold, dim = Style(bold=True), Style(dim=True)
    agent = Style(bold=True, reverse=True)
    return Palette(Depth.NONE, dark, (), (), dim, dim, bold, bold, bold, bold, bold, agent, (), (), "", "")


def _ramps(dark: bool, depth: Depth) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    """Return the colours above zero, those below, and those for what has no sign."""
    if depth == Depth.SIXTEEN:
        return BLUE_SIXTEEN, ORANGE_SIXTEEN, AMOUNT_SIXTEEN
    if depth == Depth.MANY:
        return BLUE_MANY[dark], ORANGE_MANY[dark], AMOUNT_MANY[dark]
    return _blend(BLUE_TRUE[dark]), _blend(ORANGE_TRUE[dark]), _blend(AMOUNT_TRUE[dark])


def _kinds(depth: Depth) -> Sequence[str]:
    if depth == Depth.SIXTEEN:
        return KINDS_SIXTEEN
    return KINDS_MANY if depth == Depth.MANY else KINDS


def _blend(stops: tuple[str, str, str]) -> list[str]:
    """Return `LEVELS` colours from the first stop over the second to the third."""
    first, middle, last = (Color.parse(stop) for stop in stops)
    half = (LEVELS - 1) / 2
    return [
        (first.blend(middle, n / half) if n < half else middle.blend(last, (n - half) / half)).hex
        for n in range(LEVELS)
    ]  # fmt: skip


def _shade(background: str) -> Style:
    if background.startswith("#"):
        bright = Color.parse(background).brightness > 0.5
        return Style(color="#000000" if bright else "#ffffff", bgcolor=background)
    return Style(color="bright_white" if background == "blue" else "black", bgcolor=background)
