"""Projects to test with: made of the demo without running anything."""

from __future__ import annotations

import numpy as np

from rmt_studio.data.images import digits
from rmt_studio.evaluation.accuracy import Evaluation
from rmt_studio.pruning import LayerRule, Recipe, SingularValueCut
from rmt_studio.studio.document import Run
from rmt_studio.studio.project import History, ImagesReference, ModelReference, Project, Step


def rule(edge_multiple):
    return LayerRule(steps=(SingularValueCut(edge_multiple=edge_multiple),))


def run_on(names, label="dense", recipe=None, seed=0):
    drawn = np.random.default_rng(seed).integers(0, 10, (2, len(names)))
    return Run(
        label=label,
        recipe=recipe,
        evaluation=Evaluation(
            label="demo", images="some", n=len(names), top1=0.5, top5=1.0, loss=0.25,
            top1_interval=(0.25, 0.75), agreement=None, top1_difference=None,
            top1_difference_interval=None, seconds=1.5, device="cpu", parameters=10,
            nonzero_parameters=9, names=tuple(names), predictions=drawn[0], targets=drawn[1],
        ),
        parameters=10,
        parameters_kept=9,
        sparsity=0.1,
        block_sparsity=0.2,
    )  # fmt: skip


def project_on(model, analysis, steps=4, index=None, runs=()):
    recipe = base = Recipe(architecture=model.architecture)
    made = []
    for place in range(steps):
        name = model.layers[place % len(model.layers)].name
        recipe = recipe.with_rules({name: rule(1 + place / 8)})
        made.append(Step(f"edit {place}", recipe))
    history = History(base, tuple(made), steps if index is None else index)
    images = ImagesReference.of(digits())
    skipped = frozenset(analysis.skipped)
    return Project(
        ModelReference.of(model), history, images, None, tuple(analysis), skipped, tuple(runs)
    )
