"""Matrices whose truth is known, for the tests of the theory of one matrix."""

from __future__ import annotations

import numpy as np
import pytest


def _noise(rows, columns, sd=1.0, seed=0):
    return np.random.default_rng(seed).normal(0.0, sd, (rows, columns))


def _frame(length, count, rng):
    return np.linalg.qr(rng.normal(size=(length, count)))[0]


def _with_singular_values(values, columns, seed=0):
    rng = np.random.default_rng(seed)
    return (_frame(len(values), len(values), rng) * values) @ _frame(columns, len(values), rng).T


@pytest.fixture(scope="session")
def noise():
    """``noise(rows, columns, sd, seed)``: independent normal entries."""
    return _noise


@pytest.fixture(scope="session")
def frame():
    """``frame(length, count, rng)``: random orthonormal columns."""
    return _frame


@pytest.fixture(scope="session")
def with_singular_values():
    """``with_singular_values(values, columns)``: a matrix with just these singular values."""
    return _with_singular_values
