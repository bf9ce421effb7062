"""The colours in numbers: brightness says how much, and no common kind of colour vision mistakes a sign or an action.

CIELAB with the white of D65; the two commonest deficiencies after Machado, Oliveira & Fernandes (2009), severity 1.
"""

from itertools import combinations, pairwise

import numpy as np
import pytest

from tui.app import DARK, LIGHT
from tui.colour import Depth, palette

VISION = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.95047, 1.0, 1.08883])
ALIKE = 7.0
"""Colours so near to each other in CIELAB are hard to tell apart; below 2.3 nobody can."""

PALETTES = {
    f"{theme.name} {depth.name}": palette(theme, depth)
    for theme in (DARK, LIGHT)
    for depth in (Depth.TRUE, Depth.MANY, Depth.SIXTEEN)
}


def lab(style, vision="normal"):
    """Return lightness and the two opponent colours of a background."""
    sent = np.array(style.bgcolor.get_truecolor(foreground=False)) / 255.0
    linear = np.where(sent <= 0.04045, sent / 12.92, ((sent + 0.055) / 1.055) ** 2.4)
    ratio = XYZ @ np.clip(np.array(VISION[vision]) @ linear, 0.0, 1.0) / WHITE
    x, y, z = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16.0 / 116.0)
    return np.array([116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)])


@pytest.fixture(params=PALETTES.values(), ids=PALETTES.keys())
def colours(request):
    return request.param


@pytest.mark.parametrize("ramp", ["positive", "negative", "amounts"])
def test_more_is_brighter_on_dark_and_darker_on_light(colours, ramp):
    steps = [after[0] - before[0] for before, after in pairwise(map(lab, getattr(colours, ramp)))]
    grows = colours.dark or colours.depth is Depth.SIXTEEN  # of the sixteen each is what the terminal makes of it
    assert min(step if grows else -step for step in steps) > 0.0


@pytest.mark.parametrize("vision", VISION)
def test_gains_and_losses_of_one_rank_are_told_apart(colours, vision):
    for gain, loss in zip(colours.positive, colours.negative, strict=True):
        assert np.linalg.norm(lab(gain, vision) - lab(loss, vision)) > ALIKE


@pytest.mark.parametrize("vision", VISION)
def test_the_colours_of_four_actions_are_told_apart(colours, vision):
    for one, other in combinations([lab(style, vision) for style in colours.kinds[:4]], 2):
        assert np.linalg.norm(one - other) > ALIKE
