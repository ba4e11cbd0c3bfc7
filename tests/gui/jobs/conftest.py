"""A panel, and jobs that are told of without being run."""

from __future__ import annotations

import pytest

from rmt_studio.gui.jobs import JobsPanel


@pytest.fixture
def desk(workbench):
    return workbench.jobs


@pytest.fixture
def panel(workbench, qtbot):
    panel = JobsPanel(workbench)
    qtbot.addWidget(panel)
    panel.resize(480, 190)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


@pytest.fixture
def tell(desk):
    """Send events as the desk does."""

    def send(*events):
        for event in events:
            desk.book.follow(event)
            desk.job_changed.emit(event)

    return send
