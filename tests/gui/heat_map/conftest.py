"""The demo model, open and analysed, and the heat map of it."""

from __future__ import annotations

import pytest


@pytest.fixture
def panel(workbench, demo_model, demo_analysis, qtbot):
    """The panel of the layers with the heat map on show."""
    from rmt_studio.gui.layers import LayerPanel
    from rmt_studio.gui.theme import theme

    panel = LayerPanel(workbench)
    theme().dress(panel)
    qtbot.addWidget(panel)
    panel.resize(500, 600)
    panel.show()
    qtbot.waitExposed(panel)
    workbench.document.open_model(demo_model)
    workbench.document.add_analysis(demo_analysis)
    panel.show_view(1)
    return panel


@pytest.fixture
def page(panel):
    return panel.heat_map
