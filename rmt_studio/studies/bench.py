"""One model with what all trials on it share: its spectra, its images, its own accuracy."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rmt_studio.analysis import Analysis, SpectrumCache, analyze
from rmt_studio.errors import InputError
from rmt_studio.evaluation.accuracy import Evaluation, evaluate, spread
from rmt_studio.progress import Progress, no_progress
from rmt_studio.pruning import (
    CalibrationStatistics,
    PrunedModel,
    Recipe,
    fill_recipe,
    method_named,
)
from rmt_studio.pruning.request import parameters_to_remove
from rmt_studio.studies.carry_out import carry_out
from rmt_studio.studies.course import portion
from rmt_studio.studies.pairs import PairedDifference
from rmt_studio.studies.trial import Failed, Measured, Trial

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.loading import LoadedModel

BATCH_SIZE = 16
"""Of every evaluation; one that followed the clock would change the last digits of the loss."""


@dataclass
class Bench:
    """A model to try methods on. Spectra and the dense accuracy are computed once, when needed.

    Attributes:
        model: the dense model; it is not changed.
        images: to evaluate on.
        calibration: images for the methods that want some.
        limit: at most so many of the images to evaluate on.
        seed: of the methods that draw at random.
        device: where models are evaluated.
        analysis: the spectra, where they are at hand already.
        dense: the accuracy of the dense model, where it is at hand already.
    """

    model: LoadedModel
    images: ImageSet
    calibration: ImageSet | None
    limit: int | None
    seed: int
    device: str
    analysis: Analysis | None = None
    dense: Evaluation | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the images evaluated on, in their order."""
        places = spread(len(self.images), self.limit)
        return tuple(self.images.samples[place].name for place in places)

    def require(self, methods: Iterable[str], sparsities: Iterable[float]) -> None:
        """Refuse, before any work, what no trial could do.

        Raises:
            InputError: a method that is unknown or lacks calibration images, a sparsity out of
                range, no images.
        """
        for method in methods:
            if method_named(method).needs_images and self.calibration is None:
                next_step = "give an image folder (--calibration); no labels needed"
                raise InputError(f"method {method!r}", "needs calibration images", next_step)
        for sparsity in sparsities:
            parameters_to_remove(self.model, sparsity, "blocks")
        spread(len(self.images), self.limit)

    def analyzed(self, progress: Progress = no_progress) -> Analysis:
        """Return the spectra of the dense model."""
        if self.analysis is None:
            self.analysis = analyze(self.model, progress=progress, cache=SpectrumCache())
        return self.analysis

    @cached_property
    def statistics(self) -> CalibrationStatistics | None:
        """What the calibration images tell of the dense model, measured as it is asked for."""
        if self.calibration is None:
            return None
        return CalibrationStatistics(self.model, self.calibration)

    def measured_dense(self, progress: Progress = no_progress) -> Evaluation:
        """Return the accuracy of the dense model."""
        if self.dense is None:
            self.dense = self._evaluated(self.model, None, progress)
        return self.dense

    def prepare(self, progress: Progress) -> Evaluation:
        """Compute what all trials share, and return the accuracy of the dense model."""
        self.analyzed(portion(progress, 0.0, 0.3, "spectra"))
        return self.measured_dense(portion(progress, 0.3, 1.0, "accuracy"))

    def recipe(self, method: str, sparsity: float, progress: Progress) -> Recipe:
        """Return the rules by which a method reaches a share of the block matrices."""
        return fill_recipe(
            self.model,
            self.analyzed(),
            method,
            sparsity,
            calibration=self.calibration,
            seed=self.seed,
            statistics=self.statistics,
            progress=progress,
        )

    def pruned(self, recipe: Recipe, progress: Progress) -> PrunedModel:
        """Return the model after a recipe."""
        return carry_out(
            self.model,
            recipe,
            analysis=self.analyzed(),
            calibration=self.calibration,
            statistics=self.statistics,
            device=self.device,
            progress=progress,
        )

    def trial(
        self, method: str, sparsity: float, progress: Progress, pruning_share: float = 0.5
    ) -> Trial:
        """Prune and evaluate; an `InputError` on the way is the result of this trial.

        Args:
            method: to prune by.
            sparsity: share of the block matrices to remove.
            progress: may raise `Cancelled`.
            pruning_share: of the progress.
        """
        start = time.perf_counter()
        try:
            return self._measured(method, sparsity, progress, pruning_share)
        except InputError as error:
            return Failed(method, sparsity, str(error), time.perf_counter() - start)

    def _measured(self, method: str, sparsity: float, progress: Progress, share: float) -> Measured:
        start = time.perf_counter()
        recipe = self.recipe(method, sparsity, portion(progress, 0.0, share / 2, "rules"))
        pruned = self.pruned(recipe, portion(progress, share / 2, share, "pruning"))
        seconds_pruning = time.perf_counter() - start
        dense = self.measured_dense()
        evaluation = self._evaluated(pruned, dense, portion(progress, share, 1.0, ""))
        return Measured(
            method=method,
            sparsity=sparsity,
            block_sparsity=pruned.block_sparsity,
            model_sparsity=pruned.sparsity,
            evaluation=evaluation,
            pair=PairedDifference.of(evaluation, dense),
            recipe=recipe,
            seconds_pruning=seconds_pruning,
            seconds=time.perf_counter() - start,
        )

    def _evaluated(
        self, model: LoadedModel, reference: Evaluation | None, progress: Progress
    ) -> Evaluation:
        return evaluate(
            model,
            self.images,
            reference=reference,
            device=self.device,
            batch_size=BATCH_SIZE,
            limit=self.limit,
            progress=progress,
        )
