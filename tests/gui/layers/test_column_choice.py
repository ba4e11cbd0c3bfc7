"""The columns of the layer table as a person chooses them, and those that comparing adds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt

from rmt_studio.analysis import Analysis
from rmt_studio.gui.layers.columns import COMPARISON, DEFAULT_COLUMNS, Column
from rmt_studio.gui.layers.specs import SPECS
from rmt_studio.studio.document import Compared


def shown(panel):
    return [panel.proxy.row_at(place).layer.name for place in range(panel.proxy.rowCount())]


def foot(panel):
    return panel.findChild(object, "layer_foot").whole_text


def visible_columns(panel):
    return {column for column in Column if not panel.table.isColumnHidden(column)}


def test_that_the_usual_columns_fit_at_1440(filled):
    assert visible_columns(filled) == set(DEFAULT_COLUMNS)
    assert filled.table.horizontalScrollBar().maximum() == 0


def test_that_columns_give_way_in_a_narrow_panel_and_come_back(filled):
    filled.resize(370, 400)
    assert visible_columns(filled) < set(DEFAULT_COLUMNS)
    assert filled.table.horizontalScrollBar().maximum() == 0
    filled.resize(500, 400)
    assert visible_columns(filled) == set(DEFAULT_COLUMNS)


def test_that_the_menu_of_the_header_shows_any_column(filled):
    menu = filled.table.column_menu
    for column in set(Column) - {Column.LAYER, *COMPARISON}:
        shown_before = column in visible_columns(filled)
        menu.switch(column).trigger()
        assert (column in visible_columns(filled)) is not shown_before
        assert (SPECS[column].key in filled.table.shown_columns) is not shown_before
    menu.usual.trigger()
    assert visible_columns(filled) == set(DEFAULT_COLUMNS)


def test_that_the_columns_are_chosen_by_groups_and_explained(filled):
    menu = filled.table.column_menu
    groups = {a.menu().title(): a.menu() for a in menu.actions() if a.menu() is not None}
    assert list(groups) == ["Matrix", "Fit", "Tail", "Norms", "Entries", "Comparison", "Rule"]
    for column in set(Column) - {Column.LAYER}:
        action, spec = menu.switch(column), SPECS[column]
        assert action.text() == (spec.name or spec.title)
        assert action.toolTip().replace("\n", " ") == spec.tip.replace("\n", " ")
        assert action in groups.get(spec.group, menu).actions()
    assert not menu.switch(Column.LAYER).isEnabled()


def test_that_a_column_is_found_by_a_word_of_its_explanation(filled):
    menu = filled.table.column_menu
    menu.search.setText("weightwatcher rank")
    found = [a for a in menu.actions() if a.isCheckable() and a.isEnabled()]
    assert found == [menu.switch(Column.STABLE_RANK), menu.switch(Column.ENTROPY),
                     menu.switch(Column.MATRIX_RANK)]  # fmt: skip
    assert not any(a.isVisible() for a in menu.actions() if a.menu() is not None)
    found[0].trigger()
    assert Column.STABLE_RANK in visible_columns(filled)
    menu.search.clear()
    assert not [a for a in menu.actions() if a.isCheckable() and a.isEnabled()]


def test_that_the_menu_stays_open_while_columns_are_chosen(filled, qtbot):
    group = next(a.menu() for a in filled.table.column_menu.actions() if a.menu() is not None)
    group.popup(filled.mapToGlobal(QPoint(0, 0)))
    for column in (Column.ROLE, Column.PARAMETERS):
        action = filled.table.column_menu.switch(column)
        place = group.actionGeometry(action).center()
        qtbot.mouseClick(group, Qt.MouseButton.LeftButton, pos=place)
        assert column in visible_columns(filled)
    qtbot.keyClick(group, Qt.Key.Key_Space)
    assert Column.PARAMETERS not in visible_columns(filled)
    assert group.isVisible()
    group.close()


def compare(workbench, demo_model, demo_analysis):
    """Compare with a model whose first query matrix is another layer's."""
    document = workbench.document
    first, second = demo_analysis[1], demo_analysis[7]
    moved = [replace(second, layer=x.layer) if x is first else x for x in demo_analysis]
    compared = Compared("epoch-2", "checkpoint", Analysis(moved), demo_model)
    document.set_compared("checkpoint", compared)
    return first, moved[1]


def test_that_the_changes_are_shown_while_comparing(filled, workbench, demo_model, demo_analysis):
    before, after = compare(workbench, demo_model, demo_analysis)
    assert set(COMPARISON) <= visible_columns(filled)
    row = filled.model.rows[filled.model.place(before.name)]
    edges = [x.fit.singular_value_edge for x in (before, after)]
    assert row.values[Column.EDGE_CHANGE] == pytest.approx(edges[1] / edges[0] - 1)
    assert row.values[Column.SPIKES_CHANGE] == after.fit.spikes - before.fit.spikes
    still = filled.model.rows[filled.model.place("head")]
    assert [still.texts[column] for column in COMPARISON] == ["0.0 %", "0", "0.00"]
    assert foot(filled).startswith("26 matrices · Δ to epoch-2 · ")
    filled.filter_bar.field.setText("edge_change>-100% spikes_change=0")
    assert "head" in shown(filled)
    workbench.document.set_compared("none")
    assert visible_columns(filled) == set(DEFAULT_COLUMNS)


def test_that_changes_that_are_not_known_yet_are_waited_for(filled, workbench):
    workbench.document.set_compared("pruned")
    row = filled.model.rows[3]
    assert [row.texts[column] for column in COMPARISON] == ["–"] * 3
    assert "Δ once pruned" in foot(filled)
    tip = filled.model.data(filled.model.index(3, Column.EDGE_CHANGE), Qt.ItemDataRole.ToolTipRole)
    assert tip == "There is no spectrum to compare with (yet)"
    workbench.document.set_compared("checkpoint")
    assert "Δ being computed" in foot(filled)


def test_that_a_column_of_changes_can_be_taken_away(filled, workbench, demo_model, demo_analysis):
    compare(workbench, demo_model, demo_analysis)
    filled.table.column_menu.switch(Column.SPIKES_CHANGE).trigger()
    assert Column.SPIKES_CHANGE not in visible_columns(filled)
    workbench.document.set_compared("none")
    compare(workbench, demo_model, demo_analysis)
    assert Column.SPIKES_CHANGE not in visible_columns(filled)
    filled.table.column_menu.usual.trigger()
    assert Column.SPIKES_CHANGE in visible_columns(filled)


def test_that_the_changes_fit_at_1440(filled, workbench, demo_model, demo_analysis):
    compare(workbench, demo_model, demo_analysis)
    assert filled.table.horizontalScrollBar().maximum() == 0


def test_that_columns_can_be_set_by_their_words_and_the_name_always_stays(filled):
    filled.table.show_columns(("ks", "no such column"))
    assert filled.table.shown_columns == ("layer", "ks")
    assert visible_columns(filled) == {Column.LAYER, Column.KS}


def test_that_every_change_is_in_view_in_the_narrowest_panel(
    filled, workbench, demo_model, demo_analysis
):
    filled.resize(335, 400)
    compare(workbench, demo_model, demo_analysis)
    assert {*COMPARISON, Column.CUT} <= visible_columns(filled)
    assert filled.table.horizontalScrollBar().maximum() == 0
