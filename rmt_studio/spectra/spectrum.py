"""The singular values of one weight matrix, and the eigenvalues that random matrix theory reads."""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch

from rmt_studio.errors import InputError
from rmt_studio.spectra.singular_values import singular_values
from rmt_studio.spectra.wide import Wide, unit_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmt_studio.spectra.singular_values import Route, Turn

    Weight = NDArray[np.floating] | torch.Tensor

# singular values between which the largest can be squared and its square fitted
_LEAST_SQUARED, _LARGEST_SQUARED = 1e-150, 1e150


@dataclass(frozen=True, eq=False)
class Spectrum:
    """The spectrum of one weight matrix.

    Attributes:
        singular_values: ``s_1 >= ... >= s_p >= 0``, float64, shape ``(p,)``, read-only, in the
            units of the weight.
        shape: ``(out, in)`` of the matrix.
        route: how the values were obtained, see `rmt_studio.spectra.singular_values`;
            "decomposition" also for values that were handed in.

    Raises:
        InputError: the values are not ``min(shape)`` finite, descending, non-negative numbers.
    """

    singular_values: NDArray[np.float64]
    shape: tuple[int, int]
    route: Route = "decomposition"

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
    def of(cls, weight: Weight, turn: Turn = nullcontext) -> Spectrum:
        """Return the spectrum of a 2-D weight of any floating type, on any device.

        The work is done in float64 on the weight's device, and the weight is widened a block at a
        time wherever ``route`` is not "decomposition". Every value above 1e-6 of the largest is
        within 1e-10 of what `torch.linalg.svdvals` gives for the weight in float64, the same way
        round and with as many threads; ``route`` says how. That is as far as the reference itself
        goes: with another number of threads, or transposed, its values at 1e-6 move by 1e-10 to
        2.5e-10.

        Args:
            weight: 2-D, finite.
            turn: entered, with the number of entries, where a float64 copy of the whole weight is
                needed, and left when it is gone; for callers that compute many at a time.

        Raises:
            InputError: the weight is not a matrix of floating point numbers, is empty, or holds
                values that are not finite.
        """
        wide = seen_wide(weight)
        values, route = singular_values(wide, turn)
        out, inputs = wide.weight.shape
        return cls((values * wide.unit).cpu().numpy(), (out, inputs), route)

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
        """The eigenvalues ``s_i^2 / n`` of the Gram matrix, descending, shape ``(p,)``.

        Raises:
            InputError: the squares would leave the range of float64.
        """
        largest = float(self.singular_values[0])
        if largest > 0 and not _LEAST_SQUARED < largest < _LARGEST_SQUARED:
            raise InputError(
                f"spectrum of a {self.shape[0]} x {self.shape[1]} matrix",
                f"its largest singular value {largest:.3g} has no square in float64",
                "rescale the weight",
            )
        values = self.singular_values**2 / self.samples
        values.setflags(write=False)
        return values


def checked_weight(weight: Weight) -> torch.Tensor:
    """Return the weight as a detached tensor on its device, or say why it has no spectrum."""
    return _checked(weight)[0]


def _checked(weight: Weight) -> tuple[torch.Tensor, float]:
    """Return the weight as a detached tensor, and its largest absolute value."""
    tensor = _tensor(weight)
    if tensor.ndim != 2:
        raise _unfit(tensor, "is not a matrix", "unfold it to (out, in) first")
    if tensor.numel() == 0:
        raise _unfit(tensor, "has no entries")
    largest = largest_entry(tensor)
    if not math.isfinite(largest):
        bad = tensor.numel() - int(torch.isfinite(tensor).sum())
        raise _unfit(tensor, f"holds {bad} values that are not finite")
    return tensor, largest


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


def seen_wide(weight: Weight) -> Wide:
    """Return a weight as its spectrum is computed from it.

    Raises:
        InputError: the weight has no spectrum, see `Spectrum.of`.
    """
    matrix, largest = _checked(weight)
    return Wide(matrix, unit_of(largest))
