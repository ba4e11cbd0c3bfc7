"""Simulation against theory: one planted component in noise, many times over.

Normal noise has no preferred direction, so a component between the first unit vectors stands for
any other. Tolerances are 4 standard errors of the mean over the replicas, which one comparison in
16,000 exceeds, and an allowance for the finite size, stated as a multiple of ``1/p``: the theory is
that of endless matrices. The allowances are about twice the largest departure, times ``p``, that
1600 replicas at p = 50 and 800 at p = 100 show.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
import torch

from rmt_studio.spectra import (
    SHRINKAGE_LOSSES,
    Spectrum,
    detection_limit,
    fit_bulk,
    optimal_shrinkage,
    overlaps,
    spike_table,
)

RATIOS = (0.25, 0.5, 1.0)
DIMENSION = 100
REPLICAS = 150
ERRORS = 4  # standard errors that a mean may be off


@dataclass(frozen=True)
class Seen:
    """Replicas of one component in noise of variance 1, of shape ``(p, n)``.

    Attributes:
        theta: its strength; its singular value is ``theta sqrt(n)``.
        values: singular values as seen, shape ``(replicas, p)``, descending.
        cosine_short: between the leading seen and the true vector of length p, ``(replicas,)``.
        cosine_long: the same for the vectors of length n.
    """

    theta: float
    samples: int
    values: np.ndarray
    cosine_short: np.ndarray
    cosine_long: np.ndarray

    @property
    def spectra(self):
        shape = (self.values.shape[1], self.samples)
        return [Spectrum(values, shape) for values in self.values]


def planted(dimension, ratio, multiple, replicas, seed=0):
    """A component of ``multiple`` times the detection limit, seen in each of the replicas."""
    samples = round(dimension / ratio)
    theta = multiple * detection_limit(ratio)
    draws = torch.Generator().manual_seed(1000 * dimension + seed)
    weights = torch.randn(replicas, dimension, samples, generator=draws, dtype=torch.float64)
    weights[:, 0, 0] += theta * math.sqrt(samples)
    squares, left = torch.linalg.eigh(weights @ weights.mT)
    values = squares.clamp_min(0).sqrt().flip(1)
    leading = left[:, :, -1]
    long = (leading * weights[:, :, 0]).sum(dim=1) / values[:, 0]
    return Seen(theta, samples, values.numpy(), leading[:, 0].numpy(), long.numpy())


def assert_mean(draws, expected, allowance, dimension=DIMENSION):
    """The mean within 4 standard errors and ``allowance / p`` of what theory expects."""
    error = np.std(draws, ddof=1) / math.sqrt(len(draws))
    assert np.mean(draws) == pytest.approx(expected, abs=ERRORS * error + allowance / dimension)


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize(("multiple", "allowance"), [(1.2, 4.0), (2.0, 0.4), (3.0, 0.3)])
def test_that_a_spike_and_its_vectors_lie_where_theory_says(ratio, multiple, allowance):
    """Baik, Ben Arous & Peche; Benaych-Georges & Nadakuditi: place and both overlaps."""
    seen = planted(DIMENSION, ratio, multiple, REPLICAS)
    square = seen.theta**2
    place = (1 + square) * (ratio + square) / square
    short, long = overlaps(seen.theta, ratio)
    assert_mean(seen.values[:, 0] ** 2 / seen.samples / place, 1.0, allowance=0.3)
    assert_mean(seen.cosine_short**2, short, allowance)
    assert_mean(seen.cosine_long**2, long, allowance)


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("multiple", [2.0, 3.0])
def test_that_the_spike_table_reads_the_strength_back(ratio, multiple):
    """Through the default fit, its error of the variance included."""
    seen = planted(DIMENSION, ratio, multiple, 60, seed=1)
    tables = [spike_table(spectrum, fit_bulk(spectrum)) for spectrum in seen.spectra]
    found = [table[0].strength / seen.theta for table in tables]
    assert_mean(np.array(found), 1.0, allowance=1.0)


# Detection by the default fit at its default significance of 5 %.


REPLICAS_DETECTED = 400


def detected(dimension, multiple):
    """Whether anything is found, shape ``(replicas,)``; the noise is the same at all multiples."""
    seen = planted(dimension, 0.5, multiple, REPLICAS_DETECTED)
    return np.array([fit_bulk(spectrum).spikes > 0 for spectrum in seen.spectra])


def test_that_the_power_grows_with_the_size_up_to_certainty():
    """The threshold falls to the edge as ``n^(-2/3)``, the place of the spike stays."""
    sizes = (24, 48, 96)
    found = np.array([[detected(size, at).mean() for at in (1.4, 2.0, 3.0)] for size in sizes])
    near, twice, thrice = found.T
    error = np.sqrt(near * (1 - near) / REPLICAS_DETECTED)
    assert (np.diff(near) > ERRORS * np.hypot(error[1:], error[:-1])).all()
    assert (twice > 0.95).all()
    assert (thrice == 1.0).all()


@pytest.mark.parametrize("size", [24, 96])
def test_that_below_the_limit_detection_is_false_alarm(size):
    """The same noise with and without a component of half the limit: paired, so that the error is
    that of the replicas in which the outcomes differ."""
    without, below = detected(size, 0.0), detected(size, 0.5)
    differ = np.count_nonzero(without != below)
    assert abs(int(below.sum()) - int(without.sum())) <= ERRORS * math.sqrt(differ)
    nominal = 0.05
    error = math.sqrt(nominal * (1 - nominal) / len(without))
    assert without.mean() <= nominal + ERRORS * error


# Shrinkage against every scaling of the seen value.

ORDERS = {"frobenius": "fro", "operator": 2, "nuclear": "nuc"}


def losses(seen, kept, loss):
    """The norm of ``kept u v^T - component``, shape like ``kept``: ``(replicas, values)``.

    Both have rank one, so it is that of a 2 x 2 matrix in the plane of true and seen vectors.
    """
    left, right = (
        np.stack([cosine, np.sqrt(1 - cosine**2)], axis=-1)
        for cosine in (seen.cosine_short, seen.cosine_long)
    )
    outer = left[:, None, :, None] * right[:, None, None, :]
    component = np.diag([seen.theta * math.sqrt(seen.samples), 0.0])
    errors = kept[..., None, None] * outer - component
    return np.linalg.norm(errors, ORDERS[loss], axis=(-2, -1))


@pytest.mark.parametrize("loss", sorted(SHRINKAGE_LOSSES))
@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize(("multiple", "allowance"), [(1.5, 8.0), (3.0, 1.7)])
def test_that_no_scaling_of_the_seen_value_errs_less_than_shrinkage(
    loss, ratio, multiple, allowance
):
    """The best of 56 scalings is chosen with the truth in hand; shrinkage has the seen value and
    the fitted noise. What it loses by that is a multiple of ``1/p``, most for the operator norm of
    squares: 4 at 1.5 times the limit, 0.8 at 3 times, at p = 50, 100 and 200 alike."""
    seen = planted(DIMENSION, ratio, multiple, 100, seed=2)
    scalings = np.linspace(0, 1.1, 56)
    scaled = losses(seen, seen.values[:, :1] * scalings, loss)
    best = scaled[:, scaled.mean(axis=0).argmin()]
    kept = [
        optimal_shrinkage(spectrum.singular_values[:1], fit_bulk(spectrum), loss)
        for spectrum in seen.spectra
    ]
    found = losses(seen, np.array(kept), loss)[:, 0]
    error = np.std(found - best, ddof=1) / math.sqrt(len(found))
    assert np.mean(found - best) <= ERRORS * error + allowance / DIMENSION * np.mean(best)
    assert np.mean(found) < 0.95 * np.mean(scaled[:, np.argmin(np.abs(scalings - 1))])
