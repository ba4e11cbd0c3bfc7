"""What an entry of a matrix counts: the scores that masks rank.

Each is ``score(pieces, step) -> (out, in)``, float64; entries of least score go first. A matrix
without input moments is scored for white inputs, ``H = I``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from rmt_studio.pruning.second_order import sweep_variances

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor

    from rmt_studio.pruning.methods.pieces import Pieces
    from rmt_studio.pruning.steps import EntryMask


def scores(pieces: Pieces, step: EntryMask) -> Tensor:
    """Return the scores of all entries, times the root of ``g_i`` where outputs count by it.

    The second-order score is an energy and takes ``g_i`` itself.
    """
    found = SCORES[step.score](pieces, step)
    if step.outputs == "alike" or pieces.gradients is None:
        return found
    gradients = pieces.gradients[:, None]
    return found * (gradients if step.score == "second_order" else gradients.sqrt())


def _random(pieces: Pieces, step: EntryMask) -> Tensor:
    """Uniform, drawn on the CPU so that a seed means the same everywhere."""
    generator = torch.Generator().manual_seed(step.seed)
    drawn = torch.rand(pieces.weight.shape, generator=generator, dtype=torch.float64)
    return drawn.to(pieces.weight.device)


def _magnitude(pieces: Pieces, step: EntryMask) -> Tensor:
    """``|w_ij|``."""
    del step
    return pieces.weight.abs()


def _wanda(pieces: Pieces, step: EntryMask) -> Tensor:
    """``|w_ij| ||x_j||_2`` (Sun, Liu, Bair & Kolter, 2024); the norm as a root mean square."""
    del step
    return pieces.weight.abs() * pieces.input_moments.diagonal().sqrt()


def _second_order(pieces: Pieces, step: EntryMask) -> Tensor:
    """``w_ij^2 / d_j^2``: what leaving out one entry costs when later inputs make up for it.

    The saliency of Hassibi & Stork (1993) in the order of Frantar & Alistarh's (2023) sweep, with
    the damped moments for the Hessian: see `sweep_variances`.
    """
    return pieces.weight.square() / sweep_variances(pieces.input_moments, step.damping)


SCORES: Mapping[str, Callable[[Pieces, EntryMask], Tensor]] = {
    "random": _random,
    "magnitude": _magnitude,
    "wanda": _wanda,
    "second_order": _second_order,
}
