"""The real window, and what answers its dialogs in a person's stead."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from tests.end_to_end.answers import Answers, close_all_but
from tests.gui.conftest import demo, settings_of_its_own
from tests.gui.conftest import window as plain_window

__all__ = ["answers", "demo", "plain_window", "settings_of_its_own", "window"]


@pytest.fixture
def answers(monkeypatch, tmp_path):
    """Cancel every file dialog and every question, unless told otherwise."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return Answers(monkeypatch, tmp_path)


@pytest.fixture
def window(plain_window, answers):
    """The real window; whatever it asks when it closes in the end, it may close."""
    yield plain_window
    answers.agree = lambda: True
    close_all_but(plain_window)
    plain_window.workbench.project.discard()
    plain_window.close()
    QApplication.processEvents()
