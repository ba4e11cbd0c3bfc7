"""The tables that ``rmt-studio analyze`` prints: 80 columns wide under timm's usual names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rmt_studio.analysis import Analysis, LayerAnalysis
    from rmt_studio.analysis.comparison import Comparison
    from rmt_studio.spectra.nulls import NullSpectra

KS_NOTE = "KS: distance to the fitted law; null: 95 % of pure-noise matrices stay under it"
RANDOM_NOTE = "random: eigenvalues above the largest of the null ({kind})"
VIEWS_NOTE = (
    "λ1/edge: largest eigenvalue over where noise ends; of products, where the\n"
    "product of the two noises ends. Whitened layers have no such edge: use --null"
)


def spectra_table(analysis: Analysis, nulls: Mapping[str, NullSpectra] | None = None) -> Table:
    """Return the table of spectra, one row per matrix, with a column for nulls where given."""
    titles = ["shape", "c", "edge λ+", "spikes", "bulk", "KS", "null"]
    if nulls is not None:  # the shape says c already
        titles[1] = "random"
    table = _table("layer", titles)
    for layer in analysis:
        fit = layer.fit
        ratio = f"{layer.spectrum.ratio:.3f}"
        table.add_row(
            layer.name,
            _shape(layer),
            ratio if nulls is None else _exceeding(layer, nulls),
            f"{fit.upper_edge:.3g}",
            str(fit.spikes),
            f"{fit.bulk_fraction:.1%}",
            f"{fit.ks_distance:.3f}",
            f"{fit.ks_null_95:.3f}",
        )
    return table


def views_table(views: Analysis, nulls: Mapping[str, NullSpectra] | None = None) -> Table:
    """Return the table of the heads, products and whitened matrices."""
    last = ["random"] if nulls is not None else []
    table = _table("layer", ["view", "shape", "λ1/edge", "alpha", *last])
    table.columns[1].justify = "left"
    for layer in views:
        table.add_row(
            layer.layer_name,
            layer.view.label,
            _shape(layer),
            _over_edge(layer),
            f"{layer.tail.alpha:.2f}" if layer.tail else "",
            *([_exceeding(layer, nulls)] if nulls is not None else []),
        )
    return table


def comparison_table(comparison: Comparison) -> Table:
    """Return the table of the changes from one checkpoint to another."""
    table = _table("layer", ["edge s+", "change", "spikes", "after", "alpha", "after"])
    for change in comparison:
        before, after = change.before, change.after
        table.add_row(
            change.name,
            f"{before.fit.singular_value_edge:.3g}",
            f"{change.edge_change:+.1%}",
            str(before.fit.spikes),
            str(after.fit.spikes),
            f"{before.tail.alpha:.2f}" if before.tail else "",
            f"{after.tail.alpha:.2f}" if after.tail else "",
        )
    return table


def _table(first: str, titles: list[str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(first, no_wrap=True)
    for title in titles:
        table.add_column(title, justify="right", no_wrap=True)
    return table


def _shape(layer: LayerAnalysis) -> str:
    return f"{layer.shape[0]}x{layer.shape[1]}"


def _exceeding(layer: LayerAnalysis, nulls: Mapping[str, NullSpectra]) -> str:
    null = nulls.get(layer.name)
    return str(null.exceeding(layer.spectrum)) if null else "-"


def _over_edge(layer: LayerAnalysis) -> str:
    edge = layer.fit.upper_edge if layer.view.marchenko_pastur else layer.product_edge
    return f"{layer.spectrum.eigenvalues[0] / edge:.2f}" if edge else "-"
