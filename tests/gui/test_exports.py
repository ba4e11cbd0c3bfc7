"""File > Export report: a job that writes what the ending says, and says when it cannot."""

from __future__ import annotations

import json

import pytest

from rmt_studio.gui.commands import file


@pytest.fixture
def bench(workbench, demo_model, demo_analysis):
    workbench.document.open_model(demo_model)
    workbench.document.add_analysis(demo_analysis)
    return workbench


def test_that_a_report_is_written_in_the_background(bench, qtbot, tmp_path, demo_analysis):
    with qtbot.waitSignal(bench.told, timeout=60_000) as told:
        bench.exports.report(tmp_path / "spectra.json")
    assert str(tmp_path / "spectra.json") in told.args[0]
    layers = json.loads((tmp_path / "spectra.json").read_text())["layers"]
    assert [layer["name"] for layer in layers] == [layer.name for layer in demo_analysis]


def test_that_a_report_waits_for_the_spectra(workbench, demo_model, qtbot, tmp_path):
    workbench.document.open_model(demo_model)
    with qtbot.waitSignal(workbench.failed) as failed:
        assert workbench.exports.report(tmp_path / "spectra.html") is None
    assert "wait until every spectrum is known" in failed.args[1]


def test_that_the_menu_writes_a_page(demo, qtbot, tmp_path, monkeypatch):
    path = tmp_path / "spectra.html"
    monkeypatch.setattr(file, "choose_report", lambda *_arguments: str(path))
    with qtbot.waitSignal(demo.workbench.told, timeout=120_000):
        demo.actions_by_id["export_report"].trigger()
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
