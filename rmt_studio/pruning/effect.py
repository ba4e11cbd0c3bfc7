"""What a rule does to one matrix: measured on the result, or predicted while a slider moves.

Parameters are counted as they would be stored: two factors of rank r count ``r (out + in)``,
sparse factors and masked matrices their non-zero entries; the smallest of them counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.pruning.recipe import EntryThreshold, LayerRule, SingularValueCut

if TYPE_CHECKING:
    import torch

    from rmt_studio.spectra import BulkFit, Spectrum


@dataclass(frozen=True)
class Effect:
    """The cost and the benefit of one rule on one matrix.

    Attributes:
        parameters: entries of the dense matrix.
        parameters_kept: numbers that have to be stored after the rule.
        energy_kept: ``||W'||_F^2 / ||W||_F^2``.
        output_error: root mean square of ``W x - W' x`` over that of ``W x``. For white inputs x
            it is ``||W - W'||_F / ||W||_F``; for measured inputs with second moment M it is
            ``sqrt(tr(D M D^T) / tr(W M W^T))``, ``D = W - W'``.
        inputs: "white" or "measured": which of the two ``output_error`` is.
        rank: of the result, where a singular-value cut fixes it.
        stored_as: "dense", "masked", "two factors" or "sparse factors".
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
    return above + int(cut.keep * (spectrum.dimension - above))


@dataclass(frozen=True)
class LayerProfile:
    """Sums over one matrix from which the effect of a cut or a mask is a look-up.

    Attributes:
        spectrum: singular values of the matrix, descending.
        fit: its bulk fit.
        shape: (out, in).
        sizes: absolute entries, ascending, shape (out*in,).
        triple_energy: ``s_i^2 v_i^T M v_i`` for measured inputs, shape (p,); None for white ones.
    """

    spectrum: Spectrum
    fit: BulkFit
    shape: tuple[int, int]
    sizes: np.ndarray
    triple_energy: np.ndarray | None = None

    @classmethod
    def of(cls, weight: torch.Tensor, spectrum: Spectrum, fit: BulkFit) -> LayerProfile:
        """Sort the entries of ``weight`` (out, in) once, so that every threshold is a search."""
        sizes = weight.detach().abs().flatten().float().cpu().sort().values.numpy()
        return cls(spectrum, fit, spectrum.shape, sizes)

    @cached_property
    def _energy_below(self) -> np.ndarray:
        squares = np.cumsum(np.square(self.sizes, dtype=np.float64))
        return np.concatenate([[0.0], squares])

    @cached_property
    def _energy_of_first(self) -> np.ndarray:
        return np.concatenate([[0.0], np.cumsum(self.spectrum.singular_values**2)])

    @cached_property
    def _output_of_first(self) -> np.ndarray:
        if self.triple_energy is None:
            return self._energy_of_first
        return np.concatenate([[0.0], np.cumsum(self.triple_energy)])

    def zeroed(self, step: EntryThreshold) -> int:
        """Return how many entries a threshold or a share sets to zero."""
        if step.share is not None:
            return round(step.share * self.sizes.size)
        return int(np.searchsorted(self.sizes, np.float32(step.threshold or 0.0), side="left"))

    def threshold_of(self, zeroed: int) -> float:
        """Return a threshold that lies above exactly the ``zeroed`` smallest entries."""
        if zeroed <= 0:
            return 0.0
        last = self.sizes.size - 1
        return float(self.sizes[min(zeroed, last)])

    def predict(self, rule: LayerRule) -> Effect | None:
        """Return the effect of a rule of at most one step, or None where it must be measured."""
        if rule.keeps:
            return untouched(self.sizes.size)
        if len(rule.steps) > 1:
            return None
        step = rule.steps[0]
        if isinstance(step, SingularValueCut):
            return self._cut(step)
        if isinstance(step, EntryThreshold):
            return self._mask(step)
        return None

    def _cut(self, step: SingularValueCut) -> Effect:
        rank = kept_rank(step, self.spectrum, self.fit)
        entries = self.shape[0] * self.shape[1]
        if rank == self.spectrum.dimension:
            return untouched(entries, inputs=self._inputs)
        counts = {"dense": entries, "two factors": rank * sum(self.shape)}
        stored_as, kept = cheapest_storage(counts)
        energy = _share(self._energy_of_first[rank], self._energy_of_first[-1])
        output = _share(self._output_of_first[rank], self._output_of_first[-1])
        return Effect(
            entries,
            kept,
            energy,
            float(np.sqrt(max(0.0, 1 - output))),
            self._inputs,
            rank,
            stored_as,
        )

    def _mask(self, step: EntryThreshold) -> Effect:
        zeroed = self.zeroed(step)
        kept = self.sizes.size - max(zeroed, int(np.searchsorted(self.sizes, 0.0, side="right")))
        stored_as, kept = cheapest_storage({"dense": self.sizes.size, "masked": kept})
        lost = _share(self._energy_below[zeroed], self._energy_below[-1])
        return Effect(
            self.sizes.size, kept, 1 - lost, float(np.sqrt(lost)), "white", None, stored_as
        )

    @property
    def _inputs(self) -> str:
        return "white" if self.triple_energy is None else "measured"


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else 1.0
