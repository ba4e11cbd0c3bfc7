"""Sums over one matrix from which the effect of a moving threshold is a look-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from rmt_studio.pruning.effect import Effect, cheapest_storage, kept_rank, untouched
from rmt_studio.pruning.steps import EntryThreshold, SingularValueCut

if TYPE_CHECKING:
    from rmt_studio.pruning.recipe import LayerRule
    from rmt_studio.spectra import BulkFit, Spectrum

_SHARES = np.linspace(0.0, 1.0, 65)  # of the entries, where the output error is measured


@dataclass(frozen=True)
class LayerProfile:
    """What has to be known of a matrix to predict a rule of one step at once.

    Attributes:
        spectrum: singular values of the matrix, descending.
        fit: its bulk fit.
        sizes: absolute entries, ascending, float32 (out*in,).
        energy_below: share of the squared entries in the i smallest, float64 (out*in + 1,).
        output_of_first: share of the output's energy in the r largest triples, float64 (p + 1,).
        mask_error: output error of zeroing the shares `_SHARES` of the entries; None for white
            inputs, where it follows from ``energy_below``.
    """

    spectrum: Spectrum
    fit: BulkFit
    sizes: np.ndarray
    energy_below: np.ndarray
    output_of_first: np.ndarray
    mask_error: np.ndarray | None = None

    @classmethod
    def of(
        cls,
        weight: torch.Tensor,
        spectrum: Spectrum,
        fit: BulkFit,
        inputs: torch.Tensor | None = None,
    ) -> LayerProfile:
        """Measure ``weight`` (out, in) once, for white inputs or for a sample (in, tokens)."""
        dense = weight.detach().float().cpu()
        sizes = dense.abs().flatten().sort().values.numpy()
        energy = _cumulative_share(np.square(sizes, dtype=np.float64))
        if inputs is None:
            triples = spectrum.singular_values**2
            return cls(spectrum, fit, sizes, energy, _cumulative_share(triples))
        triples = _output_energies(dense, inputs)
        errors = _mask_errors(dense, sizes, inputs)
        return cls(spectrum, fit, sizes, energy, _cumulative_share(triples), errors)

    @property
    def inputs(self) -> str:
        """Which inputs the output error is for: "white" or "measured"."""
        return "white" if self.mask_error is None else "measured"

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
            return untouched(self.sizes.size, inputs=self.inputs)
        if len(rule.steps) > 1:
            return None
        step = next(iter(rule.steps))
        if isinstance(step, SingularValueCut):
            return self._cut(step)
        if isinstance(step, EntryThreshold):
            return self._mask(step)
        return None

    def _cut(self, step: SingularValueCut) -> Effect:
        rank = kept_rank(step, self.spectrum, self.fit)
        entries = self.sizes.size
        if rank == self.spectrum.dimension:
            return untouched(entries, inputs=self.inputs)
        counts = {"dense": entries, "two factors": rank * sum(self.spectrum.shape)}
        stored_as, kept = cheapest_storage(counts)
        squares = self.spectrum.singular_values**2
        energy = squares[:rank].sum() / squares.sum() if squares.any() else 1.0
        error = np.sqrt(max(0.0, 1 - self.output_of_first[rank]))
        return Effect(entries, kept, float(energy), float(error), self.inputs, rank, stored_as)

    def _mask(self, step: EntryThreshold) -> Effect:
        zeroed, entries = self.zeroed(step), self.sizes.size
        kept = entries - max(zeroed, int(np.searchsorted(self.sizes, 0.0, side="right")))
        stored_as, kept = cheapest_storage({"dense": entries, "masked": kept})
        lost = float(self.energy_below[zeroed])
        error = float(np.sqrt(lost))
        if self.mask_error is not None:
            error = float(np.interp(zeroed / entries, _SHARES, self.mask_error))
        return Effect(entries, kept, 1 - lost, error, self.inputs, None, stored_as)


def _cumulative_share(parts: np.ndarray) -> np.ndarray:
    sums = np.concatenate([[0.0], np.cumsum(parts)])
    return sums / sums[-1] if sums[-1] > 0 else np.ones_like(sums)


def _output_energies(dense: torch.Tensor, inputs: torch.Tensor) -> np.ndarray:
    """Return ``s_i^2 ||v_i^T X||^2``, float64 (p,): what each triple adds to ``||W X||^2``."""
    _, values, right = torch.linalg.svd(dense, full_matrices=False)
    return ((right @ inputs).square().sum(1) * values.square()).double().numpy()


def _mask_errors(dense: torch.Tensor, sizes: np.ndarray, inputs: torch.Tensor) -> np.ndarray:
    absolute, whole = dense.abs(), (dense @ inputs).norm().item()
    errors = []
    for share in _SHARES:
        zeroed = round(share * sizes.size)
        edge = float(sizes[zeroed]) if zeroed < sizes.size else float("inf")
        removed = torch.where(absolute < edge, dense, 0.0)
        errors.append((removed @ inputs).norm().item() / whole if whole else 0.0)
    return np.array(errors)
