"""One course: what its cycles share, and what each does in turn."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmt_studio.analysis import Analysis, SpectrumCache, analyze
from rmt_studio.evaluation.accuracy import Evaluation, evaluate, spread
from rmt_studio.pruning.budgets import edge_weights
from rmt_studio.studies.bench import BATCH_SIZE
from rmt_studio.studies.course import portion
from rmt_studio.studies.cycles.reallocation import Reallocated, by_magnitude, by_reallocation
from rmt_studio.studies.cycles.row import CycleReport, CycleRow
from rmt_studio.studies.cycles.selection import values_after_selection
from rmt_studio.studies.finetune import finetune
from rmt_studio.training import FineTuning, Report, holds_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.progress import Progress
    from rmt_studio.pruning import PrunedModel
    from rmt_studio.studies.cycles.folder import CycleFolder
    from rmt_studio.studies.cycles.ranking import Masks
    from rmt_studio.studies.cycles.recipe import CycleRecipe

_TRAINING = 4.0  # passes that an image of a training step costs: teacher, forwards, backwards
_PREPARING = 0.02  # share of the progress before the first cycle


@dataclass
class Course:
    """What all cycles share; the fields are arguments of `rmt_studio.run_cycles`."""

    dense: LoadedModel
    recipe: CycleRecipe
    images: ImageSet
    evaluation: ImageSet
    limit: int | None
    validation: ImageSet | None
    analysis: Analysis | None
    device: str
    kept: CycleFolder
    on_report: Callable[[CycleReport], None] | None

    def prepare(self, progress: Progress) -> None:
        """Measure the dense model and its spectra, as far as that was not done before."""
        progress = portion(progress, 0.0, _PREPARING, "dense model")
        if self.kept.dense is None:
            self.kept.begin(self.dense, self._evaluated(self.dense, None, progress))
        methods = {self.recipe.method_at(target) for target in self.recipe.targets}
        if self.analysis is None and "ser" in methods:
            self.analysis = analyze(self.dense, progress=progress, cache=SpectrumCache())

    def latest(self) -> PrunedModel | None:
        """Return what the last finished cycle left."""
        rows = self.kept.rows
        return self.kept.model(self.dense, rows[-1]) if rows else None

    def cycle(
        self, cycle: int, current: PrunedModel | None, progress: Progress
    ) -> tuple[CycleRow, PrunedModel]:
        """Do one cycle and keep it."""
        start = time.perf_counter()
        target = self.recipe.targets[cycle - 1]
        selecting, tuning = self._work(target)
        whole = selecting + tuning + self._evaluating
        made = self._reallocated(
            cycle, target, current or self.dense, portion(progress, 0.0, selecting / whole, "")
        )
        place = self.kept.unfinished(cycle) / "training"
        tuned = finetune(
            self.dense,
            made.model,
            self.images,
            self.recipe.fine_tuning_of(cycle),
            validation=self.validation,
            device=self.device,
            folder=place,
            resume=holds_run(place),
            on_report=self._teller(cycle, "fine-tuning"),
            progress=portion(
                progress, selecting / whole, 1 - self._evaluating / whole, "fine-tuning"
            ),
        )
        found = self._evaluated(
            tuned.model, self.kept.dense,
            portion(progress, 1 - self._evaluating / whole, 1.0, "evaluating"),
        )  # fmt: skip
        assert self.kept.dense is not None  # noqa: S101 - since it was prepared
        row = CycleRow.of(
            cycle, self.recipe.method_at(target), target, tuned.model, made, found,
            self.kept.dense, tuned.reports, time.perf_counter() - start,
        )  # fmt: skip
        self.kept.keep(row, tuned.model)
        return row, tuned.model

    def _reallocated(
        self, cycle: int, target: float, current: LoadedModel, progress: Progress
    ) -> Reallocated:
        if (earlier := self.kept.started(self.dense, cycle)) is not None:
            return earlier
        selected = 0

        def tick() -> None:
            progress(selected, 1, "pruning")

        tick()
        if self.recipe.method_at(target) == "magnitude":
            made = by_magnitude(self.dense, current, self.recipe, target, tick)
        else:
            assert self.analysis is not None  # noqa: S101 - since it was prepared
            layers = [layer for layer in self.analysis if layer.layer.in_block]
            weights = edge_weights(layers, target, self.recipe.modulation(target))

            def selection(pruned: PrunedModel, removed: Masks) -> dict[str, Tensor]:
                nonlocal selected
                values = values_after_selection(
                    self.dense,
                    pruned,
                    removed,
                    self.images,
                    self._selecting(cycle, target),
                    device=self.device,
                    on_report=self._teller(cycle, "selection"),
                    progress=portion(progress, 0.0, 1.0, "selection"),
                )
                selected = 1
                return values

            made = by_reallocation(
                self.dense, current, self.recipe, target, weights, selection, tick
            )
        self.kept.start(cycle, made)
        return made

    def _selecting(self, cycle: int, target: float) -> FineTuning:
        moving = target + self.recipe.overshoot
        return self.recipe.selection_of(cycle, moving, len(self.images))

    def _evaluated(
        self, model: LoadedModel, reference: Evaluation | None, progress: Progress
    ) -> Evaluation:
        return evaluate(
            model,
            self.evaluation,
            reference=reference,
            device=self.device,
            batch_size=BATCH_SIZE,
            limit=self.limit,
            progress=progress,
        )

    def _teller(self, cycle: int, phase: str) -> Callable[[Report], None] | None:
        tell, targets = self.on_report, self.recipe.targets
        if tell is None:
            return None
        return lambda report: tell(
            CycleReport(cycle, len(targets), targets[cycle - 1], phase, report)
        )

    def part(self, progress: Progress, cycle: int) -> Progress:
        """Return the callback of a cycle, in shares of what this run has to do."""
        first = len([row for row in self.kept.rows if row.kept])
        work = [sum(self._work(t)) + self._evaluating for t in self.recipe.targets[first:]]
        place, whole = cycle - 1 - first, sum(work)
        begin, end = (
            _PREPARING + (1 - _PREPARING) * sum(work[:upto]) / whole for upto in (place, place + 1)
        )
        target = self.recipe.targets[cycle - 1]
        return portion(progress, begin, end, f"cycle {cycle} ({100 * target:.4g}%)")

    @property
    def _evaluating(self) -> float:
        return float(len(spread(len(self.evaluation), self.limit)))

    def _work(self, target: float) -> tuple[float, float]:
        """Return what selection and fine-tuning of a cycle cost, in passes of an image."""
        selecting = 0.0
        if self.recipe.method_at(target) == "ser":
            settings = self._selecting(1, target)
            selecting = _TRAINING * (settings.steps or 0) * settings.batch
        tuning = self.recipe.fine_tuning
        seen = tuning.steps * tuning.batch if tuning.steps else len(self.images)
        return selecting, _TRAINING * tuning.epochs * seen
