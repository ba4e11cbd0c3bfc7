"""Axes that stay as they are over all steps of a series, and each step drawn on them (numpy)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmt_studio.analysis.layer_analysis import LayerAnalysis
    from rmt_studio.analysis.series import Track

_FEWEST, _MOST = 20, 120  # bars
_BEYOND = 1.6  # times the largest edge: what a linear axis shows at most
_MOST_DECADES = 5.0
_TOWERS = 3.0  # times the second: such a bar is clipped
_LAW_OVER_BARS = 1.8  # what rises more than this over the bars diverges, and is clipped
_HEADROOM = 1.1
_CURVE_POINTS = 257
_LOOKED_AT = 48  # steps from which widths and heights are taken, both ends among them


@dataclass(frozen=True, eq=False)
class SeriesAxes:
    """What one matrix needs to be drawn at any of its steps without an axis that moves.

    Attributes:
        log: whether places are ``log10`` of eigenvalues, and densities per decade.
        ends: of the bars, ascending, shape ``(bars + 1,)``.
        top: the height of the view.
    """

    log: bool
    ends: NDArray[np.float64]
    top: float

    @classmethod
    def of(cls, track: Track, *, log: bool = False) -> SeriesAxes:
        """Choose axes that suit all steps.

        A linear axis holds the bulk of every step and what lies near it; a logarithmic one all
        eigenvalues but the smallest. Bars are as wide as suits the narrowest bulk. In a long series
        their width and the height of the view are those of 48 steps, spread evenly.

        Raises:
            InputError: the matrix is zero at every step.
        """
        known = track.known
        if not known:
            raise InputError(track.name, "holds nothing but zeros at every step", "choose another")
        some = _some_of(known)
        low, high = _log_range(known, some) if log else (0.0, _linear_right(known))
        widths = [_natural_width(_places(layer, log=log)) for layer in some]
        narrow = min((width for width in widths if width > 0), default=0.0)
        bars = int(np.clip((high - low) / narrow, _FEWEST, _MOST)) if narrow else _FEWEST
        ends = np.linspace(low, high, bars + 1)
        frames = [SeriesFrame.of(layer, log, ends) for layer in some]
        return cls(log, ends, _HEADROOM * max(_height(frame) for frame in frames))

    def frame(self, layer: LayerAnalysis) -> SeriesFrame:
        """Return one step as it is drawn."""
        return SeriesFrame.of(layer, self.log, self.ends)

    @property
    def view(self) -> tuple[float, float]:
        """The left and the right end of the view."""
        return float(self.ends[0]), float(self.ends[-1])


@dataclass(frozen=True, eq=False)
class SeriesFrame:
    """One step of a matrix on fixed axes; densities per unit of the axis, of area 1 in all.

    Attributes:
        bulk: heights of the bars of all eigenvalues but spikes, shape ``(bars,)``.
        spikes: heights of the bars of the spikes, which stand on those.
        law_places, law_heights: the fitted law times the share that it describes.
        lower, upper, threshold: places of the edges and of the Tracy-Widom threshold.
        spike_places: of the spikes in view.
        left, right: how many eigenvalues lie outside of the view.
    """

    bulk: NDArray[np.float64]
    spikes: NDArray[np.float64]
    law_places: NDArray[np.float64]
    law_heights: NDArray[np.float64]
    lower: float
    upper: float
    threshold: float
    spike_places: NDArray[np.float64]
    left: int
    right: int

    @classmethod
    def of(cls, layer: LayerAnalysis, log: bool, ends: NDArray[np.float64]) -> SeriesFrame:
        """Count the eigenvalues of a matrix in bars, and draw its law."""
        fit, places = layer.fit, _places(layer, log=log)
        area = places.size * (ends[1] - ends[0])
        above, under = places[: fit.spikes], places[fit.spikes :]
        law_places, law_heights = _law(layer, log)
        lower, upper, threshold = _on_axis([fit.lower_edge, fit.upper_edge, fit.threshold], log)
        return cls(
            bulk=np.histogram(under, ends)[0] / area,
            spikes=np.histogram(above, ends)[0] / area,
            law_places=law_places,
            law_heights=law_heights,
            lower=float(lower),
            upper=float(upper),
            threshold=float(threshold),
            spike_places=above[above <= ends[-1]],
            left=int(np.count_nonzero(places < ends[0])),
            right=int(np.count_nonzero(places > ends[-1])),
        )


def _some_of(known: tuple[LayerAnalysis, ...]) -> tuple[LayerAnalysis, ...]:
    """Return so many steps that a long series is laid out as fast as a short one."""
    if len(known) <= _LOOKED_AT:
        return known
    places = np.linspace(0, len(known) - 1, _LOOKED_AT).round().astype(int)
    return tuple(known[place] for place in places)


def _places(layer: LayerAnalysis, *, log: bool) -> NDArray[np.float64]:
    """Return the places of the eigenvalues that are not zero, descending."""
    return _on_axis(layer.spectrum.eigenvalues[: layer.fit.dimension], log)


def _on_axis(eigenvalues: NDArray[np.float64] | list[float], log: bool) -> NDArray[np.float64]:
    values = np.asarray(eigenvalues, dtype=np.float64)
    if not log:
        return values
    with np.errstate(divide="ignore"):
        return np.log10(values)


def _law(layer: LayerAnalysis, log: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return places and heights of the law, close together at both edges, where it is steep."""
    low, high = layer.fit.law.support
    angle = np.linspace(0.0, np.pi, _CURVE_POINTS)
    values = (low + high) / 2 - (high - low) / 2 * np.cos(angle)
    values = values[values > 0]
    heights = layer.fit.law.pdf(values) * layer.fit.bulk_share
    return _on_axis(values, log), heights * values * np.log(10) if log else heights


def _linear_right(known: tuple[LayerAnalysis, ...]) -> float:
    edge = max(max(layer.fit.upper_edge, layer.fit.threshold) for layer in known)
    largest = max(float(layer.spectrum.eigenvalues[0]) for layer in known)
    return max(min(1.05 * largest, _BEYOND * edge), 1.1 * edge)


def _log_range(
    known: tuple[LayerAnalysis, ...], some: tuple[LayerAnalysis, ...]
) -> tuple[float, float]:
    smallest = min(float(np.percentile(_places(layer, log=True), 2)) for layer in some)
    largest = max(max(layer.fit.threshold, float(layer.spectrum.eigenvalues[0])) for layer in known)
    right = float(np.log10(largest)) + 0.08
    return max(smallest - 0.15, right - _MOST_DECADES), right


def _natural_width(places: NDArray[np.float64]) -> float:
    """Return ``IQR / sqrt(p)``: eigenvalues repel each other, so bars may be this narrow."""
    low, high = np.percentile(places, [25, 75])
    return float((high - low) / np.sqrt(places.size))


def _height(frame: SeriesFrame) -> float:
    """Return how high a view of one step has to be; what towers over all others is clipped."""
    heights = np.sort(frame.bulk + frame.spikes)
    second, highest = (float(height) for height in heights[-2:])
    bars = 1.5 * second if second > 0 and highest > _TOWERS * second else highest
    law = float(frame.law_heights.max(initial=0.0))
    return max(bars, law if law <= _LAW_OVER_BARS * bars else 0.0)
