import numpy as np
import pytest

from rmt_studio.analysis import LayerAnalysis
from rmt_studio.gui.spectrum.closer import Closer
from rmt_studio.gui.spectrum.details.figures import figures_of
from rmt_studio.gui.spectrum.pages import Pages
from rmt_studio.gui.spectrum.scales import Scale, law_curve
from rmt_studio.gui.spectrum.shown import Shown
from rmt_studio.spectra import BULK_METHODS, fit_bulk


@pytest.mark.parametrize("method", BULK_METHODS)
def test_that_the_law_of_every_method_is_drawn(qtbot, fc1, method):
    layer = LayerAnalysis(fc1.layer, fc1.spectrum, fit_bulk(fc1.spectrum, method))
    pages = Pages()
    qtbot.addWidget(pages)
    shown = Shown(layer, Scale(layer.spectrum.samples))
    for index, plot in enumerate(pages.plots):
        pages.tabs.setCurrentIndex(index)
        pages.draw(shown, None, "", Closer())
        assert plot.marks()
    x, y = pages.plots[0]._law.getData()
    assert np.isfinite(x).all()
    assert np.isfinite(y).all()
    assert y.max() > 0
    assert figures_of(shown, None, None)


def test_that_without_a_law_the_bars_begin_at_the_origin(qtbot, product, null_of):
    pages = Pages()
    qtbot.addWidget(pages)
    scale = Scale(product.spectrum.samples)
    pages.draw(Shown(product, scale, null=null_of(product)), None, "", Closer())
    bulk, spikes = pages.plots[0]._found
    assert bulk.left[0] >= 0
    assert bulk.height.sum() * bulk.width == pytest.approx(1)
    assert spikes.left.size == 0
    assert pages.plots[0]._overlay.middle.getData()[0][1] >= 0


@pytest.mark.parametrize("method", BULK_METHODS)
def test_that_the_curve_of_a_law_has_area_one(fc1, method):
    fit = fit_bulk(fc1.spectrum, method)
    places, heights = law_curve(fit.law, Scale(fc1.spectrum.samples))
    np.testing.assert_allclose(np.trapezoid(heights, places), 1.0, atol=2e-3)
