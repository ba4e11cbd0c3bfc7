import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from rmt_studio.analysis import Analysis
from rmt_studio.analysis.view import WHOLE, View
from rmt_studio.gui.theme import DARK, theme
from rmt_studio.pruning import LayerRule, SingularValueCut
from rmt_studio.studio.document import Compared

TABS = ("density", "cdf", "quantiles", "scree", "tail", "entries", "vectors", "details")
ENTRIES, DETAILS = TABS.index("entries"), TABS.index("details")
SECONDS = 30_000


def with_null(bench, qtbot, kind="shuffled"):
    bench.lens.choose_null(kind)
    qtbot.waitUntil(lambda: bench.lens.null is not None, timeout=SECONDS)


def with_other(bench, demo_model, demo_analysis, label="epoch 9"):
    """Compare the model with itself under another name."""
    other = Compared(label, "checkpoint", Analysis(demo_analysis), demo_model)
    bench.document.set_compared("checkpoint", other)


def overlays_of(view):
    plot = view.plot
    found = vars(plot)
    return [found["_overlay"]] if "_overlay" in found else list(found["_overlays"])


def texts(view):
    return [mark.text for mark in view.plot.marks()]


@pytest.mark.parametrize("tab", range(5))
def test_that_every_plot_draws_the_null_and_names_it(bench, view, qtbot, tab):
    view.tabs.setCurrentIndex(tab)
    assert not any(items.band.isVisible() for items in overlays_of(view))
    with_null(bench, qtbot)
    for items in overlays_of(view):
        assert items.band.isVisible()
        assert np.isfinite(items.middle.getData()).all()
        assert not items.band.path().isEmpty()
    assert "Entries shuffled" in texts(view)
    assert "null: entries shuffled, 8 replicas, 95 % band" in view.overlay_foot.variants[0]
    bench.lens.choose_null(None)
    assert not any(items.band.isVisible() for items in overlays_of(view))
    assert not view.overlay_foot.isVisible()


@pytest.mark.parametrize("tab", range(5))
def test_that_every_plot_draws_the_other_model(bench, view, demo_model, demo_analysis, tab):
    view.tabs.setCurrentIndex(tab)
    with_other(bench, demo_model, demo_analysis)
    for items in overlays_of(view):
        assert items.other.isVisible()
        assert items.edge.isVisible()
        assert np.isfinite(items.other.getData()).all()
    edge = view.plot._shown.place(view.layer.fit.upper_edge)
    assert overlays_of(view)[0].edge.value() == pytest.approx(edge)
    assert "epoch 9" in texts(view)


def test_that_long_names_are_shortened_in_the_legend(bench, view, demo_model, demo_analysis):
    with_other(bench, demo_model, demo_analysis, label="a" * 30 + "b" * 30)
    name = texts(view)[-1]
    assert len(name) == 28
    assert name.startswith("aaa")
    assert name.endswith("bbb")
    assert "…" in name


@pytest.mark.parametrize("axis", ["linear", "log"])
@pytest.mark.parametrize("quantity", ["eigenvalue", "singular_value"])
def test_that_overlays_are_finite_on_every_scale(
    bench, view, qtbot, demo_model, demo_analysis, quantity, axis
):
    with_null(bench, qtbot)
    with_other(bench, demo_model, demo_analysis)
    view.header.quantity.findChild(object, f"choice_{quantity}").click()
    view.header.axis.findChild(object, f"choice_{axis}").click()
    for log_other in (False, True):
        view.log_other.setChecked(log_other)
        for tab in range(5):
            view.tabs.setCurrentIndex(tab)
            for items in overlays_of(view):
                for item in (items.middle, items.other):
                    assert np.isfinite(item.getData()).all()
                rect = items.band.path().boundingRect()
                assert np.isfinite([rect.left(), rect.right(), rect.top(), rect.bottom()]).all()


def test_that_a_null_which_cannot_be_had_is_told(bench, view, monkeypatch):
    monkeypatch.setattr(type(bench.lens), "null_refusal", lambda *_: "its law is not known")
    monkeypatch.setattr(type(bench.lens), "null", None)
    bench.lens.choose_null("initialisation")
    assert view.overlay_foot.variants[0] == "no null: its law is not known"


