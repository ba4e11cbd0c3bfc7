"""A small series on disk, and its window before and after the analysis."""

from __future__ import annotations

import pytest
import torch

PATIENCE = 60_000


def write_step(folder, step, name="epoch_{}.pth", **shapes):
    """Write a checkpoint of two matrices; in the first one a signal grows with the step."""
    generator = torch.Generator().manual_seed(1)
    sizes = {"fc1.weight": (60, 40), "fc2.weight": (24, 60)} | shapes
    tensors = {key: torch.randn(size, generator=generator) for key, size in sizes.items()}
    tensors["fc1.weight"] += step / 10
    torch.save(tensors, folder / name.format(step))


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Five checkpoints and one that is not of the series."""
    folder = tmp_path_factory.mktemp("run")
    for step in (0, 1, 2, 5, 10):
        write_step(folder, step)
    write_step(folder, 3, "best.pth")
    return folder


@pytest.fixture
def desk(workbench):
    from rmt_studio.gui.series import SeriesDesk

    return SeriesDesk(workbench, workbench)


@pytest.fixture
def series_window(desk, qtbot):
    """The window before any folder was chosen."""
    from rmt_studio.gui.series import SeriesWindow

    window = SeriesWindow(desk)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window


@pytest.fixture
def listed(series_window, desk, folder, qtbot):
    """The window with the listing of the folder."""
    desk.look(folder)
    qtbot.waitUntil(lambda: desk.found is not None and not desk.running, timeout=PATIENCE)
    return series_window


@pytest.fixture
def analysed(listed, desk, qtbot):
    """The window with all checkpoints known."""
    listed.setup_page.start_button.click()
    qtbot.waitUntil(lambda: not desk.running, timeout=PATIENCE)
    return listed
