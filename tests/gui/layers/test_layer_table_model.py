"""The rows of the layer table."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from rmt_studio.gui.layers.columns import Column
from rmt_studio.gui.layers.filter_proxy import LayerFilter
from rmt_studio.gui.layers.query import parse_query
from rmt_studio.gui.layers.row import Quality, quality_of
from rmt_studio.gui.layers.specs import SPECS
from rmt_studio.gui.layers.table_model import LayerTableModel
from rmt_studio.pruning import Effect, LayerRule, SingularValueCut
from rmt_studio.spectra import entry_statistics, weightwatcher_columns

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal
CUT = LayerRule(steps=(SingularValueCut(edge_multiple=1.0),))
EFFECT = Effect(1000, 660, 0.9, 0.1, "white", 3, "two factors")


def watched(layer):
    return weightwatcher_columns(layer.spectrum, layer.tail)


@pytest.fixture
def model(workbench, demo_model, qtbot):
    """The model of the demo without spectra, under Qt's own tester, with a filter on it."""
    model = LayerTableModel(workbench.document)
    proxy = LayerFilter(model)
    testers = [QAbstractItemModelTester(each, FATAL) for each in (model, proxy)]
    workbench.document.open_model(demo_model)
    model.reload()
    yield model
    for each in (*testers, proxy, model):
        each.deleteLater()


@pytest.fixture
def analysed(model, workbench, demo_analysis):
    workbench.document.add_analysis(demo_analysis)
    model.refresh([x.name for x in demo_analysis], Column.SPECTRUM)
    return model


@pytest.fixture
def proxy(analysed):
    return LayerFilter(analysed, analysed)


def text(model, row, column, role=Qt.ItemDataRole.DisplayRole):
    return model.data(model.index(row, column), role)


def test_that_names_and_shapes_are_there_before_the_spectra(model, demo_model):
    assert model.rowCount() == len(demo_model.layers)
    row = model.place("blocks.0.mlp.fc1")
    assert text(model, row, Column.LAYER) == "blocks.0.mlp.fc1"
    assert text(model, row, Column.ROLE) == "MLP input"
    assert text(model, row, Column.SHAPE) == "768×192"
    assert text(model, row, Column.RATIO) == "0.25"
    assert text(model, row, Column.PARAMETERS).replace("\u202f", "") == "147456"
    assert text(model, row, Column.KS) == ""
    assert text(model, row, Column.CUT) == "–"


def test_that_every_number_is_that_of_the_fit(analysed, demo_analysis):
    for place, layer in enumerate(demo_analysis):
        fit = layer.fit
        assert text(analysed, place, Column.SPIKES) == str(fit.spikes)
        assert text(analysed, place, Column.KS) == f"{fit.ks_distance:.3f}"
        assert text(analysed, place, Column.NULL) == f"{fit.ks_null_95:.3f}"
        edge = float(text(analysed, place, Column.EDGE))
        assert edge == pytest.approx(sqrt(fit.samples * fit.upper_edge), rel=5e-3)


def test_that_the_tooltip_of_the_edge_has_the_eigenvalue(analysed, demo_analysis):
    tip = text(analysed, 1, Column.EDGE, Qt.ItemDataRole.ToolTipRole)
    assert f"λ₊ = s₊²/n = {demo_analysis[1].fit.upper_edge:.5g}" in tip


def test_that_the_tooltip_of_the_fit_gives_the_reason(analysed, demo_analysis):
    for place, layer in enumerate(demo_analysis):
        tip = text(analysed, place, Column.KS, Qt.ItemDataRole.ToolTipRole)
        assert tip.startswith(f"{quality_of(layer.fit).capitalize()} fit")
        assert f"{layer.fit.ks_null_95:.4f}" in tip


def test_that_the_fit_is_good_at_its_null_and_poor_beyond_five_times_it(demo_analysis):
    for layer in demo_analysis:
        multiple = layer.fit.ks_distance / layer.fit.ks_null_95
        good, poor = multiple <= 1, multiple > 5
        expected = Quality.GOOD if good else Quality.POOR if poor else Quality.FAIR
        assert quality_of(layer.fit) is expected


def test_that_a_cut_is_shown_when_its_effect_is_known(analysed, workbench):
    name = "blocks.1.attn.q"
    row = analysed.place(name)
    workbench.document.set_recipe(workbench.document.recipe.with_rules({name: CUT}))
    analysed.refresh([name], Column.CUT)
    assert text(analysed, row, Column.CUT) == "…"
    workbench.document.effects[name] = EFFECT
    analysed.refresh([name], Column.CUT)
    assert text(analysed, row, Column.CUT) == "34 %"
    assert "34.0" in text(analysed, row, Column.CUT, Qt.ItemDataRole.ToolTipRole)


