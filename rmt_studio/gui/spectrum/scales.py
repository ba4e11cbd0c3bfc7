"""From eigenvalues to places on an axis and back, with the Jacobian that densities need.

The document speaks of eigenvalues ``lambda = s^2 / n`` only. A plot may show them as they are or
as singular values ``s = sqrt(n lambda)``, on a linear or a decimal logarithmic axis; this file is
the border where one becomes the other (numpy only, no Qt).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_CURVE_POINTS = 513


class BulkLaw(Protocol):
    """What a plot asks of a law: the Marchenko-Pastur law and its relatives have it."""

    @property
    def support(self) -> tuple[float, float]: ...
    def pdf(self, x: ArrayLike) -> NDArray[np.float64]: ...
    def cdf(self, x: ArrayLike) -> NDArray[np.float64]: ...
    def ppf(self, q: ArrayLike) -> NDArray[np.float64]: ...


class Quantity(StrEnum):
    """What an axis counts."""

    EIGENVALUE = "eigenvalue"
    SINGULAR_VALUE = "singular_value"


@dataclass(frozen=True)
class Scale:
    """One way to lay eigenvalues out along an axis.

    Attributes:
        samples: the longer side ``n`` of the matrix, which links the two quantities.
        quantity: eigenvalues ``lambda`` or singular values ``s = sqrt(n lambda)``.
        log: whether the axis is logarithmic; its places are then ``log10`` of the quantity.
    """

    samples: int
    quantity: Quantity = Quantity.EIGENVALUE
    log: bool = False

    @property
    def symbol(self) -> str:
        """The letter of the quantity."""
        return "λ" if self.quantity is Quantity.EIGENVALUE else "s"

    def value(self, eigenvalue: ArrayLike) -> NDArray[np.float64]:
        """Return the quantity at an eigenvalue (any shape)."""
        eigenvalue = np.asarray(eigenvalue, dtype=np.float64)
        if self.quantity is Quantity.EIGENVALUE:
            return eigenvalue
        return np.sqrt(self.samples * eigenvalue)

    def position(self, eigenvalue: ArrayLike) -> NDArray[np.float64]:
        """Return the place on the axis (any shape); minus infinity for 0 on a logarithmic axis."""
        value = self.value(eigenvalue)
        if not self.log:
            return value
        with np.errstate(divide="ignore"):
            return np.log10(value)

    def eigenvalue(self, position: ArrayLike) -> NDArray[np.float64]:
        """Return the eigenvalue at a place (any shape); 0 left of the origin of a linear axis."""
        position = np.asarray(position, dtype=np.float64)
        value = 10.0 ** np.clip(position, -300, 300) if self.log else np.maximum(position, 0.0)
        if self.quantity is Quantity.EIGENVALUE:
            return value
        return value**2 / self.samples

    def density(self, eigenvalue: ArrayLike, density: ArrayLike) -> NDArray[np.float64]:
        """Return a density per unit of the axis, given one per unit of eigenvalue (any shape).

        Divided by the slope of `position`: ``f_s(s) = f(s^2/n) 2 s / n`` for singular values, and
        ``f_u(u) = f_x(x) x ln(10)`` with ``u = log10(x)`` on a logarithmic axis.
        """
        value, density = self.value(eigenvalue), np.asarray(density, dtype=np.float64)
        if self.quantity is Quantity.SINGULAR_VALUE:
            density = density * 2 * value / self.samples
        return density * value * np.log(10) if self.log else density


def law_curve(
    law: BulkLaw, scale: Scale, points: int = _CURVE_POINTS
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return places and densities that draw a law of area 1 on a scale.

    The points lie evenly in the angle ``phi`` with ``x = middle - half cos(phi)`` between the
    edges: close together at both, where the density rises like a square root. Where the lower
    edge is 0 it may diverge there; the curve then starts at the first point to the right of 0.

    Returns:
        Two arrays of shape ``(points,)``, or one less where the lower edge is 0.
    """
    low, high = law.support
    angle = np.linspace(0.0, np.pi, points)
    eigenvalues = (low + high) / 2 - (high - low) / 2 * np.cos(angle)
    if low <= 0:
        eigenvalues = eigenvalues[1:]
    return scale.position(eigenvalues), scale.density(eigenvalues, law.pdf(eigenvalues))
