"""What the tooltips of the layer table say about one cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.gui.layers.columns import COMPARISON, RULE, Column
from rmt_studio.gui.layers.figures import ready
from rmt_studio.gui.layers.row import LayerRow, Quality
from rmt_studio.gui.layers.specs import SPECS
from rmt_studio.gui.layers.texts import wrapped
from rmt_studio.gui.terms import term
from rmt_studio.spectra import p_value_text

if TYPE_CHECKING:
    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.analysis.comparison import LayerChange
    from rmt_studio.spectra import BulkFit

_EXPLAINED = {
    *(Column.EDGE, Column.SPIKES, Column.BULK, Column.SPECTRUM, Column.KS, Column.NULL),
}
_MANY_SPIKES = 0.05  # of the eigenvalues
_VERDICTS = {
    Quality.GOOD: "as close to the law as noise alone",
    Quality.FAIR: "further from the law than noise alone: some of the bulk is structure",
    Quality.POOR: "far from the law; read its edge and its spikes with care",
}


def explain(row: LayerRow, column: Column) -> str:
    """Return the tooltip of a cell."""
    if column in (Column.LAYER, Column.ROLE, Column.SHAPE, Column.RATIO, Column.PARAMETERS):
        return f"{row.layer.name}: {term(row.layer.role.label)}, held by {row.layer.parameter}"
    if column in RULE:
        return _explain_rule(row, column)
    if row.zeros:
        return "The matrix holds nothing but zeros, so it has no spectrum to fit"
    if row.analysis is None:
        return "The spectrum is not computed yet"
    if column in COMPARISON:
        return _explain_change(row.change, column)
    if column not in _EXPLAINED:
        return _explain_number(row, column)
    return _explain_fit(row, row.analysis, column)


def explain_quality(row: LayerRow) -> str:
    """Return why the fit is called good, fair or poor."""
    if row.analysis is None or row.quality is None:
        return ""
    fit = row.analysis.fit
    multiple = fit.ks_distance / fit.ks_null_95
    p_value = p_value_text(fit.ks_p_value)
    lines = (
        f"{row.quality.capitalize()} fit: {_VERDICTS[row.quality]}",
        f"Kolmogorov distance {fit.ks_distance:.4f}, {multiple:.1f} times what noise alone stays "
        f"under in 95 % of cases ({fit.ks_null_95:.4f}); p {'' if '<' in p_value else '= '}"
        f"{p_value}, the probability of such a distance in pure noise",
        _possible_reason(fit) if row.quality is not Quality.GOOD else "",
    )
    return wrapped("\n".join(line for line in lines if line))


def _possible_reason(fit: BulkFit) -> str:
    """Return what a distance beyond the null's may mean, by what else the fit found."""
    if fit.below:
        return (
            f"It may mean rows or columns of unequal variance: {fit.below} eigenvalues lie below "
            "the lower edge; the fit with unequal variances (BEMA-gamma) tells"
        )
    if fit.spikes > _MANY_SPIKES * fit.dimension:
        return (
            f"It may mean structure that reaches into the bulk: {fit.spikes} of {fit.dimension} "
            "eigenvalues are spikes, so the edge depends on how they are set aside"
        )
    return "It may mean correlated entries, or weak structure that hides within the bulk"


def _explain_change(change: LayerChange | None, column: Column) -> str:
    if change is None:
        return "There is no spectrum to compare with (yet)"
    before, after = change.before, change.after
    if column is Column.EDGE_CHANGE:
        edges = before.fit.singular_value_edge, after.fit.singular_value_edge
        return "s₊ = {:.5g} here, {:.5g} in the other model".format(*edges)
    if column is Column.SPIKES_CHANGE:
        return f"{before.fit.spikes} spikes here, {after.fit.spikes} in the other model"
    known = (one for one in (before, after) if ready(one, "tail") is not None)
    alphas = [tail.alpha for one in known if (tail := one.tail) is not None]
    if len(alphas) < 2:
        return "One of the two has no tail with an exponent"
    return "α = {:.3f} here, {:.3f} in the other model".format(*alphas)


def _explain_number(row: LayerRow, column: Column) -> str:
    spec, value = SPECS[column], row.values[column]
    name = spec.name or spec.title
    return wrapped(f"{name}: {value:.6g}" if value is not None else f"{name}: none") + (
        f"\n{wrapped(spec.tip)}"
    )


def _explain_rule(row: LayerRow, column: Column) -> str:
    if not row.has_rule:
        return "No rule: the matrix is kept as it is"
    if row.cut is None:
        return "The effect of the rule is being measured"
    if column is not Column.CUT:
        return _explain_number(row, column)
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
