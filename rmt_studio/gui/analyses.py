"""The analysis of the open model: one job, whose layers go into the document as they arrive."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from rmt_studio.studio import tasks

if TYPE_CHECKING:
    from collections.abc import Callable

    from rmt_studio.analysis import Analysis, LayerAnalysis
    from rmt_studio.gui.job_desk import JobDesk
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.pruning import BulkFitSettings
    from rmt_studio.studio.document import Document
    from rmt_studio.studio.jobs import Job


@dataclass(frozen=True)
class _LayerReady:
    model: LoadedModel
    settings: BulkFitSettings
    layer: LayerAnalysis


class Analyses(QObject):
    """Computes every spectrum and fit in the background; a new start ends the one before.

    Signals:
        told (str): one line for the status bar.
    """

    told = Signal(str)

    def __init__(self, document: Document, desk: JobDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._desk = document, desk
        self._job: Job | None = None
        desk.arrived.connect(self._layer_arrived)

    def start(self, model: LoadedModel, lane: str) -> Job:
        """Analyse the open model as its recipe says."""
        if self._job is not None:
            self._job.cancel()
        recipe = self._document.recipe
        ready = partial(_post_layer, self._desk.post, model, recipe.bulk_fit)
        work = partial(tasks.analyze_model, model, recipe, ready)
        done = partial(self._done, model)
        self._job = self._desk.start(f"Analyse {model.title}", work, done, lane=lane)
        return self._job

    def _layer_arrived(self, event: object) -> None:
        document = self._document
        if (
            isinstance(event, _LayerReady)
            and event.model is document.model
            and event.settings == document.recipe.bulk_fit
        ):
            document.add_analysis([event.layer])

    def _done(self, model: LoadedModel, analysis: Analysis) -> None:
        if model is self._document.model:
            if analysis.skipped:
                self._document.skip_layers(analysis.skipped)
            self.told.emit(f"{model.title}: all spectra are fitted")


def _post_layer(
    post: Callable[[object], None],
    model: LoadedModel,
    settings: BulkFitSettings,
    layer: LayerAnalysis,
) -> None:
    post(_LayerReady(model, settings, layer))
