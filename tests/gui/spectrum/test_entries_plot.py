import numpy as np
import pytest

from rmt_studio.analysis.details import entry_details
from rmt_studio.gui.spectrum.captions import entries_captions
from rmt_studio.gui.spectrum.entries_plot import EntriesPlot


@pytest.fixture
def plot(qtbot):
    plot = EntriesPlot()
    qtbot.addWidget(plot)
    plot.resize(580, 430)
    return plot


@pytest.fixture(scope="module")
def normal():
    return entry_details(np.random.default_rng(0).normal(0.5, 2.0, (200, 300)))


def test_that_the_bars_have_area_one_and_follow_the_normal_law(plot, normal):
    plot.show_entries(normal, log=False)
    options = plot._bars.opts
    assert np.sum(options["height"] * options["width"]) == pytest.approx(1)
    places, density = plot._normal.getData()
    assert places[density.argmax()] == pytest.approx(normal.statistics.mean)
    assert density.max() == pytest.approx(1 / (normal.statistics.sd * np.sqrt(2 * np.pi)))


def test_that_bars_stand_on_the_floor_of_a_logarithmic_axis(plot, normal):
    plot.show_entries(normal, log=True)
    options = plot._bars.opts
    widths = np.diff(normal.edges)
    density = normal.counts / (normal.counts.sum() * widths)
    tops = options["y0"] + options["height"]
    np.testing.assert_allclose(tops, np.log10(density[normal.counts > 0]))
    assert (options["height"] > 0).all()


def test_that_a_huge_entry_does_not_squeeze_the_others_at_first(plot):
    weight = np.random.default_rng(1).standard_normal((100, 100))
    weight[3, 4] = 1000.0
    details = entry_details(weight)
    plot.show_entries(details, log=False)
    assert plot._plot.getViewBox().viewRange()[0][1] < 100
    plot.show_entries(details, log=True)
    assert plot._plot.getViewBox().viewRange()[0][1] > 1000


def test_that_equal_entries_have_no_normal_law(plot):
    details = entry_details(np.full((4, 5), 0.25))
    plot.show_entries(details, log=False)
    assert plot._normal.getData()[0] is None or plot._normal.getData()[0].size == 0
    assert np.isfinite(plot._plot.getViewBox().viewRange()).all()
    assert "excess kurtosis –" in entries_captions(details)[0]


def test_that_it_says_that_the_entries_are_counted(plot, normal):
    plot.show_entries(None, log=False)
    assert plot.notice.text() == "The entries are being counted…"
    assert not plot.notice.isHidden()
    plot.show_entries(normal, log=False)
    assert plot.notice.isHidden()


def test_that_the_foot_line_gives_moments_and_zeros(normal):
    long, short = entries_captions(normal)
    assert long.startswith("60\u202f000 entries · mean 0.")
    assert long.endswith("no zeros")
    assert len(short) < len(long)
    weight = np.random.default_rng(0).standard_normal((10, 10))
    weight[:2] = 0
    assert entries_captions(entry_details(weight))[0].endswith("20.0\u202f% zeros")
