from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from rmt_studio.gui.spectrum.axes import axis_of
from rmt_studio.gui.spectrum.overlays import Other
from rmt_studio.gui.spectrum.scales import Quantity, Scale
from rmt_studio.gui.spectrum.shown import Shown
from rmt_studio.gui.spectrum.tail import TailPlot
from rmt_studio.gui.spectrum.tail_curves import (
    hill_curve,
    null_survival,
    power_law_line,
    survival,
)
from rmt_studio.spectra import PowerLawTail

ALPHA = 3.0


def pareto(count: int) -> np.ndarray:
    """Return the quantiles of a power law of exponent 3 from 1 up, descending."""
    shares = (np.arange(count) + 0.5) / count
    return shares ** (-1 / (ALPHA - 1))


@pytest.fixture
def plot(qtbot):
    plot = TailPlot()
    qtbot.addWidget(plot)
    plot.resize(580, 430)
    return plot


def test_that_survival_counts_from_the_largest():
    _places, shares = survival(np.array([3.0, 2.0, 1.0]), 4)
    np.testing.assert_allclose(10**shares, [0.25, 0.5, 0.75])


def test_that_the_line_of_a_power_law_runs_along_its_own_quantiles():
    values = pareto(2000)
    tail = PowerLawTail(ALPHA, float(values[-1]), 0.0, values.size)
    ends, heights = power_law_line(tail, values[0], values.size, Scale(1, log=True))
    places, shares = survival(np.log10(values), values.size)
    slope = (heights[1] - heights[0]) / (ends[1] - ends[0])
    assert slope == pytest.approx(1 - ALPHA)
    on_line = np.interp(places[500:], ends, heights)
    np.testing.assert_allclose(on_line, shares[500:], atol=0.01)


def test_that_the_line_is_twice_as_steep_on_singular_values():
    tail = PowerLawTail(ALPHA, 1.0, 0.0, 10)
    scale = Scale(100, Quantity.SINGULAR_VALUE, log=True)
    ends, heights = power_law_line(tail, 100.0, 10, scale)
    assert (heights[1] - heights[0]) / (ends[1] - ends[0]) == pytest.approx(2 * (1 - ALPHA))


def test_that_hill_finds_the_exponent_of_a_power_law():
    _starts, exponents = hill_curve(pareto(4000), Scale(1, log=True))
    assert exponents[2000] == pytest.approx(ALPHA, rel=0.01)
    assert np.isfinite(hill_curve(np.full(9, 2.0), Scale(1, log=True))[1]).all()
    assert hill_curve(np.array([1.0]), Scale(1, log=True))[0].size == 0


def test_that_the_axis_is_logarithmic_whatever_the_others_use(plot, fc1):
    plot.show_layer(Shown(fc1, Scale(384)), None, "")
    x, _y = plot._spikes.getData()
    np.testing.assert_allclose(x, np.log10(fc1.spectrum.eigenvalues[: fc1.fit.spikes]))
    assert plot._upper[0].value() == pytest.approx(np.log10(fc1.fit.upper_edge))


def test_that_the_first_view_holds_the_tail_and_its_exponent(plot, fc1):
    plot.show_layer(Shown(fc1, Scale(384)), None, "")
    (left, right), _heights = plot._above.getViewBox().viewRange()
    assert left < np.log10(fc1.tail.xmin) < np.log10(fc1.spectrum.eigenvalues[0]) < right
    low, high = plot._below.getViewBox().viewRange()[1]
    assert low < fc1.tail.alpha < high
    assert any(f"{fc1.tail.alpha:.2f} ± " in mark.text for mark in plot.marks())


def test_that_overlays_are_drawn_and_taken_away(plot, fc1, square, null_of):
    scale = Scale(384)
    shown = Shown(fc1, scale, null=null_of(fc1), other=Other(square, "second"))
    plot.show_layer(shown, None, "")
    items = plot._overlay
    assert all(item.isVisible() for item in (items.band, items.middle, items.other, items.edge))
    middle, lower, upper = null_survival(replace(shown, scale=replace(scale, log=True)))
    np.testing.assert_allclose(items.middle.getData(), middle)
    assert (lower[0] <= upper[0]).all()
    plot.show_layer(Shown(fc1, scale), None, "")
    assert not any(item.isVisible() for item in (items.band, items.middle, items.other, items.edge))


def test_that_a_spectrum_without_a_tail_is_shown_without_its_law(plot, one_value):
    assert one_value.tail is None
    plot.show_layer(Shown(one_value, Scale(one_value.spectrum.samples)), None, "")
    assert not plot._law.isVisible()
    assert not plot._start[0].isVisible()
    assert np.isfinite(plot._above.getViewBox().viewRange()).all()


def test_that_captions_are_shorter_where_the_axes_are(fc1, qtbot):
    card = QWidget()
    qtbot.addWidget(card)
    plot = TailPlot(card)
    QVBoxLayout(card).addWidget(plot)
    card.resize(580, 430)
    card.show()
    qtbot.waitExposed(card)
    plot.show_layer(Shown(fc1, Scale(384)), None, "")

    def captions():
        return [axis_of(part, "left").labelText for part in plot._plots]

    assert captions() == ["share at or above", "exponent α"]
    card.resize(380, 150)
    qtbot.waitUntil(lambda: captions() == ["share", "α"])
    card.resize(580, 430)
    qtbot.waitUntil(lambda: captions() == ["share at or above", "exponent α"])
