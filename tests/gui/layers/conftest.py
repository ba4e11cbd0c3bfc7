"""The demo model, open and analysed, and the layer panel beside it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from torch import nn

from rmt_studio.analysis import LayerAnalysis
from rmt_studio.models.layers import Layer, Role
from rmt_studio.spectra import Spectrum, fit_bulk


@pytest.fixture
def panel(workbench, qtbot):
    """The panel as wide as in the window at 1440, with no model open."""
    from rmt_studio.gui.layers import LayerPanel
    from rmt_studio.gui.theme import theme

    panel = LayerPanel(workbench)
    theme().dress(panel)
    qtbot.addWidget(panel)
    panel.resize(500, 600)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


@pytest.fixture
def filled(panel, workbench, demo_model, demo_analysis):
    """The panel with the demo open and analysed."""
    workbench.document.open_model(demo_model)
    workbench.document.add_analysis(demo_analysis)
    return panel


@pytest.fixture(scope="session")
def noise():
    """The analysis of a matrix of noise, 96 x 192, with three planted spikes."""
    rng = np.random.default_rng(3)
    u, v = (np.linalg.qr(rng.standard_normal((side, 3)))[0] for side in (96, 192))
    strength = np.array([3.0, 4.0, 30.0]) * np.sqrt(192)
    weight = rng.standard_normal((96, 192)) + (u * strength) @ v.T
    layer = Layer("blocks.0.mlp.fc1", Role.MLP_IN, "blocks.0.mlp.fc1.weight", None, (96, 192), 0)
    spectrum = Spectrum.of(weight)
    return LayerAnalysis(layer, spectrum, fit_bulk(spectrum))


class Hollow(nn.Module):
    """A network that has every part one asks for, and none with anything in it."""

    def get_submodule(self, target: str) -> nn.Module:
        return self


@pytest.fixture(scope="session")
def thousand(noise):
    """A stand-in for a model of a thousand matrices, and their analysis."""
    layers = tuple(replace(noise.layer, name=f"blocks.{i}.mlp.fc1", block=i) for i in range(1000))
    by_name = {layer.name: layer for layer in layers}
    model = SimpleNamespace(
        layers=layers,
        layer=by_name.__getitem__,
        module=Hollow(),
        layout=Hollow(),
        architecture="wide",
        title="wide",
    )
    return model, [replace(noise, layer=layer) for layer in layers]


def shown(panel):
    """Return the names of the layers that the table shows, from above."""
    return [panel.proxy.row_at(place).layer.name for place in range(panel.proxy.rowCount())]
