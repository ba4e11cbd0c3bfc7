"""The sizes of one weight matrix: its norms, and the columns that WeightWatcher makes of them.

WeightWatcher takes ``evals = s^2``, without the ``1/n``, so its figures are squares of norms. The
columns are those of its version 0.7.7, with its defaults:

| column              | here                                                          |
|---------------------|---------------------------------------------------------------|
| `norm`              | ``||W||_F^2``, the sum of the ``s^2``                          |
| `log_norm`          | its log10                                                     |
| `spectral_norm`     | ``||W||_2^2``, the largest ``s^2``                             |
| `log_spectral_norm` | its log10                                                     |
| `stable_rank`       | `tails.stable_rank`                                           |
| `matrix_rank`       | `tails.numerical_rank`                                        |
| `entropy`           | `tails.spectral_entropy`                                      |
| `alpha`             | `PowerLawTail.alpha`                                          |
| `xmin`              | ``n * PowerLawTail.xmin``                                     |
| `D`                 | `PowerLawTail.distance`                                       |
| `sigma`             | `PowerLawTail.standard_error`                                 |
| `num_pl_spikes`     | `PowerLawTail.count`                                          |
| `alpha_weighted`    | ``alpha * log10 ||W||_2^2``                                    |
| `log_alpha_norm`    | ``log10 sum s^(2 alpha)``, the log of a Schatten norm's power   |

Compared on matrices of full rank, normal and heavy-tailed, of 30 x 50 to 512 x 2048: equal to
1e-12, `entropy` to 2e-7, because WeightWatcher adds 1e-10 to each share. It differs on purpose in
four places:

- `matrix_rank`: WeightWatcher counts ``s > n eps s_1`` with the ``eps`` of float64, so a product of
  rank 7 stored in float32 has full rank there; here ``s > 1e-6 s_1``, and `entropy` is divided by
  the logarithm of this rank.
- The tail: WeightWatcher leaves out ``s^2 <= 1e-5`` whatever the units, here what is under the rank
  is left out. The two disagree for weights in small units and for deficient rank.
- Under 20 eigenvalues WeightWatcher takes a bias-corrected exponent and a score that favours long
  tails; here the method is the same for every size.
- Its weights are of single precision on a GPU; here of double precision everywhere.

A convolution is one unfolded matrix here; there it is one matrix for each place of the kernel.
The columns of its `mp_fit` and `randomize` options (`sigma_mp`, `mp_softrank`, `rand_*`, ...) have
no namesake here: the bulk fits answer that question otherwise.

Source: Martin, Peng & Mahoney (2021), "Predicting trends in the quality of state-of-the-art neural
networks without access to training or testing data", Nature Communications 12.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.errors import InputError
from rmt_studio.spectra.power_law import PowerLawTail, eigenvalue_tail
from rmt_studio.spectra.tails import numerical_rank, spectral_entropy, stable_rank

if TYPE_CHECKING:
    from rmt_studio.spectra.spectrum import Spectrum


def schatten_norm(spectrum: Spectrum, order: float) -> float:
    """Return ``(sum s_i^q)^(1/q)``, in units of the weight.

    1 is the nuclear norm, 2 the Frobenius norm, ``math.inf`` the spectral norm.

    Raises:
        InputError: the order is below 1 (or nan).
    """
    if not order >= 1:
        raise InputError(f"Schatten norm of order {order}", "is a norm from order 1 up only")
    values = spectrum.singular_values
    largest = float(values[0])
    if largest == 0 or math.isinf(order):
        return largest
    return largest * float(np.sum((values / largest) ** order)) ** (1 / order)


def frobenius_norm(spectrum: Spectrum) -> float:
    """Return ``||W||_F``, the root of the sum of the squared entries."""
    return schatten_norm(spectrum, 2)


def nuclear_norm(spectrum: Spectrum) -> float:
    """Return ``||W||_*``, the sum of the singular values."""
    return schatten_norm(spectrum, 1)


def spectral_norm(spectrum: Spectrum) -> float:
    """Return ``||W||_2``, the largest singular value."""
    return schatten_norm(spectrum, math.inf)


def weightwatcher_columns(spectrum: Spectrum, tail: PowerLawTail | None = None) -> dict[str, float]:
    """Return the figures of one matrix under WeightWatcher's names, see the table above.

    Args:
        spectrum: of the weight matrix.
        tail: its `eigenvalue_tail`, fitted here when not given.

    Raises:
        InputError: fewer than two different singular values above zero, or their squares leave the
            range of float64.
    """
    tail = tail or eigenvalue_tail(spectrum)
    log_largest = 2 * math.log10(spectral_norm(spectrum))
    relative = spectrum.singular_values / spectrum.singular_values[0]
    log_power_sum = math.log10(float(np.sum(relative ** (2 * tail.alpha))))
    return {
        "norm": frobenius_norm(spectrum) ** 2,
        "log_norm": 2 * math.log10(frobenius_norm(spectrum)),
        "spectral_norm": spectral_norm(spectrum) ** 2,
        "log_spectral_norm": log_largest,
        "stable_rank": stable_rank(spectrum),
        "matrix_rank": numerical_rank(spectrum),
        "entropy": spectral_entropy(spectrum),
        "alpha": tail.alpha,
        "xmin": spectrum.samples * tail.xmin,
        "D": tail.distance,
        "sigma": tail.standard_error,
        "num_pl_spikes": tail.count,
        "alpha_weighted": tail.alpha * log_largest,
        "log_alpha_norm": tail.alpha * log_largest + log_power_sum,
    }
