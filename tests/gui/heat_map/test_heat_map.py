"""The heat map as a person uses it."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from rmt_studio.analysis import Analysis
from rmt_studio.gui.heat_map.grid import grid_of
from rmt_studio.gui.heat_map.metrics import METRICS
from rmt_studio.gui.layers.columns import Column
from rmt_studio.gui.plots.numbers import save_numbers
from rmt_studio.gui.plots.picture import save_plot
from rmt_studio.gui.theme import theme
from rmt_studio.studio.document import Compared

LEFT = Qt.MouseButton.LeftButton


def cell_of(page, name):
    places = {found: place for place, found in page.map.picture.grid.names.items()}
    return page.map.layout_now.cell(*places[name])


def click(qtbot, page, name, keys=Qt.KeyboardModifier.NoModifier):
    qtbot.mouseClick(page.map.viewport(), LEFT, keys, cell_of(page, name).center())


def pixel(page, name):
    cell = cell_of(page, name)
    place = cell.topLeft() + (cell.center() - cell.topLeft()) / 4
    return page.map.viewport().grab().toImage().pixelColor(place).name()


@pytest.mark.parametrize("column", METRICS)
def test_that_any_figure_of_the_table_can_be_shown(panel, page, column):
    page.choose_metric(column)
    values = page.map.picture.values
    known = {
        row.layer.name: row.values[column]
        for row in panel.model.rows
        if row.values[column] is not None
    }
    assert values == known
    assert not page.map.grab().isNull()


def test_that_a_cell_has_the_colour_of_its_number(page, demo_analysis):
    theme().choose("light")
    page.choose_metric(Column.EDGE)
    scale = page.map.picture.scale
    layer = demo_analysis[3]
    assert pixel(page, layer.name) == scale.color(layer.fit.singular_value_edge).name()
    theme().choose("system")


def test_that_a_click_chooses_the_layer(page, workbench, qtbot):
    click(qtbot, page, "blocks.2.mlp.fc1")
    assert (workbench.selection, workbench.current) == (("blocks.2.mlp.fc1",), "blocks.2.mlp.fc1")
    assert page.map.picture.selected == {"blocks.2.mlp.fc1"}
    assert page.readout.whole_text.startswith("blocks.2.mlp.fc1 · KS distance: ")


def test_that_control_adds_and_shift_spans(page, workbench, qtbot):
    click(qtbot, page, "blocks.1.attn.q")
    click(qtbot, page, "head", Qt.KeyboardModifier.ControlModifier)
    assert workbench.selection == ("blocks.1.attn.q", "head")
    click(qtbot, page, "head", Qt.KeyboardModifier.ControlModifier)
    assert workbench.selection == ("blocks.1.attn.q",)
    click(qtbot, page, "blocks.1.attn.q")
    click(qtbot, page, "blocks.2.attn.k", Qt.KeyboardModifier.ShiftModifier)
    assert workbench.selection == (
        "blocks.1.attn.q", "blocks.1.attn.k", "blocks.2.attn.q", "blocks.2.attn.k",
    )  # fmt: skip


def test_that_a_label_chooses_its_row_or_column(page, workbench, qtbot):
    layout, cell = page.map.layout_now, cell_of(page, "blocks.1.attn.q")
    middle = cell.center()
    middle.setX(layout.left // 2)
    qtbot.mouseClick(page.map.viewport(), LEFT, pos=middle)
    assert {name.rpartition(".attn")[0] or name for name in workbench.selection} >= {"blocks.1"}
    assert all(name.startswith("blocks.1.") for name in workbench.selection)
    middle = cell.center()
    middle.setY(layout.top // 2)
    qtbot.mouseClick(page.map.viewport(), LEFT, pos=middle)
    assert all(name.endswith(".attn.q") for name in workbench.selection)


def test_that_the_arrow_keys_go_from_cell_to_cell(page, workbench, qtbot):
    click(qtbot, page, "blocks.1.attn.q")
    qtbot.keyClick(page.map, Qt.Key.Key_Right)
    assert workbench.current == "blocks.1.attn.k"
    qtbot.keyClick(page.map, Qt.Key.Key_Down)
    assert workbench.current == "blocks.2.attn.k"
    qtbot.keyClick(page.map, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert workbench.selection == ("blocks.2.attn.q", "blocks.2.attn.k")
    qtbot.keyClick(page.map, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(workbench.selection) == 26
    assert page.map.accessibleDescription().startswith(workbench.current)


def test_that_a_choice_made_elsewhere_is_shown(page, workbench):
    workbench.select(("head",), "head")
    assert page.map.picture.selected == {"head"}


def test_that_the_filter_dims_what_it_hides_in_the_table(panel, page, qtbot):
    panel.filter_bar.field.setText("mlp")
    qtbot.waitUntil(lambda: "head" in page.map.picture.faint)
    assert "blocks.0.mlp.fc1" not in page.map.picture.faint


def test_that_a_logarithm_is_offered_only_for_positive_numbers(page):
    page.choose_metric(Column.EDGE)
    assert page.log_box.isEnabled()
    page.log_box.setChecked(True)
    assert page.map.picture.scale.kind == "log"
    page.choose_metric(Column.CUT)
    assert not page.log_box.isEnabled()
    assert "no logarithm" in page.log_box.toolTip()


def test_that_the_difference_to_the_compared_model_is_shown(
    page, workbench, demo_model, demo_analysis, qtbot
):
    assert not page.difference_box.isEnabled()
    assert "Compare with another model first" in page.difference_box.toolTip()
    first, other = demo_analysis[1], demo_analysis[7]
    moved = [replace(other, layer=x.layer) if x is first else x for x in demo_analysis]
    compared = Compared("epoch-2", "checkpoint", Analysis(moved), demo_model)
    workbench.document.set_compared("checkpoint", compared)
    qtbot.waitUntil(page.difference_box.isEnabled)
    page.choose_metric(Column.SPIKES)
    page.difference_box.setChecked(True)
    values = page.map.picture.values
    assert values[first.name] == other.fit.spikes - first.fit.spikes
    assert values["head"] == 0
    assert page.map.picture.scale.kind == "difference"


def test_that_numbers_not_known_yet_and_cells_without_a_matrix_differ(panel, page, workbench):
    theme().choose("light")
    workbench.document.open_model(workbench.document.model)
    panel._redraw()
    assert page.map.picture.values == {}
    assert page.map.picture.readout("head").endswith("not known")
    unknown = page.map.viewport().grab(cell_of(page, "head")).toImage()
    missing = page.map.viewport().grab(page.map.layout_now.cell(0, 0)).toImage()
    assert unknown != missing
    theme().choose("system")


@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf"])
def test_that_the_picture_is_saved(page, tmp_path, ending):
    path = tmp_path / f"map{ending}"
    save_plot(page.map, path)
    assert path.stat().st_size > 1000


def test_that_it_is_copied_and_its_numbers_are_written(page, tmp_path, demo_analysis):
    page.map.saving.copy_plot()
    assert not QGuiApplication.clipboard().image().isNull()
    save_numbers(page.map.saving.rows(), tmp_path / "map.csv")
    with (tmp_path / "map.csv").open(encoding="utf-8") as file:
        found = {row["layer"]: row for row in csv.DictReader(file)}
    for layer in demo_analysis:
        assert float(found[layer.name]["value"]) == layer.fit.ks_distance
    assert found["blocks.1.attn.q"]["row"] == "blocks.1"


def test_that_the_metric_is_remembered(page, workbench, qtbot):
    from rmt_studio.gui.heat_map.page import HeatMapPage

    page.choose_metric(Column.ALPHA)
    other = HeatMapPage(workbench)
    qtbot.addWidget(other)
    assert other.shown_metric.column is Column.ALPHA


def test_that_every_control_has_a_name_and_a_tooltip(panel, page):
    for widget in (page.metric_box, page.log_box, page.difference_box, panel.views.button):
        assert widget.accessibleName()
        assert widget.toolTip()
    assert page.map.accessibleName()


def test_that_a_drag_ends_where_another_model_takes_the_place_of_its_layers(qtbot, page):
    first, *_, last = page.map.picture.grid.names.values()
    qtbot.mousePress(page.map.viewport(), LEFT, pos=cell_of(page, last).center())
    page.map.show_picture(replace(page.map.picture, grid=grid_of([first])))
    chosen = []
    page.map.chosen.connect(lambda names, _current: chosen.append(names))
    qtbot.mouseMove(page.map.viewport(), cell_of(page, first).center())
    assert chosen == []
