"""What a method is asked for when it fills a recipe."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rmt_studio.errors import InputError
from rmt_studio.progress import Progress, no_progress
from rmt_studio.pruning.statistics import CalibrationStatistics

if TYPE_CHECKING:
    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.loading import LoadedModel


@dataclass(frozen=True)
class Request:
    """One target for a model.

    Attributes:
        model: the dense model.
        layers: its block matrices, analysed; those of zeros alone are left out.
        remove: how many parameters shall go.
        sparsity: what was asked for, and ``of`` what: "blocks" or "model".
        calibration: unlabelled images, where there are any.
        seed: of what is drawn.
        pattern: ``"n:m"`` groups for every mask, or None.
        progress: may raise `Cancelled`.
        known: statistics of the model on these images, where some were measured before.
    """

    model: LoadedModel
    layers: list[LayerAnalysis]
    remove: int
    sparsity: float
    of: str = "blocks"
    calibration: ImageSet | None = None
    seed: int = 0
    pattern: str | None = None
    progress: Progress = no_progress
    known: CalibrationStatistics | None = None

    @cached_property
    def statistics(self) -> CalibrationStatistics:
        """What the calibration images tell of the model.

        Raises:
            InputError: there are no such images.
        """
        return CalibrationStatistics.of(self.model, self.images, self.known)

    @property
    def images(self) -> ImageSet:
        """The calibration images.

        Raises:
            InputError: there are none.
        """
        if self.calibration is None:
            reason = "are needed by this method"
            next_step = "give an image folder (--calibration); no labels needed"
            raise InputError("calibration images", reason, next_step)
        return self.calibration

    @property
    def share(self) -> float:
        """Share of the entries of the given layers that has to go."""
        return self.remove / sum(layer.layer.size for layer in self.layers)


def parameters_to_remove(model: LoadedModel, sparsity: float, of: str) -> int:
    """Return how many numbers have to go for a share of the blocks' or the model's parameters.

    Raises:
        InputError: the share is out of range, or more than the blocks hold.
    """
    if of not in {"blocks", "model"}:
        raise InputError(f"of={of!r}", "is neither 'blocks' nor 'model'")
    if not 0 <= sparsity < 1:
        raise InputError(f"sparsity {sparsity:g}", "is not in [0, 1)", "give a share such as 0.3")
    whole = model.block_parameter_count if of == "blocks" else model.parameter_count
    remove = round(sparsity * whole)
    if not model.block_parameter_count:
        raise InputError(model.title, "has no attention or MLP matrices to prune")
    if remove >= model.block_parameter_count:
        most = model.block_parameter_count / model.parameter_count
        reason = f"is more than the block matrices hold ({most:.1%} of all parameters)"
        raise InputError(f"sparsity {sparsity:g}", reason, "choose a smaller target")
    return remove
