"""The words on the plots."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from rmt_studio.gui.inspector.figures import count_text, percent_text
from rmt_studio.gui.spectrum.axes import power_of_ten
from rmt_studio.gui.spectrum.scales import Quantity
from rmt_studio.gui.terms import term

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.analysis.details import EntryDetails
    from rmt_studio.gui.spectrum.cut import Cut
    from rmt_studio.gui.spectrum.overlays import Other
    from rmt_studio.gui.spectrum.scales import Scale
    from rmt_studio.gui.spectrum.shown import OutOfView, Shown
    from rmt_studio.spectra import BulkFit


def _tr(text: str) -> str:
    return QCoreApplication.translate("SpectrumView", text)


def axis_caption(scale: Scale) -> str:
    """Return what an axis of eigenvalues is called on a scale."""
    if scale.quantity is Quantity.EIGENVALUE:
        return _tr("eigenvalue λ = s²/n")
    return _tr("singular value s")


def edge_caption(scale: Scale, sign: str) -> str:
    """Return λ₊, λ₋, s₊ or s₋."""
    return f"{scale.symbol}{sign}"


def cut_caption(cut: Cut, layers: int) -> str:
    """Return the label of the threshold line; ``layers`` is how many a drag changes."""
    many = _tr(" · {n} layers").format(n=layers) if layers > 1 else ""
    if cut.rank is None:
        return _tr("drag to cut") + many
    return (
        _tr("cut {multiple} λ₊ · rank {rank}").format(
            multiple=short_multiple(cut.multiple), rank=cut.rank
        )
        + many
    )


def short_multiple(multiple: float) -> str:
    """Return a multiple of the edge as a person reads it, such as 1.18."""
    return f"{multiple:.2f}" if 0.1 <= multiple < 100 else f"{multiple:.3g}"


def number_text(number: float) -> str:
    """Return three significant digits, such as ``0.0215`` or ``3.66·10⁻⁴``."""
    if math.isnan(number):
        return "–"
    if number == 0 or 0.01 <= abs(number) < 999.5:
        return f"{number:#.3g}".rstrip(".")
    leader, _, exponent = f"{number:.2e}".partition("e")
    return f"{leader}·{power_of_ten(int(exponent))}"


def foot_captions(layer: LayerAnalysis, out: OutOfView | None, scale: Scale) -> tuple[str, str]:
    """Return the line under a plot, long and short: what the view and the law leave out."""
    parts = [*(_outside(out, scale) if out is not None else ())]
    if layer.fit.zeros:
        zeros = _tr("{n} are zero and left out").format(n=layer.fit.zeros)
        parts.append((zeros, zeros))
    return "; ".join(long for long, _ in parts), "; ".join(short for _, short in parts)


def overlay_captions(shown: Shown, *missing: tuple[str, str]) -> tuple[str, str]:
    """Return what is laid over a spectrum and why no law is drawn, long and short.

    Args:
        shown: what the plots show.
        missing: why an overlay that is wanted is not there, each long and short; empty where it is.
    """
    parts = []
    if not shown.lawful:
        long = _tr("no Marchenko–Pastur law for this view")
        if shown.edge is not None:
            long += _tr("; λ₊ of two noise factors")
        parts.append((long, _tr("no MP law")))
    if shown.null is not None:
        label, count = term(shown.null.label).lower(), shown.null.replicas
        long = _tr("null: {label}, {n} replicas, 95 % band").format(label=label, n=count)
        parts.append((long, _tr("null: {label}").format(label=label)))
    if shown.other is not None:
        parts.append(_compared(shown, shown.other))
    kept = [part for part in (*parts, *missing) if part[0]]
    return " · ".join(long for long, _ in kept), " · ".join(short for _, short in kept)


def _compared(shown: Shown, other: Other) -> tuple[str, str]:
    """Return how the other spectrum is drawn and what it lost, long and short."""
    label = shortened(other.label)
    lost = other.layer.fit.zeros - shown.fit.zeros
    if lost > 0:
        long = _tr("dashed: {label}, {n} values are zero, no edge drawn").format(
            label=label, n=lost
        )
        return long, _tr("dashed: {label}, {n} values zero").format(label=label, n=lost)
    short = _tr("dashed: {label}").format(label=label)
    edge = edge_caption(shown.scale, "₊")
    has_edge = shown.other_edge is not None
    return short + _tr(", thin at its {edge}").format(edge=edge) if has_edge else short, short


def law_names(fit: BulkFit) -> tuple[str, str]:
    """Return what the fitted law is called, long and short."""
    if fit.theta is not None:
        return _tr("Marchenko–Pastur fit, unequal variances"), _tr("MP-gamma fit")
    return _tr("Marchenko–Pastur fit"), _tr("MP fit")


def shortened(text: str, longest: int = 28) -> str:
    """Return a text of at most so many characters; what is too much goes from its middle."""
    if len(text) <= longest:
        return text
    end = (longest - 1) // 2
    return f"{text[: longest - 1 - end]}…{text[len(text) - end :]}"


def entries_captions(entries: EntryDetails) -> tuple[str, str]:
    """Return the line under the histogram of the entries, long and short."""
    statistics, count = entries.statistics, int(entries.counts.sum())
    kurtosis = _tr("excess kurtosis {k}").format(k=signed_text(statistics.excess_kurtosis))
    zeros = _tr("{share} zeros").format(share=percent_text(statistics.zeros))
    if entries.zeros == 0:
        zeros = _tr("no zeros")
    spread = _tr("mean {mean}, sd {sd}").format(
        mean=signed_text(statistics.mean), sd=number_text(statistics.sd)
    )
    many = _tr("{n} entries").format(n=count_text(count))
    return " · ".join((many, spread, kurtosis, zeros)), " · ".join((kurtosis, zeros))


def signed_text(number: float | None) -> str:
    """Return three significant digits with a true minus sign; a dash where there is no number."""
    return "–" if number is None else number_text(number).replace("-", "−")


def _outside(out: OutOfView, scale: Scale) -> Iterator[tuple[str, str]]:
    """Yield what a view does not hold, each part long and short."""
    if out.right:
        largest = number_text(out.largest)
        long = _tr("{n} {lie} to the right of this view (largest {largest})")
        short = _tr("{n} further right, up to {largest}")
        yield (
            long.format(n=out.right, lie=_lie(out.right, scale), largest=largest),
            short.format(n=out.right, largest=largest),
        )
    if out.left:
        long = _tr("{n} to its left") if out.right else _tr("{n} {lie} to the left of this view")
        yield (
            long.format(n=out.left, lie=_lie(out.left, scale)),
            _tr("{n} further left").format(n=out.left),
        )
    if out.cut:
        side = _tr("right") if out.cut > 0 else _tr("left")
        text = _tr("the cut lies further {side}").format(side=side)
        yield text, text
    if out.clipped:
        text = _tr("one bar rises to {density}").format(density=_plain(out.clipped))
        yield text, text


def _lie(count: int, scale: Scale) -> str:
    if scale.quantity is Quantity.EIGENVALUE:
        return _tr("eigenvalue lies") if count == 1 else _tr("eigenvalues lie")
    return _tr("singular value lies") if count == 1 else _tr("singular values lie")


def _plain(number: float) -> str:
    return count_text(round(number)) if 100 <= number < 1e7 else number_text(number)
