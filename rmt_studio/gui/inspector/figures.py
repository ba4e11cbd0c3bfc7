"""Numbers as a person reads them: thin spaces in counts, a space before the per cent sign."""

from __future__ import annotations

THIN = "\u202f"  # narrow no-break space


def count_text(count: int) -> str:
    """Return a count with its digits in groups of three, such as ``58 560``."""
    return f"{count:,}".replace(",", THIN)


def short_count_text(count: int) -> str:
    """Return a count in three significant digits, such as ``5.72 M``."""
    for size, unit in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if count >= size * 0.9995:
            return f"{_three_digits(count / size)}{THIN}{unit}"
    return str(count)


def percent_text(share: float) -> str:
    """Return a share of 1 in per cent with one decimal, such as ``94.1 %``.

    A share that is neither 0 nor 1 is never written as if it were.
    """
    if 0 < share < 0.0005:
        return f"<{THIN}0.1{THIN}%"
    if 0.9995 <= share < 1:
        return f">{THIN}99.9{THIN}%"
    return f"{100 * share:.1f}{THIN}%"


def size_text(count: int) -> str:
    """Return a number of bytes in decimal units, such as ``22.9 MB``."""
    for size, unit in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count >= size * 0.9995:
            return f"{_three_digits(count / size)}{THIN}{unit}"
    return f"{count}{THIN}bytes"


def _three_digits(value: float) -> str:
    decimals = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{decimals}f}"
