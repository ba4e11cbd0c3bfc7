import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from rmt_studio.gui.spectrum import SpectrumView
from rmt_studio.gui.theme import DARK, theme
from rmt_studio.pruning import BulkFitSettings, LayerRule, SingularValueCut


def density(view):
    return view.plots[0]


def test_that_without_a_model_the_view_says_what_to_do(workbench, qtbot):
    view = SpectrumView(workbench)
    qtbot.addWidget(view)
    assert view.message.text() == "Open a model to see the spectra of its weight matrices."


def test_that_without_a_choice_the_view_says_what_to_do(bench, qtbot):
    view = SpectrumView(bench)
    qtbot.addWidget(view)
    assert view.message.text() == "Choose a layer in the table to see its spectrum."


def test_that_a_layer_without_spectrum_is_named_and_shown_when_it_arrives(
    bench, view, demo_analysis
):
    last = demo_analysis[-1]
    bench.select((last.name,), last.name)
    assert f"The spectrum of {last.name} has not been computed" in view.message.text()
    assert not density(view).isVisible()
    bench.document.add_analysis([last])
    assert density(view).isVisible()
    assert view.header.name.text() == last.name


def test_that_a_running_analysis_is_told(bench, view, demo_analysis, monkeypatch):
    last = demo_analysis[-1]
    monkeypatch.setattr(type(bench), "busy", True)
    bench.select((last.name,), last.name)
    assert view.message.text() == f"The spectrum of {last.name} is being computed…"
    monkeypatch.undo()
    bench.job_changed.emit(None)
    assert "has not been computed" in view.message.text()


def test_that_another_fit_is_shown_when_it_is_there(bench, view, qtbot, stall_watchdog):
    bench.set_bulk_fit(BulkFitSettings(method="median", options={}))
    qtbot.waitUntil(lambda: view.layer.fit.method == "median", timeout=30_000)
    assert density(view)._shown.layer is view.layer


def test_that_a_layer_of_zeros_is_told(bench, view, demo_analysis):
    last = demo_analysis[-1]
    bench.select((last.name,), last.name)
    bench.document.skip_layers([last.name])
    told = f"{last.name} holds nothing but zeros and has no spectrum. "
    assert view.message.text() == told + "Choose another layer in the table."


def test_that_the_histogram_has_area_one_and_the_spikes_their_colour(view):
    bulk, spikes = density(view)._found
    total = sum(part.height.sum() * part.width for part in (bulk, spikes))
    share = spikes.height.sum() * spikes.width
    assert total == pytest.approx(1)
    assert share == pytest.approx(view.layer.fit.spikes / view.layer.spectrum.dimension)
    assert spikes.left.min() >= view.layer.fit.threshold * (1 - 1e-12)


@pytest.mark.parametrize("log_other", [False, True])
@pytest.mark.parametrize("axis", ["linear", "log"])
@pytest.mark.parametrize("quantity", ["eigenvalue", "singular_value"])
def test_that_bars_and_law_are_finite_on_every_scale(view, quantity, axis, log_other):
    view.header.quantity.findChild(object, f"choice_{quantity}").click()
    view.header.axis.findChild(object, f"choice_{axis}").click()
    view.log_other.setChecked(log_other)
    x, y = density(view)._law.getData()
    assert np.isfinite(x).all()
    assert np.isfinite(y).all()
    assert np.isfinite(density(view)._box.viewRange()).all()


def test_that_a_square_matrix_does_not_press_its_bars_flat(bench, view):
    bench.select(("blocks.0.attn.q",), "blocks.0.attn.q")
    bulk, _spikes = density(view)._found
    top = density(view)._box.viewRange()[1][1]
    assert top < 20 * np.median(bulk.height)


