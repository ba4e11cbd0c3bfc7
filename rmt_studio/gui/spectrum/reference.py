"""What a spectrum is held against: its fitted law, or a null where no law is known (no Qt)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.gui.spectrum.overlays import null_values
from rmt_studio.gui.spectrum.steps import expected_quantiles

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from rmt_studio.spectra import BulkFit
    from rmt_studio.spectra.nulls import NullSpectra


@dataclass(frozen=True, eq=False)
class LawReference:
    """The fitted law, of the share of the eigenvalues that it describes."""

    fit: BulkFit

    def cdf(self, eigenvalue: ArrayLike) -> NDArray[np.float64]:
        """Return the expected share of all eigenvalues at or below a place (any shape)."""
        return self.fit.bulk_share * self.fit.law.cdf(eigenvalue)

    def quantiles(self, count: int) -> NDArray[np.float64]:
        """Return where ``count`` ordered eigenvalues are expected, descending."""
        return expected_quantiles(self.fit.law, count, self.fit.deflated)


@dataclass(frozen=True, eq=False)
class NullReference:
    """The median replica of a null, rank by rank; between two ranks a straight line.

    Attributes:
        middle: eigenvalues, descending, shape ``(r,)``.
    """

    middle: NDArray[np.float64]

    def cdf(self, eigenvalue: ArrayLike) -> NDArray[np.float64]:
        """Return the expected share of all eigenvalues at or below a place (any shape)."""
        return np.interp(
            np.asarray(eigenvalue, dtype=np.float64),
            self.middle[::-1],
            self._shares,
            left=0.0,
            right=1.0,
        )

    def quantiles(self, count: int) -> NDArray[np.float64]:
        """Return where ``count`` ordered eigenvalues are expected, descending."""
        shares = (np.arange(count, 0, -1) - 0.5) / count
        return np.interp(shares, self._shares, self.middle[::-1])

    @property
    def _shares(self) -> NDArray[np.float64]:
        return (np.arange(self.middle.size) + 0.5) / self.middle.size


Reference = LawReference | NullReference


def reference_of(fit: BulkFit, null: NullSpectra | None, *, lawful: bool) -> Reference | None:
    """Return what to hold a spectrum against; None where there is neither law nor null."""
    if lawful:
        return LawReference(fit)
    if null is None:
        return None
    return NullReference(np.median(null_values(null), axis=0))
