from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from rmt_studio.gui.spectrum.overlays import (
    MOST_POINTS,
    Other,
    null_values,
    outline,
    prediction_band,
    rank_band,
    thinned,
)
from rmt_studio.gui.spectrum.reference import LawReference, NullReference, reference_of
from rmt_studio.gui.spectrum.scales import Quantity, Scale
from rmt_studio.gui.spectrum.shown import Shown, first_view, typical
from rmt_studio.gui.spectrum.steps import null_steps, other_steps
from rmt_studio.spectra.nulls import NullSpectra


def test_that_outlines_have_area_one_and_close_every_gap():
    positions = np.array([[0.05, 0.15, 0.95], [0.05, 0.06, 0.55]])
    found = outline(positions, 3, 0.1, anchor=0.0)
    np.testing.assert_allclose(found.heights.sum(axis=1) * found.width, [1.0, 1.0])
    gaps = np.flatnonzero(np.diff(found.left) > 1.5 * found.width)
    assert gaps.size > 0
    assert not found.heights[:, gaps].any()
    assert not found.heights[:, gaps + 1].any()
    assert not found.heights[:, [0, -1]].any()
    assert found.corners.size == 2 * found.left.size


def test_that_outlines_share_the_grid_of_the_bars():
    found = outline(np.array([[0.31, 0.42]]), 2, 0.1, anchor=0.25)
    steps = (found.left - 0.25) / 0.1
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-9)


def test_that_a_prediction_band_holds_as_often_as_it_says():
    rng = np.random.default_rng(0)
    rows = rng.normal(10.0, 1.0, (8, 20_000))
    lower, upper = prediction_band(rows)
    one_more = rng.normal(10.0, 1.0, 20_000)
    held = np.mean((one_more >= lower) & (one_more <= upper))
    error = norm.ppf(0.999) * np.sqrt(0.95 * 0.05 / 20_000)
    assert held == pytest.approx(0.95, abs=error)


def test_that_a_prediction_band_is_never_negative():
    lower, _upper = prediction_band(np.array([[0.0, 5.0], [1.0, 5.0], [0.0, 5.0]]))
    assert lower.tolist() == [0.0, 5.0]


def test_that_ranks_that_are_zero_in_a_null_are_left_out():
    eigenvalues = np.array([[3.0, 2.0, 1e-20], [4.0, 1.0, 0.0]])
    null = NullSpectra("shuffled", "Entries shuffled", eigenvalues)
    np.testing.assert_array_equal(null_values(null), eigenvalues[:, :2])
    band = rank_band(null, Scale(4, Quantity.EIGENVALUE, log=True))
    for side in (band.lower, band.middle, band.upper):
        assert side.shape == (2,)
        assert np.isfinite(side).all()


def test_that_long_curves_are_thinned_and_keep_their_ends():
    long = np.arange(5000.0)
    x, y = thinned((long, 2 * long))
    assert (x.size, x[0], x[-1]) == (MOST_POINTS, 0, 4999)
    np.testing.assert_array_equal(y, 2 * x)
    short = (long[:9], long[:9])
    assert thinned(short) is short


def test_that_the_law_is_the_reference_where_it_applies(fc1, null_of, product):
    null = null_of(fc1)
    assert isinstance(reference_of(fc1.fit, null, lawful=True), LawReference)
    assert isinstance(reference_of(fc1.fit, null, lawful=False), NullReference)
    assert reference_of(product.fit, None, lawful=False) is None


def test_that_a_null_as_reference_returns_its_own_median(fc1, null_of):
    null = null_of(fc1)
    reference = reference_of(fc1.fit, null, lawful=False)
    np.testing.assert_allclose(reference.quantiles(96), null.median)
    np.testing.assert_allclose(reference.cdf(null.median[::-1]), (np.arange(96) + 0.5) / 96)
    assert reference.cdf([0.0, 1e9]).tolist() == [0.0, 1.0]


def test_that_the_distribution_of_the_null_falls_from_the_largest(fc1, null_of):
    shown = Shown(fc1, Scale(384), null=null_of(fc1))
    middle, lower, upper = null_steps(shown)
    assert (lower[0] <= middle[0]).all()
    assert (middle[0] <= upper[0]).all()
    np.testing.assert_allclose(middle[1], 1 - (np.arange(96) + 0.5) / 96)
    assert null_steps(Shown(fc1, Scale(384))) == ()


def test_that_values_which_became_zero_lift_the_other_distribution(layers, fc1, pruned_fc1):
    shown = Shown(fc1, Scale(384), other=Other(pruned_fc1, "pruned"))
    ((places, shares),) = other_steps(shown)
    kept = pruned_fc1.fit.dimension
    assert kept == 20
    assert shares[0] == pytest.approx(1 - kept / 96)
    assert shares[-1] == 1
    np.testing.assert_allclose(places[-1], fc1.spectrum.eigenvalues[0])


def test_that_no_edge_is_drawn_of_a_matrix_that_lost_singular_values(fc1, square, pruned_fc1):
    scale = Scale(384)
    assert Shown(fc1, scale, other=Other(pruned_fc1, "pruned")).other_edge is None
    same = Shown(fc1, scale, other=Other(fc1, "second"))
    assert same.other_edge == pytest.approx(fc1.fit.upper_edge)


def test_that_a_product_is_laid_out_by_its_null_and_shows_no_spikes(product, null_of):
    scale = Scale(product.spectrum.samples)
    bare, over = Shown(product, scale), Shown(product, scale, null=null_of(product))
    assert not bare.lawful
    assert bare.spikes == 0
    assert bare.other_edge is None
    assert over.ruler == pytest.approx(over.null.median[0])
    assert typical(over) == pytest.approx(1.25 * over.ruler)
    assert not over.same_axis(bare)
    for shown in (bare, over):
        low, high = first_view(shown, None)
        assert low < high


def test_that_a_product_is_laid_out_by_the_edge_of_two_noises_where_it_is_known(product):
    known = replace(product, product_edge=2.5 * product.spectrum.eigenvalues[0])
    shown = Shown(known, Scale(product.spectrum.samples))
    assert shown.ruler == shown.edge == known.product_edge
    assert Shown(product, Scale(product.spectrum.samples)).edge is None


def test_that_only_what_differs_is_another_picture(fc1, square, null_of):
    null, scale = null_of(fc1), Scale(384)
    shown = Shown(fc1, scale, null=null, other=Other(square, "second"))
    assert Shown(fc1, scale, null=null, other=Other(square, "renamed")).same_picture(shown)
    for other in (
        Shown(fc1, scale, null=null),
        Shown(fc1, scale, other=Other(square, "second")),
        Shown(square, scale, null=null, other=Other(square, "second")),
        Shown(fc1, scale, log_other=True, null=null, other=Other(square, "second")),
        None,
    ):
        assert not shown.same_picture(other)
