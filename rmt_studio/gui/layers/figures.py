"""The figures of one analysed layer for the table: what each column shows and sorts by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rmt_studio.gui.layers.columns import COMPARISON, FIGURES, RULE, Column
from rmt_studio.gui.layers.texts import (
    decimals,
    grouped,
    signed,
    signed_percent,
    three_digits,
    whole_percent,
)
from rmt_studio.spectra import (
    numerical_rank,
    p_value_text,
    spectral_entropy,
    spectral_norm,
    stable_rank,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.analysis.comparison import LayerChange
    from rmt_studio.pruning import Effect, LayerRule

SortValue = float | str | tuple[int, int] | None


@dataclass(frozen=True)
class Figure:
    """One cell.

    Attributes:
        text: what it shows.
        value: what it sorts and filters by, at full precision; None where there is none.
    """

    text: str = ""
    value: SortValue = None


NOTHING = Figure("–")


def figures_of(analysis: LayerAnalysis) -> dict[Column, Figure]:
    """Return the figures of a spectrum, a fit and the entries, by column.

    Nothing slow is computed: edge test and tail are shown where the job that made the analysis has
    left them ready.
    """
    return {column: _figure(read(analysis), text) for column, (read, text) in _READERS.items()}


def no_figures(*, zeros: bool) -> dict[Column, Figure]:
    """Return what stands in place of the figures while, or because, there is no spectrum."""
    if not zeros:
        return dict.fromkeys(FIGURES, Figure())
    return dict.fromkeys(FIGURES, NOTHING) | {Column.SPECTRUM: Figure("all zeros")}


def change_figures(change: LayerChange | None) -> dict[Column, Figure]:
    """Return the figures of the comparison with another model; nothing while there is none."""
    if change is None:
        return dict.fromkeys(COMPARISON, NOTHING)
    tails = ready(change.before, "tail"), ready(change.after, "tail")
    alpha = change.alpha_change if all(tails) else None
    return {
        Column.EDGE_CHANGE: _figure(change.edge_change, signed_percent),
        Column.SPIKES_CHANGE: _figure(change.spikes_change, signed),
        Column.ALPHA_CHANGE: _figure(alpha, signed),
    }


def rule_figures(rule: LayerRule, effect: Effect | None) -> dict[Column, Figure]:
    """Return the figures of what a rule does; without a rule all is kept."""
    if rule.keeps:
        kept = {Column.CUT: 0.0, Column.ERROR: 0.0, Column.ENERGY: 1.0}
        return {column: Figure("–", value) for column, value in kept.items()}
    if effect is None:
        return dict.fromkeys(RULE, Figure("…"))
    values = effect.sparsity, effect.output_error, effect.energy_kept
    return {c: _figure(v, whole_percent) for c, v in zip(RULE, values, strict=True)}


def figure_of(analysis: LayerAnalysis, column: Column) -> SortValue:
    """Return one figure of a spectrum, a fit or the entries; None where there is none."""
    read, text = _READERS[column]
    return _figure(read(analysis), text).value


def text_of(column: Column, value: float) -> str:
    """Return a number of a column as its cells write it."""
    if column in _READERS and column is not Column.SPECTRUM:
        return _READERS[column][1](value)
    return _TEXTS.get(column, three_digits)(value)


def ready(analysis: LayerAnalysis, name: str) -> object:
    """Return a property of an analysis that is computed on first use, if that has happened."""
    return vars(analysis).get(name)


def _figure(value: float | None, text: Callable[[float], str]) -> Figure:
    if value is None or not math.isfinite(value):
        return NOTHING
    return Figure(text(value), value)


def _of_ready(name: str, attribute: str) -> Callable[[LayerAnalysis], float | None]:
    return lambda analysis: getattr(ready(analysis, name), attribute, None)


_READERS: dict[Column, tuple[Callable[[LayerAnalysis], float | None], Callable[[float], str]]] = {
    Column.SPECTRUM: (lambda x: x.spectrum.eigenvalues[0] / x.fit.upper_edge, lambda _: ""),
    Column.EDGE: (lambda x: x.fit.singular_value_edge, three_digits),
    Column.SPIKES: (lambda x: x.fit.spikes, str),
    Column.BULK: (lambda x: x.fit.bulk_fraction, whole_percent),
    Column.KS: (lambda x: x.fit.ks_distance, decimals(3)),
    Column.NULL: (lambda x: x.fit.ks_null_95, decimals(3)),
    Column.KS_P_VALUE: (lambda x: x.fit.ks_p_value, p_value_text),
    Column.EDGE_P_VALUE: (_of_ready("edge", "p_value"), p_value_text),
    Column.VARIANCE: (lambda x: x.fit.variance, three_digits),
    Column.DEFLATED: (lambda x: x.fit.deflated, str),
    Column.BELOW: (lambda x: x.fit.below, str),
    Column.ALPHA: (_of_ready("tail", "alpha"), decimals(2)),
    Column.TAIL_DISTANCE: (_of_ready("tail", "distance"), decimals(3)),
    Column.STABLE_RANK: (lambda x: stable_rank(x.spectrum), three_digits),
    Column.ENTROPY: (lambda x: spectral_entropy(x.spectrum), decimals(3)),
    Column.MATRIX_RANK: (lambda x: numerical_rank(x.spectrum), str),
    Column.LOG_SPECTRAL_NORM: (lambda x: 2 * math.log10(spectral_norm(x.spectrum)), decimals(2)),
    Column.KURTOSIS: (_of_ready("entries", "excess_kurtosis"), decimals(2)),
    Column.ZEROS: (_of_ready("entries", "zeros"), whole_percent),
}
_TEXTS: dict[Column, Callable[[Any], str]] = {
    Column.RATIO: decimals(2),
    Column.PARAMETERS: grouped,
    Column.EDGE_CHANGE: signed_percent,
    Column.SPIKES_CHANGE: signed,
    Column.ALPHA_CHANGE: signed,
    **dict.fromkeys(RULE, whole_percent),
}
