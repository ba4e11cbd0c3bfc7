"""What a rule does to one matrix, in numbers.

Parameters are counted as they would be stored: two factors of rank r count ``r (out + in)``,
sparse factors and masked matrices their non-zero entries, a product and a sparse matrix beside it
the sum of the two; the smallest of them counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rmt_studio.pruning.steps import SingularValueCut
    from rmt_studio.spectra import BulkFit, Spectrum


@dataclass(frozen=True)
class Effect:
    """The cost and the benefit of one rule on one matrix.

    Attributes:
        parameters: entries of the dense matrix.
        parameters_kept: numbers that have to be stored after the rule.
        energy_kept: ``||W'||_F^2 / ||W||_F^2``.
        output_error: root mean square of ``W x - W' x`` over that of ``W x``. For white inputs x
            it is ``||W - W'||_F / ||W||_F``; for a sample X of the layer's own inputs, shape
            (in, tokens), it is ``||(W - W') X||_F / ||W X||_F``.
        inputs: "white" or "measured": which of the two ``output_error`` is.
        rank: of the result, where a singular-value cut fixes it.
        stored_as: "dense", "masked", "two factors", "sparse factors" or "low rank plus sparse".
    """

    parameters: int
    parameters_kept: int
    energy_kept: float
    output_error: float
    inputs: str
    rank: int | None
    stored_as: str

    @property
    def sparsity(self) -> float:
        """Share of the matrix's parameters that need no storage any more."""
        return 1 - self.parameters_kept / self.parameters


def untouched(parameters: int, *, inputs: str = "white") -> Effect:
    """Return the effect of keeping a matrix as it is."""
    return Effect(parameters, parameters, 1.0, 0.0, inputs, None, "dense")


def nothing_there(parameters: int) -> Effect:
    """Return the effect of any rule on a matrix of zeros: no step changes it, nothing is stored."""
    return Effect(parameters, 0, 1.0, 0.0, "white", None, "masked")


def cheapest_storage(counts: dict[str, int]) -> tuple[str, int]:
    """Return the name and count of the smallest storage; the first named wins a tie."""
    name = min(counts, key=lambda key: counts[key])
    return name, counts[name]


def kept_rank(cut: SingularValueCut, spectrum: Spectrum, fit: BulkFit) -> int:
    """Return how many singular values a cut leaves.

    The eigenvalues at or under ``edge_multiple * fit.upper_edge`` are candidates; the largest
    ``keep`` share of them, rounded down, stays.
    """
    if cut.rank is not None:
        return min(cut.rank, spectrum.dimension)
    edge = (cut.edge_multiple or 0.0) * fit.upper_edge
    above = int(np.count_nonzero(spectrum.eigenvalues > edge))
    below = spectrum.dimension - above
    return above + int(cut.keep * below + 1e-9)  # 0.29 of 100 is 28.999... in floating point
