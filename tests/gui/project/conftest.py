"""A state folder for each test, workbenches, and a window with the demo open."""

from __future__ import annotations

import pytest

from rmt_studio.gui.log_file import start_logging, stop_logging
from rmt_studio.gui.workbench import Workbench


@pytest.fixture(autouse=True)
def state_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("RMT_STUDIO_STATE", str(tmp_path / "state"))


@pytest.fixture
def benches(qapp):
    made = []

    def make():
        made.append(Workbench())
        return made[-1]

    yield make
    for bench in made:
        bench.close()
        bench.deleteLater()


@pytest.fixture
def bench(benches, demo_model, demo_analysis, qtbot):
    bench = benches()
    bench.document.open_model(demo_model, asked=("demo", ""))
    bench.document.add_analysis(demo_analysis)
    return bench


@pytest.fixture
def work(window, demo_model, demo_analysis):
    """The window with the demo open and its spectra known, at once."""
    bench = window.workbench
    bench.document.open_model(demo_model, asked=("demo", ""))
    bench.document.add_analysis(demo_analysis)
    return window


@pytest.fixture
def choosing(monkeypatch, tmp_path):
    """Answer the file dialogs with this path."""
    answers = {"save": str(tmp_path / "a.rmts"), "open": str(tmp_path / "a.rmts"), "model": ""}
    room = "rmt_studio.gui.project_room."
    monkeypatch.setattr(room + "choose_project_to_save", lambda *_: answers["save"])
    monkeypatch.setattr(room + "choose_project_to_open", lambda *_: answers["open"])
    monkeypatch.setattr(room + "choose_checkpoint", lambda *_: answers["model"])
    monkeypatch.setattr(room + "choose_model_folder", lambda *_: answers["model"])
    return answers


@pytest.fixture
def logging_to_file():
    start_logging()
    yield
    stop_logging()