def test_that_the_foot_line_counts_what_lies_outside(view):
    high = density(view)._box.viewRange()[0][1]
    outside = np.count_nonzero(view.layer.spectrum.eigenvalues > high)
    assert view.foot.text().startswith(f"{outside} eigenvalues lie to the right of this view")
    density(view)._box.setXRange(-0.1, 2 * view.layer.spectrum.eigenvalues[0])
    assert "this view" not in view.foot.text()


def test_that_zooming_in_makes_finer_bars(view):
    plot, edge = density(view), view.layer.fit.upper_edge
    before = plot._found[0].width
    plot._box.setXRange(0.95 * edge, 1.05 * edge)
    assert plot._found[0].width < before
    assert plot._box.viewRange()[0][0] == pytest.approx(0.95 * edge, rel=0.05)


def test_that_a_double_click_and_home_bring_the_first_view_back(view):
    plot = density(view)
    first = plot._box.viewRange()[0]
    for reset in (
        lambda: QTest.mouseDClick(plot.viewport(), Qt.MouseButton.LeftButton),
        lambda: QTest.keyClick(plot, Qt.Key.Key_Home),
    ):
        QTest.keyClick(plot, Qt.Key.Key_Plus)
        assert plot._box.viewRange()[0] != first
        reset()
        assert plot._box.viewRange()[0] == pytest.approx(first)


def test_that_only_the_plot_in_view_is_drawn(bench, view):
    assert view.plots[1]._shown is None
    view.tabs.setCurrentIndex(1)
    assert view.plots[1]._shown.layer is view.layer
    bench.select(("blocks.0.attn.q",), "blocks.0.attn.q")
    assert density(view)._shown.layer.name == "blocks.0.mlp.fc1"
    view.tabs.setCurrentIndex(0)
    assert density(view)._shown.layer.name == "blocks.0.attn.q"


def test_that_a_hidden_plot_knows_the_cut_when_its_tab_is_chosen(bench, view, shown_name):
    for index in (1, 2, 3, 4, 0):
        view.tabs.setCurrentIndex(index)
        bench.edit_rules(
            {shown_name: LayerRule(steps=(SingularValueCut(rank=20 + index),))}, "rank"
        )
    for index in range(len(view.plots)):
        view.tabs.setCurrentIndex(index)
        assert view.plot._cut.rank == 20


def test_that_a_moving_cut_draws_no_bars(bench, view, shown_name, monkeypatch):
    plot = density(view)

    def refuse(*_args):
        raise AssertionError("drawn anew")

    monkeypatch.setattr(plot, "_draw", refuse)
    monkeypatch.setattr(plot, "_draw_bars", refuse)
    bench.edit_rules({shown_name: LayerRule(steps=(SingularValueCut(rank=60),))}, "rank")
    assert plot._removed.rect().right() == pytest.approx(plot._lines[0].value())


def test_that_nothing_is_shaded_without_a_cut(view):
    assert not density(view)._removed.isVisible()


def test_that_the_residual_shows_the_distance_and_the_band_of_noise(view):
    view.tabs.setCurrentIndex(1)
    plot, fit = view.plot, view.layer.fit
    _x, residual = plot._residual.getData()
    bulk, share = residual[: 2 * (fit.dimension - fit.deflated)], fit.bulk_share
    assert np.abs(bulk).max() == pytest.approx(share * fit.ks_distance)
    band, null = plot._band.rect(), share * fit.ks_null_95
    assert (band.top(), band.bottom()) == pytest.approx((-null, null))


def test_that_the_plots_take_the_colours_of_the_theme(view, monkeypatch):
    monkeypatch.setattr(theme(), "choice", "dark")
    theme().changed.emit()
    for plot in view.plots:
        assert plot.backgroundBrush().color().name().upper() == DARK.panel
    assert density(view)._law.opts["pen"].color().name().upper() == DARK.law
    assert DARK.spike in view.legend.text()
    monkeypatch.undo()
    theme().changed.emit()


