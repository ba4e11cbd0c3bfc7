"""The part of a weight matrix under the Marchenko-Pastur edge, and cutting it.

``W = S + R``: ``R`` is what the singular triples with ``lambda = s^2/n`` at or under the edge make
up, ``S`` the rest. They are orthogonal in the Frobenius inner product, so that
``||W||_F^2 = ||S||_F^2 + ||R||_F^2``, whatever the noise is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from rmt_studio.spectra import Spectrum, fit_bulk

if TYPE_CHECKING:
    from torch import Tensor

    from rmt_studio.spectra import BulkFit


@dataclass(frozen=True, eq=False)
class EdgeSplit:
    """A weight matrix taken apart at the edge of its fitted bulk.

    Attributes:
        weight: shape ``(out, in)``, float64.
        vectors: singular vectors of the shorter side, shape ``(p, p)``, the columns in the order
            of ascending singular values, float64.
        values: the singular values, ascending, shape ``(p,)``.
        under: how many of them lie at or under the edge.
        fit: the bulk that the edge is of.
    """

    weight: Tensor
    vectors: Tensor
    values: Tensor
    under: int
    fit: BulkFit

    def removed(self, share: float) -> Tensor:
        """Return the part that goes when this share of the values under the edge does.

        The smallest go first, ``round(share * under)`` of them; shape of the weight, float64.
        """
        kept = self.vectors[:, : round(share * self.under)]
        if self.weight.shape[0] < self.weight.shape[1]:
            return kept @ (kept.T @ self.weight)
        return (self.weight @ kept) @ kept.T

    @property
    def frobenius(self) -> float:
        """The Frobenius norm of the whole part under the edge."""
        return self.values[: self.under].square().sum().sqrt().item()


@torch.no_grad()
def split_at_edge(weight: Tensor, method: str) -> EdgeSplit:
    """Take a matrix apart at the upper edge that `rmt_studio.spectra.fit_bulk` finds.

    The singular vectors are eigenvectors of the Gram matrix of the shorter side in float64:
    several times faster than a decomposition of the matrix, and as good for a projection.

    Args:
        weight: 2-D, on any device.
        method: a key of `rmt_studio.spectra.BULK_METHODS`.

    Raises:
        InputError: the weight has entries that are not finite, or is zero.
    """
    wide = weight.detach().double()
    gram = wide @ wide.T if wide.shape[0] < wide.shape[1] else wide.T @ wide
    spectrum = Spectrum.of(wide)
    _, vectors = torch.linalg.eigh(gram)
    fit = fit_bulk(spectrum, method)
    values = torch.from_numpy(spectrum.singular_values[::-1].copy()).to(wide.device)
    under = int((spectrum.eigenvalues <= fit.upper_edge).sum())
    return EdgeSplit(wide, vectors, values, under, fit)


def keep_share(epoch: int, span: int) -> float:
    """Return ``max(0, 1 - epoch / span)``, the share kept of what lies under the edge.

    Source: the schedule of Berlyand, Bourdais, Owhadi & Shmalo (2025), with a span of 200 epochs.
    """
    return max(0.0, 1.0 - epoch / span)


def cut(weight: Tensor, keep: float, method: str) -> tuple[Tensor, EdgeSplit]:
    """Return a weight without the smallest share ``1 - keep`` of its values under the edge."""
    split = split_at_edge(weight, method)
    return (split.weight - split.removed(1 - keep)).to(weight.dtype), split
