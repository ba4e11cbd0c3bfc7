from types import SimpleNamespace

import numpy as np
import pytest

from rmt_studio.gui.spectrum.reference import LawReference
from rmt_studio.gui.spectrum.steps import empirical_steps, expected_quantiles, residual_steps
from rmt_studio.spectra import MarchenkoPastur


def test_that_the_steps_go_from_nothing_to_all():
    values, shares = empirical_steps(np.array([1.0, 2.0, 4.0]))
    assert values.tolist() == [1, 1, 2, 2, 4, 4]
    np.testing.assert_allclose(shares, [0, 1 / 3, 1 / 3, 2 / 3, 2 / 3, 1])


def test_that_the_largest_residual_of_the_bulk_is_the_kolmogorov_distance(layers):
    for layer in layers.values():
        ascending, fit = layer.spectrum.eigenvalues[::-1], layer.fit
        _values, residual = residual_steps(ascending, LawReference(fit))
        bulk = residual[: 2 * (fit.dimension - fit.deflated)]
        assert np.abs(bulk).max() == pytest.approx(fit.bulk_share * fit.ks_distance, abs=1e-12)


def test_that_expected_quantiles_split_the_law_evenly(fc1):
    expected = expected_quantiles(fc1.fit.law, 96)
    assert (np.diff(expected) < 0).all()
    np.testing.assert_allclose(fc1.fit.law.cdf(expected[::-1]), (np.arange(96) + 0.5) / 96)


def test_that_a_law_of_a_part_is_weighed_by_its_share():
    law = MarchenkoPastur(0.5)
    bulk = expected_quantiles(law, 200)[::-1]
    ascending = np.concatenate([bulk, np.full(50, 2 * law.support[1])])
    fit = SimpleNamespace(law=law, bulk_share=0.8)
    values, residual = residual_steps(ascending, LawReference(fit))
    assert np.abs(residual[values <= law.support[1]]).max() < 1 / 200
    assert residual[-1] == pytest.approx(0.2)


def test_that_deflated_spikes_are_expected_at_the_edge():
    law = MarchenkoPastur(0.5)
    expected = expected_quantiles(law, 12, deflated=2)
    assert expected[:2].tolist() == [law.support[1]] * 2
    np.testing.assert_allclose(expected[2:], expected_quantiles(law, 10))
