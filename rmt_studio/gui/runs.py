"""Prune, evaluate, export: the jobs that make something of the rules, one after the other."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from rmt_studio.gui.inspector.figures import count_text
from rmt_studio.studies.cycles.masked import PROVENANCE as CYCLES
from rmt_studio.studio import tasks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rmt_studio.data.images import ImageSet
    from rmt_studio.evaluation.accuracy import Evaluation
    from rmt_studio.gui.job_desk import JobDesk
    from rmt_studio.models.export import ExportReport
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.pruning import PrunedModel
    from rmt_studio.studio.document import Document
    from rmt_studio.studio.export_tasks import ExportChoice
    from rmt_studio.studio.jobs import Job

    Next = Callable[[], object] | None


class Runs(QObject):
    """Makes pruned models, rows of the results table and files.

    Signals:
        told (str): one line for the status bar.
        exported (object): an `ExportReport`.
    """

    told = Signal(str)
    exported = Signal(object)

    def __init__(self, document: Document, desk: JobDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._desk = document, desk
        self.batch_size: int | None = None  # images in a batch of an evaluation; None: automatic

    def prune(self, model: LoadedModel, device: str, and_then: Next = None) -> Job:
        """Make the pruned model of the recipe, then go on with ``and_then``."""
        recipe, images = self._document.recipe, self._document.calibration
        work = partial(tasks.make_pruned, model, recipe, self._document.analysis, images, device)
        done = partial(self._pruned, and_then, images)
        return self._desk.start(
            self.tr("Prune · {rules}").format(rules=recipe.name or self.tr("own rules")),
            work,
            done,
            lane=device,
            again=partial(self.prune, model, device, and_then),
            elsewhere=partial(self.prune, model, "cpu", and_then) if device != "cpu" else None,
        )

    def evaluate(
        self, subject: LoadedModel, images: ImageSet, device: str, and_then: Next = None
    ) -> Job:
        """Evaluate the dense or the pruned model, paired with the dense run where there is one."""
        dense_run = self._document.dense_run
        is_dense, label = subject is self._document.model, self.label_of(subject)
        reference = dense_run.evaluation if dense_run and not is_dense else None
        work = partial(
            tasks.measure_accuracy, subject, images, reference, device, batch_size=self.batch_size
        )
        done = partial(self._evaluated, subject, label, and_then)
        elsewhere = partial(self.evaluate, subject, images, "cpu", and_then)
        return self._desk.start(
            self.tr("Evaluate · {label}").format(label=label),
            work,
            done,
            lane=device,
            elsewhere=elsewhere if device != "cpu" else None,
        )

    def evaluate_rules(
        self, model: LoadedModel, images: ImageSet, lane: str, again: Callable[[], object]
    ) -> Job:
        """Evaluate the pruned model; where that needs another job first, do that, then ``again``.

        The pruned model is made where it has not been, and the dense model is evaluated where it
        has not been on these images, so that differences are paired.
        """
        if self._document.pruned is None:
            return self.prune(model, lane, again)
        if self._document.dense_run is None:
            return self.evaluate(model, images, lane, again)
        return self.evaluate(self._document.pruned, images, lane)

    def export(self, subject: LoadedModel, path: str | Path, wanted: ExportChoice) -> Job:
        """Write a model in a format, with the newest accuracy measured of it, and verify it."""
        work = partial(tasks.write_checkpoint, subject, str(path), wanted, self._measured(subject))
        return self._desk.start(self.tr("Export"), work, self._exported, lane="cpu", outlives=True)

    def label_of(self, subject: LoadedModel) -> str:
        """Return what a row of the results calls a model."""
        recipe = getattr(subject, "recipe", None)
        if recipe is None:
            return "dense"
        name = recipe.name or "own rules"
        by_rules = CYCLES in subject.provenance or not tasks.learned_by(subject)
        return name if by_rules else self.tr("Fine-tuned {0}").format(name)

    def _measured(self, subject: LoadedModel) -> dict[str, Any] | None:
        """Return what the newest evaluation of just this model found."""
        what = getattr(subject, "recipe", None), tasks.learned_by(subject)
        runs = (run for run in reversed(self._document.runs) if (run.recipe, run.learned) == what)
        return next((run.evaluation.record() for run in runs), None)

    def take_pruned(self, pruned: PrunedModel, calibration: ImageSet | None) -> bool:
        """Put a pruned model into the document and return True, unless it is no longer wanted.

        Args:
            pruned: the model.
            calibration: the images that it was made with.
        """
        document = self._document
        fits = calibration is document.calibration or not pruned.recipe.needs_images
        if not fits or not self._is_of_open_model(pruned) or not document.set_pruned(pruned):
            return False
        kept, whole = pruned.parameters_kept, pruned.parameter_count
        text = self.tr("Pruned: {kept} of {all} parameters kept")
        self.told.emit(text.format(kept=count_text(kept), all=count_text(whole)))
        return True

    def take_evaluation(self, subject: LoadedModel, label: str, evaluation: Evaluation) -> bool:
        """Make an evaluation a row of the results and return True, if it is of the open model."""
        if not self._is_of_open_model(subject):
            return False
        self._document.add_run(tasks.run_of(subject, evaluation, label))
        top1, seen = f"{100 * evaluation.top1:.1f} %", f"{evaluation.n:,}"
        text = self.tr("Evaluated {label}: top-1 {top1} of {number} images")
        self.told.emit(text.format(label=label, top1=top1, number=seen))
        return True

    def _pruned(self, and_then: Next, calibration: ImageSet | None, pruned: PrunedModel) -> None:
        if not self.take_pruned(pruned, calibration):
            text = self.tr("The rules or the model changed while it pruned: prune again")
            self.told.emit(text)
        elif and_then is not None:
            and_then()

    def _evaluated(
        self, subject: LoadedModel, label: str, and_then: Next, evaluation: Evaluation
    ) -> None:
        if self.take_evaluation(subject, label, evaluation) and and_then is not None:
            and_then()

    def _exported(self, report: ExportReport) -> None:
        self.told.emit(self.tr("Exported and verified: {path}").format(path=report.path))
        self.exported.emit(report)

    def _is_of_open_model(self, subject: LoadedModel) -> bool:
        model = self._document.model
        return model is not None and subject.source == model.source
