"""A second model beside the open one: the pruned model, or another checkpoint."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from rmt_studio.studio import comparison_tasks
from rmt_studio.studio.document import (
    AnalysisCleared,
    Compared,
    LayersAnalyzed,
    ModelOpened,
    PrunedChanged,
)
from rmt_studio.studio.job_events import JobCancelled, JobEvent, JobFailed

if TYPE_CHECKING:
    from rmt_studio.gui.job_desk import JobDesk
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.pruning import BulkFitSettings
    from rmt_studio.studio.document import Comparing, Document, DocumentEvent
    from rmt_studio.studio.jobs import Job

LANE = "comparison"


class Comparisons(QObject):
    """Keeps `Document.compared` the way a person wants it while model, fit and rules change.

    Signals:
        told (str): one line for the status bar.
    """

    told = Signal(str)

    def __init__(self, document: Document, desk: JobDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._desk = document, desk
        self._checkpoint: LoadedModel | None = None
        self._opening: Job | None = None
        self._job: Job | None = None
        desk.job_changed.connect(self._job_moved)

    @property
    def checkpoint_label(self) -> str:
        """What the checkpoint is called that was compared with last; empty while there is none."""
        if self._checkpoint is None:
            return ""
        return comparison_tasks.label_of(self._checkpoint, "checkpoint")

    def with_checkpoint(self, path: str | Path) -> Job | None:
        """Load other weights of the same network and compare with them.

        What the model is compared with until then stays until they are there.
        """
        document = self._document
        if document.model is None:
            return None
        if self._opening is not None:
            self._opening.cancel()
        model, settings = document.model, document.recipe.bulk_fit
        work = partial(
            comparison_tasks.compare_checkpoint, model, document.analysis, str(path), settings
        )
        done = partial(self._opened, model, settings)
        title = self.tr("Compare with {name}").format(name=Path(path).name)
        self._opening = self._desk.start(title, work, done, lane=LANE)
        return self._opening

    def choose(self, kind: Comparing) -> str:
        """Compare with the pruned model, with the last checkpoint again, or with nothing.

        The comparison with the pruned model begins when that is there, and anew each time it is
        made.

        Returns:
            Why that is not possible; empty when it is.
        """
        document = self._document
        if kind != "none" and document.model is None:
            return self.tr("open a model first")
        if kind == "checkpoint" and self._checkpoint is None:
            return self.tr("choose a checkpoint to compare with first")
        if kind == "pruned" and not document.recipe.rules:
            return self.tr("give at least one layer a rule, or choose a target")
        if kind == "none" or kind != document.comparing:
            self._begin(kind)
        return ""

    def follow(self, event: DocumentEvent) -> None:
        """Compare anew where a change of the document makes that necessary."""
        document = self._document
        if isinstance(event, ModelOpened):
            self._cancel()
            if self._opening is not None:
                self._opening.cancel()
            self._opening = self._checkpoint = None
        elif isinstance(event, AnalysisCleared) or (
            document.comparing == "pruned" and isinstance(event, PrunedChanged)
        ):
            self._begin(document.comparing)
        elif isinstance(event, LayersAnalyzed) and document.compared is None:
            self._compare()

    def _begin(self, kind: Comparing) -> None:
        self._cancel()
        self._document.set_compared(kind)
        self._compare()

    def _compare(self) -> None:
        """Start as soon as the spectra of the open model are known and the other one is there."""
        document, kind = self._document, self._document.comparing
        other = document.pruned if kind == "pruned" else self._checkpoint
        model, settings = document.model, document.recipe.bulk_fit
        if kind == "none" or other is None or model is None or self._job is not None:
            return
        if not document.analyzed:
            return
        work = partial(
            comparison_tasks.compare_model, model, document.analysis, other, kind, settings
        )
        label = comparison_tasks.label_of(other, kind)
        title = self.tr("Compare with {name}").format(name=label)
        done = partial(self._compared, settings)
        self._job = self._desk.start(title, work, done, lane=LANE)

    def _opened(self, model: LoadedModel, settings: BulkFitSettings, compared: Compared) -> None:
        if model is not self._document.model:
            return
        self._opening, self._checkpoint = None, compared.model
        self._cancel()
        if settings == self._document.recipe.bulk_fit:
            self._document.set_compared("checkpoint", compared)
        else:
            self._begin("checkpoint")
        self.told.emit(self.tr("Compared with {name}").format(name=compared.label))

    def _compared(self, settings: BulkFitSettings, compared: Compared) -> None:
        document = self._document
        other = document.pruned if compared.kind == "pruned" else self._checkpoint
        if compared.model is other and settings == document.recipe.bulk_fit:
            self._job = None
            document.set_compared(compared.kind, compared)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _job_moved(self, event: JobEvent) -> None:
        """Stop comparing when a person cancelled it, or when it cannot be done."""
        if not isinstance(event, JobCancelled | JobFailed):
            return
        if self._opening is not None and event.job_id == self._opening.id:
            self._opening = None
        if self._job is not None and event.job_id == self._job.id:
            self._job = None
            self._document.set_compared("none")
