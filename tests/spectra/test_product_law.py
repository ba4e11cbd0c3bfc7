"""Where the spectrum of a product of two noise matrices ends."""

from __future__ import annotations

import numpy as np
import pytest

from rmt_studio.errors import InputError
from rmt_studio.spectra import MarchenkoPastur
from rmt_studio.spectra.product_law import product_edges


def test_that_square_factors_end_at_the_edge_of_the_fuss_catalan_numbers():
    lower, upper = product_edges(1.0, 1.0)
    assert upper == pytest.approx(27 / 4)
    assert lower == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("ratio", [0.1, 0.25, 0.9])
def test_that_an_endless_second_factor_leaves_the_marchenko_pastur_law(ratio):
    edges = product_edges(ratio, 1e-9)
    np.testing.assert_allclose(edges, MarchenkoPastur(ratio).support, rtol=1e-6, atol=1e-6)


def test_that_the_order_of_the_factors_does_not_matter():
    np.testing.assert_allclose(product_edges(0.2, 0.7), product_edges(0.7, 0.2))


@pytest.mark.parametrize(("rank", "rows", "columns"), [(64, 192, 192), (100, 200, 400)])
def test_that_noise_ends_there(rank, rows, columns):
    rng = np.random.default_rng(0)
    extremes = []
    for _ in range(40):
        product = rng.normal(size=(rows, rank)) @ rng.normal(size=(rank, columns))
        squares = np.linalg.svd(product, compute_uv=False)[:rank] ** 2 / (rows * columns)
        extremes.append((squares[-1], squares[0]))
    lower, upper = product_edges(rank / rows, rank / columns)
    # edges of finite matrices lie inside by some p^(-2/3) of the width, as at any soft edge
    reach = (upper - lower) * rank ** (-2 / 3)
    smallest, largest = np.mean(extremes, axis=0)
    assert upper - reach < largest < upper
    assert lower < smallest < lower + reach


@pytest.mark.parametrize("ratios", [(0.0, 0.5), (0.5, 1.5), (float("nan"), 0.5)])
def test_that_a_ratio_out_of_range_is_refused(ratios):
    with pytest.raises(InputError, match="ratio"):
        product_edges(*ratios)
