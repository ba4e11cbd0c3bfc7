"""Means over seeds, tests of monotone dependence, fits of a power."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import kendalltau, linregress, t

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Mean:
    """A mean with its standard error, None where it is of one value."""

    value: float
    error: float | None
    n: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Mean:
        """Return the mean of some values."""
        error = stdev(values) / math.sqrt(len(values)) if len(values) > 1 else None
        return cls(fmean(values), error, len(values))


@dataclass(frozen=True)
class Trend:
    """Whether values follow an order.

    Attributes:
        tau: Kendall's tau between place and value.
        p_value: of the one-sided test that there is no such dependence.
    """

    tau: float
    p_value: float


def trend(places: Sequence[float], values: Sequence[float], *, falling: bool) -> Trend:
    """Return Kendall's rank test that the values fall (or rise) with their places.

    Several values at one place, as of several seeds, count as their mean.
    """
    known = sorted(set(places))
    means = [
        fmean(value for here, value in zip(places, values, strict=True) if here == place)
        for place in known
    ]
    side = "less" if falling else "greater"
    result: Any = kendalltau(np.asarray(known), np.asarray(means), alternative=side)
    return Trend(float(result.statistic), float(result.pvalue))


@dataclass(frozen=True)
class Power:
    """A fitted ``y = c x^exponent``.

    Attributes:
        exponent: by least squares on the logarithms.
        interval: its 95 % interval by Student's t, ``points - 2`` degrees of freedom.
    """

    exponent: float
    interval: tuple[float, float]

    def __str__(self) -> str:
        return f"{self.exponent:.2f} ({self.interval[0]:.2f} to {self.interval[1]:.2f})"


def fitted_power(x: Sequence[float], y: Sequence[float]) -> Power:
    """Return the power of ``x`` that ``y`` follows, from at least three positive points."""
    line: Any = linregress(np.log(x), np.log(y))
    reach = float(t.ppf(0.975, len(x) - 2)) * float(line.stderr)
    slope = float(line.slope)
    return Power(slope, (slope - reach, slope + reach))
