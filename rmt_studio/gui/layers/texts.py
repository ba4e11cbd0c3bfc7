"""How the numbers of the layer table are written."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from PySide6.QtGui import Qt

if TYPE_CHECKING:
    from collections.abc import Callable

_TIP_WIDTH = 76  # characters
_SMALL_CHANGE = 0.0995  # below it a change in per cent gets a decimal


def whole_percent(share: float) -> str:
    """Return a share of 1 in per cent; one that is neither 0 nor 1 is not written as if it were."""
    if 0 < share < 0.005:
        return "<1 %"
    return ">99 %" if 0.995 <= share < 1 else f"{100 * share:.0f} %"


def three_digits(value: float) -> str:
    """Return a number in three significant digits, such as ``1.77``, ``0.554`` or ``3.1e-05``."""
    text = f"{value:#.3g}".rstrip(".")
    return text if "e" in text or abs(value) >= 1e-3 or value == 0 else f"{value:.2e}"


def decimals(places: int) -> Callable[[float], str]:
    """Return what writes a number with so many decimals."""

    def text(value: float) -> str:
        return f"{value:.{places}f}".replace("-", "\u2212")

    return text


def grouped(count: int) -> str:
    """Return a count with its digits in groups of three."""
    return f"{count:,}".replace(",", "\u202f")


def signed(change: float) -> str:
    """Return a change with its sign, such as ``+3`` or ``−0.12``; without one where it is none."""
    text = f"{change:+d}" if isinstance(change, int) else f"{change:+.2f}"
    return text[1:] if not text.strip("+-0.") else text.replace("-", "\u2212")


def signed_percent(change: float) -> str:
    """Return a relative change in per cent with its sign, such as ``+4.2 %``."""
    text = f"{100 * change:+.{1 if abs(change) < _SMALL_CHANGE else 0}f}"
    text = text[1:] if not text.strip("+-0.") else text.replace("-", "\u2212")
    return f"{text} %"


def never_rich(text: str) -> str:
    """Return a tooltip that shows a stranger's ``<img ...>`` as written and fetches nothing."""
    return Qt.convertFromPlainText(text) if Qt.mightBeRichText(text) else text


def wrapped(text: str) -> str:
    """Return a text for a tooltip, which does not break its lines itself."""
    return "\n".join(textwrap.fill(line, _TIP_WIDTH) for line in text.splitlines())
