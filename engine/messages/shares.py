"""How a share is written, wherever one is told of: in what the engine says and on the screen."""

ALL = 1.0 - 1e-12
"""From which share on it is the whole, but for the rounding of what was added up."""


def percent(value: float, decimals: int = 0) -> str:
    """Return a share in percents: none and all are said only where they are true."""
    text, least = f"{value:.{decimals}%}", 10.0**-decimals
    if value > 0.0 and text == f"{0.0:.{decimals}%}":
        return f"<{least:.{decimals}f}%"
    return f">{100 - least:.{decimals}f}%" if value < ALL and text == f"{1.0:.{decimals}%}" else text
