"""Numbers as people read them: few digits, a real minus sign, never wider than their place."""

import math

from engine.messages import ALL, percent

__all__ = ["coefficient", "count", "counted", "fitted", "number", "percent", "reward", "share", "term"]

NOTHING = "—"
"""What stands where there is no number."""
CERTAIN = "●"
"""Stands for a probability of one where there is room for a single digit."""


def number(value: float, digits: int = 2) -> str:
    """Return the value with two decimals, and with other digits only where those would say nothing."""
    if math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    if size >= 1e6 or 0.0 < size < 5e-5:
        return _powers(value)
    if size >= 1e4:
        return _sign(f"{value:.0f}")
    if 0.0 < size < 0.5 * 10.0**-digits:
        return _sign(f"{value:.{1 - math.floor(math.log10(size))}f}")
    return _sign(f"{value:.{digits}f}")


def fitted(value: float, width: int) -> str:
    """Return the value with as many digits as the width has room for, for a table: mostly two decimals."""
    if 0.0 < abs(value) < 5e-3:
        first = _sign(f"{value:.3f}") if abs(value) >= 5e-4 else _powers(value, 0)
    else:
        first = number(value)
    for text in (first, number(value, 1), number(value, 0), first.replace("0.", ".", 1), _powers(value, 0)):
        if len(text) <= width:
            return text
    return "…"


def counted(value: float, width: int) -> str:
    """Return a whole number for a table: in thousands, millions and so on where the width is short."""
    if math.isnan(value):
        return NOTHING
    for divisor, unit in ((1.0, ""), (1e3, "k"), (1e6, "M"), (1e9, "G"), (1e12, "T")):
        text = f"{value / divisor:.0f}{unit}"
        if len(text) <= width:
            return text
    return "…"


def share(value: float, width: int) -> str:
    """Return a probability in as much detail as the width has room for: `80%`, `80`, or its first digit."""
    if width == 1:
        return CERTAIN if value > ALL else str(min(round(value * 100) // 10, 9))
    text = percent(value)
    return next((shorter for shorter in (text, text[:-1]) if len(shorter) <= width), CERTAIN)


def coefficient(value: float) -> str:
    """Return a setting or another factor as a person writes it: 0.5, 0.495, 1, with three digits that say something."""
    if not 1e-4 <= abs(value) < 999.5:
        return "0" if value == 0 else number(value)
    return _sign(f"{value:.3g}")


def term(value: float) -> str:
    """Return a number that follows an operator: a negative one in brackets."""
    text = number(value)
    return f"({text})" if text.startswith("−") else text


def count(value: float) -> str:
    """Return a whole number with its thousands apart."""
    return f"{value:,.0f}"


def reward(value: float) -> str:
    """Return a number with its sign, also a positive one, and no decimals that are nought."""
    text = number(value, 0) if value == int(value) else number(value)
    return f"+{text}" if value > 0 else text


def _powers(value: float, digits: int = 1) -> str:
    if not math.isfinite(value):
        return number(value)
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    return _sign(f"{mantissa}e{int(exponent)}").replace("e-", "e−")


def _sign(text: str) -> str:
    negative = text.startswith("-") and any(digit in "123456789" for digit in text)
    return ("−" if negative else "") + text.lstrip("-")
