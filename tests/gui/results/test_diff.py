"""Two runs held against each other."""

from __future__ import annotations

from dataclasses import replace
from math import comb

import numpy as np
import pytest
from shiboken6 import isValid

from rmt_studio.evaluation.intervals import paired_difference
from rmt_studio.gui.results.diff import diff_of
from rmt_studio.gui.results.diff_rows import figure_rows, verdict
from rmt_studio.pruning import LayerRule, SingularValueCut

from .conftest import dense_run, pruned_run

CUT = LayerRule(steps=(SingularValueCut(edge_multiple=1.0),))


def with_right(run, right):
    """Give a run predictions that are right where ``right`` is true."""
    found = replace(run.evaluation, predictions=np.where(right, 0, 1))
    return replace(run, evaluation=found)


@pytest.fixture
def pair():
    """Two pruned runs: 3 images are right only in the second, 11 only in the first."""
    right = np.zeros(700, dtype=bool)
    right[:600] = True
    other = right.copy()
    other[:11], other[600:603] = False, True
    layers = ({"head": 0.2, "blocks.0.attn.q": 0.5}, {"head": 0.3, "blocks.1.attn.q": 0.9})
    runs = [
        with_right(pruned_run("one", 0.3, 600), right),
        with_right(pruned_run("two", 0.4, 592), other),
    ]
    return [
        replace(
            run,
            recipe=run.recipe.model_copy(update={"rules": dict.fromkeys(shares, CUT)}),
            layer_sparsity=shares,
        )
        for run, shares in zip(runs, layers, strict=True)
    ]


def test_that_the_difference_is_paired_and_tested_exactly(pair):
    diff = diff_of(*pair)
    assert (diff.paired.gained, diff.paired.lost) == (3, 11)
    assert diff.paired.interval == paired_difference(3, 11, 700)
    # McNemar 1947, exact: both tails of a binomial of 14 fair coins
    assert diff.p_value == pytest.approx(2 * sum(comb(14, k) for k in range(4)) / 2**14)
    assert "3 are right only in the second run and 11 only in the first" in verdict(diff)
    assert "p = 0.057" in verdict(diff)


def test_that_runs_on_other_images_have_no_paired_difference(pair):
    diff = diff_of(pair[0], dense_run(90, n=100, images="digits"))
    assert diff.paired is None
    assert diff.p_value is None
    assert "Evaluate both on the same images" in verdict(diff)
    assert figure_rows(diff)[0].change == "–"


def test_that_equal_runs_do_not_differ(pair):
    diff = diff_of(pair[0], pair[0])
    assert diff.p_value == 1.0
    assert {row.change for row in figure_rows(diff)} == {"0.0", "0"}


def test_that_layers_come_with_the_largest_change_first(pair):
    diff = diff_of(*pair)
    found = [(layer.name, layer.first, layer.second) for layer in diff.layers]
    assert found == [
        ("blocks.1.attn.q", 0.0, 0.9),
        ("blocks.0.attn.q", 0.5, 0.0),
        ("head", 0.2, 0.3),
    ]


def test_that_sizes_and_parameters_are_told(pair):
    rows = {row.name: row for row in figure_rows(diff_of(*pair))}
    texts = {name: row.change.replace("\u202f", " ") for name, row in rows.items()}
    assert texts["Parameters kept"] == "−500 k"
    assert texts["Size, 4 bytes each"] == "−2.00 MB"
    assert texts["Sparsity of all parameters"] == "+10.0"


def test_that_a_layer_whose_share_is_not_known_has_no_change(pair):
    unknown = replace(pair[0], layer_sparsity={})
    layers = {layer.name: layer for layer in diff_of(unknown, pair[1]).layers}
    assert layers["head"].change is None


@pytest.fixture
def window(panel, workbench, demo_model, pair, qtbot):
    """The window over the second and the third of three runs."""
    workbench.document.open_model(demo_model)
    for run in (dense_run(), *pair):
        workbench.document.add_run(run)
    panel.table.selectAll()
    panel.table.selectRow(1)
    flag = panel.table.selectionModel().SelectionFlag
    chosen = panel.table.selectionModel()
    chosen.select(panel.model.index(2, 0), flag.Select | flag.Rows)
    window = panel.actions_of_runs.compare()
    yield window
    if isValid(window):
        window.close()


def test_that_the_two_selected_runs_are_compared(window):
    assert (window.first_box.currentIndex(), window.second_box.currentIndex()) == (1, 2)
    assert window.verdict.text().startswith("Top-1 differs by −1.1 points")
    assert window.layers.rowCount() == 3
    assert window.layers.item(0, 0).text() == "blocks.1.attn.q"
    assert window.layers.item(0, 3).text() == "+90.0"


def test_that_any_two_runs_can_be_chosen_and_swapped(window):
    window.swap.click()
    assert window.layers.item(0, 3).text() == "−90.0"
    window.first_box.setCurrentIndex(0)
    window.second_box.setCurrentIndex(0)
    assert window.layers.rowCount() == 0
    assert "Neither run" in window.no_layers.text()


def test_that_the_window_follows_what_becomes_of_the_runs(window, panel, workbench, qtbot):
    panel.table.selectRow(2)
    panel.actions_of_runs.rename_run("best so far")
    assert window.second_box.itemText(2).endswith("best so far")
    with qtbot.waitSignal(window.destroyed):
        panel.actions_of_runs.remove_runs([0, 1])


def test_that_the_window_keeps_to_its_runs_when_an_earlier_one_goes(window, panel):
    panel.actions_of_runs.remove_runs([0])
    assert (window.first_box.currentIndex(), window.second_box.currentIndex()) == (0, 1)
    assert window.layers.item(0, 3).text() == "+90.0"