def test_that_every_cell_has_a_tooltip_and_every_header_too(analysed):
    for column in Column:
        assert text(analysed, 0, column, Qt.ItemDataRole.ToolTipRole)
        assert text(analysed, 0, column, Qt.ItemDataRole.AccessibleTextRole)
        horizontal = Qt.Orientation.Horizontal
        assert analysed.headerData(column, horizontal, Qt.ItemDataRole.ToolTipRole)
        assert analysed.headerData(column, horizontal) == SPECS[column].title


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (Column.SPIKES, lambda x: x.fit.spikes),
        (Column.KS, lambda x: x.fit.ks_distance),
        (Column.EDGE, lambda x: x.fit.singular_value_edge),
        (Column.SHAPE, lambda x: x.layer.size),
        (Column.SPECTRUM, lambda x: x.spectrum.eigenvalues[0] / x.fit.upper_edge),
    ],
)
def test_that_rows_sort_by_numbers_and_not_by_texts(analysed, demo_analysis, column, value):
    for descending, order in enumerate((Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder)):
        analysed.sort(column, order)
        found = [value(row.analysis) for row in analysed.rows]
        assert found == sorted(map(value, demo_analysis), reverse=bool(descending))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (Column.KS_P_VALUE, lambda x: x.fit.ks_p_value),
        (Column.EDGE_P_VALUE, lambda x: x.edge.p_value),
        (Column.VARIANCE, lambda x: x.fit.variance),
        (Column.DEFLATED, lambda x: x.fit.deflated),
        (Column.BELOW, lambda x: x.fit.below),
        (Column.ALPHA, lambda x: x.tail.alpha),
        (Column.TAIL_DISTANCE, lambda x: x.tail.distance),
        (Column.STABLE_RANK, lambda x: watched(x)["stable_rank"]),
        (Column.ENTROPY, lambda x: watched(x)["entropy"]),
        (Column.MATRIX_RANK, lambda x: watched(x)["matrix_rank"]),
        (Column.LOG_SPECTRAL_NORM, lambda x: watched(x)["log_spectral_norm"]),
    ],
)
def test_that_every_figure_is_that_of_the_core(model, workbench, demo_analysis, column, value):
    workbench.document.add_analysis(demo_analysis)
    model.refresh([x.name for x in demo_analysis], Column.SPECTRUM)
    model.sort(column, Qt.SortOrder.DescendingOrder)
    found = [row.values[column] for row in model.rows]
    assert found == pytest.approx([value(row.analysis) for row in model.rows])
    assert found == sorted(found, reverse=True)
    for row in model.rows:
        assert row.texts[column] not in ("", "–")


def test_that_the_figures_of_the_entries_are_shown(model, workbench, demo_analysis, demo_model):
    layer = demo_analysis[3]
    statistics = entry_statistics(demo_model.weight(layer.layer))
    workbench.document.add_analysis([replace(layer, entries=statistics)])
    model.refresh([layer.name], Column.SPECTRUM)
    row = model.rows[3]
    assert row.values[Column.KURTOSIS] == statistics.excess_kurtosis
    assert row.values[Column.ZEROS] == statistics.zeros
    assert row.texts[Column.ZEROS] == "0 %"


def test_that_the_window_never_computes_a_tail_to_show_it(model, workbench, demo_analysis):
    fresh = replace(demo_analysis[2])
    workbench.document.add_analysis([fresh])
    model.refresh([fresh.name], Column.SPECTRUM)
    assert model.rows[2].texts[Column.ALPHA] == "–"
    assert text(model, 2, Column.ALPHA, Qt.ItemDataRole.ToolTipRole)
    assert "tail" not in vars(fresh)


def test_that_a_change_of_the_rules_does_not_compute_the_figures_anew(
    analysed, demo_analysis, monkeypatch
):
    from rmt_studio.gui.layers import row as row_room

    monkeypatch.setattr(row_room, "figures_of", None)
    before = analysed.rows[1]
    analysed.refresh([before.layer.name], Column.CUT)
    assert analysed.rows[1] is not before
    assert analysed.rows[1].values == before.values


def test_that_no_column_gives_the_order_of_the_model_back(analysed, demo_model):
    analysed.sort(Column.KS, Qt.SortOrder.DescendingOrder)
    analysed.sort(-1)
    assert [row.layer.name for row in analysed.rows] == [x.name for x in demo_model.layers]


def test_that_unknown_values_stay_below_whichever_way_rows_are_sorted(
    model, workbench, demo_analysis
):
    known = list(demo_analysis)[:4]
    workbench.document.add_analysis(known)
    model.refresh([x.name for x in known], Column.SPECTRUM)
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        model.sort(Column.SPIKES, order)
        assert {row.layer.name for row in model.rows[:4]} == {x.name for x in known}


def test_that_who_holds_a_row_keeps_it_when_rows_are_sorted(analysed, proxy):
    from PySide6.QtCore import QPersistentModelIndex

    held = QPersistentModelIndex(proxy.index(proxy.place("blocks.2.mlp.fc2"), 0))
    proxy.sort(Column.KS, Qt.SortOrder.DescendingOrder)
    assert held.data() == "blocks.2.mlp.fc2"
    assert held.row() == proxy.place("blocks.2.mlp.fc2")


def test_that_the_filter_hides_rows(proxy):
    proxy.set_query(parse_query("role:mlp"))
    assert proxy.rowCount() == 8
    assert proxy.place("blocks.0.attn.q") is None
    assert proxy.row_at(0).layer.name == "blocks.0.mlp.fc1"
    proxy.set_query(parse_query(""))
    assert proxy.rowCount() == 26


def test_that_only_rows_that_changed_are_told_of(analysed, demo_model):
    names = [layer.name for layer in demo_model.layers]
    told = []
    analysed.dataChanged.connect(lambda top, bottom: told.append((top.row(), bottom.row())))
    analysed.refresh((names[1], names[2], names[20]), Column.CUT)
    assert told == [(1, 2), (20, 20)]
