"""The band of a null among the numbers of a plot, and another model's entries in the histogram."""

import numpy as np
import pytest

from rmt_studio.analysis.details import entry_details
from rmt_studio.gui.spectrum.closer import Closer
from rmt_studio.gui.spectrum.entries_plot import EntriesPlot, Histogram
from rmt_studio.gui.spectrum.pages import Pages
from rmt_studio.gui.spectrum.scales import Scale
from rmt_studio.gui.spectrum.shown import Shown


@pytest.mark.parametrize("tab", range(5))
def test_that_the_numbers_of_every_plot_hold_both_sides_of_the_null(qtbot, fc1, null_of, tab):
    pages = Pages()
    qtbot.addWidget(pages)
    pages.tabs.setCurrentIndex(tab)
    null = null_of(fc1)
    pages.draw(Shown(fc1, Scale(fc1.spectrum.samples), null=null), None, "", Closer())
    sides = {side: [] for side in ("lower", "upper")}
    for row in pages.plot.saving.rows():
        for side, held in sides.items():
            if row["item"] == f"null, 95 % band, {side} side":
                held.append((row["x"], row["y"]))
    lower, upper = (np.array(held, dtype=float) for held in sides.values())
    assert len(lower) == len(upper) > fc1.fit.dimension / 4
    across = 0 if tab in (1, 4) else 1  # where values run along the lower axis the band is aside
    assert (lower[:, across] <= upper[:, across]).all()
    assert (lower[:, across] < upper[:, across]).any()


def test_that_the_distribution_holds_the_band_of_pure_noise(qtbot, fc1):
    pages = Pages()
    qtbot.addWidget(pages)
    pages.tabs.setCurrentIndex(1)
    pages.draw(Shown(fc1, Scale(fc1.spectrum.samples)), None, "", Closer())
    rows = [row for row in pages.plot.saving.rows() if "pure noise" in str(row["item"])]
    reach = fc1.fit.ks_null_95 * fc1.fit.bulk_share
    assert {row["y"] for row in rows} == {reach, -reach}


@pytest.mark.parametrize("log", [False, True])
def test_that_the_entries_of_another_model_are_an_outline_of_area_one(qtbot, fc1_weight, log):
    plot = EntriesPlot()
    qtbot.addWidget(plot)
    pruned = np.where(np.abs(fc1_weight) < 0.5, 0.0, fc1_weight)
    other = entry_details(pruned)
    plot.show_entries(entry_details(fc1_weight), Histogram(other, "pruned"), log=log)
    x, y = plot._other.getData()
    heights = 10.0**y if log else y
    filled = heights[::2] > 10.0 ** plot._floor(plot._shown) * 1.001 if log else heights[::2] >= 0
    area = np.sum((heights[::2] * np.diff(x)[::2])[filled])
    assert area == pytest.approx(1, abs=1e-6)
    assert plot.marks()[-1].text == "pruned"
    plot.show_entries(entry_details(fc1_weight), Histogram(), log=log)
    assert not plot._other.isVisible()


def test_that_entries_have_the_area_one_per_unit_of_the_weight(qtbot, fc1_weight):
    plot = EntriesPlot()
    qtbot.addWidget(plot)
    plot.show_entries(entry_details(fc1_weight), log=False)
    rows = [row for row in plot.saving.rows() if row["item"] == "empirical density of the entries"]
    assert sum(row["y"] * row["width"] for row in rows) == pytest.approx(1)
    x, y = plot._normal.getData()
    assert np.trapezoid(y, x) == pytest.approx(1, abs=1e-6)
    mean = np.trapezoid(x * y, x)
    assert mean == pytest.approx(fc1_weight.mean(), abs=1e-6)
    assert np.trapezoid((x - mean) ** 2 * y, x) == pytest.approx(fc1_weight.var(), rel=1e-4)
    assert "units of the weight" in str(rows[0]["x_axis"])
