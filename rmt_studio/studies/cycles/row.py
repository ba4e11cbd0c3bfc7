"""What one cycle came to, as plain values: a row of the results, kept as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rmt_studio.pruning import Recipe
from rmt_studio.studies.pairs import PairedDifference
from rmt_studio.studies.trial import evaluation_record, read_evaluation
from rmt_studio.training import EpochReport

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rmt_studio.data.images import ImageSet
    from rmt_studio.evaluation.result import Evaluation
    from rmt_studio.pruning import PrunedModel
    from rmt_studio.studies.cycles.reallocation import Reallocated
    from rmt_studio.studies.cycles.recipe import Step
    from rmt_studio.training import Report

_COUNTS = ("removed", "restored", "revived", "parameters_kept")
_SHARES = ("sparsity", "block_sparsity", "model_sparsity", "seconds")


@dataclass(frozen=True)
class CycleReport:
    """How training goes within a cycle.

    Attributes:
        cycle: 1 for the first.
        cycles: of the whole course.
        target: sparsity of this cycle.
        phase: "selection" while the removed entries alone move, then "fine-tuning".
        report: of a step or an epoch of that phase.
    """

    cycle: int
    cycles: int
    target: float
    phase: str
    report: Report


@dataclass(frozen=True, eq=False)
class CycleRow:
    """One finished cycle. Shares and accuracies are fractions of 1.

    Attributes:
        cycle: 1 for the first.
        method: "magnitude" or "ser".
        sparsity: share of the block matrices that was asked for.
        block_sparsity: share of them that was reached.
        model_sparsity: share of all parameters that was reached.
        removed: entries that the cycle removed, those that it put back included.
        restored: entries that it put back.
        revived: of these, such as an earlier cycle had removed.
        parameters_kept: numbers to store, over all parameters.
        layer_sparsity: share removed of each block matrix, by its name.
        evaluation: after fine-tuning, paired with the dense model.
        pair: this model against dense.
        recipe: which share of each layer is gone.
        reports: epochs of the fine-tuning.
        seconds: of the run that finished it.
        file: name of the weights in the folder.
        kept: whether an earlier run made it.
    """

    cycle: int
    method: Step
    sparsity: float
    block_sparsity: float
    model_sparsity: float
    removed: int
    restored: int
    revived: int
    parameters_kept: int
    layer_sparsity: Mapping[str, float]
    evaluation: Evaluation
    pair: PairedDifference
    recipe: Recipe
    reports: tuple[EpochReport, ...]
    seconds: float
    file: str
    kept: bool = field(default=False)

    @property
    def parameters(self) -> int:
        """Of the dense model."""
        return self.evaluation.parameters

    @classmethod
    def of(
        cls,
        cycle: int,
        method: Step,
        target: float,
        model: PrunedModel,
        made: Reallocated,
        evaluation: Evaluation,
        dense: Evaluation,
        reports: tuple[EpochReport, ...],
        seconds: float,
    ) -> CycleRow:
        """Return the row of a cycle."""
        return cls(
            cycle=cycle,
            method=method,
            sparsity=target,
            block_sparsity=model.block_sparsity,
            model_sparsity=model.sparsity,
            removed=made.removed,
            restored=made.restored,
            revived=made.revived,
            parameters_kept=model.parameters_kept,
            layer_sparsity={name: effect.sparsity for name, effect in model.effects.items()},
            evaluation=evaluation,
            pair=PairedDifference.of(evaluation, dense),
            recipe=model.recipe,
            reports=reports,
            seconds=seconds,
            file=weights_name(cycle),
        )

    def record(self) -> dict[str, Any]:
        """Return the row as plain JSON values at full precision; `read_row` takes it back."""
        return {
            "cycle": self.cycle,
            "method": self.method,
            **{key: getattr(self, key) for key in (*_SHARES, *_COUNTS)},
            **evaluation_record(self.evaluation),
            "top1_difference_error": self.pair.standard_error,
            "layer_sparsity": dict(self.layer_sparsity),
            "epochs": [report.record() for report in self.reports],
            "file": self.file,
            "recipe": self.recipe.model_dump(mode="json", exclude_none=True),
        }


def read_row(record: Mapping[str, Any], images: ImageSet, dense: Evaluation) -> CycleRow:
    """Return the row that `CycleRow.record` wrote.

    Raises:
        KeyError, TypeError, ValueError: the record is damaged or of other images.
    """
    evaluation = read_evaluation(record, images, dense.names)
    cycle = int(record["cycle"])
    if record["file"] != weights_name(cycle) or record["method"] not in ("magnitude", "ser"):
        raise ValueError(f"cycle {cycle} names the file {record['file']!r}")
    return CycleRow(
        cycle=cycle,
        method=record["method"],
        **{key: float(record[key]) for key in _SHARES},
        **{key: int(record[key]) for key in _COUNTS},
        layer_sparsity={str(k): float(v) for k, v in record["layer_sparsity"].items()},
        evaluation=evaluation,
        pair=PairedDifference.of(evaluation, dense),
        recipe=Recipe.model_validate(record["recipe"]),
        reports=tuple(EpochReport(**report) for report in record["epochs"]),
        file=record["file"],
        kept=True,
    )


def weights_name(cycle: int) -> str:
    """Return the file name of the weights after a cycle; 0 for the dense model."""
    return f"cycle-{cycle:02d}.safetensors"
