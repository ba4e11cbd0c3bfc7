"""Layers under the headings of their blocks or roles."""

from __future__ import annotations

from statistics import median

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from rmt_studio.gui.layers.columns import Column
from rmt_studio.gui.layers.filter_proxy import LayerFilter
from rmt_studio.gui.layers.groups import Grouping, GroupRow
from rmt_studio.gui.layers.query import parse_query
from rmt_studio.gui.layers.row import LayerRow
from rmt_studio.gui.layers.table_model import LayerTableModel
from rmt_studio.pruning import EntryThreshold, LayerRule

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal
MASK = LayerRule(steps=(EntryThreshold(share=0.75),))


def lines(panel):
    """The rows from above: titles in capitals, names of layers as they are."""
    shown = [panel.proxy.row_at(place) for place in range(panel.proxy.rowCount())]
    return [x.title.upper() if isinstance(x, GroupRow) else x.layer.name for x in shown]


def heading(panel, title):
    return next(x for x in panel.model.lines if isinstance(x, GroupRow) and x.title == title)


def press(qtbot, panel, key):
    qtbot.keyClick(panel.table, key)


@pytest.fixture
def by_block(filled):
    filled.group_by(Grouping.BLOCK)
    return filled


def test_that_the_model_holds_under_qts_tester(workbench, demo_model, demo_analysis, qapp):
    model = LayerTableModel(workbench.document)
    proxy = LayerFilter(model)
    testers = [QAbstractItemModelTester(each, FATAL) for each in (model, proxy)]
    workbench.document.open_model(demo_model)
    workbench.document.add_analysis(demo_analysis)
    model.reload()
    for grouping in (Grouping.BLOCK, Grouping.ROLE, Grouping.NONE, Grouping.BLOCK):
        proxy.group_by(grouping)
        proxy.sort(Column.KS, Qt.SortOrder.DescendingOrder)
        proxy.collapse({*list(model.headings)[:2]})
        proxy.set_query(parse_query("mlp"))
        model.refresh([x.name for x in demo_analysis], Column.SPECTRUM)
        proxy.arrange()
        proxy.set_query(parse_query(""))
    for each in (*testers, proxy, model):
        each.deleteLater()


def test_that_each_block_has_a_heading_and_what_is_outside_comes_last(by_block, demo_model):
    shown = lines(by_block)
    assert shown[:3] == ["BLOCKS.0", "blocks.0.attn.q", "blocks.0.attn.k"]
    outside = shown.index("OUTSIDE THE BLOCKS")
    assert shown[outside + 1 :] == ["patch_embed.proj", "head"]
    assert len(shown) == len(demo_model.layers) + len(by_block.model.headings)


def test_that_each_role_has_a_heading(filled):
    filled.group_by(Grouping.ROLE)
    assert "QUERY" in lines(filled)
    first = lines(filled).index("QUERY")
    assert all(name.endswith(".attn.q") for name in lines(filled)[first + 1 : first + 5])


def test_that_a_heading_takes_the_numbers_of_its_members_together(by_block):
    group = heading(by_block, "blocks.1")
    values = {c: [row.values[c] for row in group.members] for c in (Column.SPIKES, Column.EDGE)}
    assert group.texts[Column.SPIKES] == str(sum(values[Column.SPIKES]))
    middle = float(group.texts[Column.EDGE])
    assert middle == pytest.approx(median(values[Column.EDGE]), rel=5e-3)
    assert "poor" in group.explain(Column.KS)
    assert "median of 6 matrices" in group.explain(Column.KS)


def test_that_the_cut_of_a_heading_counts_by_size(by_block, workbench, qtbot):
    names = [row.layer.name for row in heading(by_block, "blocks.0").members]
    recipe = workbench.document.recipe.with_rules(dict.fromkeys(names, MASK))
    workbench.document.set_recipe(recipe)
    qtbot.waitUntil(lambda: heading(by_block, "blocks.0").texts[Column.CUT] == "75 %")


def test_that_rows_are_sorted_within_their_groups(by_block):
    by_block.table.sortByColumn(Column.KS, Qt.SortOrder.DescendingOrder)
    for group in (x for x in by_block.model.lines if isinstance(x, GroupRow)):
        distances = [row.values[Column.KS] for row in group.members]
        assert distances == sorted(distances, reverse=True)
    assert lines(by_block)[0] == "BLOCKS.0"


def test_that_a_group_folds_and_its_choice_stays(by_block, workbench, qtbot):
    workbench.select(("blocks.1.attn.q", "head"), "blocks.1.attn.q")
    by_block.table.folded.emit("blocks.1")
    assert "blocks.1.attn.q" not in lines(by_block)
    assert workbench.selection == ("blocks.1.attn.q", "head")
    assert workbench.current == "blocks.1.attn.q"
    here = by_block.proxy.row_at(by_block.table.currentIndex().row())
    assert isinstance(here, GroupRow)
    press(qtbot, by_block, Qt.Key.Key_Right)
    assert "blocks.1.attn.q" in lines(by_block)
    assert workbench.selection == ("blocks.1.attn.q", "head")


def test_that_a_heading_chooses_all_its_members(by_block, workbench, qtbot):
    by_block.table.selectRow(by_block.proxy.heading_place("blocks.2.attn.q"))
    assert workbench.selection == tuple(
        row.layer.name for row in heading(by_block, "blocks.2").members
    )
    press(qtbot, by_block, Qt.Key.Key_Down)
    assert workbench.selection == ("blocks.2.attn.q",)


def test_that_the_keys_fold_and_lead_to_the_heading(by_block, workbench, qtbot):
    workbench.select(("blocks.0.attn.v",), "blocks.0.attn.v")
    press(qtbot, by_block, Qt.Key.Key_Left)
    assert by_block.table.currentIndex().row() == 0
    press(qtbot, by_block, Qt.Key.Key_Left)
    assert "blocks.0.attn.v" not in lines(by_block)
    press(qtbot, by_block, Qt.Key.Key_Space)
    assert "blocks.0.attn.v" in lines(by_block)


def test_that_a_click_on_the_triangle_folds(by_block, qtbot):
    place = by_block.table.visualRect(by_block.proxy.index(0, 0))
    left = Qt.MouseButton.LeftButton
    point = place.topLeft() + place.center() - place.topLeft()
    point.setX(place.left() + 8)
    qtbot.mouseClick(by_block.table.viewport(), left, pos=point)
    assert by_block.model.collapsed == {"blocks.0"}


def test_that_a_filter_leaves_headings_only_over_what_it_shows(by_block):
    by_block.filter_bar.field.setText("block:3 fc1")
    assert lines(by_block) == ["BLOCKS.3", "blocks.3.mlp.fc1"]


def test_that_all_groups_fold_away_and_come_back(by_block, demo_model):
    by_block.fold_all(True)
    assert all(line.isupper() for line in lines(by_block))
    by_block.fold_all(False)
    assert len(lines(by_block)) > len(demo_model.layers)


def test_that_the_grouping_is_remembered(by_block, workbench, qtbot):
    from rmt_studio.gui.layers import LayerPanel

    other = LayerPanel(workbench)
    qtbot.addWidget(other)
    assert other.model.grouping is Grouping.BLOCK
    assert isinstance(other.model.lines[1], LayerRow)
