"""The five figures of a fit, in large type, as wide as there is room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from rmt_studio.gui.spectrum.captions import number_text
from rmt_studio.gui.terms import term
from rmt_studio.gui.theme import number_font
from rmt_studio.spectra import (
    BULK_METHODS,
    numerical_rank,
    spectral_entropy,
    stable_rank,
)
from rmt_studio.spectra.bulk_methods import DEFAULT_BETA

if TYPE_CHECKING:
    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.spectra import BulkFit

_GAP = 13  # pixels between two figures
_NAMES = ("variance", "edge", "spikes", "bulk", "misfit")


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
    """What a figure says: its caption in two lengths, the number, a note in two lengths."""

    caption: str
    short_caption: str
    number: str
    note: str
    short_note: str


class _Figure(QWidget):
    """Caption, number and note in a column."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._captions = {"full": "", "short": "", "": ""}
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
        self._captions = {"full": value.caption, "short": value.short_caption, "": ""}
        self._notes = {"full": value.note, "short": value.short_note, "": ""}
        self.number.setText(value.number)
        whole = f"{value.caption}: {value.number} ({value.note})"
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
    """Variance, upper edge, spikes, bulk share and misfit of what is shown.

    Where no Marchenko-Pastur law applies, figures that need none stand in their places.

    Attributes:
        words: all of them in one sentence, for who does not see the plots.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("headline")
        self.words = ""
        self._figures = {name: _Figure(name) for name in _NAMES}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        for figure in self._figures.values():
            row.addWidget(figure)
        row.addStretch(1)

    def show_layer(self, layer: LayerAnalysis) -> None:
        """Show the figures of a layer."""
        lawful = layer.view.marchenko_pastur
        values = _figures_of(layer) if lawful else _figures_without_law(layer)
        for name, value in zip(_NAMES, values, strict=True):
            self._figures[name].set_value(value)
        told = ", ".join(f"{value.caption} {value.number}" for value in values)
        text = _tr("{layer}: {n} eigenvalues, {figures}")
        self.words = text.format(layer=layer.name, n=layer.spectrum.dimension, figures=told)
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


def _figures_of(layer: LayerAnalysis) -> tuple[_Value, ...]:
    """Return what each figure says of a fitted law."""
    fit, method = layer.fit, _method_text(layer.fit)
    edge = f"s₊ = {fit.singular_value_edge:.4g}"
    level = _percent(1 - fit.options.get("beta", DEFAULT_BETA))
    null = f"{fit.ks_null_95:.3f}"
    return (
        _Value(_tr("bulk variance"), _tr("variance"), number_text(fit.variance), method, method),
        _Value(_tr("upper edge λ₊"), _tr("edge λ₊"), number_text(fit.upper_edge), edge, edge),
        _Value(
            _tr("spikes"),
            _tr("spikes"),
            f"{fit.spikes}",
            _tr("above Tracy–Widom {level}").format(level=level),
            _tr("above TW {level}").format(level=level),
        ),
        _Value(
            _tr("bulk share"),
            _tr("bulk"),
            _percent(fit.bulk_fraction),
            _tr("of {n} eigenvalues").format(n=layer.spectrum.dimension),
            _tr("of {n}").format(n=layer.spectrum.dimension),
        ),
        _Value(
            _tr("misfit KS"),
            _tr("misfit"),
            f"{fit.ks_distance:.3f}",
            _tr("noise stays under {null}").format(null=null),
            _tr("noise < {null}").format(null=null),
        ),
    )


def _figures_without_law(layer: LayerAnalysis) -> tuple[_Value, ...]:
    """Return figures of a spectrum whose noise follows no Marchenko-Pastur law."""
    spectrum, tail = layer.spectrum, layer.tail
    eigenvalue = f"λ₁ = {number_text(float(spectrum.eigenvalues[0]))}"
    largest = number_text(float(spectrum.singular_values[0]))
    error = f"± {tail.standard_error:.2f}" if tail else ""
    stable, ratio = number_text(stable_rank(spectrum)), _tr("Σs² / s₁²")
    return (
        _Value(_tr("largest value s₁"), _tr("s₁"), largest, eigenvalue, ""),
        *_edge_or_rank(layer),
        _Value(_tr("stable rank"), _tr("stable"), stable, ratio, ratio),
        _Value(_tr("tail α"), _tr("α"), f"{tail.alpha:.2f}" if tail else "–", error, error),
    )


def _edge_or_rank(layer: LayerAnalysis) -> tuple[_Value, _Value]:
    """Return the edge of a product of noises and what lies above it, or two numbers without it."""
    spectrum, edge = layer.spectrum, layer.product_edge
    of_all = _tr("of {n}").format(n=spectrum.dimension)
    if edge is not None:
        above = int((spectrum.eigenvalues > edge).sum())
        factors = _tr("of two noise factors")
        return (
            _Value(_tr("upper edge λ₊"), _tr("edge λ₊"), number_text(edge), factors, ""),
            _Value(_tr("above the edge"), _tr("above"), f"{above}", of_all, of_all),
        )
    entropy, flat = f"{spectral_entropy(spectrum):.3f}", _tr("1 if flat")
    return (
        _Value(_tr("rank"), _tr("rank"), f"{numerical_rank(spectrum)}", of_all, of_all),
        _Value(_tr("entropy"), _tr("entropy"), entropy, flat, flat),
    )


def _method_text(fit: BulkFit) -> str:
    """Return the estimator by the shorter of its two names, with its trimming."""
    long, _, other = term(BULK_METHODS[fit.method].label).partition("(")
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
