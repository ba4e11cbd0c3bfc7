"""How the layers of an analysis come into the document."""

import threading

from rmt_studio import load_model
from rmt_studio.analysis import Analysis
from rmt_studio.gui.analyses import _TOGETHER, Analyses, _LayerReady
from rmt_studio.gui.job_desk import JobDesk
from rmt_studio.models.devices import DeviceError
from rmt_studio.studio import tasks
from rmt_studio.studio.document import Document, LayersAnalyzed


def test_that_layers_that_arrive_at_once_go_in_together(qtbot, demo_model, demo_analysis):
    document, desk = Document(), JobDesk()
    analyses = Analyses(document, desk)
    document.open_model(demo_model)
    lots = []
    document.subscribe(lambda event: lots.append(event) if type(event) is LayersAnalyzed else None)
    for layer in demo_analysis:
        desk.arrived.emit(_LayerReady(demo_model, document.recipe.bulk_fit, layer))
    assert not lots
    qtbot.waitUntil(lambda: document.analyzed)
    assert sum(len(lot.names) for lot in lots) == len(demo_analysis)
    assert max(len(lot.names) for lot in lots) <= _TOGETHER
    assert len(lots) == -(-len(demo_analysis) // _TOGETHER)
    desk.close()
    analyses.deleteLater()


def test_that_layers_of_another_model_or_fit_are_dropped(qtbot, demo_model, demo_analysis):
    document, desk = Document(), JobDesk()
    analyses = Analyses(document, desk)
    document.open_model(demo_model)
    desk.arrived.emit(_LayerReady(demo_model, None, demo_analysis[0]))
    desk.arrived.emit(_LayerReady(demo_model, document.recipe.bulk_fit, demo_analysis[1]))
    qtbot.waitUntil(lambda: document.layer(demo_analysis[1].name) is not None)
    assert document.layer(demo_analysis[0].name) is None
    desk.close()
    analyses.deleteLater()


def test_that_an_analysis_runs_on_the_chosen_device(workbench, demo_model, monkeypatch, qtbot):
    asked = []

    def analyze_model(*given):
        asked.append((given[3], threading.current_thread().name))
        return Analysis(())

    monkeypatch.setattr(tasks, "analyze_model", analyze_model)
    workbench.document.open_model(demo_model)
    for device, ran_on in (("cuda:1", "cuda:1"), ("mps", "cpu"), ("cpu", "cpu")):
        workbench.device = device
        job = workbench.analyze()
        assert job.lane == ran_on
        job.wait(30)
        assert asked[-1][0] == ran_on


def test_that_an_analysis_goes_on_on_the_cpu_when_its_device_is_lost(
    workbench, demo_model, monkeypatch, qtbot
):
    analyze = tasks.analyze

    def lost(*given, device, **more):
        if device != "cpu":
            raise DeviceError("device cuda:0", "is gone")
        return analyze(*given, device=device, **more)

    monkeypatch.setattr(tasks, "analyze", lost)
    failures = []
    workbench.failed.connect(failures.append)
    workbench.document.open_model(demo_model)
    workbench.device = "cuda:0"
    workbench.analyze()
    qtbot.waitUntil(lambda: workbench.document.analyzed, timeout=120_000)
    assert workbench.device == "cpu"
    assert failures == []


def test_that_models_are_told_apart_without_being_compared(
    qtbot, monkeypatch, demo_model, demo_analysis
):
    def refuse(*_models):
        raise AssertionError("equality of models is that of their tensors, which it reads")

    before, document, desk = load_model("demo"), Document(), JobDesk()
    analyses = Analyses(document, desk)
    document.open_model(demo_model)
    monkeypatch.setattr(type(demo_model), "__eq__", refuse)
    settings = document.recipe.bulk_fit
    desk.arrived.emit(_LayerReady(before, settings, demo_analysis[0]))
    desk.arrived.emit(_LayerReady(demo_model, settings, demo_analysis[1]))
    qtbot.waitUntil(lambda: document.layer(demo_analysis[1].name) is not None)
    assert document.layer(demo_analysis[0].name) is None
    desk.close()
    analyses.deleteLater()
