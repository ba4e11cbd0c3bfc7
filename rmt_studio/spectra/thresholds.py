"""How far the extreme eigenvalues of pure noise stray beyond the edges of their law."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from rmt_studio.spectra.tracy_widom import TracyWidom1

if TYPE_CHECKING:
    from rmt_studio.spectra.marchenko_pastur import MarchenkoPastur

_SOFT = 2  # least n - p with a lower edge that Tracy-Widom's law describes


def noise_threshold(law: MarchenkoPastur, samples: float, beta: float) -> float:
    """Return the eigenvalue that the largest of pure noise exceeds with probability ``beta``.

    ``v [(1 + sqrt(c))^2 + t n^(-2/3) c^(-1/6) (1 + sqrt(c))^(4/3)]`` with ``t`` the ``1 - beta``
    quantile of the Tracy-Widom law; not below 0, where a large ``beta`` takes it for a handful of
    entries.

    Source: Johnstone (2001); in this form Ke, Ma & Lin (2023). The seed paper prints only the
    square case ``4 + 2^(4/3) t n^(-2/3)``.
    """
    spread = (1 + math.sqrt(law.ratio)) ** (4 / 3) / (samples ** (2 / 3) * law.ratio ** (1 / 6))
    return max(law.support[1] + law.variance * tracy_widom_quantile(1 - beta) * spread, 0.0)


def lower_noise_threshold(law: MarchenkoPastur, samples: float, beta: float) -> float:
    """Return the eigenvalue that the smallest of pure noise falls below with probability ``beta``.

    ``v/n mu exp(tau^2/8 - t tau)`` with ``t`` the ``1 - beta`` quantile of the Tracy-Widom law,
    ``tau = sigma/mu`` and, for ``n' = n - 1/2`` and ``p' = p - 1/2``,

        mu = (sqrt(n') - sqrt(p'))^2,
        sigma = (sqrt(n') - sqrt(p')) (1/sqrt(p') - 1/sqrt(n'))^(1/3).

    Feldheim and Sodin have the same fluctuation, reflected, without the logarithm: ``mu - t sigma``
    on whole ``n`` and ``p``. That meets its limit slowly (3.8 % at 64 x 192 for a nominal 5 %) and
    turns negative near the square; the logarithm meets it at once: simulated, 4.3 to 5.6 % at
    ratios of 1/4 to 4/5 from 16 x 20 to 256 x 1024, and 3.5 % even at 64 x 65.

    Where the matrix is square, or short of it by less than two rows, the spectrum ends at the hard
    edge 0, which has other laws and no eigenvalue below it: the threshold is then 0.

    Source: Feldheim & Sodin (2010), "A universality result for the smallest eigenvalues of certain
    sample covariance matrices"; the logarithm after Ma (2012), "Accuracy of the Tracy-Widom limits
    for the extreme eigenvalues in white Wishart matrices".
    """
    dimension = law.ratio * samples
    if samples - dimension < _SOFT - 1e-6:
        return 0.0
    roots = math.sqrt(samples - 0.5), math.sqrt(dimension - 0.5)
    gap = roots[0] - roots[1]
    tau = (1 / roots[1] - 1 / roots[0]) ** (1 / 3) / gap
    move = tau**2 / 8 - tracy_widom_quantile(1 - beta) * tau
    return law.variance / samples * gap**2 * math.exp(move)


@lru_cache(maxsize=64)
def tracy_widom_quantile(level: float) -> float:
    """Return one quantile of the Tracy-Widom law; a model asks for the same one again and again."""
    return float(TracyWidom1().ppf(level))
