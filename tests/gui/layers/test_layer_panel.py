"""The layer panel as a person uses it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication

from rmt_studio.gui.layers.columns import Column
from rmt_studio.gui.theme import theme
from rmt_studio.pruning import BulkFitSettings, EntryThreshold, LayerRule

from .conftest import shown

MASK = LayerRule(steps=(EntryThreshold(share=0.75),))


def give(workbench, *names):
    """Give layers the rule that removes three quarters, without a step to undo."""
    workbench.document.set_recipe(workbench.document.recipe.with_rules(dict.fromkeys(names, MASK)))


def chosen(panel):
    rows = panel.table.selectionModel().selectedRows()
    return {panel.proxy.row_at(index.row()).layer.name for index in rows}


def click(qtbot, panel, name, modifier=Qt.KeyboardModifier.NoModifier):
    index = panel.proxy.index(panel.proxy.place(name), 0)
    panel.table.scrollTo(index)
    place = panel.table.visualRect(index).center()
    qtbot.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def foot(panel):
    return panel.findChild(object, "layer_foot").whole_text


# --- filling -----------------------------------------------------------------------------------


def test_that_without_a_model_the_panel_says_what_to_do(panel):
    assert panel.findChild(object, "layer_empty_page").isVisible()
    assert not panel.table.isVisible()


def test_that_rows_appear_at_once_and_fill_as_spectra_arrive(
    panel, workbench, demo_model, demo_analysis
):
    workbench.document.open_model(demo_model)
    assert panel.table.isVisible()
    assert len(shown(panel)) == len(demo_model.layers)
    assert foot(panel) == "26 matrices · 0 of 26 spectra known"
    workbench.document.add_analysis([demo_analysis[0]])
    assert panel.model.rows[0].sparkline is not None
    assert panel.model.rows[1].sparkline is None
    assert foot(panel) == "26 matrices · 1 of 26 spectra known"


def test_that_the_line_below_counts_the_fits(filled, demo_analysis):
    good = sum(x.fit.ks_distance <= x.fit.ks_null_95 for x in demo_analysis)
    fit = "1 fits" if good == 1 else f"{good} fit"
    do_not = "1 does not" if good == 25 else f"{26 - good} do not"
    assert f"{fit} the law, {do_not}" in foot(filled)


def test_that_the_first_matrix_of_the_blocks_is_chosen(filled, workbench, demo_model):
    first = next(layer.name for layer in demo_model.layers if layer.in_block)
    assert (workbench.selection, workbench.current) == ((first,), first)
    assert chosen(filled) == {first}


def test_that_a_choice_made_before_the_spectra_stays(panel, workbench, demo_model, demo_analysis):
    workbench.document.open_model(demo_model)
    workbench.select(("head",), "head")
    workbench.document.add_analysis(demo_analysis)
    assert workbench.current == "head"


def test_that_another_bulk_fit_empties_the_spectra(filled, workbench):
    settings = BulkFitSettings(method="median", options={"beta": 0.05})
    recipe = workbench.document.recipe.model_copy(update={"bulk_fit": settings})
    workbench.document.set_recipe(recipe)
    assert all(row.analysis is None for row in filled.model.rows)


def test_that_a_matrix_of_zeros_says_that_it_has_no_spectrum(
    panel, workbench, demo_model, demo_analysis
):
    workbench.document.open_model(demo_model)
    workbench.document.skip_layers(["patch_embed.proj"])
    assert workbench.current is None
    workbench.document.add_analysis(list(demo_analysis)[1:])
    assert workbench.current == demo_analysis[1].name
    row = panel.model.rows[0]
    assert row.texts[Column.SPECTRUM] == "all zeros"
    assert row.texts[Column.KS] == "–"
    assert "spectra known" not in foot(panel)
    assert not panel.table.viewport().grab().isNull()


def test_that_an_effect_arrives_in_its_row(filled, workbench, qtbot):
    row = filled.model.place("head")
    give(workbench, "head")
    assert filled.model.rows[row].texts[Column.CUT] == "…"
    qtbot.waitUntil(lambda: filled.model.rows[row].texts[Column.CUT] == "75 %")


# --- choosing ----------------------------------------------------------------------------------


def test_that_a_click_chooses_a_layer(filled, workbench, qtbot):
    with qtbot.waitSignal(workbench.selection_changed):
        click(qtbot, filled, "blocks.1.mlp.fc1")
    assert (workbench.selection, workbench.current) == (("blocks.1.mlp.fc1",), "blocks.1.mlp.fc1")


def test_that_a_click_announces_one_change(filled, workbench, qtbot):
    told = []
    workbench.selection_changed.connect(lambda: told.append(workbench.selection))
    click(qtbot, filled, "blocks.1.mlp.fc1")
    assert told == [("blocks.1.mlp.fc1",)]


def test_that_several_layers_are_chosen_in_the_order_of_the_model(filled, workbench, qtbot):
    click(qtbot, filled, "blocks.2.attn.v")
    click(qtbot, filled, "blocks.0.attn.k", Qt.KeyboardModifier.ControlModifier)
    assert workbench.selection == ("blocks.0.attn.k", "blocks.2.attn.v")
    assert workbench.current == "blocks.0.attn.k"
    assert "2 selected" in foot(filled)


def test_that_the_down_key_goes_to_the_next_layer(filled, workbench, qtbot):
    click(qtbot, filled, "blocks.0.attn.q")
    qtbot.keyClick(filled.table, Qt.Key.Key_Down)
    assert (workbench.selection, workbench.current) == (("blocks.0.attn.k",), "blocks.0.attn.k")


def test_that_a_click_beside_the_rows_keeps_the_layer(filled, workbench, qtbot):
    filled.filter_bar.field.setText("head")
    click(qtbot, filled, "head")
    below = QPoint(20, filled.table.viewport().height() - 5)
    qtbot.mouseClick(filled.table.viewport(), Qt.MouseButton.LeftButton, pos=below)
    assert workbench.selection == ("head",)
    assert chosen(filled) == {"head"}


def test_that_a_choice_made_elsewhere_is_shown_and_not_sent_back(filled, workbench):
    told = []
    workbench.selection_changed.connect(lambda: told.append(1))
    workbench.select(("blocks.3.attn.q", "head"), "head")
    assert chosen(filled) == {"blocks.3.attn.q", "head"}
    assert filled.proxy.row_at(filled.table.currentIndex().row()).layer.name == "head"
    assert told == [1]


def test_that_sorting_keeps_what_is_chosen(filled, workbench):
    workbench.select(("blocks.3.attn.q", "head"), "head")
    filled.table.sortByColumn(Column.KS, Qt.SortOrder.DescendingOrder)
    assert chosen(filled) == {"blocks.3.attn.q", "head"}
    assert workbench.current == "head"


# --- filtering and sorting ---------------------------------------------------------------------


def test_that_typing_filters_the_rows(filled, qtbot):
    qtbot.keyClicks(filled.filter_bar.field, "role:mlp block:2")
    assert shown(filled) == ["blocks.2.mlp.fc1", "blocks.2.mlp.fc2"]
    assert foot(filled).startswith("2 of 26 matrices")


def test_that_a_word_without_sense_gets_a_muted_hint(filled):
    filled.filter_bar.field.setText("spikes> fc1")
    hint = filled.filter_bar.hint
    assert hint.isVisible()
    assert hint.property("muted")
    assert "spikes>20" in hint.text()
    filled.filter_bar.field.setText("spikes>0 fc1")
    assert not hint.isVisible()


def test_that_escape_clears_the_filter_and_enter_goes_to_the_rows(filled, qtbot):
    filled.filter_bar.field.setText("head")
    qtbot.keyClick(filled.filter_bar.field, Qt.Key.Key_Escape)
    assert len(shown(filled)) == 26
    filled.activateWindow()
    filled.filter_bar.field.setFocus()
    qtbot.keyClick(filled.filter_bar.field, Qt.Key.Key_Return)
    qtbot.waitUntil(filled.table.hasFocus)


def test_that_hidden_layers_leave_the_choice(filled, workbench):
    workbench.select(("blocks.0.mlp.fc1", "blocks.0.attn.q"), "blocks.0.attn.q")
    filled.filter_bar.field.setText("role:mlp")
    assert (workbench.selection, workbench.current) == (("blocks.0.mlp.fc1",), "blocks.0.mlp.fc1")


def test_that_the_layer_on_show_stays_when_the_filter_hides_all_chosen_ones(filled, workbench):
    workbench.select(("blocks.0.attn.k", "blocks.0.attn.q"), "blocks.0.attn.q")
    filled.filter_bar.field.setText("role:mlp")
    assert (workbench.selection, workbench.current) == (("blocks.0.attn.q",), "blocks.0.attn.q")
    assert chosen(filled) == set()
    filled.filter_bar.field.setText("")
    assert chosen(filled) == {"blocks.0.attn.q"}


def test_that_rows_move_to_their_places_after_values_changed(filled, workbench, qtbot):
    filled.table.sortByColumn(Column.CUT, Qt.SortOrder.DescendingOrder)
    give(workbench, "head")
    assert shown(filled)[0] != "head"  # not while a person may still drag
    qtbot.waitUntil(lambda: shown(filled)[0] == "head")


def test_that_a_filter_by_values_follows_them(filled, workbench, qtbot):
    filled.filter_bar.field.setText("cut>50%")
    assert shown(filled) == []
    give(workbench, "head")
    qtbot.waitUntil(lambda: shown(filled) == ["head"])


# --- the menu of the rows ----------------------------------------------------------------------


def test_that_the_rule_of_the_layer_on_show_goes_to_all_that_are_chosen(demo):
    bench, copy_rule = demo.workbench, demo.actions_by_id["copy_rule"]
    give(bench, "head")
    bench.select(("blocks.0.attn.q", "head"), "head")
    assert copy_rule in demo.layers.row_menu.actions()
    copy_rule.trigger()
    assert bench.document.recipe.rule("blocks.0.attn.q") == MASK
    bench.undo_stack.undo()
    assert bench.document.recipe.rule("blocks.0.attn.q").keeps
    bench.select(("head",), "head")
    assert not copy_rule.isEnabled()


def test_that_names_are_copied(filled, workbench):
    workbench.select(("blocks.0.attn.q", "head"), "head")
    filled.copy()
    assert QGuiApplication.clipboard().text() == "blocks.0.attn.q\nhead"


# --- looks -------------------------------------------------------------------------------------


def test_that_the_table_is_painted_in_both_themes(filled):
    for choice, ground in (("light", "#ffffff"), ("dark", "#1e2126")):
        theme().choose(choice)
        picture = filled.table.viewport().grab().toImage()
        assert picture.pixelColor(picture.width() - 2, picture.height() - 2).name() == ground
    theme().choose("system")


def test_that_everything_a_person_touches_has_a_name_and_a_tooltip(filled):
    for widget in (filled.filter_bar.field, filled.filter_bar.columns_button):
        assert widget.accessibleName()
        assert widget.toolTip()
    assert filled.table.accessibleName()
