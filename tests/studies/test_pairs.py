"""Paired differences and their standard error."""

from __future__ import annotations

from math import sqrt

import pytest

from rmt_studio.evaluation.intervals import Z_95
from rmt_studio.studies import PairedDifference


def test_that_the_standard_error_is_that_of_the_paired_differences():
    gained, lost, n = 30, 90, 5000
    pair = PairedDifference(gained, lost, n)
    mean = (gained - lost) / n
    variance = (gained + lost) / n - mean**2  # of the values +1, 0 and -1
    assert pair.difference == mean
    assert pair.standard_error == pytest.approx(sqrt(variance / n), rel=0.01)


def test_that_models_that_never_differ_keep_a_standard_error():
    assert PairedDifference(0, 0, 700).standard_error == pytest.approx(sqrt(2) / 702)


def test_that_the_interval_is_1_96_standard_errors_to_either_side():
    pair = PairedDifference(3, 12, 700)
    low, high = pair.interval
    assert (high - low) / 2 == pytest.approx(Z_95 * pair.standard_error)
    assert (high + low) / 2 == pytest.approx((3 - 12) / 702)
