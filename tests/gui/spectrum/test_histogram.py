import numpy as np
import pytest

from rmt_studio.gui.spectrum.histogram import (
    bars,
    natural_width,
    sensible_top,
    view_width,
    width_from_origin,
)

VALUES = np.sort(np.random.default_rng(0).gamma(3.0, 1.0, 500))[::-1]


def area(*parts):
    return sum(part.height.sum() * part.width for part in parts)


def test_that_bulk_and_spikes_together_have_area_one():
    above, below = VALUES[VALUES > 5], VALUES[VALUES <= 5]
    parts = [bars(part, VALUES.size, 0.13, 5.0) for part in (below, above)]
    assert area(*parts) == pytest.approx(1)


def test_that_heights_are_those_of_numpy():
    found = bars(VALUES, VALUES.size, 0.5, 20.0)
    edges = np.arange(0, 20.5, 0.5)
    expected, _edges = np.histogram(VALUES, edges)
    assert found.height.size == np.count_nonzero(expected)
    np.testing.assert_allclose(found.height * VALUES.size * 0.5, expected[expected > 0])


def test_that_no_bar_straddles_the_anchor():
    anchor = 0.1 + 0.2  # a value just under it must not be carried over by rounding
    below = np.array([np.nextafter(anchor, 0), 0.2])
    found = bars(below, 2, 0.1, anchor)
    assert (found.left + found.width <= anchor + 1e-12).all()


@pytest.mark.parametrize("span", [1e-4, 0.01, 1.0, 30.0, 1e5])
def test_that_a_view_holds_20_to_120_bars(span):
    assert 20 <= round(span / view_width(natural_width(VALUES), span), 6) <= 120


def test_that_bars_keep_still_under_a_small_zoom():
    natural = natural_width(VALUES)
    assert view_width(natural, 600 * natural) == view_width(natural, 605 * natural)


def test_that_equal_values_still_give_a_width():
    assert view_width(natural_width(np.ones(9)), 3.0) == pytest.approx(3 / 120)


def test_that_a_whole_number_of_bars_fits_between_zero_and_the_threshold():
    width = width_from_origin(0.3, 1.0)
    assert width >= 0.3
    assert 1.0 / width == pytest.approx(3)


def test_that_a_bar_that_towers_over_all_others_is_clipped_and_told():
    top, clipped = sensible_top(np.array([40.0, 2.0, 3.0, 1.0]), 1.0)
    assert (top, clipped) == (4.5, 40.0)
    assert sensible_top(np.array([4.0, 2.0, 3.0]), 1.0) == (4.0, 0.0)
    assert sensible_top(np.empty(0), 7.0) == (7.0, 0.0)
