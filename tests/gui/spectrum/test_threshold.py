"""The threshold line under a real mouse and keyboard."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from rmt_studio.gui.spectrum.cut import cut_of
from rmt_studio.pruning import EntryThreshold, LayerRule, SingularValueCut

TABS = {"density": 0, "cdf": 1, "quantiles": 2, "scree": 3}
LEFT = Qt.MouseButton.LeftButton


def line_of(view):
    return view.plot._lines[0]


def start_of(view):
    """Return a pixel on the line, beside its grip and its label."""
    line, along = line_of(view), 0.22
    box = line.getViewBox()
    (left, right), (low, high) = box.viewRange()
    across = QPointF(line.value(), low + along * (high - low))
    level = QPointF(left + along * (right - left), line.value())
    return view.plot.mapFromScene(box.mapViewToScene(across if line.angle == 90 else level))


def place_of(view, pixel):
    """Return the place on the axis of the threshold at a pixel."""
    line = line_of(view)
    point = line.getViewBox().mapSceneToView(view.plot.mapToScene(pixel))
    return point.x() if line.angle == 90 else point.y()


def drag(qtbot, view, pixels, *, release=True):
    """Drag the line to higher eigenvalues by so many pixels, in several moves; return the end."""
    QApplication.processEvents()  # the layout of a plot shown just now
    upright = line_of(view).angle == 90
    start = start_of(view)
    end = start + (QPoint(pixels, 0) if upright else QPoint(0, -pixels))
    surface, before = view.plot.viewport(), line_of(view).value()
    QTest.mouseMove(surface, start)
    QTest.mousePress(surface, LEFT, pos=start)

    def moved():  # pyqtgraph drops moves that come too fast
        QTest.mouseMove(surface, (start + end) / 2)
        QTest.mouseMove(surface, end)
        return line_of(view).value() != before

    qtbot.waitUntil(moved)
    if release:
        QTest.mouseRelease(surface, LEFT, pos=end)
    return end


def rule(bench, name):
    return bench.document.recipe.rule(name)


@pytest.mark.parametrize("log", [False, True], ids=["linear", "log"])
@pytest.mark.parametrize("quantity", ["eigenvalue", "singular_value"])
@pytest.mark.parametrize("tab", TABS)
def test_that_a_drag_changes_the_rule_in_one_undo_step(
    qtbot, bench, view, shown_name, tab, quantity, log
):
    view.tabs.setCurrentIndex(TABS[tab])
    view.header.quantity.findChild(object, f"choice_{quantity}").click()
    view.header.axis.findChild(object, f"choice_{'log' if log else 'linear'}").click()
    layer = view.layer
    scale = view.header.scale(layer.spectrum.samples)
    end = drag(qtbot, view, 50)
    step = rule(bench, shown_name).step(SingularValueCut)
    box = line_of(view).getViewBox()
    pixel_size = box.viewPixelSize()[0 if line_of(view).angle == 90 else 1]
    place = float(scale.position(step.edge_multiple * layer.fit.upper_edge))
    assert place == pytest.approx(place_of(view, end), abs=1.5 * pixel_size)
    assert bench.undo_stack.count() == 1
    bench.undo_stack.undo()
    assert rule(bench, shown_name).keeps
    assert line_of(view).value() == pytest.approx(float(scale.position(layer.fit.upper_edge)))


def test_that_two_drags_are_two_undo_steps(qtbot, bench, view):
    drag(qtbot, view, 30)
    drag(qtbot, view, -90)
    assert bench.undo_stack.count() == 2


def test_that_a_drag_gives_all_selected_layers_the_same_multiple(qtbot, bench, view, shown_name):
    names = ("blocks.0.attn.q", "blocks.1.mlp.fc2")
    bench.select(names, shown_name)
    drag(qtbot, view, 40)
    multiples = {rule(bench, n).step(SingularValueCut).edge_multiple for n in (*names, shown_name)}
    assert len(multiples) == 1
    assert bench.undo_stack.count() == 1
    assert line_of(view).label.format.endswith("3 layers")


def test_that_a_drag_keeps_the_other_steps(qtbot, bench, view, shown_name):
    share = EntryThreshold(share=0.3)
    bench.edit_rules({shown_name: LayerRule(steps=(share,))}, "share")
    drag(qtbot, view, 40)
    cut, kept = rule(bench, shown_name).steps
    assert isinstance(cut, SingularValueCut)
    assert kept == share


def test_that_the_right_button_takes_a_drag_back(qtbot, bench, view, shown_name):
    before = LayerRule(steps=(SingularValueCut(rank=40),))
    bench.edit_rules({shown_name: before}, "rank")
    end = drag(qtbot, view, 40, release=False)
    assert rule(bench, shown_name) != before
    surface = view.plot.viewport()
    QTest.mousePress(surface, Qt.MouseButton.RightButton, pos=end)
    QTest.mouseRelease(surface, Qt.MouseButton.RightButton, pos=end)
    assert rule(bench, shown_name) == before
    QTest.mouseRelease(surface, LEFT, pos=end)
    assert rule(bench, shown_name) == before


@pytest.mark.parametrize(
    ("key", "modifier", "factor"),
    [
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 1.01),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 1 / 1.01),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier, 1.1),
        (Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier, 1.1),
    ],
)
def test_that_keys_nudge_the_cut(bench, view, shown_name, key, modifier, factor):
    bench.edit_rules({shown_name: LayerRule(steps=(SingularValueCut(edge_multiple=2.0),))}, "cut")
    QTest.keyClick(view.plot, key, modifier)
    step = rule(bench, shown_name).step(SingularValueCut)
    assert step.edge_multiple == pytest.approx(2 * factor, rel=1e-4)
    assert bench.undo_stack.count() == 2


def test_that_delete_removes_the_cut(bench, view, shown_name):
    share = EntryThreshold(share=0.3)
    both = LayerRule(steps=(SingularValueCut(rank=3), share))
    bench.edit_rules({shown_name: both}, "both")
    QTest.keyClick(view.plot, Qt.Key.Key_Delete)
    assert rule(bench, shown_name).steps == (share,)


def test_that_the_line_follows_rules_that_others_write(bench, view, shown_name):
    new = LayerRule(steps=(SingularValueCut(rank=61),))
    bench.edit_rules({shown_name: new}, "rank")
    cut = cut_of(new, view.layer)
    assert line_of(view).value() == pytest.approx(cut.eigenvalue)
    assert line_of(view).label.format == f"cut {cut.multiple:.2f} λ₊ · rank 61"


def test_that_escape_ends_a_drag_and_leaves_no_trace(qtbot, bench, view, shown_name):
    named = bench.document.recipe.model_copy(update={"name": "mine"})
    bench.replace_recipe(named, "open recipe")
    before = line_of(view).value()
    end = drag(qtbot, view, 50, release=False)
    assert not rule(bench, shown_name).keeps
    QTest.keyClick(view.plot, Qt.Key.Key_Escape)
    QTest.mouseMove(view.plot.viewport(), end + QPoint(9, 0))
    QTest.mouseRelease(view.plot.viewport(), LEFT, pos=end + QPoint(9, 0))
    assert bench.document.recipe == named
    assert bench.undo_stack.undoText() == "open recipe"
    assert line_of(view).value() == before
