"""The numbers of one matrix in groups, each with its formula and source (no Qt)."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from rmt_studio.gui.spectrum.captions import number_text
from rmt_studio.gui.spectrum.details.cells import Cell, Column, Row, count, number, percent
from rmt_studio.gui.spectrum.details.sources import SOURCES
from rmt_studio.gui.terms import term
from rmt_studio.spectra import (
    BULK_METHODS,
    TracyWidom1,
    frobenius_norm,
    nuclear_norm,
    numerical_rank,
    p_value_text,
    spectral_entropy,
    spectral_norm,
    stable_rank,
    weightwatcher_columns,
)
from rmt_studio.spectra.edge import LEAST_P_VALUE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.analysis.details import SpikeDetails
    from rmt_studio.gui.spectrum.shown import Shown
    from rmt_studio.spectra import EntryStatistics

COLUMNS = (
    Column("Quantity", numbers=False),
    Column("Value"),
    Column("Beside it", numbers=False),
)


def figures_of(
    shown: Shown, entries: EntryStatistics | None, spikes: SpikeDetails | None
) -> tuple[Row, ...]:
    """Return all rows of the table of numbers.

    Args:
        shown: what the plots show.
        entries: statistics of the entries, where they are known by now.
        spikes: with the localisation of the lowest singular vectors, where it is known by now.
    """
    layer = shown.layer
    groups = [("Matrix", _matrix(layer))]
    if shown.lawful:
        groups += [
            ("Fit", _fit(layer)),
            ("Goodness of fit", _goodness(layer)),
            ("Edge test", _edge(layer)),
            ("Below the lower edge", _below(layer, spikes)),
        ]
    else:
        groups.append(("Fit", _no_law(layer)))
    if shown.null is not None:
        groups.append(("Null", _null(shown)))
    if shown.other is not None:
        groups.append((f"Compared with {shown.other.label}", _compared(shown)))
    groups += [("Tail", _tail(layer)), ("Norms and ranks", _norms(layer))]
    groups.append(("Entries", _entries(entries)))
    return tuple(row for title, rows in groups for row in (Row(title=title), *rows))


def _row(name: str, value: Cell, note: str = "") -> Row:
    """Return one line; the name's tool tip is the formula and the source."""
    tip = SOURCES.get(name, "")
    named = Cell(value.text, value.exact, tip or value.tip, value.flagged)
    return Row((Cell(name, tip=tip), named, Cell(note, tip=note or tip)))


def _matrix(layer: LayerAnalysis) -> Iterator[Row]:
    out, inputs = layer.shape
    spectrum = layer.spectrum
    yield _row("shape", Cell(f"{out} × {inputs}", f"{out} x {inputs}"), "out × in")
    yield _row("aspect ratio c", number(spectrum.ratio), "short over long side")
    routes = {"gram": "from the Gram matrix", "decomposition": "by decomposition"}
    route = routes.get(getattr(spectrum, "route", ""), "")
    yield _row("singular values", count(spectrum.dimension), route)


def _fit(layer: LayerAnalysis) -> Iterator[Row]:
    fit = layer.fit
    options = ", ".join(f"{name} {value:g}" for name, value in fit.options.items())
    yield _row("method", Cell(fit.method, tip=term(BULK_METHODS[fit.method].label)), options)
    yield _row("variance v", number(fit.variance), f"sd {number_text(math.sqrt(fit.variance))}")
    edges = (
        ("lower edge λ₋", fit.lower_edge, fit.singular_value_lower_edge, "s₋"),
        ("upper edge λ₊", fit.upper_edge, fit.singular_value_edge, "s₊"),
        ("threshold", fit.threshold, fit.singular_value_threshold, "s"),
    )
    for name, eigenvalue, singular_value, symbol in edges:
        yield _row(name, number(eigenvalue), f"{symbol} = {number_text(singular_value)}")
    yield _row("spikes", count(fit.spikes), "above the threshold")
    yield _row("set aside as spikes", count(fit.deflated), "before the fit")
    yield _row("zero singular values", count(fit.zeros), "left out of the fit")
    yield _row("bulk share", percent(fit.bulk_fraction), "at or below λ₊")


def _no_law(layer: LayerAnalysis) -> Iterator[Row]:
    reason = layer.view.why_not
    yield Row((Cell("law", tip=reason), Cell("none", tip=reason), Cell(reason, tip=reason)))
    if layer.product_edge is not None:
        above = int((layer.spectrum.eigenvalues > layer.product_edge).sum())
        yield _row("edge of two noises", number(layer.product_edge), f"{above} values above it")
    yield _row("zero singular values", count(layer.fit.zeros))


def _goodness(layer: LayerAnalysis) -> Iterator[Row]:
    fit = layer.fit
    rows = (
        ("distance D", fit.ks_distance, fit.ks_null_95, fit.ks_p_value),
        ("central distance", fit.ks_central, fit.ks_central_null_95, fit.ks_central_p_value),
    )
    for name, distance, null, p_value in rows:
        cell = number(distance, flagged=distance > null)
        yield _row(name, cell, f"95 % of noise stay under {number_text(null)}")
        p_cell = Cell(p_value_text(p_value), repr(p_value))
        yield _row(f"p of the {name}", p_cell, "under pure noise")


