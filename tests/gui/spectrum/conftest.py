"""One open model with known spectra, and the view of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rmt_studio.analysis import LayerAnalysis
from rmt_studio.analysis.view import View
from rmt_studio.models.layers import Layer, Role
from rmt_studio.spectra import Spectrum, fit_bulk
from rmt_studio.spectra.nulls import NullSpectra

SHAPES = {
    "blocks.0.attn.q": (96, 96),
    "blocks.0.mlp.fc1": (384, 96),
    "blocks.0.mlp.fc2": (96, 384),
}
SPIKES = 5


def matrix(shape: tuple[int, int], spikes: int = SPIKES) -> np.ndarray:
    """Return unit noise with planted spikes at three times the detection limit and more."""
    rng = np.random.default_rng(7)
    out, inputs = shape
    noise = rng.standard_normal(shape)
    u = np.linalg.qr(rng.standard_normal((out, spikes)))[0]
    v = np.linalg.qr(rng.standard_normal((inputs, spikes)))[0]
    strength = (3 + np.arange(spikes)) * np.sqrt(max(shape))
    return noise + (u * strength) @ v.T


def analysed(name: str, weight: np.ndarray) -> LayerAnalysis:
    """Return the analysis of a made-up matrix."""
    layer = Layer(name, Role.MLP_IN, f"{name}.weight", None, weight.shape, 0)
    spectrum = Spectrum.of(weight)
    return LayerAnalysis(layer, spectrum, fit_bulk(spectrum))


@pytest.fixture(scope="session")
def layers() -> dict[str, LayerAnalysis]:
    """A square, a tall and a wide matrix with five spikes each."""
    return {name: analysed(name, matrix(shape)) for name, shape in SHAPES.items()}


@pytest.fixture(scope="session")
def fc1_weight() -> np.ndarray:
    """The matrix that the analysis of fc1 was made of."""
    return matrix(SHAPES["blocks.0.mlp.fc1"])


@pytest.fixture(scope="session")
def pruned_layer() -> LayerAnalysis:
    """A matrix of noise with ten rows of zeros."""
    weight = np.random.default_rng(1).standard_normal((96, 384))
    weight[:10] = 0
    return analysed("pruned", weight)


@pytest.fixture(scope="session")
def pruned_fc1() -> LayerAnalysis:
    """The matrix of fc1 of which 20 singular values are left."""
    u, s, vt = np.linalg.svd(matrix(SHAPES["blocks.0.mlp.fc1"]), full_matrices=False)
    return analysed("blocks.0.mlp.fc1", (u[:, :20] * s[:20]) @ vt[:20])


@pytest.fixture(scope="session")
def product() -> LayerAnalysis:
    """A product of two matrices of noise, for which no Marchenko-Pastur law holds."""
    rng = np.random.default_rng(3)
    weight = rng.standard_normal((96, 32)) @ rng.standard_normal((32, 96))
    return replace(analysed("product", weight), view=View("query_key", 0))


@pytest.fixture(scope="session")
def noise() -> LayerAnalysis:
    """A matrix of noise whose largest and least values are no larger or less than noise has."""
    return analysed("noise", np.random.default_rng(1).standard_normal((96, 384)))


@pytest.fixture(scope="session")
def one_value() -> LayerAnalysis:
    """A matrix of a single column."""
    return analysed("column", np.random.default_rng(2).standard_normal((30, 1)))


@pytest.fixture(scope="session")
def null_of():
    """Make a null of eight replicas of independent normal entries, as large as a layer's."""

    def draw(layer: LayerAnalysis) -> NullSpectra:
        rng = np.random.default_rng(5)
        unit = np.sqrt(layer.spectrum.eigenvalues.mean())
        spectra = [Spectrum.of(unit * rng.standard_normal(layer.shape)) for _ in range(8)]
        rows = np.stack([spectrum.eigenvalues for spectrum in spectra])
        return NullSpectra("shuffled", "Entries shuffled", rows)

    return draw


@pytest.fixture
def fc1(layers) -> LayerAnalysis:
    return layers["blocks.0.mlp.fc1"]


@pytest.fixture
def square(layers) -> LayerAnalysis:
    return layers["blocks.0.attn.q"]


@pytest.fixture
def bench(workbench, demo_model, demo_analysis):
    """The workbench with the demo open; all but its last matrix are analysed."""
    workbench.document.open_model(demo_model)
    workbench.document.add_analysis(list(demo_analysis)[:-1])
    return workbench


@pytest.fixture
def shown_name() -> str:
    return "blocks.0.mlp.fc1"


@pytest.fixture
def view(bench, qtbot, shown_name):
    """The view of one matrix, as large as in the window."""
    from rmt_studio.gui.spectrum import SpectrumView

    view = SpectrumView(bench, patience=0)
    qtbot.addWidget(view)
    view.resize(610, 620)
    view.show()
    qtbot.waitExposed(view)
    bench.select((shown_name,), shown_name)
    return view