def test_that_a_null_on_its_way_is_told(bench, view, monkeypatch):
    monkeypatch.setattr(type(bench.lens), "null", None)
    bench.lens.choose_null("shuffled")
    assert view.overlay_foot.variants[0] == "the null is being computed…"


def test_that_a_product_shows_no_law_and_no_cut(bench, view, qtbot):
    bench.select(("blocks.0.attn.q",), "blocks.0.attn.q")
    bench.lens.choose_view(View("query_key", 0))
    qtbot.waitUntil(lambda: view.layer is not None, timeout=SECONDS)
    for tab in range(5):
        view.tabs.setCurrentIndex(tab)
        assert not any(line.isVisible() for line in view.plot._lines)
    density, cdf, quantiles = view.plots[:3]
    for item in (density._law, density._lower, density._threshold, cdf._law):
        assert not item.isVisible()
    assert density._upper.isVisible()
    assert density._upper.value() == pytest.approx(view.layer.product_edge)
    assert not cdf._below.isVisible()
    assert not quantiles.notice.isHidden()
    assert "no Marchenko–Pastur law for this view" in view.overlay_foot.variants[0]
    assert view.plots[0]._shown.layer.name.endswith("head 0, W_qᵀ W_k")


def test_that_a_null_takes_the_place_of_the_law(bench, view, qtbot):
    bench.select(("blocks.0.attn.q",), "blocks.0.attn.q")
    bench.lens.choose_view(View("query_key", 0))
    with_null(bench, qtbot)
    qtbot.waitUntil(lambda: view.layer is not None, timeout=SECONDS)
    view.tabs.setCurrentIndex(1)
    assert view.plot._below.isVisible()
    view.tabs.setCurrentIndex(2)
    assert view.plot.notice.isHidden()
    x, y = view.plot._overlay.middle.getData()
    np.testing.assert_allclose(x, y, rtol=1e-9)
    bench.lens.choose_view(WHOLE)
    view.tabs.setCurrentIndex(1)
    assert view.plot._law.isVisible()
    assert all(line.isVisible() for line in view.plot._lines)


def test_that_the_headline_of_a_product_needs_no_law(bench, view, qtbot):
    bench.select(("blocks.0.attn.q",), "blocks.0.attn.q")
    bench.lens.choose_view(View("query_key", 0))
    qtbot.waitUntil(lambda: view.layer is not None, timeout=SECONDS)
    names = [figure.number.accessibleName() for figure in view.headline._figures.values()]
    assert names[0].startswith("largest value s₁: ")
    assert not any("variance" in name or "misfit" in name for name in names)


def test_that_keys_leave_a_cut_alone_that_is_not_shown(bench, view, qtbot):
    bench.select(("blocks.0.attn.q",), "blocks.0.attn.q")
    bench.lens.choose_view(View("head", 0))
    qtbot.waitUntil(lambda: view.layer is not None, timeout=SECONDS)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Delete):
        QTest.keyClick(view.plot, key)
    assert not bench.document.recipe.rules
    assert view.plots[0]._law.isVisible()


def test_that_entries_are_counted_when_their_tab_is_in_view(bench, view, qtbot, stall_watchdog):
    assert bench.lens.entries is None
    view.tabs.setCurrentIndex(ENTRIES)
    qtbot.waitUntil(lambda: bench.lens.entries is not None, timeout=SECONDS)
    assert view.pages.entries.notice.isHidden()
    assert "excess kurtosis" in view.foot.variants[0]
    assert view.plot is None
    assert view.log_other.isVisible()


def test_that_details_come_with_their_singular_vectors(bench, view, qtbot, stall_watchdog):
    view.tabs.setCurrentIndex(DETAILS)
    page = view.pages.details
    assert page.figures.rowCount() > 20
    assert page.spikes.rowCount() >= view.layer.fit.spikes > 0
    qtbot.waitUntil(lambda: bench.lens.spikes is not None, timeout=SECONDS)
    assert page.spikes.index(0, 7).data() != "…"
    assert not view.legend.text()


def test_that_nothing_is_computed_for_tabs_out_of_view(bench, view, qtbot):
    view.tabs.setCurrentIndex(DETAILS)
    qtbot.waitUntil(lambda: bench.lens.spikes is not None, timeout=SECONDS)
    view.tabs.setCurrentIndex(0)
    bench.select(("blocks.0.attn.k",), "blocks.0.attn.k")
    assert not bench.lens._wanted


