"""One row of the layer table with its values ready: texts to show and values to sort by."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from rmt_studio.gui.layers.columns import FIGURES, Column
from rmt_studio.gui.layers.figures import (
    Figure,
    SortValue,
    change_figures,
    figures_of,
    no_figures,
    rule_figures,
)
from rmt_studio.gui.layers.sparkline import Sparkline, sparkline_of
from rmt_studio.gui.layers.texts import grouped
from rmt_studio.gui.terms import term

if TYPE_CHECKING:
    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.analysis.comparison import LayerChange
    from rmt_studio.models.layers import Layer
    from rmt_studio.pruning import Effect, LayerRule
    from rmt_studio.spectra import BulkFit

_FAIR_UP_TO = 5.0  # times the null's 95 % quantile


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
        change: what is different in the model that is compared with, or None.
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
    change: LayerChange | None = None

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
    change: LayerChange | None = None,
    before: LayerRow | None = None,
) -> LayerRow:
    """Return the row of a layer from what the document knows of it.

    Args:
        place: of the layer in the model; the layer column sorts by it.
        layer: the matrix.
        analysis: its spectrum and fit, or None while they are not known.
        rule: its rule.
        effect: what the rule does, or None while that is not known.
        zeros: whether the matrix holds nothing but zeros.
        change: what is different in the model that is compared with, or None.
        before: the row so far; figures of the same analysis are taken from it.
    """
    cut = 0.0 if rule.keeps else effect.sparsity if effect else None
    figures = _figures(analysis, zeros=zeros, before=before)
    cells = _identity(place, layer) | figures | change_figures(change) | rule_figures(rule, effect)
    return LayerRow(
        place=place,
        layer=layer,
        texts=tuple(cells[column].text for column in Column),
        values=tuple(cells[column].value for column in Column),
        analysis=analysis,
        quality=quality_of(analysis.fit) if analysis else None,
        cut=cut,
        has_rule=not rule.keeps,
        zeros=zeros,
        change=change,
    )


def _figures(
    analysis: LayerAnalysis | None, *, zeros: bool, before: LayerRow | None
) -> dict[Column, Figure]:
    if analysis is None:
        return no_figures(zeros=zeros)
    if before is not None and before.analysis is analysis:
        return {column: Figure(before.texts[column], before.values[column]) for column in FIGURES}
    return figures_of(analysis)


def _identity(place: int, layer: Layer) -> dict[Column, Figure]:
    out, inputs = layer.shape
    ratio, role = min(layer.shape) / max(layer.shape), term(layer.role.label)
    return {
        Column.LAYER: Figure(layer.name, place),
        Column.ROLE: Figure(role, role),
        Column.SHAPE: Figure(f"{out}×{inputs}", (layer.size, out)),
        Column.RATIO: Figure(f"{ratio:.2f}", ratio),
        Column.PARAMETERS: Figure(grouped(layer.size), layer.size),
    }
