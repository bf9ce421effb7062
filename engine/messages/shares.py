"""How a share and a length of time are written wherever they are told: in what the engine says and on the screen."""

import math

ALL = 1.0 - 1e-12
"""From which share on it is the whole, but for the rounding of what was added up."""


def percent(value: float, decimals: int = 0) -> str:
    """Return a share in percents: none and all are said only where they are true."""
    text, least = f"{value:.{decimals}%}", 10.0**-decimals
    if value > 0.0 and text == f"{0.0:.{decimals}%}":
        return f"<{least:.{decimals}f}%"
    return f">{100 - least:.{decimals}f}%" if value < ALL and text == f"{1.0:.{decimals}%}" else text


def lasting(seconds: float) -> str:
    """Return a length of time in its two largest units, rounded up to a second."""
    minutes, rest = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours:,} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
