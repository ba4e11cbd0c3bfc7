"""Each plot tells a screen reader its figures, and tells others when it shows others."""

from __future__ import annotations

from rmt_studio.gui.results.series import DENSE, compare
from rmt_studio.gui.studies.comparison_window import ComparisonWindow
from rmt_studio.gui.studies.curves import Curve, Picture, Spot

NAME, OTHER = "blocks.1.mlp.fc1", "blocks.2.attn.q"


def test_that_every_plot_of_the_spectrum_tells_the_figures_of_its_layer(demo, qtbot):
    bench, view = demo.workbench, demo.spectrum
    for name in (NAME, OTHER):
        bench.select((name,), name)
        qtbot.waitUntil(lambda name=name: view.layer is not None and view.layer.name == name)
        layer = bench.document.layer(name)
        for tab in range(len(view.pages.charts)):
            view.tabs.setCurrentIndex(tab)
            told = view.pages.chart.accessibleDescription()
            assert told.startswith(f"{name}: {layer.spectrum.dimension} eigenvalues")
            assert f"spikes {layer.fit.spikes}" in told
            assert "upper edge" in told
    view.tabs.setCurrentIndex(0)


def test_that_the_heat_map_tells_its_ends(demo):
    demo.actions_by_id["heat_map"].trigger()
    page = demo.layers.heat_map
    told, values = page.map.accessibleDescription(), page.map.picture.values
    for name in (min(values, key=values.get), max(values, key=values.get)):
        assert name in told
    assert f"{len(values)} of {len(page.map.picture.grid.names)} known" in told
    demo.actions_by_id["layer_table"].trigger()


def test_that_the_plot_of_the_results_tells_each_run(demo, qtbot):
    bench = demo.workbench
    assert demo.results.plot.accessibleDescription() == ""
    bench.evaluate(dense=True)
    qtbot.waitUntil(lambda: len(bench.document.runs) == 1, timeout=120_000)
    told = demo.results.plot.accessibleDescription()
    point = compare(bench.document.runs).dense
    assert f"{100 * point.top1:.1f} %" in told
    assert f"{point.parameters:,} parameters" in told
    bench.document.put_runs([])
    assert demo.results.plot.accessibleDescription() == ""


def test_that_the_plot_of_a_study_tells_its_curves(workbench, qtbot):
    window = ComparisonWindow(workbench)
    qtbot.addWidget(window)
    spot = Spot(0, 30.0, 81.25, 80.0, 82.0, "x")
    window.plot.show_picture(Picture((Curve("bema", DENSE, (spot,)),), dense=90.0))
    assert window.plot.accessibleDescription() == "dense 90.0 %; bema: 81.2 % at 30"
