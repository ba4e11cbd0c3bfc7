"""One row of the layer table with its values ready: texts to show and values to sort by."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from rmt_studio.gui.layers.sparkline import Sparkline, sparkline_of

if TYPE_CHECKING:
    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.models.layers import Layer
    from rmt_studio.pruning import Effect, LayerRule
    from rmt_studio.spectra import BulkFit

SortValue = float | str | tuple[int, int] | None
_FAIR_UP_TO = 5.0  # times the null's 95 % quantile
_BEFORE_FIT, _NO_FIT = ("",) * 6, ("all zeros", *("–",) * 5)
_NO_VALUES = (None,) * 6


class Quality(StrEnum):
    """How well the law describes a spectrum, by its distance in units of the null's 95 %."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


def quality_of(fit: BulkFit) -> Quality:
    """Return good at or under the null's 95 % quantile, fair up to five times it, else poor."""
    if fit.ks_distance <= fit.ks_null_95:
        return Quality.GOOD
    return Quality.FAIR if fit.ks_distance <= _FAIR_UP_TO * fit.ks_null_95 else Quality.POOR


@dataclass(frozen=True, eq=False)
class LayerRow:
    """What the table shows of one layer; texts and values are in the order of `Column`.

    Attributes:
        place: of the layer in the model.
        layer: the matrix.
        texts: one text per column; empty where nothing is known yet.
        values: one value per column to sort and filter by; None where nothing is known yet.
        analysis: spectrum and fit, or None while they are not known.
        quality: how well the law fits, or None.
        cut: predicted sparsity; 0 for a layer without a rule, None while it is not known.
        has_rule: whether a rule changes the layer.
        zeros: whether the matrix holds nothing but zeros and so has no spectrum.
    """

    place: int
    layer: Layer
    texts: tuple[str, ...]
    values: tuple[SortValue, ...]
    analysis: LayerAnalysis | None
    quality: Quality | None
    cut: float | None
    has_rule: bool
    zeros: bool = False

    @cached_property
    def sparkline(self) -> Sparkline | None:
        """The small histogram, or None while the spectrum is not known."""
        return sparkline_of(self.analysis.spectrum, self.analysis.fit) if self.analysis else None


def row_of(
    place: int,
    layer: Layer,
    analysis: LayerAnalysis | None,
    rule: LayerRule,
    effect: Effect | None,
    *,
    zeros: bool = False,
) -> LayerRow:
    """Return the row of a layer from what the document knows of it.

    Args:
        place: of the layer in the model; the layer column sorts by it.
        layer: the matrix.
        analysis: its spectrum and fit, or None while they are not known.
        rule: its rule.
        effect: what the rule does, or None while that is not known.
        zeros: whether the matrix holds nothing but zeros.
    """
    cut = 0.0 if rule.keeps else effect.sparsity if effect else None
    texts = _fit_texts(analysis) if analysis else _NO_FIT if zeros else _BEFORE_FIT
    values = _fit_values(analysis) if analysis else _NO_VALUES
    return LayerRow(
        place=place,
        layer=layer,
        texts=(*_identity_texts(layer), *texts, _cut_text(rule, cut)),
        values=(*_identity_values(place, layer), *values, cut),
        analysis=analysis,
        quality=quality_of(analysis.fit) if analysis else None,
        cut=cut,
        has_rule=not rule.keeps,
        zeros=zeros,
    )


def whole_percent(share: float) -> str:
    """Return a share of 1 in per cent; one that is neither 0 nor 1 is not written as if it were."""
    if 0 < share < 0.005:
        return "<1 %"
    return ">99 %" if 0.995 <= share < 1 else f"{100 * share:.0f} %"


def three_digits(value: float) -> str:
    """Return a number in three significant digits, such as ``1.77`` or ``0.554``."""
    return f"{value:#.3g}".rstrip(".")


def grouped(count: int) -> str:
    """Return a count with its digits in groups of three."""
    return f"{count:,}".replace(",", "\u202f")


def _cut_text(rule: LayerRule, cut: float | None) -> str:
    if rule.keeps:
        return "–"
    return "…" if cut is None else whole_percent(cut)


def _identity_texts(layer: Layer) -> tuple[str, ...]:
    out, inputs = layer.shape
    ratio = f"{min(layer.shape) / max(layer.shape):.2f}"
    return layer.name, layer.role.label, f"{out}×{inputs}", ratio, grouped(layer.size)


def _identity_values(place: int, layer: Layer) -> tuple[SortValue, ...]:
    ratio = min(layer.shape) / max(layer.shape)
    return place, layer.role.label, (layer.size, layer.shape[0]), ratio, layer.size


def _fit_texts(analysis: LayerAnalysis) -> tuple[str, ...]:
    fit = analysis.fit
    return (
        "",
        three_digits(fit.singular_value_edge),
        str(fit.spikes),
        whole_percent(fit.bulk_fraction),
        f"{fit.ks_distance:.3f}",
        f"{fit.ks_null_95:.3f}",
    )


def _fit_values(analysis: LayerAnalysis) -> tuple[SortValue, ...]:
    fit = analysis.fit
    return (
        float(analysis.spectrum.eigenvalues[0] / fit.upper_edge),
        fit.singular_value_edge,
        fit.spikes,
        fit.bulk_fraction,
        fit.ks_distance,
        fit.ks_null_95,
    )
