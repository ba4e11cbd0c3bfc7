"""A row of the results: one evaluation and the model it is of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rmt_studio.evaluation.accuracy import Evaluation
    from rmt_studio.pruning import Recipe


@dataclass(frozen=True)
class Run:
    """One evaluation and the model it is of.

    Attributes:
        label: what a person calls it, such as "dense" or "Global magnitude 30%".
        recipe: what was applied; None for the dense model.
        evaluation: accuracy, loss and predictions.
        parameters: of the dense model.
        parameters_kept: numbers to store, over all parameters.
        sparsity: share saved over all parameters.
        block_sparsity: share saved over the attention and MLP matrices.
        layer_sparsity: share saved of each layer that has a rule, by its name; empty where that is
            not known.
        learned: how the weights that were left learned afterwards, as the model's provenance says;
            empty where they did not.
    """

    label: str
    recipe: Recipe | None
    evaluation: Evaluation
    parameters: int
    parameters_kept: int
    sparsity: float
    block_sparsity: float
    layer_sparsity: Mapping[str, float] = field(default_factory=dict)
    learned: str = ""
