"""How many colours a terminal shows."""

from enum import IntEnum


class Depth(IntEnum):
    """How many colours a terminal shows."""

    NONE = 0
    SIXTEEN = 16
    MANY = 256
    TRUE = 1 << 24


def depth(color_system: str | None, no_color: bool) -> Depth:
    """Return the depth of a console by what Rich calls its colour system."""
    if no_color or color_system is None:
        return Depth.NONE
    return {"standard": Depth.SIXTEEN, "windows": Depth.SIXTEEN, "256": Depth.MANY}.get(color_system, Depth.TRUE)
