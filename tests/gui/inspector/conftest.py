"""The demo model, open and analysed, and the inspector beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

LAYER = "blocks.1.mlp.fc1"
OTHER_LAYER = "blocks.2.attn.proj"


@pytest.fixture
def bench(workbench, demo_model, demo_analysis):
    """The workbench with the demo open; no job has run."""
    workbench.document.open_model(demo_model)
    workbench.document.add_analysis(demo_analysis)
    return workbench


@pytest.fixture
def few():
    """Two dozen digits."""
    from rmt_studio import digits

    everything = digits("train")
    return replace(everything, samples=everything.samples[::60])


@pytest.fixture
def inspector(bench, qtbot):
    """The inspector with nothing selected, as wide as it may get least."""
    from rmt_studio.gui.inspector import Inspector

    inspector = Inspector(bench)
    qtbot.addWidget(inspector)
    inspector.resize(inspector.minimumWidth(), 700)
    inspector.show()
    qtbot.waitExposed(inspector)
    return inspector


@pytest.fixture
def chosen(inspector, bench, qtbot):
    """The inspector of one layer whose profile is there."""
    with qtbot.waitSignal(bench.profile_ready):
        bench.select((LAYER,), LAYER)
    return inspector
