"""What a pair of singular vectors is, in words (no Qt but its translations)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication

from rmt_studio.gui.spectrum.captions import number_text, short_multiple

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmt_studio.gui.spectrum.shown import Shown
    from rmt_studio.gui.spectrum.vectors.places import Places
    from rmt_studio.spectra import Localisation


def value_texts(shown: Shown, rank: int) -> tuple[str, ...]:
    """Return a singular value and where it lies, from long to short."""
    s = number_text(float(shown.layer.spectrum.singular_values[rank]))
    eigenvalue = float(shown.eigenvalues[rank])
    long = f"s = {s} · λ = {number_text(eigenvalue)}"
    where = standing(shown, rank)
    if shown.edge:
        multiple = short_multiple(eigenvalue / shown.edge)
        return f"{long} = {multiple} λ₊ · {where}", f"s = {s} · {multiple} λ₊ · {where}", where
    return f"{long} · {where}", f"s = {s} · {where}", where


def rank_texts(first: int, last: int, count: int) -> tuple[str, str]:
    """Return which values of how many are shown, in full and in short; ranks count from 0."""
    if first == last:
        return _tr("Value {rank} of {n}").format(rank=first + 1, n=count), f"{first + 1}"
    text = _tr("Values {first} to {last} of {n}")
    return text.format(first=first + 1, last=last + 1, n=count), f"{first + 1}–{last + 1}"


def span_texts(shown: Shown, first: int, last: int) -> tuple[str, ...]:
    """Return from where to where several singular values lie, from long to short."""
    high, low = (number_text(float(shown.layer.spectrum.singular_values[k])) for k in (first, last))
    words = _tr("root mean square of {n} vectors").format(n=last - first + 1)
    return f"s = {high} to {low} · {words}", words, _tr("rms of {n}").format(n=last - first + 1)


def standing(shown: Shown, rank: int) -> str:
    """Return whether a value is a spike, in the bulk, or beside either."""
    fit, eigenvalue = shown.fit, float(shown.eigenvalues[rank])
    if not shown.lawful:
        if shown.edge is None:
            return _tr("no noise law for this view")
        above = eigenvalue > shown.edge
        return _tr("above the edge of two noises") if above else _tr("under the edge of two noises")
    if rank < shown.spikes:
        return _tr("spike")
    if eigenvalue > fit.upper_edge:
        return _tr("over λ₊, but under the threshold")
    if rank >= fit.dimension - fit.below:
        return _tr("below the lower threshold")
    return _tr("in the bulk")


def vector_texts(
    side: str, places: Places, vector: NDArray[np.float32], found: Localisation
) -> tuple[str, ...]:
    """Return a vector's name and how localised it is beside the Haar law, from long to short."""
    ratio, null = found.inverse_participation[0], found.inverse_participation_null
    largest, at = found.largest[0], int(np.abs(vector).argmax())
    verdict = _tr("localised") if found.localised[0] else _tr("spread out")
    numbers = _tr("IPR {ratio:.3g} (Haar < {null:.3g})")
    numbers += _tr(" · largest {largest:.3f} at {at} (< {most:.3f})")
    told = numbers.format(
        ratio=ratio, null=null, largest=largest, at=_place(places, at), most=found.largest_null
    )
    short = _tr("IPR {ratio:.3g} (< {null:.3g}), max {largest:.2f} (< {most:.2f})").format(
        ratio=ratio, null=null, largest=largest, most=found.largest_null
    )
    title = f"{side}, {vector.size} {places.name}"
    return (
        f"{title}: {verdict} · {told}",
        f"{side}: {verdict} · {told}",
        f"{side}: {verdict} · {short}",
        f"{side}: {verdict}",
    )


def size_texts(side: str, places: Places, sizes: NDArray[np.float32]) -> tuple[str, ...]:
    """Return how evenly several vectors are spread over their places, from long to short."""
    at, even = int(sizes.argmax()), sizes.size**-0.5
    numbers = _tr("largest {largest:.3f} at {at} (uniform {even:.3f})")
    told = numbers.format(largest=float(sizes[at]), at=_place(places, at), even=even)
    return f"{side}, {sizes.size} {places.name}: {told}", f"{side}: {told}", side


def _place(places: Places, index: int) -> str:
    """Return the place of a component as the axes count it."""
    if places.kind == "bars":
        return str(index)
    row, column = divmod(index % (places.rows * places.columns), places.columns)
    return f"({row}, {column})"


def _tr(text: str) -> str:
    return QCoreApplication.translate("Vectors", text)
