"""What the colours of a plot mean, as one line of text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor

from rmt_studio.gui.spectrum.band import BAND_STRENGTH
from rmt_studio.gui.spectrum.captions import shortened
from rmt_studio.gui.spectrum.fitting import FittingLabel
from rmt_studio.gui.terms import term
from rmt_studio.gui.theme import number_font, theme

if TYPE_CHECKING:
    from rmt_studio.gui.spectrum.shown import Shown

BAR, LINE, DASHES, UPRIGHT, DOT, DOTS = "■", "━", "╍", "┃", "●", "┈"
_GAP, _TIGHT = "&nbsp;&nbsp;&nbsp; ", " "
_LONGEST, _LONGEST_SHORT = 28, 12  # characters of a name that somebody else chose


@dataclass(frozen=True)
class Mark:
    """One entry of a legend.

    Attributes:
        sign: a character that looks like what is drawn.
        color: a field of the theme's colours, or "band" or "null_band".
        text: what it is.
        short: the same where room is scarce.
    """

    sign: str
    color: str
    text: str
    short: str


def overlay_marks(shown: Shown | None) -> tuple[Mark, ...]:
    """Return the legend of what is laid over a spectrum."""
    marks = []
    if shown is not None and shown.null is not None:
        short = QCoreApplication.translate("Legend", "null")
        marks.append(Mark(BAR, "null_band", term(shown.null.label), short))
    if shown is not None and shown.other is not None:
        marks.append(compared_mark(shown.other.label))
    return tuple(marks)


def compared_mark(label: str) -> Mark:
    """Return the legend of another model, whatever somebody called it."""
    return Mark(DASHES, "compared", shortened(label, _LONGEST), shortened(label, _LONGEST_SHORT))


class Legend(FittingLabel):
    """The marks of the plot in view, in full, in short, or short and close together."""

    def __init__(self) -> None:
        super().__init__(rich=True)
        self.setObjectName("legend")
        self.setProperty("muted", True)
        self.setFont(number_font(number_font().pointSizeF() * 0.85))
        self._marks: tuple[Mark, ...] = ()

    def show_marks(self, marks: tuple[Mark, ...]) -> None:
        """Explain these marks, in the theme's colours as they are now."""
        self._marks = marks
        self.set_variants(
            self._text(short=False), self._text(short=True), self._text(short=True, gap=_TIGHT)
        )
        self.setAccessibleName(", ".join(mark.text for mark in marks))

    def _text(self, *, short: bool, gap: str = _GAP) -> str:
        now = theme().colors
        colors = vars(now) | {
            "band": _blend(now.law, now.panel, 0.3),
            "null_band": _blend(now.null, now.panel, 2 * BAND_STRENGTH),
        }
        parts = (
            f'<span style="color:{colors[mark.color]}">{mark.sign}</span> '
            f"{(mark.short if short else mark.text).replace(' ', '&nbsp;')}"
            for mark in self._marks
        )
        return gap.join(parts)


def _blend(front: str, back: str, share: float) -> str:
    """Return the colour of ``share`` of ``front`` on ``back``."""
    one, two = QColor(front), QColor(back)
    mixed = (
        round(share * a + (1 - share) * b)
        for a, b in zip(one.getRgb()[:3], two.getRgb()[:3], strict=True)  # pyright: ignore
    )
    return QColor(*mixed).name()
