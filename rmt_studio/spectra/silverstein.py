"""The generalised Marchenko-Pastur law: noise whose rows have unequal variances.

``X = T^(1/2) G G^T T^(1/2) / n`` with independent entries of variance 1 in ``G``, ``p x n``, and
``T`` diagonal with values ``t_i`` in shares ``w_i``. Silverstein's equation for the Stieltjes
transform ``m`` of the companion matrix reads, with ``y = -1/m``,

    x = y + c sum_i w_i t_i y / (y - t_i).

On the bulk ``y = s exp(i psi)`` lies in the upper half plane and ``x`` is real, which is

    c sum_i w_i / (1 - 2 (s/t_i) cos(psi) + (s/t_i)^2) = 1.

For each ``s`` the left side grows with ``cos(psi)``, so there is at most one ``psi``; and ``x``
grows with ``s``. So the law is drawn as a curve over ``s`` without any search in the plane. Its
density is ``sin(psi) / (pi c s)`` and, by integrating ``m dx`` in parts, its cdf is

    F = 1 + [x sin(psi)/s - (1 - c) psi] / (pi c) - (1/pi) sum_i w_i arg(y - t_i).

Where no ``psi`` fits there is a gap between two parts of the bulk: ``psi`` is 0 or, with it, ``F``
constant. The ends of the bulk are the ``s`` below and above all ``t_i`` with
``c sum_i w_i t_i^2 / (s - t_i)^2 = 1``.

Source: Marchenko & Pastur (1967); Silverstein & Choi (1995), "Analysis of the limiting spectral
distribution of large dimensional random matrices".
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

_ROUNDS = 60
_POINTS = 500
_HARD = 1e-4  # of the smallest variance: as near to the hard edge as the curve goes
_CLOSE = 1e-11


class LawCurve(NamedTuple):
    """A law as a curve: eigenvalues (ascending), density and cdf at each, shape ``(m,)``."""

    x: Values
    density: Values
    cdf: Values


class Edges(NamedTuple):
    """One end of the bulk of each population: its place and its Tracy-Widom scale, shape ``(k,)``.

    The scale is that of one eigenvalue: ``place +- n^(-2/3) scale`` times a Tracy-Widom variable.
    """

    place: Values
    scale: Values


def law_curve(variances: Values, shares: Values, ratio: float, points: int = _POINTS) -> LawCurve:
    """Return the law of a population as a curve from its lower to its upper edge.

    Args:
        variances: ``t_i > 0``, ascending, shape ``(m,)``.
        shares: ``w_i``, of sum 1, shape ``(m,)``.
        ratio: ``c`` in (0, 1].
        points: on the curve, close together towards both ends.
    """
    low = lower_root(variances[None], shares, ratio)[0]
    high = upper_root(variances[None], shares, ratio)[0]
    start = max(low, _HARD * variances[0])
    bend = (1 - np.cos(np.linspace(0.0, np.pi, points))) / 2
    s = start * (high / start) ** bend
    s[-1] = high
    away = _one_less_cosine(s, variances, shares, ratio)
    sine, psi = np.sqrt(away * (2 - away)), 2 * np.arcsin(np.sqrt(away / 2))
    cosine = 1 - away
    real, imaginary = s[:, None] * cosine[:, None] - variances, (s * sine)[:, None]
    # y / (y - t) has the real part (s^2 - t s cos) / |y - t|^2; x is real on the curve
    place = s * cosine + ratio * _weighted(
        shares * variances, real * (s * cosine)[:, None] + imaginary**2, real**2 + imaginary**2
    )
    angles = np.arctan2(imaginary, real) @ shares
    cdf = 1 + (place * sine / s - (1 - ratio) * psi) / (np.pi * ratio) - angles / np.pi
    density = sine / (np.pi * ratio * s)
    cdf[-1], density[-1] = 1.0, 0.0
    if low >= start:
        cdf[0], density[0] = 0.0, 0.0
    else:
        place, cdf = np.append(0.0, place), np.append(0.0, cdf)
        density = np.append(0.0, density)
    return LawCurve(
        np.maximum.accumulate(place), density, np.maximum.accumulate(np.clip(cdf, 0.0, 1.0))
    )


def _weighted(weights: Values, above: Values, below: Values) -> Values:
    """Return ``sum_i w_i above_i / below_i`` along the last axis."""
    return (above / np.maximum(below, 1e-300)) @ weights


def _one_less_cosine(s: Values, variances: Values, shares: Values, ratio: float) -> Values:
    """Return ``1 - cos(psi)`` at each ``s``; 0 in a gap.

    The reciprocal of the left side is a harmonic mean of lines and so concave in ``1 - cos(psi)``:
    Newton's steps, after the first, all come to the root from below.
    """
    along = s[:, None] / variances
    rest, slope = (1 - along) ** 2, 2 * along
    away = np.full(s.shape, 2.0)
    for _ in range(_ROUNDS):
        lines = np.maximum(rest + slope * away[:, None], 1e-100)
        height = ratio * (shares / lines).sum(axis=1)
        fall = ratio * (shares * slope / lines**2).sum(axis=1)
        moved = np.clip(away + (height - 1) * height / fall, 0.0, 2.0)
        settled = np.abs(moved - away) <= _CLOSE * (1 + away)
        away = moved
        if settled.all():
            break
    return away


def upper_root(variances: Values, shares: Values, ratio: float) -> Values:
    """Return the ``s`` of the upper edge of each population, shape ``(k,)``.

    Args:
        variances: ascending in each row, shape ``(k, m)``.
        shares: of sum 1, shape ``(m,)``.
        ratio: ``c``.
    """
    top = variances[:, -1]
    return _edge_root(variances, shares, ratio, top * (1 + np.sqrt(ratio * shares[-1])))


def lower_root(variances: Values, shares: Values, ratio: float) -> Values:
    """Return the ``s`` of the lower edge of each population, shape ``(k,)``; 0 at ratio 1."""
    if ratio >= 1:
        return np.zeros(len(variances))
    bottom = variances[:, 0]
    return _edge_root(variances, shares, ratio, bottom * (1 - math.sqrt(ratio * shares[0])))


def _edge_root(variances: Values, shares: Values, ratio: float, start: Values) -> Values:
    """Return the ``s`` beyond all variances with ``c sum w t^2/(s - t)^2 = 1``.

    The reciprocal root of the left side is a mean of lines of order -2, hence concave: Newton's
    steps from beside the outermost variance stay on one side of the root.
    """
    s = start
    for _ in range(_ROUNDS):
        apart = s[:, None] - variances
        ease = variances / apart
        height = ratio * (shares * ease**2).sum(axis=1)
        change = -2 * ratio * (shares * ease**2 / apart).sum(axis=1)
        step = 2 * height * (1 - np.sqrt(height)) / change
        moved = s + step
        settled = np.abs(step) <= _CLOSE * moved
        s = moved
        if settled.all():
            break
    return s


def edges_at(s: Values, variances: Values, shares: Values, ratio: float) -> Edges:
    """Return the edges at the roots ``s`` and the scales of their fluctuations.

    ``x = s (1 + c sum w t/(s - t))`` and ``scale^3 = |s^3 (1 + c sum w (t/(s - t))^3)|``.

    Source: El Karoui (2007), "Tracy-Widom limit for the largest eigenvalue of a large class of
    complex sample covariance matrices"; Lee & Schnelli (2016) for real ones.
    """
    ease = variances / (s[:, None] - variances)
    place = s * (1 + ratio * (shares * ease).sum(axis=1))
    cube = 1 + ratio * (shares * ease**3).sum(axis=1)
    return Edges(place, s * np.cbrt(np.abs(cube)))
