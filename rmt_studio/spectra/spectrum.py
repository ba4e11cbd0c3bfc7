"""The singular values of one weight matrix, and the eigenvalues that random matrix theory reads."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch

from rmt_studio.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Weight = NDArray[np.floating] | torch.Tensor

# Below this ratio of the extreme Gram eigenvalues their rounding, a few units of the largest in
# the last place, would reach 1e-6 of the smallest singular value. Measured on flat, graded and
# two-level spectra of up to 1024 x 1024: 1.2e-7 at this ratio, 3e-6 at a tenth of it.
_GRAM_FLOOR = 1e-8


@dataclass(frozen=True, eq=False)
class Spectrum:
    """The spectrum of one weight matrix.

    Attributes:
        singular_values: ``s_1 >= ... >= s_p >= 0``, float64, shape ``(p,)``, read-only, in the
            units of the weight.
        shape: ``(out, in)`` of the matrix.

    Raises:
        InputError: the values are not ``min(shape)`` finite, descending, non-negative numbers.
    """

    singular_values: NDArray[np.float64]
    shape: tuple[int, int]

    def __post_init__(self) -> None:
        values = np.array(self.singular_values, dtype=np.float64)
        if values.shape != (min(self.shape),):
            raise InputError(
                f"spectrum of a {self.shape[0]} x {self.shape[1]} matrix",
                f"holds values of shape {values.shape}, not {min(self.shape)} singular values",
            )
        if not (np.isfinite(values).all() and (np.diff(values, append=0.0) <= 0).all()):
            raise InputError(
                f"spectrum of a {self.shape[0]} x {self.shape[1]} matrix",
                "singular values must be finite, non-negative and descending",
            )
        values.setflags(write=False)
        object.__setattr__(self, "singular_values", values)

    @classmethod
    def of(cls, weight: Weight) -> Spectrum:
        """Return the spectrum of a 2-D weight of any floating type, on any device.

        The work is done in float64 on the weight's device. It goes through the p x p Gram matrix,
        which is more than twice as fast as a decomposition; where that would cost digits the
        decomposition takes over, so each singular value above 1e-6 of the largest has a relative
        error of at most 1e-6.

        Raises:
            InputError: the weight is not a matrix of floating point numbers, is empty, or holds
                values that are not finite.
        """
        matrix = checked_weight(weight)
        values = _singular_values(matrix if matrix.shape[0] >= matrix.shape[1] else matrix.T)
        return cls(values.cpu().numpy(), (matrix.shape[0], matrix.shape[1]))

    @property
    def samples(self) -> int:
        """The longer side, ``n``."""
        return max(self.shape)

    @property
    def dimension(self) -> int:
        """The shorter side, ``p``: the number of eigenvalues."""
        return min(self.shape)

    @property
    def ratio(self) -> float:
        """The aspect ratio ``c = p/n`` in (0, 1]."""
        return self.dimension / self.samples

    @cached_property
    def eigenvalues(self) -> NDArray[np.float64]:
        """The eigenvalues ``s_i^2 / n`` of the Gram matrix, descending, shape ``(p,)``."""
        values = self.singular_values**2 / self.samples
        values.setflags(write=False)
        return values


def checked_weight(weight: Weight) -> torch.Tensor:
    """Return the weight as a detached tensor on its device, or say why it has no spectrum."""
    tensor = _tensor(weight)
    if tensor.ndim != 2:
        raise _unfit(tensor, "is not a matrix", "unfold it to (out, in) first")
    if tensor.numel() == 0:
        raise _unfit(tensor, "has no entries")
    if not math.isfinite(largest_entry(tensor)):
        bad = tensor.numel() - int(torch.isfinite(tensor).sum())
        raise _unfit(tensor, f"holds {bad} values that are not finite")
    return tensor


def _tensor(weight: Weight) -> torch.Tensor:
    """Return a dense floating point tensor that shares or copies the weight's values."""
    if isinstance(weight, np.ndarray) and np.issubdtype(weight.dtype, np.floating):
        return torch.from_numpy(np.array(weight, dtype=np.float64))
    if isinstance(weight, torch.Tensor):
        if weight.is_floating_point() and weight.layout == torch.strided and not weight.is_meta:
            narrow = weight.element_size() == 1  # 8-bit floats have no arithmetic of their own
            return weight.detach().float() if narrow else weight.detach()
        raise _unfit(weight, f"is a {weight.dtype} tensor, not one of dense floating point values")
    if isinstance(weight, np.ndarray):
        raise _unfit(weight, f"is a {weight.dtype} array, not one of floating point values")
    reason = "is neither a numpy array nor a torch tensor"
    raise InputError(f"weight of type {type(weight).__name__}", reason)


def _unfit(weight: Weight, reason: str, next_step: str = "") -> InputError:
    """Return the error that names a weight by its shape."""
    return InputError(f"weight of shape {tuple(weight.shape)}", reason, next_step)


def largest_entry(tensor: torch.Tensor) -> float:
    """Return the largest absolute value; nan or infinite when any entry is."""
    low, high = torch.aminmax(tensor)
    return torch.maximum(-low, high).item()


def _singular_values(tall: torch.Tensor) -> torch.Tensor:
    """Return the singular values, float64 and descending, of a matrix with rows >= columns."""
    tall = tall.to(torch.float64)
    scale = _unit(largest_entry(tall))
    tall = tall if scale == 1.0 else tall / scale
    squares = torch.linalg.eigvalsh(tall.T @ tall)
    if squares[0] > _GRAM_FLOOR * squares[-1]:
        return squares.flip(0).sqrt() * scale
    # LAPACK reduces a tall matrix by QR first; a wide one takes four times as long
    return torch.linalg.svdvals(tall.contiguous()) * scale


def _unit(largest: float) -> float:
    """Return the unit in which the squares of the entries neither overflow nor all vanish."""
    return 1.0 if largest == 0 or 1e-100 < largest < 1e100 else largest
