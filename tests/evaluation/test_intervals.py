from __future__ import annotations

import numpy as np
import pytest

from rmt_studio.evaluation.intervals import paired_difference, wilson


@pytest.mark.parametrize(
    ("successes", "n", "lower", "upper"),
    # Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I, method 3
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_that_the_wilson_interval_agrees_with_newcombe(successes, n, lower, upper):
    assert wilson(successes, n) == pytest.approx((lower, upper), abs=5e-5)


def test_that_the_wilson_interval_stays_within_zero_and_one():
    assert wilson(7, 7)[1] == 1.0
    assert wilson(7, 7)[0] < 1.0


def test_that_the_paired_interval_is_the_normal_one_for_many_images():
    gained, lost, n = 3000, 5000, 100_000
    mean = (gained - lost) / n
    spread = 1.96 * np.sqrt(((gained + lost) / n - mean**2) / n)
    assert paired_difference(gained, lost, n) == pytest.approx(
        (mean - spread, mean + spread), abs=1e-4
    )


def test_that_the_paired_interval_covers_the_truth_19_times_in_20():
    n, up, down, trials = 700, 0.03, 0.05, 4000
    counts = np.random.default_rng(0).multinomial(n, [up, down, 1 - up - down], trials)
    ends = np.array([paired_difference(int(g), int(lost), n) for g, lost, _ in counts])
    covered = np.mean((ends[:, 0] <= up - down) & (up - down <= ends[:, 1]))
    # four standard errors of a share of 0.95 in 4,000 trials, and 0.005 for the approximation
    assert abs(covered - 0.95) < 4 * np.sqrt(0.95 * 0.05 / trials) + 0.005


def test_that_models_that_never_differ_keep_the_width_that_n_images_vouch_for():
    lower, upper = paired_difference(0, 0, 360)
    assert lower == -upper
    assert 0.005 < upper < 0.01