@pytest.mark.parametrize("width", [380, 470, 610, 900])
@pytest.mark.parametrize("height", [300, 360, 620])
def test_that_nothing_is_wider_than_the_card(view, qtbot, width, height):
    view.resize(width, height)
    qtbot.waitUntil(lambda: view.header.name.text() == view.layer.name)
    assert view.minimumSizeHint().width() <= 380
    for part in (view.header, view.headline, view.tabs, view.plot, view.foot):
        assert part.mapTo(view, part.rect().bottomRight()).x() < width
        assert part.mapTo(view, part.rect().bottomRight()).y() < height
    last = view.tabs.count() - 1
    assert view.tabs.tabRect(last).right() <= view.tabs.width()


def test_that_what_can_be_touched_has_a_name_and_a_tip(view):
    touchable = [view.tabs, view.log_other, *view.plots]
    touchable += [*view.header.quantity.children()[1:], *view.header.axis.children()[1:]]
    for widget in touchable:
        if hasattr(widget, "accessibleName") and widget.objectName():
            assert widget.accessibleName(), widget
    told = view.plot.accessibleDescription()
    assert told.startswith("blocks.0.mlp.fc1: ")
    assert told.endswith("; drag to cut")


def test_that_a_real_checkpoint_is_shown(bench, deit_tiny, qtbot):
    from rmt_studio.analysis import analyze

    names = ["blocks.6.mlp.fc1", "blocks.0.attn.q"]
    bench.document.open_model(deit_tiny)
    bench.document.add_analysis(analyze(deit_tiny, layers=names))
    view = SpectrumView(bench)
    qtbot.addWidget(view)
    view.resize(610, 620)
    view.show()
    for name in names:
        bench.select((name,), name)
        for index in range(view.tabs.count()):
            view.tabs.setCurrentIndex(index)
            assert not view.grab().isNull()


def test_that_the_last_picture_stays_while_the_next_is_computed(
    bench, demo_analysis, qtbot, monkeypatch
):
    view = SpectrumView(bench, patience=60_000)
    qtbot.addWidget(view)
    view.show()
    first, last = demo_analysis[0], demo_analysis[-1]
    bench.select((first.name,), first.name)
    monkeypatch.setattr(type(bench), "busy", True)
    bench.select((last.name,), last.name)
    assert not view.message.isVisible()
    assert density(view).isVisible()
    view._patience.setInterval(1)
    qtbot.waitUntil(view.message.isVisible)
    assert view.message.text() == f"The spectrum of {last.name} is being computed…"


def test_that_choices_without_effect_are_disabled_and_say_why(view):
    header = view.header
    tail, entries, details = (view.pages.indexOf(view.pages.plots[4]), 5, 7)
    for tab, quantity, axis in ((0, True, True), (tail, True, False), (entries, False, False),
                                (details, False, False), (1, True, True)):  # fmt: skip
        view.tabs.setCurrentIndex(tab)
        assert (header.quantity.isEnabled(), header.axis.isEnabled()) == (quantity, axis)
        tip = header.axis.buttons[0].toolTip()
        assert (tip == "Linear axis") is axis
        assert tip


def test_that_tab_goes_from_the_header_over_the_tabs_to_the_page(view):
    places = [view.header.quantity.buttons[0], view.header.looks.overlays, view.tabs, view.plots[0]]
    order, widget = [], places[0]
    while len(order) < 400:
        if widget in places:
            order.append(widget)
        widget = widget.nextInFocusChain()
        if widget is places[0]:
            break
    assert order == places


def test_that_the_law_of_unequal_variances_is_called_so(bench, view, qtbot):
    assert any(mark.text == "Marchenko–Pastur fit" for mark in view.plot.marks())
    bench.set_bulk_fit(BulkFitSettings(method="bema_gamma", options={}))
    qtbot.waitUntil(lambda: view.layer.fit.method == "bema_gamma", timeout=60_000)
    assert any("unequal variances" in mark.text for mark in view.plot.marks())
    qtbot.waitUntil(lambda: not bench.running_jobs, timeout=60_000)
