"""95 % intervals of a proportion and of the difference of two paired proportions."""

from __future__ import annotations

from math import sqrt

Z_95 = 1.959963984540054
"""The 97.5 % quantile of the normal law: two-sided 95 %."""

Interval = tuple[float, float]


def wilson(successes: int, n: int) -> Interval:
    """Return the score interval of a proportion (Wilson 1927).

    ``(q + z^2/2n +- z sqrt(q(1-q)/n + z^2/4n^2)) / (1 + z^2/n)`` with ``q = successes / n``; it
    stays within [0, 1] and keeps a width at 0 and 1, unlike the plain normal interval.
    """
    share, z2 = successes / n, Z_95**2
    centre = share + z2 / (2 * n)
    spread = Z_95 * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    scale = 1 + z2 / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def paired_difference(gained: int, lost: int, n: int) -> Interval:
    """Return the interval of ``(gained - lost) / n``, for two models on the same n images.

    ``gained`` images are right only with the new model and ``lost`` only with the old: the
    normal approximation of the mean of the paired differences +1, 0 and -1, with one image added
    to each of the two counts (Bonett & Price 2012), so that two models that never differ on n
    images still get the width that n images can vouch for.
    """
    centre = (gained - lost) / (n + 2)
    spread = Z_95 * paired_standard_error(gained, lost, n)
    return max(-1.0, centre - spread), min(1.0, centre + spread)


def paired_standard_error(gained: int, lost: int, n: int) -> float:
    """Return the standard error that `paired_difference` rests on, never 0."""
    up, down = (gained + 1) / (n + 2), (lost + 1) / (n + 2)
    return sqrt((up + down - (up - down) ** 2) / (n + 2))
