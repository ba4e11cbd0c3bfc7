import numpy as np
import pytest
from scipy.integrate import quad

from rmt_studio.gui.spectrum.scales import Quantity, Scale, law_curve
from rmt_studio.spectra import MarchenkoPastur

SCALES = [
    pytest.param(Scale(768, quantity, log), id=f"{quantity}-{'log' if log else 'linear'}")
    for quantity in Quantity
    for log in (False, True)
]


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("ratio", [1e-3, 0.25, 0.9, 1.0])
def test_that_the_transformed_law_still_has_area_one(scale, ratio):
    law = MarchenkoPastur(ratio, 0.002)

    def density(place):
        eigenvalue = scale.eigenvalue(place)
        return float(scale.density(eigenvalue, law.pdf(eigenvalue)))

    low, high = law.support
    first = scale.position(low) if low > 0 or not scale.log else scale.position(high) - 14
    middle = scale.position(law.median())
    area = sum(
        quad(density, a, b, limit=400)[0]
        for a, b in [(first, middle), (middle, scale.position(high))]
    )
    assert area == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("ratio", [0.01, 0.25, 0.9])
def test_that_the_drawn_curve_has_area_one(scale, ratio):
    places, heights = law_curve(MarchenkoPastur(ratio, 0.002), scale)
    assert np.trapezoid(heights, places) == pytest.approx(1, abs=2e-4)


@pytest.mark.parametrize("scale", SCALES)
def test_that_a_place_leads_back_to_its_eigenvalue(scale):
    eigenvalues = np.geomspace(1e-12, 1e3, 50)
    np.testing.assert_allclose(
        scale.eigenvalue(scale.position(eigenvalues)), eigenvalues, rtol=1e-12
    )


def test_that_singular_values_have_the_density_of_the_quarter_circle():
    n = 400  # at ratio 1 and variance v the singular values s / sqrt(n v) follow sqrt(4 - x^2)/pi
    law, scale = MarchenkoPastur(1.0, 0.3), Scale(n, Quantity.SINGULAR_VALUE)
    x = np.linspace(0.1, 1.9, 10)
    s = x * np.sqrt(n * 0.3)
    eigenvalues = s**2 / n
    expected = np.sqrt(4 - x**2) / np.pi / np.sqrt(n * 0.3)
    np.testing.assert_allclose(scale.density(eigenvalues, law.pdf(eigenvalues)), expected)


def test_that_the_curve_of_a_square_matrix_starts_right_of_the_divergence():
    places, heights = law_curve(MarchenkoPastur(1.0), Scale(100))
    assert places[0] > 0
    assert np.isfinite(heights).all()
    assert heights[0] == heights.max()


def test_that_zero_has_no_place_on_a_logarithmic_axis():
    assert Scale(10, log=True).position(0.0) == -np.inf


def test_that_a_place_left_of_the_origin_means_zero():
    assert Scale(10, Quantity.SINGULAR_VALUE).eigenvalue(-0.5) == 0
