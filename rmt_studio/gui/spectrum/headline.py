"""The five figures of a fit, in large type, as wide as there is room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from rmt_studio.gui.spectrum.captions import number_text
from rmt_studio.gui.theme import number_font
from rmt_studio.spectra import BULK_METHODS
from rmt_studio.spectra.bulk_methods import DEFAULT_BETA

if TYPE_CHECKING:
    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.spectra import BulkFit

_GAP = 13  # pixels between two figures


@dataclass(frozen=True)
class _Detail:
    """How much of each figure is shown.

    Attributes:
        number: point size of the number, relative to the application's font.
        caption: "full", "short" or "" above the number.
        note: "full", "short" or "" below the number.
    """

    number: float
    caption: str
    note: str


# captions and notes go before a number does
_DETAILS = (
    _Detail(1.32, "full", "full"),
    _Detail(1.32, "full", "short"),
    _Detail(1.25, "full", ""),
    _Detail(1.1, "short", ""),
    _Detail(1.0, "", ""),
    _Detail(0.85, "", ""),
)


@dataclass(frozen=True)
class _Value:
    """What a figure says: the number, and a note in two lengths."""

    number: str
    note: str
    short_note: str


class _Figure(QWidget):
    """Caption, number and note in a column."""

    def __init__(self, name: str, caption: str, short: str) -> None:
        super().__init__()
        self._captions = {"full": caption, "short": short, "": ""}
        self._notes = {"full": "", "short": "", "": ""}
        self.caption, self.number, self.note = QLabel(), QLabel(), QLabel()
        self.number.setObjectName(f"figure_{name}")
        for label in (self.caption, self.note):
            label.setProperty("muted", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for label in (self.caption, self.number, self.note):
            column.addWidget(label)

    def set_value(self, value: _Value) -> None:
        self._notes = {"full": value.note, "short": value.short_note, "": ""}
        self.number.setText(value.number)
        whole = f"{self._captions['full']}: {value.number} ({value.note})"
        self.setToolTip(whole)
        self.number.setAccessibleName(whole)

    def width_for(self, detail: _Detail) -> int:
        """Return the pixels needed."""
        small = QFontMetrics(_small_font())
        number = QFontMetrics(_number_font(detail)).horizontalAdvance(self.number.text())
        texts = (self._captions[detail.caption], self._notes[detail.note])
        return max(number, *(small.horizontalAdvance(text) for text in texts)) + 2

    def apply(self, detail: _Detail) -> None:
        self.number.setFont(_number_font(detail))
        for label, text in (
            (self.caption, self._captions[detail.caption]),
            (self.note, self._notes[detail.note]),
        ):
            label.setFont(_small_font())
            label.setText(text)
            label.setVisible(bool(text))


class Headline(QWidget):
    """Variance, upper edge, spikes, bulk share and misfit of the shown layer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("headline")
        captions = {
            "variance": (self.tr("bulk variance"), self.tr("variance")),
            "edge": (self.tr("upper edge λ₊"), self.tr("edge λ₊")),
            "spikes": (self.tr("spikes"), self.tr("spikes")),
            "bulk": (self.tr("bulk share"), self.tr("bulk")),
            "misfit": (self.tr("misfit KS"), self.tr("misfit")),
        }
        self._figures = {name: _Figure(name, *texts) for name, texts in captions.items()}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        for figure in self._figures.values():
            row.addWidget(figure)
        row.addStretch(1)

    def show_layer(self, layer: LayerAnalysis) -> None:
        """Show the figures of a layer."""
        for name, value in _figures_of(layer).items():
            self._figures[name].set_value(value)
        self._choose()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._width_for(_DETAILS[-1]), super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        return QSize(self._width_for(_DETAILS[0]), super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._choose()

    def _choose(self) -> None:
        fitting = (detail for detail in _DETAILS if self._width_for(detail) <= self.width())
        detail = next(fitting, _DETAILS[-1])
        for figure in self._figures.values():
            figure.apply(detail)

    def _width_for(self, detail: _Detail) -> int:
        widths = [figure.width_for(detail) for figure in self._figures.values()]
        return sum(widths) + _GAP * (len(widths) - 1)


def _figures_of(layer: LayerAnalysis) -> dict[str, _Value]:
    """Return what each figure says."""
    fit, method = layer.fit, _method_text(layer.fit)
    edge = f"s₊ = {fit.singular_value_edge:.4g}"
    level = _percent(1 - fit.options.get("beta", DEFAULT_BETA))
    count, null = layer.spectrum.dimension, f"{fit.ks_null_95:.3f}"
    return {
        "variance": _Value(number_text(fit.variance), method, method),
        "edge": _Value(number_text(fit.upper_edge), edge, edge),
        "spikes": _Value(
            f"{fit.spikes}",
            _tr("above Tracy–Widom {level}").format(level=level),
            _tr("above TW {level}").format(level=level),
        ),
        "bulk": _Value(
            _percent(fit.bulk_fraction),
            _tr("of {n} eigenvalues").format(n=count),
            _tr("of {n}").format(n=count),
        ),
        "misfit": _Value(
            f"{fit.ks_distance:.3f}",
            _tr("noise stays under {null}").format(null=null),
            _tr("noise < {null}").format(null=null),
        ),
    }


def _method_text(fit: BulkFit) -> str:
    """Return the estimator by the shorter of its two names, with its trimming."""
    long, _, other = BULK_METHODS[fit.method].label.partition("(")
    names = [name for name in (long.strip(), other.rstrip(")").strip()) if name]
    label = min(names, key=len)
    return f"{label}, α {fit.options['alpha']:g}" if "alpha" in fit.options else label


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %" if share > 0.99 else f"{100 * share:.0f} %"


def _tr(text: str) -> str:
    return QCoreApplication.translate("Headline", text)


def _number_font(detail: _Detail) -> QFont:
    return number_font(number_font().pointSizeF() * detail.number, bold=True)


def _small_font() -> QFont:
    return number_font(number_font().pointSizeF() * 0.8)
