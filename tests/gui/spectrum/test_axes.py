import numpy as np
import pytest

from rmt_studio.gui.spectrum.axes import Axis, decade_ticks, power_of_ten, round_ticks


def test_that_ticks_are_round():
    step, ticks = round_ticks(-0.003, 0.51, 6)
    assert step == pytest.approx(0.1)
    np.testing.assert_allclose(ticks, [0, 0.1, 0.2, 0.3, 0.4, 0.5], atol=1e-12)


@pytest.mark.parametrize(("low", "high"), [(-4.0, -3.5), (-3.4, -2.1), (-7.0, -2.0), (-30.0, 2.0)])
def test_that_a_logarithmic_axis_has_some_ticks_at_any_zoom(low, high):
    ticks = decade_ticks(low, high, 6)
    assert 2 <= ticks.size <= 16
    assert ((ticks >= low) & (ticks <= high)).all()


def test_that_powers_of_ten_are_written_as_such():
    assert power_of_ten(-3) == "10⁻³"
    assert power_of_ten(12) == "10¹²"


def test_that_small_numbers_are_shown_over_one_power_of_ten(qapp):
    axis = Axis("bottom")
    axis.describe("eigenvalue λ", 0.0049)
    assert "(×10⁻³)" in axis.labelString()
    assert axis.tickStrings([0.0, 0.0005, 0.001], 1.0, 0.0005) == ["0.0", "0.5", "1.0"]


def test_that_everyday_numbers_are_shown_as_they_are(qapp):
    axis = Axis("left")
    axis.describe("density", 480.0)
    assert "×" not in axis.labelString()
    assert axis.tickStrings([-100.0, 0.0, 100.0], 1.0, 100.0) == ["−100", "0", "100"]


def test_that_a_logarithmic_axis_speaks_one_language(qapp):
    axis = Axis("bottom")
    axis.describe("eigenvalue λ", 0.01, log=True)
    places = np.log10([5e-4, 1e-3, 2e-3])
    assert axis.tickStrings(places.tolist(), 1.0, 1.0) == ["5·10⁻⁴", "10⁻³", "2·10⁻³"]
    assert axis.tickStrings(np.log10([0.5, 1, 20]).tolist(), 1.0, 1.0) == ["0.5", "1", "20"]
