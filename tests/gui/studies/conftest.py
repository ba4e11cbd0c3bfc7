"""The demo, few images, and a folder for studies that goes with the test."""

from __future__ import annotations

from dataclasses import replace

import pytest

PATIENCE = 120_000


def some(part, step):
    from rmt_studio import digits

    everything = digits(part)
    return replace(everything, samples=everything.samples[::step])


@pytest.fixture
def bench(workbench, demo_model, demo_analysis, tmp_path):
    """The workbench with the demo, 45 images to evaluate on and 24 for calibration."""
    workbench.document.open_model(demo_model)
    workbench.document.add_analysis(demo_analysis)
    workbench.document.open_images(some("test", 8))
    workbench.document.open_calibration(some("train", 60))
    workbench.method_study.folder = workbench.search.folder = tmp_path / "studies"
    return workbench


@pytest.fixture
def comparing(bench, qtbot):
    """The window of the comparison; magnitude and Wanda at 30 and 60 % are asked for."""
    from rmt_studio.gui.studies import ComparisonWindow

    window = ComparisonWindow(bench)
    qtbot.addWidget(window)
    window.methods.tick(["magnitude", "wanda"])
    window.shares.setText("30, 60")
    window.show()
    qtbot.waitExposed(window)
    return window


@pytest.fixture
def searching(bench, qtbot):
    """The window of the search, by magnitude on these images alone, in steps of a tenth."""
    from rmt_studio.gui.studies import SearchWindow
    from rmt_studio.studies import Criterion

    window = SearchWindow(bench)
    qtbot.addWidget(window)
    window.method.show_choice("magnitude")
    window.criterion.show_choice(Criterion.POINT)
    window.resolution.show_value(0.1)
    window.points.show_value(10.0)
    window.show()
    qtbot.waitExposed(window)
    return window


@pytest.fixture
def compared(comparing, bench, qtbot):
    """The window after the comparison."""
    comparing.start_button.click()
    qtbot.waitUntil(lambda: bench.method_study.result is not None, timeout=PATIENCE)
    return comparing
