"""Where the spectrum of a product of two random matrices ends.

For independent entries of mean 0 and variance 1, ``A`` (d, r) and ``B`` (r, e) with
``c_1 = r/d, c_2 = r/e``, the ``r`` values ``s_i(A B)^2 / (d e)`` follow the free multiplicative
convolution of two Marchenko-Pastur laws. Its S-transform is the product of theirs,

    S(z) = 1 / ((1 + c_1 z)(1 + c_2 z)),

so that with ``x(z) = (1 + z)(1 + c_1 z)(1 + c_2 z) / z`` the edges are ``x`` where ``x'(z) = 0``:

    2 c_1 c_2 z^3 + (c_1 c_2 + c_1 + c_2) z^2 - 1 = 0.

The positive root gives the upper edge, the negative root next to -1 the lower. Known answers:
``c_2 = 0`` is the Marchenko-Pastur law, ``c_1 = c_2 = 1`` has the upper edge 27/4 of the
Fuss-Catalan numbers.

Sources: Voiculescu (1987), "Multiplication of certain non-commuting random variables"; Mueller
(2002), "On the asymptotic eigenvalue distribution of concatenated vector-valued fading channels".
"""

from __future__ import annotations

import numpy as np

from rmt_studio.errors import InputError


def product_edges(first: float, second: float) -> tuple[float, float]:
    """Return the lower and the upper edge of the ``s^2 / (d e)`` of ``A B``, for unit variances.

    Args:
        first: ``c_1 = r/d`` in (0, 1].
        second: ``c_2 = r/e`` in (0, 1].

    Raises:
        InputError: a ratio is outside (0, 1].
    """
    for ratio in (first, second):
        if not 0 < ratio <= 1:
            raise InputError(f"ratio = {ratio}", "lies outside (0, 1]")
    both = first * second
    roots = np.sort(np.roots([2 * both, both + first + second, 0.0, -1.0]).real)
    lower, upper = _place(roots[1], first, second), _place(roots[2], first, second)
    return max(float(lower), 0.0), float(upper)


def _place(z: float, first: float, second: float) -> float:
    return (1 + z) * (1 + first * z) * (1 + second * z) / z
