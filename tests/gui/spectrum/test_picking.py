"""One singular value, looked at in every plot and on the page of vectors."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from rmt_studio.analysis.view import WHOLE, View
from rmt_studio.gui.spectrum.vectors.places import input_places, output_places

SECONDS = 30_000
VECTORS = 6


def click(view, x, y, plot=0, held=Qt.KeyboardModifier.NoModifier):
    """Click a place of the axes of the plot in view."""
    QApplication.processEvents()  # the layout of a plot shown just now
    box = view.plot._plots[plot].getViewBox()
    pixel = view.plot.mapFromScene(box.mapViewToScene(QPointF(x, y)))
    QTest.mouseClick(view.plot.viewport(), Qt.MouseButton.LeftButton, held, pixel)


def marked(view):
    """Return the places of the lines that mark the value in the plot in view."""
    return [mark._line.value() for mark in view.plot._marks if mark._line.isVisible()]


@pytest.mark.parametrize("tab", range(5))
def test_that_the_value_that_is_picked_is_marked_in_every_plot(bench, view, tab):
    bench.lens.pick(3)
    view.tabs.setCurrentIndex(tab)
    place = view.plot._shown.positions[3]
    assert marked(view) == pytest.approx([place] * len(view.plot._marks))
    bench.lens.pick(None)
    assert marked(view) == []


def test_that_a_click_on_a_bar_picks_the_value_under_it(bench, view):
    values, edge = view.plot._shown.positions, view.layer.fit.upper_edge
    place = values[values < 0.8 * edge][0]
    (low, high) = view.plot._box.viewRange()[1]
    click(view, place, (low + high) / 2)
    assert values[bench.lens.picked] == pytest.approx(place, abs=0.01 * edge)
    click(view, place, (low + high) / 2)
    assert bench.lens.picked is None


@pytest.mark.parametrize("log", [False, True])
def test_that_a_click_in_the_scree_picks_the_rank(bench, view, log):
    view.tabs.setCurrentIndex(3)
    view.log_other.setChecked(log)
    x = np.log10(9) if log else 9.0
    click(view, x, np.mean(view.plot._box.viewRange()[1]))
    assert bench.lens.picked == 8


def test_that_page_down_and_up_go_through_the_values(bench, view):
    view.plot.setFocus()
    for _ in range(3):
        QTest.keyClick(view.plot, Qt.Key.Key_PageDown)
    assert bench.lens.picked == 2
    QTest.keyClick(view.plot, Qt.Key.Key_PageUp)
    assert bench.lens.picked == 1
    bench.lens.pick(view.layer.fit.dimension - 1)
    QTest.keyClick(view.plot, Qt.Key.Key_PageDown)
    assert bench.lens.picked == view.layer.fit.dimension - 1


def test_that_a_rank_that_the_next_layer_lacks_is_not_marked(bench, view, demo_analysis):
    bench.lens.pick(view.layer.fit.dimension - 1)
    small = min(demo_analysis[:-1], key=lambda layer: layer.fit.dimension)
    assert small.fit.dimension < view.layer.fit.dimension
    bench.select((small.name,), small.name)
    assert bench.lens.picked is None
    assert marked(view) == []


def test_that_the_page_of_vectors_shows_those_of_the_value(bench, view, qtbot, demo_model):
    view.tabs.setCurrentIndex(VECTORS)
    page = view.pages.vectors
    assert bench.lens.picked == 0
    assert page.right.notice.text() == "The singular vectors are being computed…"
    qtbot.waitUntil(lambda: bench.lens.basis is not None, timeout=SECONDS)
    page.smaller.click()
    layer = demo_model.layer(view.layer.name)
    u, s, vt = np.linalg.svd(demo_model.weight(layer).double().numpy(), full_matrices=False)
    shown = page.right._vector
    assert abs(shown @ vt[1]) == pytest.approx(1, abs=1e-5)
    assert abs(page.left._vector @ u[:, 1]) == pytest.approx(1, abs=1e-5)
    assert page.rank.text() == f"Value 2 of {len(s)}"
    ratio = f"IPR {np.sum(shown.astype(float) ** 4):.3g}"
    assert ratio in page.right_words.variants[0]
    assert "spike" in page.value.variants[0]
    assert not page.right.notice.isVisible()


def test_that_one_basis_is_kept_whatever_is_looked_at(bench, view, qtbot, demo_analysis):
    view.tabs.setCurrentIndex(VECTORS)
    for layer in demo_analysis[:3]:
        bench.select((layer.name,), layer.name)
        qtbot.waitUntil(lambda: bench.lens.basis is not None, timeout=SECONDS)
    assert len(bench.lens._bases._results) == 1


def test_that_vectors_out_of_view_are_not_computed(bench, view, qtbot):
    view.tabs.setCurrentIndex(VECTORS)
    view.tabs.setCurrentIndex(0)
    qtbot.waitUntil(lambda: not bench.running_jobs, timeout=SECONDS)
    assert not bench.lens._bases._jobs


def test_that_a_patch_is_drawn_as_one_and_heads_as_rows(demo_model):
    layers = {layer.name: layer for layer in demo_model.layers}
    patch = next(layer for layer in demo_model.layers if layer.role == "patch_embed")
    found = input_places(demo_model, patch, WHOLE)
    assert found.kind == "patch"
    assert found.rows * found.columns * found.colors == patch.shape[1]
    query, fc1 = layers["blocks.0.attn.q"], layers["blocks.0.mlp.fc1"]
    heads = output_places(demo_model, query, WHOLE)
    assert heads.kind == "heads"
    assert heads.rows * heads.columns == query.shape[0]
    assert input_places(demo_model, query, WHOLE).kind == "bars"
    assert output_places(demo_model, query, View("head", 0)).name == "dimensions of the head"
    assert output_places(demo_model, fc1, WHOLE).name == "hidden neurons"


def test_that_the_patch_of_a_real_model_is_in_colour(deit_tiny, bench, qtbot):
    from rmt_studio.analysis import analyze
    from rmt_studio.gui.spectrum import SpectrumView

    bench.document.open_model(deit_tiny)
    bench.document.add_analysis(analyze(deit_tiny, layers=["patch_embed.proj"]))
    view = SpectrumView(bench)
    qtbot.addWidget(view)
    view.show()
    bench.select(("patch_embed.proj",), "patch_embed.proj")
    view.tabs.setCurrentIndex(VECTORS)
    qtbot.waitUntil(lambda: bench.lens.basis is not None, timeout=SECONDS)
    picture = view.pages.vectors.right._image.image
    vector = bench.lens.basis.pair(0).right.reshape(3, 16, 16)
    assert picture.shape == (16, 16, 3)
    row, column, color = np.unravel_index(picture.argmax(), picture.shape)
    assert vector[color, row, column] == vector.max()


def test_that_shift_and_a_click_look_at_all_values_between(bench, view, qtbot, demo_model):
    view.tabs.setCurrentIndex(3)
    middle = np.mean(view.plot._box.viewRange()[1])
    click(view, 9.0, middle)
    click(view, 4.0, middle, held=Qt.KeyboardModifier.ShiftModifier)
    assert bench.lens.picked_ranks == (8, 3)
    mark, places = view.plot._marks[0], view.plot._shown.positions
    ends = [mark._line.value(), mark._end.value()]
    assert ends == pytest.approx([places[8], places[3]])
    assert mark._end.isVisible()
    view.tabs.setCurrentIndex(VECTORS)
    page = view.pages.vectors
    qtbot.waitUntil(lambda: bench.lens.basis is not None, timeout=SECONDS)
    layer = demo_model.layer(view.layer.name)
    u, s, vt = np.linalg.svd(demo_model.weight(layer).double().numpy(), full_matrices=False)
    assert page.right._vector == pytest.approx(np.sqrt(np.mean(vt[3:9] ** 2, 0)), abs=1e-5)
    assert page.left._vector == pytest.approx(np.sqrt(np.mean(u[:, 3:9] ** 2, 1)), abs=1e-5)
    assert page.rank.text() == f"Values 4 to 9 of {len(s)}"
    page.smaller.click()
    assert bench.lens.picked_ranks == (9, 9)


def test_that_shift_and_page_down_reach_further(bench, view):
    view.plot.setFocus()
    for _ in range(3):
        QTest.keyClick(view.plot, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ShiftModifier)
    assert bench.lens.picked_ranks == (0, 2)
    QTest.keyClick(view.plot, Qt.Key.Key_PageUp, Qt.KeyboardModifier.ShiftModifier)
    assert bench.lens.picked_ranks == (0, 1)
    QTest.keyClick(view.plot, Qt.Key.Key_PageDown)
    assert bench.lens.picked_ranks == (1, 1)
