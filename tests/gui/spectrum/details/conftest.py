"""Matrices with something to see on a closer look."""

from __future__ import annotations

import numpy as np
import pytest

from rmt_studio.analysis import LayerAnalysis
from rmt_studio.analysis.details import SpikeDetails, spike_details
from rmt_studio.models.layers import Layer, Role
from rmt_studio.spectra import Spectrum, fit_bulk


def analysed(weight: np.ndarray) -> LayerAnalysis:
    layer = Layer("fc", Role.MLP_IN, "fc.weight", None, weight.shape, 0)
    spectrum = Spectrum.of(weight)
    return LayerAnalysis(layer, spectrum, fit_bulk(spectrum))


@pytest.fixture(scope="session")
def details(layers, fc1_weight) -> SpikeDetails:
    return spike_details(fc1_weight, layers["blocks.0.mlp.fc1"])


@pytest.fixture(scope="session")
def low_valued() -> tuple[LayerAnalysis, np.ndarray]:
    """Noise of which two singular values were made a tenth of the least."""
    u, s, vt = np.linalg.svd(np.random.default_rng(4).standard_normal((300, 60)), False)
    s[-2:] = s[-1] * np.array([0.12, 0.1])
    weight = (u * s) @ vt
    return analysed(weight), weight


@pytest.fixture(scope="session")
def with_huge_weight() -> tuple[LayerAnalysis, np.ndarray]:
    """Noise with one entry of five times the largest singular value."""
    weight = np.random.default_rng(6).standard_normal((200, 100))
    weight[17, 31] = 5 * np.linalg.norm(weight, 2)
    return analysed(weight), weight
