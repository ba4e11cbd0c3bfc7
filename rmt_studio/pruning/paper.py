"""The paper's pruning in cycles, as its authors' code carries it out, without fine-tuning between.

In cycle ``i = 1, 2, ...`` each layer loses the share

    rho_i ((1 - mu) gamma)^(1.5/i),        rho_i = 0.06 * 1.02^i,

of the entries that it still has, the smallest first; in every second cycle its singular vectors are
sparsified before, with ``theta = 750 * 1.5e-8 * rho_i * out * in``. ``mu`` is how far the layer's
spectrum is from the fitted Marchenko-Pastur law over the central quantiles (``ks_central``) and
``gamma`` the share of its singular values under the edge (``bulk_fraction``): a layer that looks
like noise loses more, in early cycles most of all. The singular-value cut runs with ``keep = 1``,
as in all published runs on vision transformers: it removes nothing, and is there to be changed.

The paper prints the exponent and names ``mu`` and ``gamma``; rho, theta and the window of ``mu``
are those of the code (`docs/adr/0014-methods.md`). In one shot the cycles come together in three
steps: the shares multiply, and theta is that of the last second cycle, the largest.

Source: Berlyand, Bourdais, Owhadi & Shmalo (2025), "Pruning Deep Neural Networks via a Combination
of the Marchenko-Pastur Distribution and Regularization", with its repository RMT_pruning_ViT.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.pruning.budgets import LEAST_VALUES, Rules
from rmt_studio.pruning.ranking import whole_shares
from rmt_studio.pruning.recipe import LayerRule
from rmt_studio.pruning.steps import (
    EntryThreshold,
    SingularValueCut,
    SingularVectorSparsification,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.pruning.request import Request

EXPONENT = 1.5
_REDUCTION, _GROWTH = 0.06, 1.02
_THETA = 750 * 1.5e-8
_HALVINGS = 60


def in_cycles(request: Request) -> Rules:
    """Return cut, vectors and entries for each layer; the last cycle is scaled to the target."""
    if not request.remove:
        return {}
    sizes = np.array([layer.layer.size for layer in request.layers], dtype=np.float64)
    kept, cycles = _through_cycles(_noisiness(request.layers), sizes, request)
    shares = whole_shares(1 - kept, [layer.layer.size for layer in request.layers], request.remove)
    last_second = cycles - cycles % 2
    return {
        layer.name: LayerRule(steps=(*_spectral_steps(layer, last_second), EntryThreshold(share=s)))
        for layer, s in zip(request.layers, shares, strict=True)
    }


def _noisiness(layers: list[LayerAnalysis]) -> NDArray[np.float64]:
    """Return ``(1 - mu) gamma`` of each layer; the mean of the others for spectra too short."""
    found = np.array([(1 - x.fit.ks_central) * x.fit.bulk_fraction for x in layers])
    believed = np.array([layer.spectrum.dimension >= LEAST_VALUES for layer in layers])
    found[~believed] = found[believed].mean() if believed.any() else 1.0
    return found.clip(1e-3, 1.0)  # a spectrum all spikes shall not stop the search


def _through_cycles(
    noisiness: NDArray[np.float64], sizes: NDArray[np.float64], request: Request
) -> tuple[NDArray[np.float64], int]:
    """Return which share each layer keeps, and the number of cycles that took."""
    least = sizes.sum() - request.remove
    kept = np.ones_like(sizes)
    for cycle in count(1):
        request.progress(0, 1, f"cycle {cycle}")
        lost = reduction(cycle) * noisiness ** (EXPONENT / cycle)
        after = kept * (1 - lost.clip(max=1))
        if after @ sizes <= least:
            return _scaled(kept, lost, sizes, least), cycle
        kept = after
    raise AssertionError("cycles end: from the 142nd on more than all would go")


def reduction(cycle: int) -> float:
    """Return ``rho_i``."""
    return _REDUCTION * _GROWTH**cycle


def _scaled(
    kept: NDArray[np.float64], lost: NDArray[np.float64], sizes: NDArray[np.float64], least: float
) -> NDArray[np.float64]:
    """Return what is kept after as much of a last cycle as the target leaves room for."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        enough = (kept * (1 - (middle * lost).clip(max=1))) @ sizes <= least
        low, high = (low, middle) if enough else (middle, high)
    return kept * (1 - (high * lost).clip(max=1))


def _spectral_steps(
    layer: LayerAnalysis, cycle: int
) -> tuple[SingularValueCut | SingularVectorSparsification, ...]:
    """Return cut and vectors with the theta of the given cycle; none for spectra too short."""
    if layer.spectrum.dimension < LEAST_VALUES or not cycle:
        return ()
    theta = _THETA * reduction(cycle) * layer.layer.size
    return SingularValueCut(edge_multiple=1.0, keep=1.0), SingularVectorSparsification(theta=theta)