def _edge(layer: LayerAnalysis) -> Iterator[Row]:
    edge = layer.edge
    if edge is None:
        yield _row("statistic", number(None), "nothing is left to test")
        return
    note = f"Tracy–Widom, 95 % of noise stay under {number_text(_tracy_widom_95())}"
    yield _row("statistic", number(edge.statistic), note)
    yield _row("p of the largest value", _edge_p_value(edge.p_value), "under pure noise")


def _edge_p_value(p_value: float) -> Cell:
    text = number_text(max(p_value, LEAST_P_VALUE))
    return Cell(f"< {text}" if p_value <= LEAST_P_VALUE else text, repr(p_value))


@lru_cache(maxsize=1)
def _tracy_widom_95() -> float:
    return float(TracyWidom1().ppf(0.95))


def _below(layer: LayerAnalysis, spikes: SpikeDetails | None) -> Iterator[Row]:
    fit, values = layer.fit, layer.spectrum.singular_values
    lower = getattr(fit, "lower_threshold", fit.lower_edge)
    symbol = f"s = {number_text(math.sqrt(fit.samples * lower))}"
    yield _row("lower threshold", number(lower), symbol if lower else "hard edge at 0: no test")
    yield _row("values below it", count(getattr(fit, "below", 0)))
    yield _row("smallest value s", number(float(values[fit.dimension - 1])))
    if spikes is not None and spikes.lowest_values.size:
        out, inputs = spikes.lowest_out_localisation, spikes.lowest_in_localisation
        localised = int((out.localised | inputs.localised).sum())
        note = f"of the {spikes.lowest_values.size} lowest"
        yield _row("localised among them", count(localised), note)


def _null(shown: Shown) -> Iterator[Row]:
    null = shown.null
    if null is None:
        return
    yield _row(
        "null",
        Cell(null.kind, tip=term(null.label)),
        f"{term(null.label)}, {null.replicas} replicas",
    )
    top = float(null.band()[1][0])
    yield _row("largest of the null", number(top), "95 % of one more replica stay under")
    above = null.exceeding(shown.layer.spectrum)
    yield _row("values above it", count(above), f"of {shown.layer.spectrum.dimension}")


def _compared(shown: Shown) -> Iterator[Row]:
    if shown.other is None:
        return
    before, after = shown.layer, shown.other.layer
    if shown.lawful:
        yield _changed("upper edge there", before.fit.upper_edge, after.fit.upper_edge)
        gained = after.fit.spikes - before.fit.spikes
        yield _row("spikes there", count(after.fit.spikes), f"{gained:+d}".replace("-", "−"))
    if before.tail is not None and after.tail is not None:
        yield _changed("exponent there", before.tail.alpha, after.tail.alpha)
    values = (x.spectrum.singular_values[0] for x in (before, after))
    yield _changed("largest value there", *(float(value) for value in values))
    yield _row("zero values there", count(after.fit.zeros))


def _changed(name: str, before: float, after: float) -> Row:
    """Return the value of the other spectrum and its relative change."""
    change = f"{100 * (after / before - 1):+.1f} %".replace("-", "−") if before else ""
    return _row(name, number(after), change)


def _tail(layer: LayerAnalysis) -> Iterator[Row]:
    tail = layer.tail
    if tail is None:
        yield _row("exponent α", number(None), "no two values differ")
        return
    columns = weightwatcher_columns(layer.spectrum, tail)
    yield _row("exponent α", number(tail.alpha), f"± {number_text(tail.standard_error)}")
    yield _row("start xmin", number(tail.xmin), f"{tail.count} values from there up")
    yield _row("tail distance D", number(tail.distance))
    yield _row("alpha_weighted", number(columns["alpha_weighted"]))
    yield _row("log_alpha_norm", number(columns["log_alpha_norm"]))


def _norms(layer: LayerAnalysis) -> Iterator[Row]:
    spectrum = layer.spectrum
    yield _row("spectral norm", number(spectral_norm(spectrum)), "largest singular value")
    yield _row("Frobenius norm", number(frobenius_norm(spectrum)))
    yield _row("nuclear norm", number(nuclear_norm(spectrum)))
    yield _row("stable rank", number(stable_rank(spectrum)))
    yield _row("numerical rank", count(numerical_rank(spectrum)), f"of {spectrum.dimension}")
    yield _row("spectral entropy", number(spectral_entropy(spectrum)), "1 for a flat spectrum")


def _entries(entries: EntryStatistics | None) -> Iterator[Row]:
    if entries is None:
        yield _row("moments", Cell("…"), "being computed")
        return
    yield _row("mean", number(entries.mean))
    yield _row("standard deviation", number(entries.sd))
    yield _row("excess kurtosis", number(entries.excess_kurtosis), "0 for normal entries")
    yield _row("zeros", percent(entries.zeros), "exactly zero")
