"""One row of a study: a method at a target, measured beside the dense model, or why it failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_studio.evaluation.result import Evaluation
from rmt_studio.pruning import Recipe
from rmt_studio.studies.pairs import PairedDifference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rmt_studio.data.images import ImageSet

_RATES = ("n", "top1", "top5", "loss", "agreement", "top1_difference")
_PLACES = ("label", "device", "parameters", "nonzero_parameters")


@dataclass(frozen=True, eq=False)
class Measured:
    """A pruned model and what it is worth. Shares and accuracies are fractions of 1.

    Attributes:
        method: key of the method.
        sparsity: share of the block matrices that was asked for.
        block_sparsity: share of them that was reached.
        model_sparsity: share of all parameters that was reached.
        evaluation: on the images of the study, paired with the dense model.
        pair: pruned against dense.
        recipe: the rules that were applied.
        seconds_pruning: for rules and pruning.
        seconds: for all of it.
        kept: whether an earlier run measured it.
    """

    method: str
    sparsity: float
    block_sparsity: float
    model_sparsity: float
    evaluation: Evaluation
    pair: PairedDifference
    recipe: Recipe
    seconds_pruning: float
    seconds: float
    kept: bool = False

    def record(self) -> dict[str, Any]:
        """Return the row as plain JSON values at full precision; `read_trial` takes it back."""
        return {
            **_head(self.method, self.sparsity, None),
            "block_sparsity": self.block_sparsity,
            "model_sparsity": self.model_sparsity,
            **evaluation_record(self.evaluation),
            "top1_difference_error": self.pair.standard_error,
            "seconds_pruning": self.seconds_pruning,
            "seconds": self.seconds,
            "recipe": self.recipe.model_dump(mode="json", exclude_none=True),
        }


@dataclass(frozen=True)
class Failed:
    """A method that could not do what was asked of it, and its reason."""

    method: str
    sparsity: float
    reason: str
    seconds: float

    def record(self) -> dict[str, Any]:
        """Return the row as plain JSON values."""
        return {**_head(self.method, self.sparsity, self.reason), "seconds": self.seconds}


Trial = Measured | Failed


def _head(method: str, sparsity: float, reason: str | None) -> dict[str, Any]:
    return {"method": method, "sparsity": sparsity, "reason": reason}


def read_trial(record: Mapping[str, Any], images: ImageSet, dense: Evaluation) -> Measured:
    """Return the row that `Measured.record` wrote.

    Raises:
        KeyError, TypeError, ValueError: the record is damaged or of other images.
    """
    evaluation = read_evaluation(record, images, dense.names)
    return Measured(
        method=str(record["method"]),
        sparsity=float(record["sparsity"]),
        block_sparsity=float(record["block_sparsity"]),
        model_sparsity=float(record["model_sparsity"]),
        evaluation=evaluation,
        pair=PairedDifference.of(evaluation, dense),
        recipe=Recipe.model_validate(record["recipe"]),
        seconds_pruning=float(record["seconds_pruning"]),
        seconds=float(record["seconds"]),
        kept=True,
    )


def evaluation_record(evaluation: Evaluation) -> dict[str, Any]:
    """Return an evaluation as plain JSON values, the predicted classes as one text."""
    values = evaluation.record()
    seconds = values.pop("seconds")
    predictions = " ".join(map(str, evaluation.predictions.tolist()))
    return {**values, "seconds_evaluation": seconds, "predictions": predictions}


def read_evaluation(
    record: Mapping[str, Any], images: ImageSet, names: tuple[str, ...]
) -> Evaluation:
    """Return the evaluation that `evaluation_record` wrote, to the last bit.

    Raises:
        KeyError, TypeError, ValueError: the record is damaged or of other images.
    """
    target = {sample.name: sample.target for sample in images.samples}
    predictions = np.array([int(word) for word in record["predictions"].split()], dtype=np.int64)
    if len(predictions) != len(names):
        msg = f"{len(predictions)} predictions for {len(names)} images"
        raise ValueError(msg)
    return Evaluation(
        images=images.name,
        **{key: record[key] for key in (*_RATES, *_PLACES)},
        top1_interval=_pair(record["top1_interval"]),
        top1_difference_interval=_optional_pair(record["top1_difference_interval"]),
        seconds=float(record["seconds_evaluation"]),
        names=names,
        predictions=predictions,
        targets=np.array([target[name] for name in names], dtype=np.int64),
    )


def _pair(values: list[float]) -> tuple[float, float]:
    low, high = values
    return float(low), float(high)


def _optional_pair(values: list[float] | None) -> tuple[float, float] | None:
    return None if values is None else _pair(values)
