"""What the tooltips of the layer table say about one cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.gui.layers.columns import Column
from rmt_studio.gui.layers.row import LayerRow, Quality

if TYPE_CHECKING:
    from rmt_studio.analysis import LayerAnalysis

_VERDICTS = {
    Quality.GOOD: "as close to the law as noise alone",
    Quality.FAIR: "further from the law than noise alone: some of the bulk is structure",
    Quality.POOR: "far from the law; read its edge and its spikes with care",
}


def explain(row: LayerRow, column: Column) -> str:
    """Return the tooltip of a cell."""
    if column in (Column.LAYER, Column.ROLE, Column.SHAPE, Column.RATIO, Column.PARAMETERS):
        return f"{row.layer.name}: {row.layer.role.label}, held by {row.layer.parameter}"
    if column is Column.CUT:
        return _explain_cut(row)
    if row.zeros:
        return "The matrix holds nothing but zeros, so it has no spectrum to fit"
    if row.analysis is None:
        return "The spectrum is not computed yet"
    return _explain_fit(row, row.analysis, column)


def explain_quality(row: LayerRow) -> str:
    """Return why the fit is called good, fair or poor."""
    if row.analysis is None or row.quality is None:
        return ""
    fit = row.analysis.fit
    multiple = fit.ks_distance / fit.ks_null_95
    return (
        f"{row.quality.capitalize()} fit: {_VERDICTS[row.quality]}\n"
        f"distance {fit.ks_distance:.4f}, {multiple:.1f} times what noise alone stays under in "
        f"95 % of cases ({fit.ks_null_95:.4f})"
    )


def _explain_cut(row: LayerRow) -> str:
    if not row.has_rule:
        return "No rule: the matrix is kept as it is"
    if row.cut is None:
        return "The effect of the rule is being measured"
    return f"The rule saves {row.cut:.1%} of the matrix's parameters".replace("%", " %")


def _explain_fit(row: LayerRow, analysis: LayerAnalysis, column: Column) -> str:
    fit, spectrum = analysis.fit, analysis.spectrum
    if column is Column.EDGE:
        return f"s₊ = {fit.singular_value_edge:.5g}\nλ₊ = s₊²/n = {fit.upper_edge:.5g}"
    if column is Column.SPIKES:
        threshold = f"λ = {fit.threshold:.5g}, s = {fit.singular_value_threshold:.5g}"
        return f"{fit.spikes} of {spectrum.dimension} eigenvalues above the threshold\n{threshold}"
    if column is Column.BULK:
        below = int(np.count_nonzero(spectrum.eigenvalues <= fit.upper_edge))
        return f"{below} of {spectrum.dimension} eigenvalues at or below λ₊ = {fit.upper_edge:.5g}"
    if column is Column.SPECTRUM:
        largest = float(spectrum.eigenvalues[0])
        return (
            f"{spectrum.dimension} eigenvalues, {fit.spikes} of them above the threshold\n"
            f"largest λ = {largest:.4g}, {largest / fit.upper_edge:.3g} times the upper edge"
        )
    return explain_quality(row)