def test_that_a_picture_that_is_there_is_not_drawn_again(bench, view, monkeypatch):
    def refuse(*_args):
        raise AssertionError("drawn anew")

    monkeypatch.setattr(view.plot, "_draw", refuse)
    bench.lens.changed.emit()
    view.tabs.setCurrentIndex(DETAILS)
    view.tabs.setCurrentIndex(0)


def test_that_overlays_take_the_colours_of_the_theme(bench, view, qtbot, monkeypatch):
    with_null(bench, qtbot)
    monkeypatch.setattr(theme(), "choice", "dark")
    theme().changed.emit()
    for plot in view.plots:
        for items in (vars(plot).get("_overlay"), *vars(plot).get("_overlays", ())):
            if items is not None:
                assert items.band.brush().color().name().upper() == DARK.null
                assert items.other.opts["pen"].color().name().upper() == DARK.compared
    monkeypatch.undo()
    theme().changed.emit()


def test_that_a_moving_cut_leaves_the_overlays_alone(bench, view, qtbot, shown_name, monkeypatch):
    from rmt_studio.gui.spectrum.overlay_items import OverlayItems
    from rmt_studio.pruning import LayerRule, SingularValueCut

    with_null(bench, qtbot)

    def refuse(*_args):
        raise AssertionError("drawn anew")

    for name in ("draw_null", "draw_other", "clear"):
        monkeypatch.setattr(OverlayItems, name, refuse)
    bench.edit_rules({shown_name: LayerRule(steps=(SingularValueCut(rank=60),))}, "rank")
    assert view.plot._cut.rank == 60


@pytest.mark.parametrize("tab", [ENTRIES, DETAILS])
def test_that_pages_without_overlays_say_nothing_of_them(bench, view, qtbot, tab):
    with_null(bench, qtbot)
    assert view.overlay_foot.isVisible()
    view.tabs.setCurrentIndex(tab)
    assert not view.overlay_foot.isVisible()
    view.tabs.setCurrentIndex(0)
    assert view.overlay_foot.isVisible()


def test_that_the_dashed_line_and_its_edge_are_named(bench, view, demo_model, demo_analysis):
    with_other(bench, demo_model, demo_analysis)
    assert view.overlay_foot.variants == ("dashed: epoch 9, thin at its λ₊", "dashed: epoch 9")


def test_that_a_counterpart_of_zeros_is_told(bench, view, demo_model, demo_analysis, shown_name):
    rest = Analysis((x for x in demo_analysis if x.name != shown_name), [shown_name])
    bench.document.set_compared("checkpoint", Compared("epoch 9", "checkpoint", rest, demo_model))
    said = "epoch 9: nothing but zeros, so no spectrum"
    assert view.overlay_foot.variants[0] == said
    assert not any(items.other.isVisible() for items in overlays_of(view))


def test_that_a_comparison_on_its_way_is_told(bench, view):
    bench.document.set_compared("checkpoint")
    assert view.overlay_foot.variants[0] == "the comparison is being computed…"
    bench.document.set_compared("pruned")
    assert view.overlay_foot.variants[0] == "pruned: not made yet, press Prune"


def test_that_an_empty_page_of_quantiles_counts_nothing_out_of_view(bench, view, qtbot):
    bench.select(("blocks.0.attn.q",), "blocks.0.attn.q")
    bench.lens.choose_view(View("query_key", 0))
    qtbot.waitUntil(lambda: view.layer is not None, timeout=SECONDS)
    view.tabs.setCurrentIndex(TABS.index("quantiles"))
    assert view.plot.out_of_view() is None
    assert "of this view" not in view.foot.variants[0]


def test_that_no_mark_is_cut_in_the_smallest_window(demo, qtbot):
    demo.resize(1024, 700)
    bench, legend = demo.workbench, demo.spectrum.legend
    bench.edit_rules({"blocks.1.mlp.fc1": LayerRule(steps=(SingularValueCut(rank=34),))}, "cut")
    bench.select(("blocks.1.mlp.fc1",), "blocks.1.mlp.fc1")
    bench.compare_with("pruned")
    qtbot.waitUntil(lambda: "pruned" in legend.text() and not bench.running_jobs, timeout=60_000)
    QApplication.processEvents()
    assert legend.natural_width(len(legend.variants) - 1) <= legend.width()
