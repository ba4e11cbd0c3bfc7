"""The small histogram in a cell."""

from __future__ import annotations

import numpy as np

from rmt_studio.gui.layers.sparkline import BULK_BARS, FULL, SPIKE_BARS, sparkline_of
from rmt_studio.spectra import Spectrum, fit_bulk


def bars(spectrum, fit):
    heights = sparkline_of(spectrum, fit).heights
    return heights[:BULK_BARS], heights[BULK_BARS:]


def test_that_noise_fills_bulk_bars_only():
    spectrum = Spectrum.of(np.random.default_rng(0).standard_normal((96, 384)))
    fit = fit_bulk(spectrum)
    bulk, spikes = bars(spectrum, fit)
    assert fit.spikes == 0
    assert bulk.any()
    assert not spikes.any()


def test_that_each_spike_has_a_bar_however_far_it_lies(noise):
    _, spikes = bars(noise.spectrum, noise.fit)
    assert noise.fit.spikes >= 3  # three are planted; noise adds one in one case of twenty
    assert np.count_nonzero(spikes) >= 2
    assert spikes[-1] > 0


def test_that_an_eigenvalue_at_the_threshold_is_no_spike():
    fit = fit_bulk(Spectrum.of(np.random.default_rng(0).standard_normal((96, 384))))
    largest = np.sqrt(fit.threshold * 384)
    at_threshold = Spectrum(np.linspace(largest, 1.0, 96), (96, 384))
    _, spikes = bars(at_threshold, fit)
    assert at_threshold.eigenvalues[0] <= fit.threshold * (1 + 1e-12)
    assert np.count_nonzero(spikes) <= 1


def test_that_heights_go_with_the_square_root_of_the_count():
    fit = fit_bulk(Spectrum.of(np.random.default_rng(0).standard_normal((100, 400))))
    middles = fit.threshold * (np.arange(4) + 0.5) / BULK_BARS
    eigenvalues = np.repeat(middles, [36, 36, 36, 4])
    spectrum = Spectrum(np.sqrt(400 * np.sort(eigenvalues)[::-1]), (112, 400))
    heights = sparkline_of(spectrum, fit).heights
    assert heights[:4].tolist() == [FULL, FULL, FULL, FULL // 3]
    assert heights.shape == (BULK_BARS + SPIKE_BARS,)
