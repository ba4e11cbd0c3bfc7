"""Made-up runs of one model, as evaluations of 700 images would give them."""

from __future__ import annotations

import numpy as np
import pytest

from rmt_studio.evaluation.intervals import paired_difference, wilson
from rmt_studio.evaluation.result import Evaluation
from rmt_studio.pruning import LayerRule, Recipe, SingularValueCut
from rmt_studio.studio.document import Run

PARAMETERS = 5_000_000
CUT = LayerRule(steps=(SingularValueCut(edge_multiple=1.0),))


def evaluation(right, gained=None, lost=None, *, n=700, images="photographs"):
    paired = gained is not None
    return Evaluation(
        label="model",
        images=images,
        n=n,
        top1=right / n,
        top5=min(1.0, right / n + 0.1),
        loss=0.66,
        top1_interval=wilson(right, n),
        agreement=1 - 2 * (gained + lost) / n if paired else None,
        top1_difference=(gained - lost) / n if paired else None,
        top1_difference_interval=paired_difference(gained, lost, n) if paired else None,
        seconds=43.2,
        device="cpu",
        parameters=PARAMETERS,
        nonzero_parameters=PARAMETERS,
        names=tuple(f"{images}/{place}" for place in range(n)),
        predictions=np.zeros(n, dtype=np.int64),
        targets=np.zeros(n, dtype=np.int64),
    )


def dense_run(right=590, **of):
    return Run("dense", None, evaluation(right, **of), PARAMETERS, PARAMETERS, 0.0, 0.0)


def pruned_run(label, sparsity, right, gained=4, lost=24, **of):
    recipe = Recipe(name=label, rules={"head": CUT})
    kept = round(PARAMETERS * (1 - sparsity))
    found = evaluation(right, gained, lost, **of)
    return Run(label, recipe, found, PARAMETERS, kept, sparsity, sparsity * 1.06)


@pytest.fixture
def runs():
    """A dense run, two of one budget and one of another."""
    return [
        dense_run(),
        pruned_run("Global magnitude 40% of blocks", 0.4, 520, 4, 74),
        pruned_run("Spectral edge budget 30% of model", 0.3, 585, 9, 14),
        pruned_run("Global magnitude 20% of blocks", 0.2, 570),
    ]


@pytest.fixture
def panel(workbench, qtbot):
    """The panel as large as in the window at 1440 x 900, without runs."""
    from rmt_studio.gui.results import ResultsPanel
    from rmt_studio.gui.theme import theme

    panel = ResultsPanel(workbench)
    theme().dress(panel)
    qtbot.addWidget(panel)
    panel.resize(900, 190)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


@pytest.fixture
def filled(panel, workbench, runs):
    for run in runs:
        workbench.document.add_run(run)
    return panel
